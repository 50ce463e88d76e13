//! Sorted estimates of unnamed units; without single units, a histogram of the estimates.

use dyad_model::figure::{Caterpillar, MOST_MARKS, Ranged};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Edge, Ink, Label, Panel, Pen, tick_label, ticks, whole_ticks,
};

fn draws_units(plot: &Caterpillar) -> bool {
    !plot.units.is_empty() && plot.units.len() <= MOST_MARKS
}

pub(super) fn draw(plot: &Caterpillar) -> Result<Canvas, DrawError> {
    if draws_units(plot) { units(plot) } else { histogram(plot) }
}

/// Whether the interval excludes the average.
fn differs(unit: &Ranged) -> bool {
    unit.low > 0.0 || unit.high < 0.0
}

fn units(plot: &Caterpillar) -> Result<Canvas, DrawError> {
    let n = plot.units.len() as f64;
    let row = (440.0 / n).clamp(1.0, 16.0);
    let height = 40.0 + row * n + 72.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 2,000 rows"
    )]
    let canvas = Canvas::new(WIDTH, height.ceil() as u32);
    let edge = Edge { left: 40.0, top: 40.0, right: 690.0, bottom: 40.0 + row * n };
    let values = plot.units.iter().flat_map(|u| [u.low, u.high]).chain([0.0]);
    let x = range_of(&plot.x, values);
    let panel = Panel::new(&canvas, edge, x, [-0.5, n - 0.5]);
    let at = ticks(x, 8);
    canvas.group(&[("aria-hidden", "true")], || {
        at.iter().try_for_each(|&tick| panel.rule_x(tick, Pen::new(Ink::Grid, 1.0)))
    })?;
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    panel.series("average", || panel.rule_x(0.0, Pen::new(Ink::Text, 1.2).dashed()))?;
    if panel.shows([0.0, 0.0]) {
        let [zero, _] = panel.at([0.0, 0.0]);
        canvas.text([zero, edge.top - 10.0], "average", Label::muted(Anchor::Middle).size(11.5))?;
    }
    let (width, radius) = ((row / 5.0).clamp(0.5, 1.8), (row / 3.6).clamp(0.8, 3.8));
    panel.series("intervals", || {
        for (index, unit) in plot.units.iter().enumerate() {
            let ink = if differs(unit) { Ink::A } else { Ink::Muted };
            panel.span_x(index as f64, [unit.low, unit.high], Pen::new(ink, width), ink)?;
        }
        Ok(())
    })?;
    panel.series("points", || {
        for (index, unit) in plot.units.iter().enumerate() {
            let ink = if differs(unit) { Ink::A } else { Ink::Muted };
            panel.disc([unit.estimate, index as f64], radius, ink, 1.0)?;
            if !differs(unit) && radius > 2.0 && panel.shows([unit.estimate, index as f64]) {
                // An open mark: the interval holds the average. Colour alone would not say it to everybody.
                canvas.disc(
                    panel.at([unit.estimate, index as f64]),
                    radius - 1.2,
                    Ink::Paper,
                    1.0,
                )?;
            }
        }
        Ok(())
    })?;
    let excluding = plot.units.iter().filter(|u| differs(u)).count();
    let text = format!(
        "Filled: the interval excludes the average ({excluding} of {}). Intervals: {}",
        plot.units.len(),
        plot.interval
    );
    canvas.text([edge.left, 10.0], &text, Label::muted(Anchor::Start).size(11.5))?;
    Ok(canvas)
}

fn histogram(plot: &Caterpillar) -> Result<Canvas, DrawError> {
    let canvas = Canvas::new(WIDTH, 380);
    let edge = Edge { left: 52.0, top: 34.0, right: 704.0, bottom: 326.0 };
    let x = range_of(&plot.x, plot.bins.iter().flat_map(|b| b.x).chain([0.0]));
    let most = plot.bins.iter().map(|b| b.count).max().unwrap_or(1).max(1) as f64;
    let y = [0.0, 1.08 * most];
    let panel = Panel::new(&canvas, edge, x, y);
    let at = whole_ticks(y, 5);
    panel.axis_y("Number in each bin", &at, tick_label(&at))?;
    let at = ticks(x, 8);
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    panel.series("bins", || {
        for bin in &plot.bins {
            let (gap, top) = (0.03 * (bin.x[1] - bin.x[0]), bin.count as f64);
            let (from, to) = (bin.x[0] + gap, bin.x[1] - gap);
            panel.polygon(&[[from, 0.0], [to, 0.0], [to, top], [from, top]], Ink::A, 0.75)?;
        }
        Ok(())
    })?;
    panel.series("average", || panel.rule_x(0.0, Pen::new(Ink::Text, 1.2).dashed()))?;
    Ok(canvas)
}

pub(super) fn data(plot: &Caterpillar) -> Table {
    use ColumnKind::{Count, Number};
    let mut data =
        Data::new(&[("estimate", Number), ("low", Number), ("high", Number), ("count", Count)]);
    if draws_units(plot) {
        for unit in &plot.units {
            let cells = [num(unit.estimate), num(unit.low), num(unit.high), Cell::Missing];
            data.push("unit", cells);
        }
    } else {
        for bin in &plot.bins {
            data.push("bin", [Cell::Missing, num(bin.x[0]), num(bin.x[1]), Cell::count(bin.count)]);
        }
    }
    data.table()
}
