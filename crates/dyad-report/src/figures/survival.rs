//! Survival curves in steps with the risk table below, or cumulative incidence.

use dyad_model::figure::{Survival, SurvivalCurve, SurvivalStep};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, extent, maybe, num};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, share_label, text_width,
    tick_label, ticks,
};

/// The steps drawn: until fewer than a tenth of those at the start are at risk.
fn drawn(curve: &SurvivalCurve) -> &[SurvivalStep] {
    let start = curve.steps.iter().map(|s| s.at_risk).max().unwrap_or(0);
    let stop = curve.steps.iter().position(|s| s.at_risk * 10 < start).unwrap_or(curve.steps.len());
    &curve.steps[..stop]
}

pub(super) fn draw(plot: &Survival) -> Result<Canvas, DrawError> {
    let rows = u32::try_from(plot.curves.len()).unwrap_or(1);
    let canvas = Canvas::new(WIDTH, 432 + 34 * rows);
    let names = plot.curves.iter().map(|c| text_width(&c.label, 13.2)).fold(0.0, f64::max);
    let edge = Edge { left: 92.0, top: 34.0, right: 704.0 - names.min(170.0), bottom: 352.0 };
    let times = extent(plot.curves.iter().flat_map(|c| &c.steps).map(|s| s.time));
    let x = plot.x.range.unwrap_or([0.0, times.map_or(1.0, |t| t[1].max(1.0))]);
    let y = plot.y.range.map_or([0.0, 1.0], |[_, high]| [0.0, high]);
    let panel = Panel::new(&canvas, edge, x, y);
    let at = ticks(y, 5);
    panel.axis_y(&plot.y.label, &at, share_label(&plot.y.label, &at))?;
    let at = ticks(x, 8);
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    for (index, curve) in plot.curves.iter().enumerate() {
        draw_band(&panel, curve, plot.cumulative_incidence, Ink::series(index))?;
    }
    for (index, curve) in plot.curves.iter().enumerate() {
        draw_curve(&canvas, &panel, curve, plot.cumulative_incidence, Ink::series(index))?;
    }
    draw_names(&canvas, &panel, plot)?;
    risk_table(&canvas, &panel, plot, &at)?;
    Ok(canvas)
}

/// A share on the axis that is drawn.
fn shown(share: f64, incidence: bool) -> f64 {
    if incidence { 1.0 - share } else { share }
}

fn draw_band(panel: &Panel<'_>, curve: &SurvivalCurve, incidence: bool, ink: Ink) -> Drawn {
    let mut band: Vec<[f64; 3]> = vec![[0.0, shown(1.0, incidence), shown(1.0, incidence)]];
    for step in drawn(curve) {
        let (Some(low), Some(high)) = (step.low, step.high) else { continue };
        let (a, b) = (shown(low, incidence), shown(high, incidence));
        let [_, low, high] = band.last().copied().unwrap_or([0.0, a, b]);
        band.extend([[step.time, low, high], [step.time, a.min(b), a.max(b)]]);
    }
    panel.series("band", || panel.ribbon(&band, ink, 0.15))
}

fn draw_curve(
    canvas: &Canvas,
    panel: &Panel<'_>,
    curve: &SurvivalCurve,
    incidence: bool,
    ink: Ink,
) -> Drawn {
    let steps = drawn(curve);
    let mut line = vec![[0.0, shown(1.0, incidence)]];
    for step in steps {
        let y = shown(step.survival, incidence);
        let before = line.last().map_or(y, |p| p[1]);
        line.extend([[step.time, before], [step.time, y]]);
    }
    panel.series("curve", || panel.line(&line, Pen::new(ink, 2.0)))?;
    panel.series("censored", || {
        for step in steps.iter().filter(|s| s.censored > 0) {
            let at = [step.time, shown(step.survival, incidence)];
            if panel.shows(at) {
                let [x, y] = panel.at(at);
                canvas.line(&[[x, y - 4.0], [x, y + 4.0]], Pen::new(ink, 1.2))?;
            }
        }
        Ok(())
    })
}

/// Writes each name at the end of its curve, pushed apart where they would touch.
fn draw_names(canvas: &Canvas, panel: &Panel<'_>, plot: &Survival) -> Drawn {
    let mut ends: Vec<(f64, usize)> = plot
        .curves
        .iter()
        .enumerate()
        .filter_map(|(index, curve)| {
            let last = drawn(curve).last()?;
            let share = shown(last.survival, plot.cumulative_incidence);
            Some((panel.at([0.0, share])[1], index))
        })
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = f64::NEG_INFINITY;
    for (y, index) in ends {
        let at = y.max(free);
        free = at + 16.0;
        let label = Label::new(Anchor::Start).ink(Ink::series(index)).bold();
        canvas.text([panel.edge().right + 8.0, at], &plot.curves[index].label, label)?;
    }
    Ok(())
}

/// At risk at the ticks, and events until then.
fn risk_table(canvas: &Canvas, panel: &Panel<'_>, plot: &Survival, at: &[f64]) -> Drawn {
    let bottom = panel.edge().bottom;
    let mut y = bottom + 58.0;
    canvas.text([4.0, y], "At risk (events so far)", Label::muted(Anchor::Start).size(11.5))?;
    for (index, curve) in plot.curves.iter().enumerate() {
        y += 20.0;
        let ink = Ink::series(index);
        if plot.curves.len() > 1 {
            canvas.text([4.0, y], &curve.label, Label::new(Anchor::Start).ink(ink).size(11.5))?;
            y += 14.0;
        }
        for &tick in at {
            let next = curve.steps.iter().find(|s| s.time >= tick);
            let events: u64 = curve.steps.iter().filter(|s| s.time <= tick).map(|s| s.events).sum();
            let risk = next.map_or(0, |s| s.at_risk);
            let [x, _] = panel.at([tick, 0.0]);
            let text = format!("{risk} ({events})");
            canvas.text([x, y], &text, Label::new(Anchor::Middle).size(11.0))?;
        }
    }
    let cut = plot.curves.iter().any(|c| drawn(c).len() < c.steps.len());
    if cut {
        let note = "Drawn while a tenth are at risk";
        let at = [panel.edge().right, panel.edge().top - 18.0];
        canvas.text(at, note, Label::muted(Anchor::End).size(11.5))?;
    }
    Ok(())
}

pub(super) fn data(plot: &Survival) -> Table {
    use ColumnKind::{Count, Number, Text};
    let mut data = Data::new(&[
        ("curve", Text),
        ("time", Number),
        ("survival", Number),
        ("low", Number),
        ("high", Number),
        ("at_risk", Count),
        ("events", Count),
        ("censored", Count),
    ]);
    for curve in &plot.curves {
        for step in &curve.steps {
            data.push(
                "step",
                [
                    Cell::text(&*curve.label),
                    num(step.time),
                    num(step.survival),
                    maybe(step.low),
                    maybe(step.high),
                    Cell::count(step.at_risk),
                    Cell::count(step.events),
                    Cell::count(step.censored),
                ],
            );
        }
    }
    data.table()
}
