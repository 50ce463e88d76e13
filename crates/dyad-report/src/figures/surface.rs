//! What a model predicts over two scores: shades with contour lines, and where the persons are.

use dyad_model::figure::{MOST_MARKS, ResponseSurface};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, contour, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, text_width, tick_label, ticks,
};

/// Squares of the shading along each side of the panel.
const STEPS: u32 = 80;
/// Side of the panel in pixels: a whole number for each square, so that no seam shows between them.
const SIDE: f64 = 480.0;

fn draws_points(plot: &ResponseSurface) -> bool {
    !plot.points.is_empty() && plot.points.len() <= MOST_MARKS
}

/// Whether the predictions fill their grid, and the grid ascends.
pub(super) fn is_whole(plot: &ResponseSurface) -> bool {
    let ascends = |at: &[f64]| at.len() > 1 && at.windows(2).all(|pair| pair[0] < pair[1]);
    ascends(&plot.xs)
        && ascends(&plot.ys)
        && plot.predicted.len() == plot.ys.len()
        && plot.predicted.iter().all(|row| row.len() == plot.xs.len())
}

pub(super) fn draw(plot: &ResponseSurface) -> Result<Canvas, DrawError> {
    let canvas = Canvas::new(WIDTH, 564);
    let edge = Edge { left: 52.0, top: 34.0, right: 52.0 + SIDE, bottom: 34.0 + SIDE };
    let x = range_of(&plot.x, plot.xs.iter().copied().take(1).chain(plot.xs.last().copied()));
    let y = range_of(&plot.y, plot.ys.iter().copied().take(1).chain(plot.ys.last().copied()));
    let inside = |axis: [f64; 2], at: &[f64]| match at {
        [first, .., last] => [axis[0].max(*first), axis[1].min(*last)],
        _ => axis,
    };
    let (x, y) = (inside(x, &plot.xs), inside(y, &plot.ys));
    let panel = Panel::new(&canvas, edge, x, y);
    let z = range_of(&plot.z, plot.predicted.iter().flatten().copied());
    let levels: Vec<f64> = ticks(z, 8).into_iter().filter(|t| *t > z[0] && *t < z[1]).collect();
    shades(&canvas, plot, edge, [x, y], &levels)?;
    let persons: Vec<[f64; 2]> = if draws_points(plot) {
        plot.points.clone()
    } else {
        let filled = plot.bins.iter().filter(|bin| bin.count > 0);
        filled
            .flat_map(|b| [0, 1].into_iter().flat_map(|i| [0, 1].map(|j| [b.x[i], b.y[j]])))
            .collect()
    };
    fade(&panel, &contour::hull(&persons), [x, y])?;
    let at = ticks(y, 6);
    panel.axis_y(&plot.y.label, &at, tick_label(&at))?;
    let at = ticks(x, 8);
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    if plot.congruence {
        let (sum, pen) = (x[0].max(y[0]) + x[1].min(y[1]), Pen::new(Ink::Text, 1.3));
        panel.series("congruence", || panel.line(&[[x[0], x[0]], [x[1], x[1]]], pen))?;
        let across = [[x[0], sum - x[0]], [x[1], sum - x[1]]];
        panel.series("incongruence", || panel.line(&across, pen.dashed()))?;
    }
    draw_contours(&canvas, &panel, plot, &levels)?;
    panel.series("persons", || {
        if draws_points(plot) {
            return plot.points.iter().try_for_each(|&p| panel.disc(p, 2.4, Ink::Text, 0.55));
        }
        let most = plot.bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1) as f64;
        plot.bins.iter().filter(|bin| bin.count > 0).try_for_each(|bin| {
            let middle = [f64::midpoint(bin.x[0], bin.x[1]), f64::midpoint(bin.y[0], bin.y[1])];
            panel.disc(middle, 11.0 * (bin.count as f64 / most).sqrt(), Ink::Text, 0.5)
        })
    })?;
    legend(&canvas, plot, &levels, z)?;
    Ok(canvas)
}

/// The opacity of the shade above `below` of `levels` lines.
fn opacity(below: usize, levels: usize) -> f64 {
    0.06 + 0.78 * below as f64 / levels.max(1) as f64
}

/// Squares of one shade per interval between contour lines, joined along each row.
fn shades(
    canvas: &Canvas,
    plot: &ResponseSurface,
    edge: Edge,
    [x, y]: [[f64; 2]; 2],
    levels: &[f64],
) -> Drawn {
    let step = SIDE / f64::from(STEPS);
    let middle = |range: [f64; 2], index: u32| {
        range[0] + (range[1] - range[0]) * (f64::from(index) + 0.5) / f64::from(STEPS)
    };
    let attributes = [("data-series", "surface"), ("shape-rendering", "crispEdges")];
    canvas.group(&attributes, || {
        for row in 0..STEPS {
            let top = edge.bottom - step * f64::from(row + 1);
            let shade = |column: u32| {
                let z = contour::at(plot, [middle(x, column), middle(y, row)]);
                levels.iter().filter(|level| **level <= z).count()
            };
            let (mut from, mut now) = (0, shade(0));
            for column in 1..=STEPS {
                let next = (column < STEPS).then(|| shade(column));
                if next != Some(now) {
                    let left = edge.left + step * f64::from(from);
                    let right = edge.left + step * f64::from(column);
                    let paint = opacity(now, levels.len());
                    canvas.rect([left, top], [right, top + step], Ink::A, paint)?;
                    (from, now) = (column, next.unwrap_or(now));
                }
            }
        }
        Ok(())
    })
}

