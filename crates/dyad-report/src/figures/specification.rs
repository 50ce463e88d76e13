//! An estimate under many defensible choices: the sorted estimates above, the choices behind each below.

use std::cmp::Ordering;

use dyad_model::figure::Specification;
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, text_width, tick_label, ticks,
};

const ROW: f64 = 17.0;

/// An interval wider than so many times the one that four fifths do not exceed is cut, or it would make all others points.
const WIDEST: f64 = 3.0;

/// The values that the axis must hold: every estimate, and every interval that is not far wider than the others.
fn values(plot: &Specification) -> Vec<f64> {
    let mut widths: Vec<f64> = plot.rows.iter().map(|r| r.value.high - r.value.low).collect();
    widths.sort_by(f64::total_cmp);
    let usual = widths.get(widths.len() * 4 / 5).copied().unwrap_or(0.0);
    let within = plot.rows.iter().map(|row| row.value).flat_map(|v| {
        let cut = v.high - v.low > WIDEST * usual;
        if cut { [v.estimate; 3] } else { [v.low, v.estimate, v.high] }
    });
    within.chain([plot.null]).collect()
}

/// The choices of each dimension: by number where all have one, otherwise in the order of their first use.
fn choices(plot: &Specification) -> Vec<(&str, Vec<&str>)> {
    plot.dimensions
        .iter()
        .enumerate()
        .map(|(index, dimension)| {
            let mut seen: Vec<&str> = Vec::new();
            for choice in plot.rows.iter().filter_map(|row| row.choices.get(index)) {
                if !seen.contains(&choice.as_str()) {
                    seen.push(choice);
                }
            }
            let number = |choice: &str| choice.split(' ').next()?.parse::<f64>().ok();
            if seen.iter().all(|choice| number(choice).is_some()) {
                seen.sort_by(|a, b| number(a).partial_cmp(&number(b)).unwrap_or(Ordering::Equal));
            }
            (dimension.as_str(), seen)
        })
        .collect()
}

pub(super) fn draw(plot: &Specification) -> Result<Canvas, DrawError> {
    let choices = choices(plot);
    let lines: usize = choices.iter().map(|(_, seen)| seen.len() + 1).sum();
    let height = 300.0 + ROW * lines as f64 + 12.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few dozen choices"
    )]
    let canvas = Canvas::new(WIDTH, height as u32);
    let names = choices.iter().flat_map(|(name, seen)| seen.iter().chain([name]));
    let left = names.map(|n| text_width(n, 11.5)).fold(60.0, f64::max).min(220.0) + 26.0;
    let edge = Edge { left, top: 34.0, right: 704.0, bottom: 276.0 };
    let y = range_of(&plot.y, values(plot));
    let x = [-0.8, plot.rows.len() as f64 - 0.2];
    let panel = Panel::new(&canvas, edge, x, y);
    let at = ticks(y, 6);
    panel.axis_y(&plot.y.label, &at, tick_label(&at))?;
    panel.series("null", || panel.rule_y(plot.null, Pen::new(Ink::Text, 1.2).dashed()))?;
    let ink = |low: f64, high: f64| {
        if low > plot.null || high < plot.null { Ink::A } else { Ink::Muted }
    };
    panel.series("intervals", || {
        for (index, row) in plot.rows.iter().enumerate() {
            let (v, x) = (row.value, index as f64);
            let ink = ink(v.low, v.high);
            panel.span_y(x, [v.low, v.high], Pen::new(ink, 1.2), ink)?;
        }
        Ok(())
    })?;
    panel.series("points", || {
        for (index, row) in plot.rows.iter().enumerate() {
            let v = row.value;
            panel.disc([index as f64, v.estimate], 3.2, ink(v.low, v.high), 1.0)?;
        }
        Ok(())
    })?;
    let excluding =
        plot.rows.iter().filter(|r| r.value.low > plot.null || r.value.high < plot.null).count();
    let note = format!("{excluding} of {} intervals exclude the dashed line", plot.rows.len());
    canvas.text([edge.right, edge.top - 18.0], &note, Label::muted(Anchor::End).size(11.5))?;
    matrix(&canvas, &panel, plot, &choices)?;
    Ok(canvas)
}

/// Which choice each specification made.
fn matrix(
    canvas: &Canvas,
    panel: &Panel<'_>,
    plot: &Specification,
    choices: &[(&str, Vec<&str>)],
) -> Drawn {
    let left = panel.edge().left;
    let mut y = panel.edge().bottom + 22.0;
    for (dimension, (name, seen)) in choices.iter().enumerate() {
        canvas.text([4.0, y], name, Label::new(Anchor::Start).size(11.5).bold())?;
        y += ROW;
        for choice in seen {
            canvas.text([left - 12.0, y], choice, Label::muted(Anchor::End).size(11.5))?;
            for (index, row) in plot.rows.iter().enumerate() {
                let [x, _] = panel.at([index as f64, plot.null]);
                let made = row.choices.get(dimension).is_some_and(|c| c == choice);
                if made {
                    canvas.disc([x, y], 3.0, Ink::Text, 1.0)?;
                } else {
                    canvas.disc([x, y], 1.4, Ink::Grid, 1.0)?;
                }
            }
            y += ROW;
        }
    }
    Ok(())
}

pub(super) fn data(plot: &Specification) -> Table {
    use ColumnKind::{Number, Text};
    let mut data =
        Data::new(&[("choices", Text), ("estimate", Number), ("low", Number), ("high", Number)]);
    for row in &plot.rows {
        let named: Vec<String> = plot
            .dimensions
            .iter()
            .zip(&row.choices)
            .map(|(dimension, choice)| format!("{dimension}: {choice}"))
            .collect();
        let v = row.value;
        let cells = [Cell::text(named.join("; ")), num(v.estimate), num(v.low), num(v.high)];
        data.push("specification", cells);
    }
    data.table()
}
