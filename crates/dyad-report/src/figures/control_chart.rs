//! An individuals chart of one simulated series: centre, limits at two and three sigma from the moving range.

use dyad_model::figure::ControlChart;
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, num, range_of};
use crate::svg::{Anchor, Canvas, DrawError, Edge, Ink, Label, Panel, Pen, tick_label, ticks};

/// The limits, by their distance from the centre in sigma.
const LIMITS: [(f64, &str); 5] =
    [(3.0, "+3 σ"), (2.0, "+2 σ"), (0.0, "centre"), (-2.0, "−2 σ"), (-3.0, "−3 σ")];

pub(super) fn draw(plot: &ControlChart) -> Result<Canvas, DrawError> {
    let canvas = Canvas::new(WIDTH, 390);
    let edge = Edge { left: 52.0, top: 34.0, right: 648.0, bottom: 338.0 };
    let limits = LIMITS.map(|(by, _)| plot.centre + by * plot.sigma);
    let y = range_of(&plot.y, plot.points.iter().map(|p| p[1]).chain(limits));
    let x = range_of(&plot.x, plot.points.iter().map(|p| p[0]));
    let panel = Panel::new(&canvas, edge, x, y);
    let at = ticks(y, 6);
    panel.axis_y(&plot.y.label, &at, tick_label(&at))?;
    let at: Vec<f64> = ticks(x, 10).into_iter().filter(|t| t.fract().abs() < 1e-9).collect();
    panel.axis_x(&plot.x.label, &at, |tick| format!("{tick:.0}"))?;
    panel.series("limits", || {
        for (by, name) in LIMITS {
            let value = plot.centre + by * plot.sigma;
            let pen = Pen::new(if by.abs() < 1e-9 { Ink::Text } else { Ink::Muted }, 1.2);
            panel.rule_y(value, if (by.abs() - 2.0).abs() < 1e-9 { pen.dashed() } else { pen })?;
            if panel.shows([x[0], value]) {
                let [_, pixel] = panel.at([x[0], value]);
                let label = Label::muted(Anchor::Start).size(11.5);
                canvas.text([edge.right + 8.0, pixel], name, label)?;
            }
        }
        Ok(())
    })?;
    panel.series("line", || panel.line(&plot.points, Pen::new(Ink::A, 1.6)))?;
    panel.series("points", || {
        for &point in &plot.points {
            let flagged = plot.flagged.iter().any(|f| (f - point[0]).abs() < 1e-9);
            panel.disc(point, 3.6, if flagged { Ink::B } else { Ink::A }, 1.0)?;
            if flagged && panel.shows(point) {
                canvas.ring(panel.at(point), 7.0, Pen::new(Ink::B, 1.6))?;
            }
        }
        Ok(())
    })?;
    let note = format!("Ringed: {}", plot.rule);
    canvas.text(
        [edge.right, edge.top - 18.0],
        &note,
        Label::new(Anchor::End).ink(Ink::B).size(11.5),
    )?;
    Ok(canvas)
}

pub(super) fn data(plot: &ControlChart) -> Table {
    use ColumnKind::{Number, Text};
    let mut data = Data::new(&[("x", Number), ("y", Number), ("flag", Text)]);
    for &[x, y] in &plot.points {
        let flagged = plot.flagged.iter().any(|f| (f - x).abs() < 1e-9);
        let flag = if flagged { Cell::text("flagged") } else { Cell::Missing };
        data.push("point", [num(x), num(y), flag]);
    }
    for (by, name) in LIMITS {
        data.push("limit", [Cell::Missing, num(plot.centre + by * plot.sigma), Cell::text(name)]);
    }
    data.table()
}
