//! Means over sessions, with ribbon and a strip of n.

use dyad_model::figure::{Trajectory, TrajectoryPoint, TrajectorySeries};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, extent, maybe, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, text_width, tick_label, ticks,
};

pub(super) fn draw(plot: &Trajectory) -> Result<Canvas, DrawError> {
    let strips = u32::try_from(plot.series.len()).unwrap_or(1);
    let canvas = Canvas::new(WIDTH, 412 + 20 * strips);
    let all = || plot.series.iter().flat_map(|series| &series.points);
    let spread = all().flat_map(|p| p.spread.unwrap_or([p.mean, p.mean]));
    let limits = all().flat_map(|p| [p.mean, p.low.unwrap_or(p.mean), p.high.unwrap_or(p.mean)]);
    let samples = plot.samples.iter().flatten();
    let y = range_of(&plot.y, spread.chain(limits).chain(samples.clone().map(|p| p[1])));
    let sessions = extent(all().map(|p| p.x).chain(samples.map(|p| p[0]))).unwrap_or([1.0, 1.0]);
    let x = plot.x.range.unwrap_or([sessions[0] - 0.4, sessions[1] + 0.4]);

    let names = plot.series.iter().map(|s| text_width(&s.label, 12.0)).fold(0.0, f64::max);
    let named = plot.series.len() > 1;
    let right = if named { 704.0 - names.min(180.0) - 10.0 } else { 704.0 };
    let edge = Edge { left: 52.0, top: 34.0, right, bottom: 356.0 };
    let panel = Panel::new(&canvas, edge, x, y);
    let at = ticks(y, 6);
    panel.axis_y(&plot.y.label, &at, tick_label(&at))?;
    let at: Vec<f64> = ticks(sessions, 12).into_iter().filter(|t| t.fract().abs() < 1e-9).collect();
    panel.axis_x(&plot.x.label, &at, |tick| format!("{tick:.0}"))?;

    panel.series("samples", || {
        plot.samples.iter().try_for_each(|line| panel.line(line, Pen::new(Ink::Muted, 0.7)))
    })?;
    for (index, series) in plot.series.iter().enumerate() {
        draw_ribbons(&panel, series, plot.min_n, Ink::series(index))?;
    }
    for (index, series) in plot.series.iter().enumerate() {
        draw_series(&panel, series, plot.min_n, Ink::series(index))?;
    }
    if named {
        draw_names(&canvas, &panel, plot)?;
    }
    draw_strips(&canvas, &panel, plot, &at)?;
    Ok(canvas)
}

/// The longest run from the start whose every occasion has at least `min_n` clients.
fn enough(series: &TrajectorySeries, min_n: u64) -> &[TrajectoryPoint] {
    let stop = series.points.iter().position(|p| p.n < min_n).unwrap_or(series.points.len());
    &series.points[..stop]
}

fn draw_ribbons(panel: &Panel<'_>, series: &TrajectorySeries, min_n: u64, ink: Ink) -> Drawn {
    let solid = enough(series, min_n);
    let spread: Vec<[f64; 3]> =
        solid.iter().filter_map(|p| p.spread.map(|[low, high]| [p.x, low, high])).collect();
    let ribbon: Vec<[f64; 3]> = solid.iter().filter_map(|p| Some([p.x, p.low?, p.high?])).collect();
    panel.series("spread", || panel.ribbon(&spread, ink, 0.08))?;
    panel.series("ribbon", || panel.ribbon(&ribbon, ink, 0.20))
}

fn draw_series(panel: &Panel<'_>, series: &TrajectorySeries, min_n: u64, ink: Ink) -> Drawn {
    let solid = enough(series, min_n);
    let line = |points: &[TrajectoryPoint]| -> Vec<[f64; 2]> {
        points.iter().map(|p| [p.x, p.mean]).collect()
    };
    let rest = &series.points[solid.len().saturating_sub(1).min(series.points.len())..];
    panel.series("few", || {
        if solid.len() < series.points.len() {
            panel.line(&line(rest), Pen::new(Ink::Muted, 1.0).dotted())?;
        }
        Ok(())
    })?;
    panel.series("mean", || panel.line(&line(solid), Pen::new(ink, 2.25)))?;
    panel.series("points", || {
        solid.iter().try_for_each(|p| panel.disc([p.x, p.mean], 3.6, ink, 1.0))?;
        series.points[solid.len()..]
            .iter()
            .try_for_each(|p| panel.disc([p.x, p.mean], 2.4, Ink::Muted, 1.0))
    })
}

/// Writes each name at the end of its line, pushed apart where they would touch.
fn draw_names(canvas: &Canvas, panel: &Panel<'_>, plot: &Trajectory) -> Drawn {
    let mut ends: Vec<(f64, usize)> = plot
        .series
        .iter()
        .enumerate()
        .filter_map(|(index, s)| Some((panel.at([0.0, s.points.last()?.mean])[1], index)))
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = f64::NEG_INFINITY;
    for (y, index) in ends {
        let at = y.max(free);
        free = at + 16.0;
        let label = Label::new(Anchor::Start).ink(Ink::series(index)).bold();
        canvas.text([panel.edge().right + 8.0, at], &plot.series[index].label, label)?;
    }
    Ok(())
}

/// n of every session below the axis.
fn draw_strips(canvas: &Canvas, panel: &Panel<'_>, plot: &Trajectory, at: &[f64]) -> Drawn {
    let bottom = panel.edge().bottom;
    for (index, series) in plot.series.iter().enumerate() {
        let y = bottom + 58.0 + 20.0 * index as f64;
        let ink = if plot.series.len() > 1 { Ink::series(index) } else { Ink::Muted };
        canvas.text([panel.edge().left - 24.0, y], "n", Label::new(Anchor::End).ink(ink))?;
        for point in series.points.iter().filter(|p| at.iter().any(|t| (t - p.x).abs() < 1e-9)) {
            let [x, _] = panel.at([point.x, 0.0]);
            let label = Label::new(Anchor::Middle).ink(ink).size(11.0);
            canvas.text([x, y], &point.n.to_string(), label)?;
        }
    }
    let few = plot.series.iter().any(|s| enough(s, plot.min_n).len() < s.points.len());
    if few {
        let text = format!("Dotted: fewer than {} clients", plot.min_n);
        let at = [panel.edge().right, bottom + 33.0];
        canvas.text(at, &text, Label::muted(Anchor::End).size(11.0))?;
    }
    Ok(())
}

pub(super) fn data(plot: &Trajectory) -> Table {
    use ColumnKind::{Count, Number, Text};
    let mut data = Data::new(&[
        ("series", Text),
        ("x", Number),
        ("mean", Number),
        ("low", Number),
        ("high", Number),
        ("q10", Number),
        ("q90", Number),
        ("n", Count),
    ]);
    for series in &plot.series {
        for p in &series.points {
            let part = if p.n < plot.min_n { "few" } else { "mean" };
            data.push(
                part,
                [
                    Cell::text(&*series.label),
                    num(p.x),
                    num(p.mean),
                    maybe(p.low),
                    maybe(p.high),
                    maybe(p.spread.map(|s| s[0])),
                    maybe(p.spread.map(|s| s[1])),
                    Cell::count(p.n),
                ],
            );
        }
    }
    for (index, line) in plot.samples.iter().enumerate() {
        for &[x, y] in line {
            let name = Cell::text(format!("sample {}", index + 1));
            let rest = std::iter::repeat_n(Cell::Missing, 5);
            data.push("sample", [name, num(x), num(y)].into_iter().chain(rest));
        }
    }
    data.table()
}
