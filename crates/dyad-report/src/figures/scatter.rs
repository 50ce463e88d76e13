//! Two scores against each other, with the regression line and the interval of the mean line.

use dyad_model::figure::{BandPoint, Bin1, Bin2, MOST_MARKS, Scatter};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, tick_label, ticks,
};

/// Height of the two distributions beside the panel.
const MARGIN: f64 = 46.0;

/// Whether single marks are drawn.
fn draws_points(plot: &Scatter) -> bool {
    !plot.points.is_empty() && plot.points.len() <= MOST_MARKS
}

pub(super) fn draw(plot: &Scatter) -> Result<Canvas, DrawError> {
    let points = if draws_points(plot) { &plot.points[..] } else { &[] };
    let bins = if draws_points(plot) { &[] } else { &plot.bins[..] };
    let xs = points.iter().map(|p| p[0]).chain(bins.iter().flat_map(|b| b.x));
    let ys = points.iter().map(|p| p[1]).chain(bins.iter().flat_map(|b| b.y));
    let x = range_of(&plot.x, xs.chain(plot.line.iter().map(|p| p.x)));
    let y = range_of(&plot.y, ys.chain(plot.line.iter().flat_map(|p| [p.low, p.high])));
    let (across, upward) = (marginal(&plot.bins, |b| b.x), marginal(&plot.bins, |b| b.y));
    let beside = if across.len() > 1 && upward.len() > 1 { MARGIN + 6.0 } else { 0.0 };
    let canvas = Canvas::new(WIDTH, 440 + if beside > 0.0 { 34 } else { 0 });
    let edge = Edge {
        left: 52.0,
        top: 34.0 + beside,
        right: 704.0 - beside,
        bottom: 392.0 + if beside > 0.0 { 34.0 } else { 0.0 },
    };
    let panel = Panel::new(&canvas, edge, x, y);

    let at = ticks(y, 6);
    panel.axis_y("", &at, tick_label(&at))?;
    canvas.text([4.0, 16.0], &plot.y.label, Label::new(Anchor::Start))?;
    let at = ticks(x, 8);
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    canvas.text([704.0, 16.0], &plot.annotation, Label::new(Anchor::End).bold())?;
    if beside > 0.0 {
        draw_marginals(&canvas, edge, [x, y], &across, &upward)?;
    }
    draw_bins(&canvas, &panel, bins)?;
    draw_line(&panel, &plot.line)?;
    panel.series("points", || {
        points.iter().try_for_each(|&point| panel.disc(point, 3.4, Ink::A, 0.55))
    })?;
    draw_centre(&panel, &plot.line)?;
    Ok(canvas)
}

/// The distribution of one score: the bins summed over the other.
fn marginal(bins: &[Bin2], side: impl Fn(&Bin2) -> [f64; 2]) -> Vec<Bin1> {
    let mut sorted: Vec<Bin1> =
        bins.iter().map(|bin| Bin1 { x: side(bin), count: bin.count }).collect();
    sorted.sort_by(|a, b| a.x[0].total_cmp(&b.x[0]));
    let mut summed: Vec<Bin1> = Vec::new();
    for bin in sorted {
        match summed.last_mut() {
            Some(last) if last.x[0].total_cmp(&bin.x[0]).is_eq() => last.count += bin.count,
            _ => summed.push(bin),
        }
    }
    summed
}

/// The distributions of both scores, above and at the right, on the panel's axes.
fn draw_marginals(
    canvas: &Canvas,
    edge: Edge,
    [x, y]: [[f64; 2]; 2],
    across: &[Bin1],
    upward: &[Bin1],
) -> Drawn {
    let height = |bin: &Bin1| bin.count as f64 / (bin.x[1] - bin.x[0]).max(f64::MIN_POSITIVE);
    let most = |bins: &[Bin1]| bins.iter().map(height).fold(f64::MIN_POSITIVE, f64::max);
    let above = Edge { top: edge.top - 6.0 - MARGIN, bottom: edge.top - 6.0, ..edge };
    let right = Edge { left: edge.right + 6.0, right: edge.right + 6.0 + MARGIN, ..edge };
    let panel = Panel::new(canvas, above, x, [0.0, most(across)]);
    panel.series("marginal-x", || {
        across.iter().try_for_each(|bin| {
            let ([from, to], top) = (bin.x, height(bin));
            panel.polygon(&[[from, 0.0], [to, 0.0], [to, top], [from, top]], Ink::A, 0.30)
        })
    })?;
    let panel = Panel::new(canvas, right, [0.0, most(upward)], y);
    panel.series("marginal-y", || {
        upward.iter().try_for_each(|bin| {
            let ([from, to], end) = (bin.x, height(bin));
            panel.polygon(&[[0.0, from], [end, from], [end, to], [0.0, to]], Ink::A, 0.30)
        })
    })
}

/// Bins, darker for more marks.
pub(super) fn draw_bins(canvas: &Canvas, panel: &Panel<'_>, bins: &[Bin2]) -> Drawn {
    let Some(most) = bins.iter().map(|bin| bin.count).max().filter(|&most| most > 0) else {
        return Ok(());
    };
    panel.series("bins", || {
        for bin in bins.iter().filter(|bin| bin.count > 0) {
            let share = (bin.count as f64 / most as f64).sqrt();
            let corners = [
                [bin.x[0], bin.y[0]],
                [bin.x[1], bin.y[0]],
                [bin.x[1], bin.y[1]],
                [bin.x[0], bin.y[1]],
            ];
            panel.polygon(&corners, Ink::A, 0.10 + 0.80 * share)?;
        }
        Ok(())
    })?;
    let text = format!("Darker: more in the bin, at most {most}");
    let edge = panel.edge();
    let at = [edge.right, edge.bottom + 33.0];
    canvas.text(at, &text, Label::muted(Anchor::End).size(11.0))
}

/// The band of the mean line.
fn draw_line(panel: &Panel<'_>, line: &[BandPoint]) -> Drawn {
    let band: Vec<[f64; 3]> = line.iter().map(|p| [p.x, p.low, p.high]).collect();
    panel.series("band", || panel.ribbon(&band, Ink::Text, 0.13))
}

/// The mean line itself, above the marks.
fn draw_centre(panel: &Panel<'_>, line: &[BandPoint]) -> Drawn {
    let centre: Vec<[f64; 2]> = line.iter().map(|p| [p.x, p.y]).collect();
    panel.series("line", || panel.line(&centre, Pen::new(Ink::Text, 2.0)))
}

pub(super) fn data(plot: &Scatter) -> Table {
    use ColumnKind::{Count, Number};
    let mut data = Data::new(&[
        ("x", Number),
        ("y", Number),
        ("low", Number),
        ("high", Number),
        ("x_to", Number),
        ("y_to", Number),
        ("count", Count),
    ]);
    if draws_points(plot) {
        for &[x, y] in &plot.points {
            let rest = std::iter::repeat_n(Cell::Missing, 5);
            data.push("point", [num(x), num(y)].into_iter().chain(rest));
        }
    } else {
        for bin in &plot.bins {
            let (x, y) = (bin.x, bin.y);
            let cells = [num(x[0]), num(y[0]), Cell::Missing, Cell::Missing, num(x[1]), num(y[1])];
            data.push("bin", cells.into_iter().chain([Cell::count(bin.count)]));
        }
    }
    for p in &plot.line {
        let rest = std::iter::repeat_n(Cell::Missing, 3);
        data.push("line", [num(p.x), num(p.y), num(p.low), num(p.high)].into_iter().chain(rest));
    }
    data.table()
}
