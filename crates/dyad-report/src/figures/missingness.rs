//! Observed, missing and ended sessions: holes against treatments that have ended.

use std::collections::BTreeMap;

use dyad_model::figure::{Missingness, MissingnessCell};
use dyad_model::{Cell, ColumnKind, Table, apa};

use super::{Data, WIDTH, extent, num};
use crate::svg::{
    Anchor, Canvas, DrawError, Drawn, Edge, Ink, Label, Panel, Pen, text_width, ticks, wrap,
};

const ROW: f64 = 84.0;

/// The rows in the order of their first cell.
fn rows(plot: &Missingness) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for cell in &plot.cells {
        if !names.contains(&cell.row.as_str()) {
            names.push(&cell.row);
        }
    }
    names
}

pub(super) fn draw(plot: &Missingness) -> Result<Canvas, DrawError> {
    let names = rows(plot);
    let height = 44.0 + ROW * names.len() as f64 + 48.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few measures")]
    let canvas = Canvas::new(WIDTH, height as u32);
    let widest = names.iter().map(|n| text_width(n, 12.0)).fold(60.0, f64::max);
    let left = widest.min(150.0) + 18.0;
    let bottom = 44.0 + ROW * names.len() as f64;
    let sessions = extent(plot.cells.iter().map(|c| c.session as f64)).unwrap_or([1.0, 1.0]);
    let x = [sessions[0] - 0.5, sessions[1] + 0.5];
    let slot = (704.0 - left) / (x[1] - x[0]);
    let whole = Edge { left, top: 44.0, right: 704.0, bottom };
    let frame = Panel::new(&canvas, whole, x, [0.0, 1.0]);
    let at: Vec<f64> = ticks(sessions, 14).into_iter().filter(|t| t.fract().abs() < 1e-9).collect();
    frame.axis_x(&plot.x.label, &at, |tick| format!("{tick:.0}"))?;
    key(&canvas, left)?;
    let totals: BTreeMap<&str, u64> = names
        .iter()
        .map(|&name| {
            let cells = plot.cells.iter().filter(|c| c.row == name);
            (name, cells.map(|c| c.observed + c.missing + c.ended).max().unwrap_or(1).max(1))
        })
        .collect();
    for (index, name) in names.iter().enumerate() {
        let top = 44.0 + ROW * index as f64 + 22.0;
        let edge = Edge { left, top, right: 704.0, bottom: top + ROW - 30.0 };
        let total = totals.get(name).copied().unwrap_or(1) as f64;
        let panel = Panel::new(&canvas, edge, x, [0.0, total]);
        let lines = wrap(name, 12.0, left - 16.0);
        canvas.lines([4.0, f64::midpoint(top, edge.bottom)], &lines, Label::new(Anchor::Start))?;
        panel.series("cells", || {
            plot.cells
                .iter()
                .filter(|cell| cell.row == *name)
                .try_for_each(|cell| draw_cell(&canvas, &panel, cell, slot))
        })?;
    }
    Ok(canvas)
}

fn key(canvas: &Canvas, left: f64) -> Drawn {
    let entries =
        [("observed", Ink::A, 0.85), ("missing", Ink::B, 1.0), ("treatment ended", Ink::Grid, 1.0)];
    let mut x = left;
    for (name, ink, opacity) in entries {
        canvas.rect([x, 6.0], [x + 12.0, 18.0], ink, opacity)?;
        canvas.text([x + 18.0, 12.0], name, Label::new(Anchor::Start))?;
        x += 40.0 + text_width(name, 12.0);
    }
    let note = "Above: missing among those in treatment";
    canvas.text([704.0, 12.0], note, Label::muted(Anchor::End).size(11.5))
}

/// One session: observed below, missing above it, ended on top.
fn draw_cell(canvas: &Canvas, panel: &Panel<'_>, cell: &MissingnessCell, slot: f64) -> Drawn {
    let x = cell.session as f64;
    let (from, to) = (x - 0.44, x + 0.44);
    let mut base = 0.0;
    let parts =
        [(cell.observed, Ink::A, 0.85), (cell.missing, Ink::B, 1.0), (cell.ended, Ink::Grid, 1.0)];
    for (n, ink, opacity) in parts {
        let next = base + n as f64;
        if n > 0 {
            panel.polygon(&[[from, base], [to, base], [to, next], [from, next]], ink, opacity)?;
        }
        base = next;
    }
    let present = cell.observed + cell.missing;
    if cell.missing > 0 && slot >= 26.0 {
        let share = apa::percent(cell.missing as f64 / present as f64, 0).replace(' ', "");
        let [pixel, _] = panel.at([x, 0.0]);
        let at = [pixel, panel.edge().top - 9.0];
        canvas.text(at, &share, Label::muted(Anchor::Middle).size(10.5))?;
    }
    if cell.missing > 0 {
        let edge = [[from, cell.observed as f64], [to, cell.observed as f64]];
        panel.line(&edge, Pen::new(Ink::Paper, 1.0))?;
    }
    Ok(())
}

pub(super) fn data(plot: &Missingness) -> Table {
    use ColumnKind::{Count, Number, Text};
    let mut data = Data::new(&[
        ("row", Text),
        ("session", Number),
        ("observed", Count),
        ("missing", Count),
        ("ended", Count),
    ]);
    for cell in &plot.cells {
        let counts = [cell.observed, cell.missing, cell.ended].map(Cell::count);
        let name = [Cell::text(&*cell.row), num(cell.session as f64)];
        data.push("cell", name.into_iter().chain(counts));
    }
    data.table()
}