/// Pales what lies outside the persons' hull.
fn fade(panel: &Panel<'_>, hull: &[[f64; 2]], [x, y]: [[f64; 2]; 2]) -> Drawn {
    if hull.len() < 3 {
        return Ok(());
    }
    let clamped = hull.iter().map(|p| [p[0].clamp(x[0], x[1]), p[1].clamp(y[0], y[1])]);
    let hull: Vec<[f64; 2]> = clamped.collect();
    // The frame runs one way and the hull, through a slit, the other: what lies between them is filled.
    let corner = [x[0], y[0]];
    let mut outside = vec![corner, [x[0], y[1]], [x[1], y[1]], [x[1], y[0]], corner];
    outside.extend(hull.iter().chain(hull.first()));
    panel.series("extrapolated", || panel.polygon(&outside, Ink::Paper, 0.66))
}

fn draw_contours(
    canvas: &Canvas,
    panel: &Panel<'_>,
    plot: &ResponseSurface,
    levels: &[f64],
) -> Drawn {
    let label = tick_label(levels);
    let mut texts: Vec<([f64; 2], String)> = Vec::new();
    panel.series("contours", || {
        for &level in levels {
            let segments = contour::segments(plot, level);
            for segment in &segments {
                panel.line(segment, Pen::new(Ink::Text, 0.9))?;
            }
            let middles = segments
                .iter()
                .map(|[a, b]| panel.at([f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]));
            let edge = panel.edge();
            // Off the diagonals, where the lines of congruence are.
            let aim = [edge.left + 0.72 * SIDE, f64::midpoint(edge.top, edge.bottom)];
            let near = middles
                .filter(|p| p[0] > edge.left + 20.0 && p[0] < edge.right - 20.0)
                .filter(|p| p[1] > edge.top + 10.0 && p[1] < edge.bottom - 10.0)
                .min_by(|a, b| (a[0] - aim[0]).abs().total_cmp(&(b[0] - aim[0]).abs()));
            if let Some(at) = near
                && texts.iter().all(|(other, _)| (other[1] - at[1]).hypot(other[0] - at[0]) > 22.0)
            {
                texts.push((at, label(level)));
            }
        }
        Ok(())
    })?;
    for (at, text) in texts {
        let half = text_width(&text, 11.0) / 2.0 + 2.0;
        canvas.rect([at[0] - half, at[1] - 7.0], [at[0] + half, at[1] + 7.0], Ink::Paper, 0.82)?;
        canvas.text(at, &text, Label::new(Anchor::Middle).size(11.0))?;
    }
    Ok(())
}

/// The scale of the shades, and what the marks are.
fn legend(canvas: &Canvas, plot: &ResponseSurface, levels: &[f64], z: [f64; 2]) -> Drawn {
    let (left, top, bottom) = (562.0, 74.0, 330.0);
    let name = crate::svg::wrap(&plot.z.label, 12.0, 150.0);
    canvas.lines([left, top - 16.2 * name.len() as f64], &name, Label::new(Anchor::Start))?;
    let height = |value: f64| bottom - (bottom - top) * (value - z[0]) / (z[1] - z[0]);
    let label = tick_label(levels);
    for shade in 0..=levels.len() {
        let low = if shade == 0 { z[0] } else { levels[shade - 1] };
        let high = levels.get(shade).copied().unwrap_or(z[1]);
        let paint = opacity(shade, levels.len());
        canvas.rect([left, height(high)], [left + 18.0, height(low)], Ink::A, paint)?;
    }
    for &level in levels {
        let at = [left + 26.0, height(level)];
        canvas.text(at, &label(level), Label::muted(Anchor::Start).size(11.5))?;
    }
    let marks = if draws_points(plot) { "Dots: persons." } else { "Dots: persons, by area." };
    let mut note = format!("{marks} Pale: nobody there, the model extrapolates.");
    if plot.congruence {
        note.push_str(" Line: both agree; dashed: they differ around the middle.");
    }
    let lines = crate::svg::wrap(&note, 11.5, 150.0);
    let below =
        canvas.lines([left, bottom + 28.0], &lines, Label::muted(Anchor::Start).size(11.5))?;
    let lines = crate::svg::wrap(&plot.annotation, 12.0, 132.0);
    canvas.lines([left, below + 12.0], &lines, Label::new(Anchor::Start).bold())?;
    Ok(())
}

pub(super) fn data(plot: &ResponseSurface) -> Table {
    use ColumnKind::{Count, Number};
    let mut data = Data::new(&[
        ("x", Number),
        ("y", Number),
        ("predicted", Number),
        ("x_to", Number),
        ("y_to", Number),
        ("count", Count),
    ]);
    for (&y, row) in plot.ys.iter().zip(&plot.predicted) {
        for (&x, &z) in plot.xs.iter().zip(row) {
            let rest = std::iter::repeat_n(Cell::Missing, 3);
            data.push("predicted", [num(x), num(y), num(z)].into_iter().chain(rest));
        }
    }
    if draws_points(plot) {
        for &[x, y] in &plot.points {
            let rest = std::iter::repeat_n(Cell::Missing, 4);
            data.push("point", [num(x), num(y)].into_iter().chain(rest));
        }
    } else {
        for bin in &plot.bins {
            let ([x, x_to], [y, y_to]) = (bin.x.map(num), bin.y.map(num));
            data.push("bin", [x, y, Cell::Missing, x_to, y_to, Cell::count(bin.count)]);
        }
    }
    data.table()
}
