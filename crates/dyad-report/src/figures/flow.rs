//! Where rows and persons went: boxes in one column, those who leave at the right with the reason.

use dyad_model::figure::{FlowBox, FlowChart};
use dyad_model::{Cell, ColumnKind, Counts, Figure, Flow, Plot, Table, apa};

use super::{Data, WIDTH};
use crate::svg::{Anchor, Canvas, DrawError, Drawn, Ink, Label, Pen, wrap};

const BOX_LEFT: f64 = 40.0;
const BOX_WIDTH: f64 = 250.0;
const SIDE_LEFT: f64 = 360.0;
const SIDE_WIDTH: f64 = 340.0;

/// The lines of text beside a box: one entry per reason, wrapped.
fn side_lines(flow: &FlowBox) -> Vec<String> {
    flow.excluded
        .iter()
        .flat_map(|(reason, n)| {
            wrap(&format!("{n} {}: {reason}", flow.unit), 12.0, SIDE_WIDTH - 24.0)
        })
        .collect()
}

/// Height of a box: one line for the number, then the label.
fn box_height(flow: &FlowBox) -> f64 {
    34.0 + 16.2 * wrap(&flow.label, 12.0, BOX_WIDTH - 24.0).len() as f64
}

/// Height of the gap below a box, with the side box in it.
fn gap_height(flow: &FlowBox) -> f64 {
    match side_lines(flow).len() {
        0 => 28.0,
        lines => 36.0 + 16.2 * lines as f64 + 18.0,
    }
}

pub(super) fn draw(plot: &FlowChart) -> Result<Canvas, DrawError> {
    let height: f64 = plot
        .boxes
        .iter()
        .enumerate()
        .map(|(index, b)| {
            let last = index + 1 == plot.boxes.len();
            let gap = if last && b.excluded.is_empty() { 0.0 } else { gap_height(b) };
            box_height(b) + gap
        })
        .sum();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handful of boxes"
    )]
    let canvas = Canvas::new(WIDTH, (height + 12.0).ceil() as u32);
    let mut y = 6.0;
    for (index, flow) in plot.boxes.iter().enumerate() {
        let next = plot.boxes.get(index + 1);
        canvas.group(&[("data-series", "box")], || draw_box(&canvas, flow, y))?;
        let bottom = y + box_height(flow);
        let gap = gap_height(flow);
        let middle = BOX_LEFT + BOX_WIDTH / 2.0;
        if next.is_some() {
            arrow(&canvas, [middle, bottom], [middle, bottom + gap])?;
        }
        if !flow.excluded.is_empty() {
            let lines = side_lines(flow);
            let height = 16.2 * lines.len() as f64 + 18.0;
            let top = bottom + (gap - height) / 2.0;
            let centre = top + height / 2.0;
            if next.is_none() {
                canvas.line(&[[middle, bottom], [middle, centre]], Pen::new(Ink::Muted, 1.2))?;
            }
            arrow(&canvas, [middle, centre], [SIDE_LEFT, centre])?;
            canvas.group(&[("data-series", "excluded")], || {
                let corner = [SIDE_LEFT + SIDE_WIDTH, top + height];
                canvas.frame([SIDE_LEFT, top], corner, Pen::new(Ink::Muted, 1.0).dashed())?;
                canvas.lines([SIDE_LEFT + 12.0, top + 17.0], &lines, Label::new(Anchor::Start))?;
                Ok(())
            })?;
        }
        y = bottom + gap;
    }
    Ok(canvas)
}

fn draw_box(canvas: &Canvas, flow: &FlowBox, y: f64) -> Drawn {
    let (corner, height) = ([BOX_LEFT, y], box_height(flow));
    let opposite = [BOX_LEFT + BOX_WIDTH, y + height];
    canvas.rect(corner, opposite, Ink::A, 0.07)?;
    canvas.frame(corner, opposite, Pen::new(Ink::A, 1.2))?;
    let middle = BOX_LEFT + BOX_WIDTH / 2.0;
    let number = format!("{} {}", flow.n, flow.unit);
    canvas.text([middle, y + 18.0], &number, Label::new(Anchor::Middle).size(14.0).bold())?;
    let lines = wrap(&flow.label, 12.0, BOX_WIDTH - 24.0);
    canvas.lines([middle, y + 37.0], &lines, Label::muted(Anchor::Middle))?;
    Ok(())
}

