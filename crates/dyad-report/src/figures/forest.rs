//! Estimates of studies or sites with their pooled value: label, n, plot, estimate with interval, weight.

use dyad_model::figure::{Forest, ForestRow, Ranged};
use dyad_model::{Cell, ColumnKind, Table, apa};

use super::{Data, maybe, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, text_width, tick_label, ticks,
    wrap,
};

const WIDTH: u32 = 760;
const ROW: f64 = 25.0;

/// Numbers of this axis: without a leading zero if it cannot exceed 1.
fn bounded(plot: &Forest) -> bool {
    plot.rows
        .iter()
        .map(|row| &row.value)
        .chain(plot.pooled.as_ref().map(|row| &row.value))
        .all(|v| v.low >= -1.0 && v.high <= 1.0)
        && plot.x.range.is_none_or(|[low, high]| low >= -1.0 && high <= 1.0)
}

fn written(value: &Ranged, bounded: bool) -> String {
    let limits = [value.low, value.high];
    if bounded {
        format!("{} {}", apa::bounded(value.estimate, 2), apa::bounded_interval(limits, 2))
    } else {
        format!("{} {}", apa::number(value.estimate, 2), apa::interval(limits, 2))
    }
}

/// Where the columns stand.
struct Columns {
    n: f64,
    plot: [f64; 2],
    estimate: f64,
    weight: Option<f64>,
}

pub(super) fn draw(plot: &Forest) -> Result<Canvas, DrawError> {
    let extra = usize::from(plot.pooled.is_some())
        + usize::from(plot.prediction.is_some())
        + usize::from(plot.benchmark.is_some());
    let lines = plot.rows.len() + extra;
    let notes = wrap(&plot.heterogeneity, 12.0, 740.0).len() + 1;
    let gap = if extra > 0 && !plot.rows.is_empty() { 14.0 } else { 0.0 };
    let bottom = 36.0 + ROW * lines as f64 + gap;
    let height = bottom + 58.0 + 16.2 * notes as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some hundred rows"
    )]
    let canvas = Canvas::new(WIDTH, height.ceil() as u32);
    let names = plot.rows.iter().chain(&plot.pooled).map(|r| text_width(&r.label, 12.0));
    let others =
        plot.prediction.iter().map(|(l, _)| l).chain(plot.benchmark.iter().map(|(l, _)| l));
    let widest = names.chain(others.map(|l| text_width(l, 12.0))).fold(80.0, f64::max).min(236.0);
    let weighted = plot.rows.iter().any(|row| row.weight.is_some());
    let columns = Columns {
        n: 4.0 + widest + 48.0,
        plot: [4.0 + widest + 66.0, if weighted { 530.0 } else { 584.0 }],
        estimate: if weighted { 692.0 } else { 752.0 },
        weight: weighted.then_some(752.0),
    };
    let edge = Edge { left: columns.plot[0], top: 32.0, right: columns.plot[1], bottom };
    let all = plot.rows.iter().chain(&plot.pooled).flat_map(|r| [r.value.low, r.value.high]);
    let others = plot.prediction.iter().flat_map(|(_, p)| *p);
    let bench = plot.benchmark.iter().flat_map(|(_, b)| [b.low, b.high]);
    let x = range_of(&plot.x, all.chain(others).chain(bench).chain([plot.null]));
    let panel = Panel::new(&canvas, edge, x, [-(bottom - 32.0), 0.0]);
    head(&canvas, &columns)?;
    let at = ticks(x, 5);
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    let null = [[plot.null, -(bottom - 32.0)], [plot.null, -2.0]];
    panel.series("null", || panel.line(&null, Pen::new(Ink::Muted, 1.0)))?;
    if let Some(pooled) = &plot.pooled {
        let x = pooled.value.estimate;
        let pen = Pen::new(Ink::Text, 1.0).dashed();
        panel.series("pooled-line", || panel.line(&[[x, -(bottom - 32.0)], [x, -2.0]], pen))?;
    }
    let mut y = 4.0 + ROW / 2.0;
    panel.series("rows", || {
        for row in &plot.rows {
            draw_row(&canvas, &panel, &columns, row, y, bounded(plot))?;
            y += ROW;
        }
        Ok(())
    })?;
    summary(&canvas, &panel, &columns, plot, y + gap)?;
    let notes = wrap(&plot.heterogeneity, 12.0, 740.0);
    let below = canvas.lines([4.0, bottom + 58.0], &notes, Label::new(Anchor::Start))?;
    canvas.text([4.0, below], &plot.order, Label::muted(Anchor::Start).size(11.5))?;
    Ok(canvas)
}

fn head(canvas: &Canvas, columns: &Columns) -> Drawn {
    canvas.group(&[("aria-hidden", "true")], || {
        let end = Label::new(Anchor::End).bold();
        canvas.text([columns.n, 14.0], "n", end)?;
        canvas.text([columns.estimate, 14.0], "Estimate [95 % CI]", end)?;
        if let Some(x) = columns.weight {
            canvas.text([x, 14.0], "Weight", end)?;
        }
        canvas.line(&[[4.0, 28.0], [756.0, 28.0]], Pen::new(Ink::Muted, 1.0))
    })
}

