//! Bars from 0, with an interval, a null band and a line to compare with. Long labels turn the figure on its side.

use dyad_model::figure::{Bar, Bars};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, maybe, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, share_label, text_width, ticks,
    wrap,
};

/// The widest a line of the reference's name becomes.
const REFERENCE_WIDTH: f64 = 96.0;

pub(super) fn draw(plot: &Bars) -> Result<Canvas, DrawError> {
    let slot = (right_edge(plot) - 52.0) / plot.bars.len().max(1) as f64;
    let fits = plot.bars.iter().all(|bar| {
        let lines = wrap(&bar.label, 12.0, slot - 6.0);
        lines.len() <= 2 && lines.iter().all(|line| text_width(line, 12.0) <= slot - 4.0)
    });
    if fits { upright(plot, slot) } else { lying(plot) }
}

/// The values the axis shows; 0 is always among them.
fn range(plot: &Bars) -> [f64; 2] {
    let all = plot.bars.iter().flat_map(|bar| {
        [Some(bar.value), bar.interval.map(|i| i[0]), bar.interval.map(|i| i[1])]
            .into_iter()
            .chain([bar.null_band.map(|b| b[0]), bar.null_band.map(|b| b[1])])
            .flatten()
    });
    let [low, high] =
        range_of(&plot.y, all.chain(plot.reference.as_ref().map(|r| r.value)).chain([0.0]));
    if plot.y.range.is_some() {
        [low, high]
    } else {
        [if low > -0.06 * high { 0.0 } else { low }, high]
    }
}

/// The ink and opacity of a bar: the one the question is about stands out.
fn paint(plot: &Bars, bar: &Bar) -> (Ink, f64) {
    if bar.highlight {
        (Ink::A, 1.0)
    } else if plot.bars.iter().any(|bar| bar.highlight) {
        (Ink::A, 0.42)
    } else {
        (Ink::A, 0.85)
    }
}

/// The right edge of upright bars: the name of the reference line stands beside it.
fn right_edge(plot: &Bars) -> f64 {
    plot.reference.as_ref().map_or(704.0, |reference| {
        706.0 - text_width(&reference.label, 11.5).min(REFERENCE_WIDTH) - 8.0
    })
}

fn upright(plot: &Bars, slot: f64) -> Result<Canvas, DrawError> {
    let two = plot.bars.iter().any(|bar| wrap(&bar.label, 12.0, slot - 6.0).len() > 1);
    let canvas = Canvas::new(WIDTH, if two { 424 } else { 408 });
    let edge = Edge { left: 52.0, top: 34.0, right: right_edge(plot), bottom: 352.0 };
    let last = plot.bars.len() as f64 - 0.5;
    let panel = Panel::new(&canvas, edge, [-0.5, last], range(plot));
    let at = ticks(range(plot), 6);
    panel.axis_y(&plot.y.label, &at, share_label(&plot.y.label, &at))?;
    let half = (0.34 * slot).min(42.0) / slot;
    panel.series("null", || {
        for (index, bar) in plot.bars.iter().enumerate() {
            let (Some([low, high]), x) = (bar.null_band, index as f64) else { continue };
            let wide = (1.3 * half).min(0.48);
            let corners = [[x - wide, low], [x + wide, low], [x + wide, high], [x - wide, high]];
            panel.polygon(&corners, Ink::Muted, 0.28)?;
        }
        Ok(())
    })?;
    panel.series("bars", || {
        for (index, bar) in plot.bars.iter().enumerate() {
            let (x, (ink, opacity)) = (index as f64, paint(plot, bar));
            let corners =
                [[x - half, 0.0], [x + half, 0.0], [x + half, bar.value], [x - half, bar.value]];
            panel.polygon(&corners, ink, opacity)?;
            if !panel.shows([x, bar.value]) {
                panel.cut([x, bar.value], Ink::Text)?;
            }
        }
        Ok(())
    })?;
    panel.series("null-limits", || {
        for (index, bar) in plot.bars.iter().enumerate() {
            let (Some(band), x) = (bar.null_band, index as f64) else { continue };
            let wide = (1.3 * half).min(0.48);
            for y in band {
                panel.line(&[[x - wide, y], [x + wide, y]], Pen::new(Ink::Text, 1.0))?;
            }
        }
        Ok(())
    })?;
    panel.series("intervals", || {
        for (index, bar) in plot.bars.iter().enumerate() {
            if let Some(interval) = bar.interval {
                panel.span_y(index as f64, interval, Pen::new(Ink::Text, 1.4), Ink::Text)?;
            }
        }
        Ok(())
    })?;
    if let Some(reference) = &plot.reference {
        panel.series("reference", || {
            panel.rule_y(reference.value, Pen::new(Ink::B, 1.5).dashed())
        })?;
        let [_, y] = panel.at([0.0, reference.value]);
        let label = Label::new(Anchor::Start).ink(Ink::B).size(11.5);
        let lines = wrap(&reference.label, 11.5, REFERENCE_WIDTH);
        let first = y - 7.8 * (lines.len() as f64 - 1.0);
        canvas.lines([edge.right + 8.0, first], &lines, label)?;
    }
    canvas.group(&[("aria-hidden", "true")], || {
        let zero = [[edge.left, edge.bottom], [edge.right, edge.bottom]];
        canvas.line(&zero, Pen::new(Ink::Muted, 1.0))?;
        let mut below = edge.bottom + 14.0;
        for (index, bar) in plot.bars.iter().enumerate() {
            let [x, _] = panel.at([index as f64, 0.0]);
            let label = Label::new(Anchor::Middle);
            let label = if bar.highlight { label.bold() } else { label };
            let lines = wrap(&bar.label, 12.0, slot - 6.0);
            below = below.max(canvas.lines([x, edge.bottom + 14.0], &lines, label)?);
        }
        let middle = f64::midpoint(edge.left, edge.right);
        canvas.text([middle, below + 4.0], &plot.x.label, Label::new(Anchor::Middle))
    })?;
    null_note(&canvas, plot, [edge.right, edge.top - 18.0])?;
    Ok(canvas)
}

