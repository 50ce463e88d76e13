//! Distributions of a score by group: density above, quantiles and single scores below.

use dyad_model::figure::{Cloud, MOST_MARKS, Raincloud};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, text_width, tick_label, ticks,
    wrap,
};

const ROW: f64 = 118.0;

pub(super) fn draw(plot: &Raincloud) -> Result<Canvas, DrawError> {
    let rows = plot.groups.len() as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few groups")]
    let canvas = Canvas::new(WIDTH, (64.0 + ROW * rows) as u32);
    let widest = plot.groups.iter().map(|g| text_width(&g.label, 12.0)).fold(60.0, f64::max);
    // Names are set in semi-bold, which is about a tenth wider.
    let left = 1.1 * widest.min(160.0) + 24.0;
    let edge = Edge { left, top: 8.0, right: 704.0, bottom: 8.0 + ROW * rows };
    let values = plot.groups.iter().flat_map(|group| {
        group
            .density
            .iter()
            .map(|p| p[0])
            .chain(group.quantiles)
            .chain(group.points.iter().copied())
    });
    let x = range_of(&plot.x, values);
    let panel = Panel::new(&canvas, edge, x, [-ROW * rows, 0.0]);
    let at = ticks(x, 8);
    canvas.group(&[("aria-hidden", "true")], || {
        at.iter().try_for_each(|&tick| panel.rule_x(tick, Pen::new(Ink::Grid, 1.0)))
    })?;
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    // One scale for all densities: the area stands for the same share in every group.
    let densities = plot.groups.iter().flat_map(|g| &g.density);
    let peak = densities.map(|p| p[1]).fold(f64::MIN_POSITIVE, f64::max);
    for (index, group) in plot.groups.iter().enumerate() {
        draw_group(&canvas, &panel, group, -ROW * index as f64, peak, Ink::series(index))?;
    }
    Ok(canvas)
}

fn draw_group(
    canvas: &Canvas,
    panel: &Panel<'_>,
    group: &Cloud,
    top: f64,
    peak: f64,
    ink: Ink,
) -> Drawn {
    let base = top - 62.0;
    let mut area: Vec<[f64; 2]> =
        group.density.iter().map(|p| [p[0], base + 52.0 * p[1] / peak]).collect();
    if let (Some(first), Some(last)) = (group.density.first(), group.density.last()) {
        area.extend([[last[0], base], [first[0], base]]);
    }
    panel.series("density", || panel.polygon(&area, ink, 0.30))?;
    let [q10, q25, q50, q75, q90] = group.quantiles;
    let middle = base - 14.0;
    panel.series("quantiles", || {
        panel.span_x(middle, [q10, q90], Pen::new(ink, 1.4), ink)?;
        panel.span_x(middle, [q25, q75], Pen::new(ink, 7.0), ink)?;
        panel.disc([q50, middle], 4.5, Ink::Paper, 1.0)?;
        panel.disc([q50, middle], 3.0, Ink::Text, 1.0)
    })?;
    if group.points.len() <= MOST_MARKS {
        panel.series("points", || {
            group.points.iter().enumerate().try_for_each(|(index, &score)| {
                // Spread over nine lanes in a fixed order, so that the same data give the same picture.
                let lane = (index * 4 % 9) as f64;
                panel.disc([score, base - 28.0 - 2.0 * lane], 1.9, ink, 0.55)
            })
        })?;
    }
    let [_, y] = panel.at([0.0, base]);
    let lines = wrap(&group.label, 13.2, panel.edge().left - 20.0);
    let below = canvas.lines([4.0, y - 10.0], &lines, Label::new(Anchor::Start).ink(ink).bold())?;
    canvas.text([4.0, below], &format!("n = {}", group.n), Label::muted(Anchor::Start))
}

pub(super) fn data(plot: &Raincloud) -> Table {
    use ColumnKind::{Count, Number, Text};
    let mut data =
        Data::new(&[("group", Text), ("score", Number), ("height", Number), ("n", Count)]);
    for group in &plot.groups {
        let name = || Cell::text(&*group.label);
        for &[score, height] in &group.density {
            data.push("density", [name(), num(score), num(height), Cell::Missing]);
        }
        for (part, value) in ["q10", "q25", "q50", "q75", "q90"].into_iter().zip(group.quantiles) {
            data.push(part, [name(), num(value), Cell::Missing, Cell::count(group.n)]);
        }
        if group.points.len() <= MOST_MARKS {
            for &score in &group.points {
                data.push("point", [name(), num(score), Cell::Missing, Cell::Missing]);
            }
        }
    }
    data.table()
}
