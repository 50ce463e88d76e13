//! Pre against post with the regions of reliable and clinically significant change.

use dyad_model::figure::{JacobsonTruax, MOST_MARKS};
use dyad_model::{Cell, ColumnKind, Table, apa};

use super::{Data, WIDTH, num, scatter};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, padded, tick_label, ticks, wrap,
};

fn draws_points(plot: &JacobsonTruax) -> bool {
    !plot.points.is_empty() && plot.points.len() <= MOST_MARKS
}

/// Both axes show the same scores, so that the diagonal is one.
fn range(plot: &JacobsonTruax) -> [f64; 2] {
    if let Some(range) = plot.x.range.or(plot.y.range) {
        return range;
    }
    let points = plot.points.iter().flatten().copied();
    padded(points.chain(plot.bins.iter().flat_map(|b| [b.x, b.y].concat())))
}

pub(super) fn draw(plot: &JacobsonTruax) -> Result<Canvas, DrawError> {
    let canvas = Canvas::new(WIDTH, 536);
    let range = range(plot);
    let edge = Edge { left: 52.0, top: 34.0, right: 502.0, bottom: 484.0 };
    let panel = Panel::new(&canvas, edge, range, range);
    let at = ticks(range, 6);
    regions(&panel, plot, range)?;
    panel.axis_y(&plot.y.label, &at, tick_label(&at))?;
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    let [low, high] = range;
    let offset = |by: f64| [[low, low + by], [high, high + by]];
    panel.series("lines", || {
        panel.line(&offset(0.0), Pen::new(Ink::Muted, 1.0))?;
        for by in [plot.criterion, -plot.criterion] {
            panel.line(&offset(by), Pen::new(Ink::Text, 1.3))?;
        }
        if let Some(cutoff) = plot.cutoff {
            panel.rule_x(cutoff, Pen::new(Ink::Text, 1.2).dashed())?;
            panel.rule_y(cutoff, Pen::new(Ink::Text, 1.2).dashed())?;
        }
        Ok(())
    })?;
    if draws_points(plot) {
        panel.series("points", || {
            plot.points.iter().try_for_each(|&point| panel.disc(point, 3.4, Ink::A, 0.6))
        })?;
    } else {
        scatter::draw_bins(&canvas, &panel, &plot.bins)?;
    }
    legend(&canvas, &panel, plot)?;
    Ok(canvas)
}

/// Shades what lies beyond the criterion: better in green, worse in vermilion; the words stand in the corners.
fn regions(panel: &Panel<'_>, plot: &JacobsonTruax, [low, high]: [f64; 2]) -> Drawn {
    let criterion = plot.criterion;
    let below = [[low, low - criterion], [high, high - criterion], [high, low - criterion]];
    let above = [[low, low + criterion], [high, high + criterion], [low, high + criterion]];
    let (better, worse) = if plot.lower_is_better { (below, above) } else { (above, below) };
    panel.series("regions", || {
        panel.polygon(&better, Ink::C, 0.10)?;
        panel.polygon(&worse, Ink::B, 0.10)
    })
}

fn legend(canvas: &Canvas, panel: &Panel<'_>, plot: &JacobsonTruax) -> Drawn {
    let edge = panel.edge();
    let (better, worse) = if plot.lower_is_better {
        (
            ([edge.right - 10.0, edge.bottom - 14.0], Anchor::End),
            ([edge.left + 10.0, edge.top + 14.0], Anchor::Start),
        )
    } else {
        (
            ([edge.left + 10.0, edge.top + 14.0], Anchor::Start),
            ([edge.right - 10.0, edge.bottom - 14.0], Anchor::End),
        )
    };
    canvas.text(better.0, "reliably better", Label::new(better.1).ink(Ink::C).bold())?;
    canvas.text(worse.0, "reliably worse", Label::new(worse.1).ink(Ink::B).bold())?;
    let left = edge.right + 28.0;
    let mut y = edge.top + 8.0;
    for (name, n, share) in &plot.classes {
        let number = format!("{n} ({})", apa::percent(*share, 0));
        canvas.text([left, y], name, Label::new(Anchor::Start))?;
        canvas.text([712.0, y], &number, Label::new(Anchor::End).bold())?;
        y += 22.0;
    }
    y += 10.0;
    let mut notes = vec![format!(
        "Solid parallels: a change of {} points in either direction.",
        apa::number(plot.criterion, 2)
    )];
    if let Some(cutoff) = plot.cutoff {
        notes.push(format!("Dashed: the cut-off, {}.", apa::number(cutoff, 2)));
    }
    notes.push("Grey: no change.".to_owned());
    for note in notes {
        let lines = wrap(&note, 11.5, 712.0 - left);
        y = canvas.lines([left, y], &lines, Label::muted(Anchor::Start).size(11.5))? + 6.0;
    }
    Ok(())
}

pub(super) fn data(plot: &JacobsonTruax) -> Table {
    use ColumnKind::{Count, Number, Share, Text};
    let mut data = Data::new(&[
        ("label", Text),
        ("before", Number),
        ("after", Number),
        ("before_to", Number),
        ("after_to", Number),
        ("count", Count),
        ("share", Share),
    ]);
    let none = || Cell::Missing;
    if draws_points(plot) {
        for &[x, y] in &plot.points {
            data.push("point", [none(), num(x), num(y), none(), none(), none(), none()]);
        }
    } else {
        for bin in &plot.bins {
            let [x, y] = [bin.x, bin.y];
            let cells =
                [none(), num(x[0]), num(y[0]), num(x[1]), num(y[1]), Cell::count(bin.count)];
            data.push("bin", cells.into_iter().chain([none()]));
        }
    }
    for (name, n, share) in &plot.classes {
        let cells = [Cell::text(&**name), none(), none(), none(), none(), Cell::count(*n)];
        data.push("class", cells.into_iter().chain([num(*share)]));
    }
    data.table()
}