/// Says what the grey bands are.
fn null_note(canvas: &Canvas, plot: &Bars, at: [f64; 2]) -> Drawn {
    if plot.bars.iter().any(|bar| bar.null_band.is_some()) {
        let label = Label::muted(Anchor::End).size(11.5);
        canvas.text(at, "Grey band: 95 % of what chance gives", label)?;
    }
    Ok(())
}

fn lying(plot: &Bars) -> Result<Canvas, DrawError> {
    let row = 30.0;
    let rows = plot.bars.len();
    let height = 84.0 + row * rows as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some hundred rows"
    )]
    let canvas = Canvas::new(WIDTH, height as u32);
    let widest = plot.bars.iter().map(|bar| text_width(&bar.label, 12.0)).fold(0.0, f64::max);
    let left = (widest + 16.0).min(280.0);
    let edge = Edge { left, top: 28.0, right: 690.0, bottom: 28.0 + row * rows as f64 };
    let panel = Panel::new(&canvas, edge, range(plot), [rows as f64 - 0.5, -0.5].map(|v| -v));
    let at = ticks(range(plot), 6);
    panel.axis_x(&plot.y.label, &at, share_label(&plot.y.label, &at))?;
    canvas.text([4.0, 12.0], &plot.x.label, Label::new(Anchor::Start))?;
    panel.series("bars", || {
        for (index, bar) in plot.bars.iter().enumerate() {
            let (y, (ink, opacity)) = (-(index as f64), paint(plot, bar));
            let corners =
                [[0.0, y - 0.3], [bar.value, y - 0.3], [bar.value, y + 0.3], [0.0, y + 0.3]];
            if let Some([low, high]) = bar.null_band {
                let band = [[low, y - 0.42], [high, y - 0.42], [high, y + 0.42], [low, y + 0.42]];
                panel.polygon(&band, Ink::Muted, 0.28)?;
            }
            panel.polygon(&corners, ink, opacity)?;
            if !panel.shows([bar.value, y]) {
                panel.cut([bar.value, y], Ink::Text)?;
            }
            if let Some(interval) = bar.interval {
                panel.span_x(y, interval, Pen::new(Ink::Text, 1.4), Ink::Text)?;
            }
        }
        Ok(())
    })?;
    for (index, bar) in plot.bars.iter().enumerate() {
        let [_, y] = panel.at([0.0, -(index as f64)]);
        let label = Label::new(Anchor::End);
        let label = if bar.highlight { label.bold() } else { label };
        let lines = wrap(&bar.label, 12.0, left - 14.0);
        let first = y - 8.1 * (lines.len() as f64 - 1.0);
        canvas.lines([left - 10.0, first], &lines, label)?;
    }
    if let Some(reference) = &plot.reference {
        panel.series("reference", || {
            panel.rule_x(reference.value, Pen::new(Ink::B, 1.5).dashed())
        })?;
        let [x, _] = panel.at([reference.value, 0.0]);
        let label = Label::new(Anchor::Middle).ink(Ink::B).size(11.5);
        canvas.text([x, edge.top - 12.0], &reference.label, label)?;
    }
    null_note(&canvas, plot, [edge.right, 12.0])?;
    Ok(canvas)
}

pub(super) fn data(plot: &Bars) -> Table {
    use ColumnKind::{Number, Text};
    let mut data = Data::new(&[
        ("label", Text),
        ("value", Number),
        ("low", Number),
        ("high", Number),
        ("null_low", Number),
        ("null_high", Number),
    ]);
    for bar in &plot.bars {
        data.push(
            if bar.highlight { "highlighted bar" } else { "bar" },
            [
                Cell::text(&*bar.label),
                num(bar.value),
                maybe(bar.interval.map(|i| i[0])),
                maybe(bar.interval.map(|i| i[1])),
                maybe(bar.null_band.map(|b| b[0])),
                maybe(bar.null_band.map(|b| b[1])),
            ],
        );
    }
    if let (Some(reference), false) = (&plot.reference, plot.bars.is_empty()) {
        let rest = std::iter::repeat_n(Cell::Missing, 4);
        let cells = [Cell::text(&*reference.label), num(reference.value)];
        data.push("reference", cells.into_iter().chain(rest));
    }
    data.table()
}