fn draw_row(
    canvas: &Canvas,
    panel: &Panel<'_>,
    columns: &Columns,
    row: &ForestRow,
    y: f64,
    bounded: bool,
) -> Drawn {
    let pixel = 32.0 + y;
    canvas.text([4.0, pixel], &row.label, Label::new(Anchor::Start))?;
    canvas.text([columns.n, pixel], &row.n.to_string(), Label::new(Anchor::End))?;
    let text = written(&row.value, bounded);
    canvas.text([columns.estimate, pixel], &text, Label::new(Anchor::End))?;
    if let (Some(x), Some(weight)) = (columns.weight, row.weight) {
        let text = format!("{} %", apa::number(weight, 1));
        canvas.text([x, pixel], &text, Label::new(Anchor::End))?;
    }
    let limits = [row.value.low, row.value.high];
    panel.span_x(-y, limits, Pen::new(Ink::A, 1.4), Ink::A)?;
    if panel.shows([row.value.estimate, -y]) {
        // The area, not the side, stands for the weight.
        let half = 1.9 * row.weight.unwrap_or(5.0).max(1.0).sqrt() / 2.0 + 1.0;
        let [x, _] = panel.at([row.value.estimate, -y]);
        canvas.rect([x - half, pixel - half], [x + half, pixel + half], Ink::A, 1.0)
    } else {
        panel.cut([row.value.estimate, -y], Ink::A)
    }
}

fn summary(
    canvas: &Canvas,
    panel: &Panel<'_>,
    columns: &Columns,
    plot: &Forest,
    mut y: f64,
) -> Drawn {
    let bold = |anchor| Label::new(anchor).bold();
    if let Some(pooled) = &plot.pooled {
        let pixel = 32.0 + y;
        canvas.line(&[[4.0, pixel - 18.0], [756.0, pixel - 18.0]], Pen::new(Ink::Grid, 1.0))?;
        canvas.text([4.0, pixel], &pooled.label, bold(Anchor::Start))?;
        canvas.text([columns.n, pixel], &pooled.n.to_string(), bold(Anchor::End))?;
        let text = written(&pooled.value, bounded(plot));
        canvas.text([columns.estimate, pixel], &text, bold(Anchor::End))?;
        panel.series("pooled", || diamond(panel, &pooled.value, y, Ink::Text))?;
        y += ROW;
    }
    if let Some((label, interval)) = &plot.prediction {
        let pixel = 32.0 + y;
        canvas.text([4.0, pixel], label, Label::new(Anchor::Start))?;
        let text = if bounded(plot) {
            apa::bounded_interval(*interval, 2)
        } else {
            apa::interval(*interval, 2)
        };
        canvas.text([columns.estimate, pixel], &text, Label::new(Anchor::End))?;
        let pen = Pen::new(Ink::Text, 5.0);
        panel.series("prediction", || panel.span_x(-y, *interval, pen, Ink::Text))?;
        y += ROW;
    }
    if let Some((label, value)) = &plot.benchmark {
        let pixel = 32.0 + y;
        canvas.text([4.0, pixel], label, Label::new(Anchor::Start).ink(Ink::B))?;
        let text = written(value, bounded(plot));
        canvas.text([columns.estimate, pixel], &text, Label::new(Anchor::End).ink(Ink::B))?;
        panel.series("benchmark", || diamond(panel, value, y, Ink::B))?;
    }
    Ok(())
}

/// A diamond from limit to limit.
fn diamond(panel: &Panel<'_>, value: &Ranged, y: f64, ink: Ink) -> Drawn {
    let corners =
        [[value.low, -y], [value.estimate, -y + 7.0], [value.high, -y], [value.estimate, -y - 7.0]];
    panel.polygon(&corners, ink, 1.0)?;
    for limit in [value.low, value.high] {
        if !panel.shows([limit, -y]) {
            panel.cut([limit, -y], ink)?;
        }
    }
    Ok(())
}

pub(super) fn data(plot: &Forest) -> Table {
    use ColumnKind::{Count, Number, Text};
    let mut data = Data::new(&[
        ("label", Text),
        ("n", Count),
        ("estimate", Number),
        ("low", Number),
        ("high", Number),
        ("weight_percent", Number),
    ]);
    let mut push = |part: &str, row: &ForestRow| {
        let (v, label) = (row.value, Cell::text(&*row.label));
        let cells = [label, Cell::count(row.n), num(v.estimate), num(v.low), num(v.high)];
        data.push(part, cells.into_iter().chain([maybe(row.weight)]));
    };
    plot.rows.iter().for_each(|row| push("row", row));
    plot.pooled.iter().for_each(|row| push("pooled", row));
    if let Some((label, [low, high])) = &plot.prediction {
        let cells = [Cell::text(&**label), Cell::Missing, Cell::Missing, num(*low), num(*high)];
        data.push("prediction interval", cells.into_iter().chain([Cell::Missing]));
    }
    if let Some((label, v)) = &plot.benchmark {
        let cells = [Cell::text(&**label), Cell::Missing, num(v.estimate), num(v.low), num(v.high)];
        data.push("benchmark", cells.into_iter().chain([Cell::Missing]));
    }
    data.table()
}
