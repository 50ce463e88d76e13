//! A mediation diagram: three boxes at fixed places, each path's estimate in a lane of its own.

use dyad_model::figure::{PathDiagram, PathEdge, Ranged};
use dyad_model::{Cell, ColumnKind, Table, apa};

use super::{Data, WIDTH, num};
use crate::svg::{Anchor, Canvas, DrawError, Drawn, Ink, Label, Pen, wrap};

const BOX: [f64; 2] = [168.0, 56.0];

fn written(value: &Ranged) -> String {
    let interval = apa::interval([value.low, value.high], 2);
    format!("{} {interval}", apa::number(value.estimate, 2))
}

pub(super) fn draw(plot: &PathDiagram) -> Result<Canvas, DrawError> {
    let canvas = Canvas::new(WIDTH, 318);
    let predictor = [110.0, 226.0];
    let mediator = [360.0, 50.0];
    let outcome = [610.0, 226.0];
    let (half_w, half_h) = (BOX[0] / 2.0, BOX[1] / 2.0);
    canvas.group(&[("data-series", "paths")], || {
        arrow(
            &canvas,
            &plot.a,
            [predictor[0], predictor[1] - half_h],
            [mediator[0] - half_w, mediator[1]],
        )?;
        arrow(
            &canvas,
            &plot.b,
            [mediator[0] + half_w, mediator[1]],
            [outcome[0], outcome[1] - half_h],
        )?;
        if let Some(direct) = &plot.direct {
            arrow(
                &canvas,
                direct,
                [predictor[0] + half_w, predictor[1]],
                [outcome[0] - half_w, outcome[1]],
            )?;
        }
        Ok(())
    })?;
    for (at, text) in
        [(predictor, &plot.predictor), (mediator, &plot.mediator), (outcome, &plot.outcome)]
    {
        node(&canvas, at, text)?;
    }
    let lane = |y: f64, x: f64, anchor: Anchor, edge: &PathEdge| -> Drawn {
        canvas.text([x, y], &edge.label, Label::new(anchor).bold())?;
        canvas.text([x, y + 17.0], &written(&edge.value), Label::new(anchor))
    };
    lane(104.0, 168.0, Anchor::End, &plot.a)?;
    lane(104.0, 552.0, Anchor::Start, &plot.b)?;
    if let Some(direct) = &plot.direct {
        lane(193.0, 360.0, Anchor::Middle, direct)?;
    }
    let indirect = format!("{} = {}", plot.indirect.label, written(&plot.indirect.value));
    canvas.text([360.0, 294.0], &indirect, Label::new(Anchor::Middle).size(13.0).bold())?;
    Ok(canvas)
}

fn node(canvas: &Canvas, [x, y]: [f64; 2], text: &str) -> Drawn {
    let (from, to) = ([x - BOX[0] / 2.0, y - BOX[1] / 2.0], [x + BOX[0] / 2.0, y + BOX[1] / 2.0]);
    canvas.rect(from, to, Ink::Paper, 1.0)?;
    canvas.rect(from, to, Ink::A, 0.07)?;
    canvas.frame(from, to, Pen::new(Ink::A, 1.3))?;
    let lines = wrap(text, 13.0, BOX[0] - 16.0);
    let first = y - 17.55 * (lines.len() as f64 - 1.0) / 2.0;
    canvas.lines([x, first], &lines, Label::new(Anchor::Middle).size(13.0))?;
    Ok(())
}

/// An arrow, solid if the interval excludes 0 and dashed if not.
fn arrow(canvas: &Canvas, edge: &PathEdge, from: [f64; 2], to: [f64; 2]) -> Drawn {
    let length = ((to[0] - from[0]).powi(2) + (to[1] - from[1]).powi(2)).sqrt();
    let unit = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    let neck = [to[0] - 10.0 * unit[0], to[1] - 10.0 * unit[1]];
    let clear = edge.value.low > 0.0 || edge.value.high < 0.0;
    let pen = Pen::new(Ink::Text, 1.6);
    canvas.line(&[from, neck], if clear { pen } else { pen.dashed() })?;
    let wings = [
        [neck[0] - 4.5 * unit[1], neck[1] + 4.5 * unit[0]],
        [neck[0] + 4.5 * unit[1], neck[1] - 4.5 * unit[0]],
    ];
    canvas.polygon(&[to, wings[0], wings[1]], Ink::Text, 1.0)
}

pub(super) fn data(plot: &PathDiagram) -> Table {
    use ColumnKind::{Number, Text};
    let mut data = Data::new(&[
        ("from", Text),
        ("to", Text),
        ("estimate", Number),
        ("low", Number),
        ("high", Number),
    ]);
    let mut push = |edge: &PathEdge, from: &str, to: &str| {
        let v = edge.value;
        let cells = [Cell::text(from), Cell::text(to), num(v.estimate), num(v.low), num(v.high)];
        data.push(&edge.label, cells);
    };
    push(&plot.a, &plot.predictor, &plot.mediator);
    push(&plot.b, &plot.mediator, &plot.outcome);
    if let Some(direct) = &plot.direct {
        push(direct, &plot.predictor, &plot.outcome);
    }
    push(&plot.indirect, &plot.predictor, &plot.outcome);
    data.table()
}