fn arrow(canvas: &Canvas, from: [f64; 2], to: [f64; 2]) -> Drawn {
    let length = ((to[0] - from[0]).powi(2) + (to[1] - from[1]).powi(2)).sqrt().max(1e-9);
    let unit = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    let neck = [to[0] - 7.0 * unit[0], to[1] - 7.0 * unit[1]];
    canvas.line(&[from, neck], Pen::new(Ink::Muted, 1.2))?;
    let wings = [
        [neck[0] - 3.5 * unit[1], neck[1] + 3.5 * unit[0]],
        [neck[0] + 3.5 * unit[1], neck[1] - 3.5 * unit[0]],
    ];
    canvas.polygon(&[to, wings[0], wings[1]], Ink::Muted, 1.0)
}

pub(super) fn data(plot: &FlowChart) -> Table {
    use ColumnKind::{Count, Text};
    let mut data = Data::new(&[("label", Text), ("unit", Text), ("n", Count)]);
    for flow in &plot.boxes {
        data.push("box", [Cell::text(&*flow.label), Cell::text(&*flow.unit), Cell::count(flow.n)]);
        for (reason, n) in &flow.excluded {
            let cells = [Cell::text(&**reason), Cell::text(&*flow.unit), Cell::count(*n)];
            data.push("excluded", cells);
        }
    }
    data.table()
}

/// The figure of what became of the rows of a study.
pub(crate) fn of_study(flow: &Flow) -> Figure {
    let excluded: Vec<(String, u64)> = flow
        .dropped
        .iter()
        .filter_map(|d| d.rows.filter(|&n| n > 0).map(|n| (d.reason.clone(), n)))
        .collect();
    let lost: u64 = excluded.iter().map(|(_, n)| n).sum();
    let unit = "session rows".to_owned();
    let mut within = Vec::new();
    if flow.therapists > 0 {
        within.push(format!("with {}", apa::counted(flow.therapists, "therapist")));
    }
    within.push(format!("at {}", apa::counted(flow.sites, "site")));
    let boxes = vec![
        FlowBox {
            label: "read from the session data".to_owned(),
            n: flow.rows_read,
            unit: unit.clone(),
            excluded,
        },
        FlowBox { label: "used".to_owned(), n: flow.rows_used, unit, excluded: Vec::new() },
        FlowBox {
            label: within.join(" "),
            n: flow.clients,
            unit: if flow.clients == 1 { "client" } else { "clients" }.to_owned(),
            excluded: Vec::new(),
        },
    ];
    let counts = Counts {
        rows: Some(flow.rows_used),
        clients: Some(flow.clients),
        therapists: (flow.therapists > 0).then_some(flow.therapists),
        sites: Some(flow.sites),
    };
    let message = if lost == 0 {
        format!("All {} session rows that were read are used.", flow.rows_read)
    } else {
        format!(
            "Of {} session rows read, {} are used and {lost} are left out.",
            flow.rows_read, flow.rows_used
        )
    };
    Figure::new(
        "flow",
        "From the session data to the sample",
        "Boxes at the left: what remains. Boxes at the right: rows left out before any analysis, by reason. Each analysis names what \
         it leaves out further.",
        format!("Flow chart from rows read to rows, clients and therapists used. {message}"),
        counts,
        Plot::Flow(FlowChart { boxes }),
    )
}

#[cfg(test)]
mod tests {
    use dyad_model::Dropped;

    use super::*;

    #[test]
    fn what_goes_in_comes_out_or_is_named() {
        let flow = Flow {
            rows_read: 946,
            rows_used: 940,
            dropped: vec![
                Dropped { reason: "no session number".into(), rows: Some(4), ..Dropped::default() },
                Dropped { reason: "empty row".into(), rows: Some(2), ..Dropped::default() },
            ],
            sites: 6,
            therapists: 24,
            clients: 120,
        };
        let Plot::Flow(chart) = of_study(&flow).plot else { panic!("not a flow chart") };
        for (index, from) in chart.boxes.iter().enumerate() {
            let next = chart.boxes[index + 1..].iter().find(|b| b.unit == from.unit);
            if let Some(next) = next {
                let left: u64 = from.excluded.iter().map(|(_, n)| n).sum();
                assert_eq!(from.n, next.n + left);
            }
        }
        let table = data(&chart);
        assert_eq!(table.rows.len(), 5);
    }
}
