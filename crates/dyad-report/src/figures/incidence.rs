//! Cumulative incidence of ends that compete, with those at risk and the ends so far below.

use dyad_model::figure::{CumulativeIncidence, IncidenceStep};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, maybe, num};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, share_label, spread_apart,
    text_width, tick_label, ticks, wrap,
};

/// The steps drawn: until fewer than a tenth of those at the start are at risk.
fn drawn(plot: &CumulativeIncidence) -> &[IncidenceStep] {
    let start = plot.steps.iter().map(|s| s.at_risk).max().unwrap_or(0);
    let stop = plot.steps.iter().position(|s| s.at_risk * 10 < start).unwrap_or(plot.steps.len());
    &plot.steps[..stop]
}

pub(super) fn draw(plot: &CumulativeIncidence) -> Result<Canvas, DrawError> {
    let rows = u32::try_from(plot.ends.len()).unwrap_or(1) + 1;
    let canvas = Canvas::new(WIDTH, 420 + 20 * rows);
    let names: Vec<Vec<String>> = plot.ends.iter().map(|end| wrap(end, 12.0, 150.0)).collect();
    let widest =
        names.iter().flatten().map(|line| text_width(line, 13.2)).fold(0.0, f64::max).min(170.0);
    let left = plot.ends.iter().map(|end| text_width(end, 11.5)).fold(60.0, f64::max).min(150.0);
    let edge = Edge { left: left + 20.0, top: 34.0, right: 704.0 - widest, bottom: 352.0 };
    let end = plot.steps.iter().map(|s| s.time).fold(1.0, f64::max);
    let x = plot.x.range.unwrap_or([0.0, 1.03 * end]);
    let highest = drawn(plot)
        .iter()
        .flat_map(|s| s.ends.iter().map(|e| e.high.unwrap_or(e.incidence)))
        .fold(0.1, f64::max);
    let y = plot.y.range.map_or([0.0, (1.06 * highest).min(1.0)], |[_, high]| [0.0, high]);
    let panel = Panel::new(&canvas, edge, x, y);
    let at = ticks(y, 5);
    panel.axis_y(&plot.y.label, &at, share_label(&plot.y.label, &at))?;
    let at = ticks(x, 8);
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    for index in 0..plot.ends.len() {
        panel.series("band", || panel.ribbon(&band(plot, index), Ink::series(index), 0.15))?;
    }
    for index in 0..plot.ends.len() {
        let pen = Pen::new(Ink::series(index), 2.0);
        let pen = if index % 2 == 1 { pen.dashed() } else { pen };
        panel.series("curve", || panel.line(&curve(plot, index), pen))?;
    }
    draw_names(&canvas, &panel, plot, &names)?;
    risk_table(&canvas, &panel, plot, &at)?;
    if drawn(plot).len() < plot.steps.len() {
        let at = [edge.right, edge.top - 18.0];
        let label = Label::muted(Anchor::End).size(11.5);
        canvas.text(at, "Drawn while a tenth are at risk", label)?;
    }
    Ok(canvas)
}

/// The steps of one end, from 0.
fn curve(plot: &CumulativeIncidence, index: usize) -> Vec<[f64; 2]> {
    let mut line = vec![[0.0, 0.0]];
    for step in drawn(plot) {
        let Some(end) = step.ends.get(index) else { continue };
        let before = line.last().map_or(0.0, |p| p[1]);
        line.extend([[step.time, before], [step.time, end.incidence]]);
    }
    line
}

/// The interval of one end, in the same steps.
fn band(plot: &CumulativeIncidence, index: usize) -> Vec<[f64; 3]> {
    let mut band = vec![[0.0, 0.0, 0.0]];
    for step in drawn(plot) {
        let limits = step.ends.get(index).and_then(|end| end.low.zip(end.high));
        let Some((low, high)) = limits else { continue };
        let [_, low_before, high_before] = band.last().copied().unwrap_or_default();
        band.extend([[step.time, low_before, high_before], [step.time, low, high]]);
    }
    band
}

/// Writes each name at the end of its curve, pushed apart where they would touch.
fn draw_names(
    canvas: &Canvas,
    panel: &Panel<'_>,
    plot: &CumulativeIncidence,
    names: &[Vec<String>],
) -> Drawn {
    let Some(last) = drawn(plot).last() else { return Ok(()) };
    let wanted: Vec<(f64, f64)> = last
        .ends
        .iter()
        .zip(names)
        .map(|(end, lines)| (panel.at([0.0, end.incidence])[1], 16.2 * lines.len() as f64))
        .collect();
    for (index, y) in spread_apart(&wanted, panel.edge().bottom).into_iter().enumerate() {
        let label = Label::new(Anchor::Start).ink(Ink::series(index)).bold();
        canvas.lines([panel.edge().right + 8.0, y], &names[index], label)?;
    }
    Ok(())
}

/// At risk at the ticks, and of each end how many until then.
fn risk_table(canvas: &Canvas, panel: &Panel<'_>, plot: &CumulativeIncidence, at: &[f64]) -> Drawn {
    let mut y = panel.edge().bottom + 56.0;
    canvas.text([4.0, y], "At risk", Label::muted(Anchor::Start).size(11.5))?;
    for &tick in at {
        let risk = plot.steps.iter().find(|s| s.time >= tick).map_or(0, |s| s.at_risk);
        let [x, _] = panel.at([tick, 0.0]);
        canvas.text([x, y], &risk.to_string(), Label::new(Anchor::Middle).size(11.0))?;
    }
    for (index, name) in plot.ends.iter().enumerate() {
        y += 20.0;
        let label = Label::new(Anchor::Start).ink(Ink::series(index)).size(11.5);
        let room = panel.edge().left - 20.0;
        let short = wrap(name, 11.5, room).into_iter().next().unwrap_or_default();
        canvas.text([4.0, y], &short, label)?;
        for &tick in at {
            let until = plot.steps.iter().take_while(|s| s.time <= tick);
            let events: u64 = until.filter_map(|s| s.ends.get(index)).map(|end| end.events).sum();
            let [x, _] = panel.at([tick, 0.0]);
            canvas.text([x, y], &events.to_string(), Label::new(Anchor::Middle).size(11.0))?;
        }
    }
    Ok(())
}

pub(super) fn data(plot: &CumulativeIncidence) -> Table {
    use ColumnKind::{Count, Number, Text};
    let mut data = Data::new(&[
        ("end", Text),
        ("time", Number),
        ("incidence", Number),
        ("low", Number),
        ("high", Number),
        ("events", Count),
        ("at_risk", Count),
        ("censored", Count),
    ]);
    for (index, name) in plot.ends.iter().enumerate() {
        for step in &plot.steps {
            let Some(end) = step.ends.get(index) else { continue };
            data.push(
                "step",
                [
                    Cell::text(&**name),
                    num(step.time),
                    num(end.incidence),
                    maybe(end.low),
                    maybe(end.high),
                    Cell::count(end.events),
                    Cell::count(step.at_risk),
                    Cell::count(step.censored),
                ],
            );
        }
    }
    data.table()
}
