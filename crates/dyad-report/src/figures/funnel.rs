//! Unlabelled points against their precision: a rate against caseload, or an effect against its standard error.

use dyad_model::figure::{Funnel, FunnelKind};
use dyad_model::{Cell, ColumnKind, Table};

use super::{Data, WIDTH, num, range_of};
use crate::svg::{
    Anchor, Canvas, DrawError, Edge, Ink, Label, Panel, Pen, share_label, tick_label, ticks,
    whole_ticks,
};

/// Normal quantiles of the two-sided levels .90, .95 and .99: an effect beyond z standard errors has a p below the one named.
const CONTOURS: [(f64, &str); 3] = [(1.644_854, ".10"), (1.959_964, ".05"), (2.575_829, ".01")];

pub(super) fn draw(plot: &Funnel) -> Result<Canvas, DrawError> {
    match plot.funnel {
        FunnelKind::Caseload => caseload(plot),
        FunnelKind::SmallStudy => small_study(plot),
    }
}

fn caseload(plot: &Funnel) -> Result<Canvas, DrawError> {
    let canvas = Canvas::new(WIDTH, 430);
    let edge = Edge { left: 52.0, top: 34.0, right: 640.0, bottom: 378.0 };
    let xs = plot.points.iter().map(|p| p[0]).chain(plot.limits.iter().map(|l| l.0));
    let ys = plot.points.iter().map(|p| p[1]).chain(plot.limits.iter().flat_map(|l| l.1));
    let (x, y) = (range_of(&plot.x, xs), range_of(&plot.y, ys));
    let panel = Panel::new(&canvas, edge, x, y);
    let at = ticks(y, 6);
    panel.axis_y(&plot.y.label, &at, share_label(&plot.y.label, &at))?;
    let at = whole_ticks(x, 8);
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    panel.series("centre", || panel.rule_y(plot.centre, Pen::new(Ink::Text, 1.2)))?;
    let mut names = vec![(plot.centre, "overall".to_owned())];
    panel.series("limits", || {
        for index in 0..4 {
            let line: Vec<[f64; 2]> = plot.limits.iter().map(|l| [l.0, l.1[index]]).collect();
            let pen = Pen::new(Ink::Muted, 1.4);
            panel.line(&line, if index < 2 { pen.dashed() } else { pen })?;
            if let Some([_, end]) = line.last().copied() {
                names.push((end, if index < 2 { "95 %" } else { "99.8 %" }.to_owned()));
            }
        }
        Ok(())
    })?;
    let places = places(&plot.points);
    panel.series("points", || {
        places
            .iter()
            .try_for_each(|&(point, n)| panel.disc(point, 3.6 * f64::from(n).sqrt(), Ink::A, 0.8))
    })?;
    if places.iter().any(|&(_, n)| n > 1) {
        let note = "Larger: several at the same place, by area";
        canvas.text([edge.right, edge.top - 18.0], note, Label::muted(Anchor::End).size(11.5))?;
    }
    names.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut free = f64::NEG_INFINITY;
    for (value, name) in names {
        let [_, pixel] = panel.at([x[1], value.clamp(y[0], y[1])]);
        let pixel = pixel.max(free);
        free = pixel + 14.0;
        canvas.text([edge.right + 8.0, pixel], &name, Label::muted(Anchor::Start).size(11.5))?;
    }
    Ok(canvas)
}

/// The places of points, each with the number of points there, in the order of their first.
fn places(points: &[[f64; 2]]) -> Vec<([f64; 2], u32)> {
    let same = |a: &[f64; 2], b: &[f64; 2]| {
        (a[0] - b[0]).abs() < f64::EPSILON && (a[1] - b[1]).abs() < f64::EPSILON
    };
    let mut places: Vec<([f64; 2], u32)> = Vec::new();
    for point in points {
        match places.iter_mut().find(|(place, _)| same(place, point)) {
            Some((_, n)) => *n += 1,
            None => places.push((*point, 1)),
        }
    }
    places
}

fn small_study(plot: &Funnel) -> Result<Canvas, DrawError> {
    let canvas = Canvas::new(WIDTH, 430);
    let edge = Edge { left: 52.0, top: 34.0, right: 704.0, bottom: 378.0 };
    let errors = plot.points.iter().map(|p| p[1]).chain(plot.limits.iter().map(|l| l.0));
    let [_, most] = range_of(&plot.y, errors.chain([0.0]));
    let xs = plot.points.iter().map(|p| p[0]).chain(plot.limits.iter().flat_map(|l| l.1));
    let x = range_of(&plot.x, xs.chain([plot.centre]));
    // The most precise stand on top: the axis runs from 0 downwards.
    let panel = Panel::new(&canvas, edge, x, [-most, 0.0]);
    let at: Vec<f64> = ticks([0.0, most], 5);
    let label = tick_label(&at);
    let upside_down: Vec<f64> = at.iter().map(|t| -t).collect();
    panel.axis_y(&plot.y.label, &upside_down, |tick| label(-tick))?;
    let at = ticks(x, 8);
    panel.axis_x(&plot.x.label, &at, tick_label(&at))?;
    let side = |index: usize| -> Vec<[f64; 2]> {
        plot.limits.iter().map(|&(error, limits)| [limits[index], -error]).collect()
    };
    // Regions of p around no effect, which hang on the standard error alone: white inside holds p > .10.
    panel.series("contours", || {
        for (inner, outer, opacity) in [(0, 1, 0.34), (1, 2, 0.18)] {
            for sign in [-1.0, 1.0] {
                let limit = |level: usize| [sign * CONTOURS[level].0 * most, -most];
                panel.polygon(&[[0.0, 0.0], limit(inner), limit(outer)], Ink::Muted, opacity)?;
            }
        }
        panel.rule_x(0.0, Pen::new(Ink::Muted, 1.0))
    })?;
    for (factor, name) in CONTOURS {
        let at = [factor * most, -most];
        if panel.shows(at) {
            let [px, _] = panel.at(at);
            canvas.text(
                [px + 4.0, edge.bottom - 8.0],
                name,
                Label::new(Anchor::Start).size(10.5),
            )?;
        }
    }
    panel.series("limits", || {
        // The triangle in which 95 % of studies lie if they all estimate the pooled value.
        [0, 1]
            .into_iter()
            .try_for_each(|index| panel.line(&side(index), Pen::new(Ink::Text, 1.2).dashed()))
    })?;
    panel.series("centre", || panel.rule_x(plot.centre, Pen::new(Ink::Text, 1.2).dashed()))?;
    panel.series("points", || {
        plot.points
            .iter()
            .try_for_each(|&[effect, error]| panel.disc([effect, -error], 4.0, Ink::A, 0.85))
    })?;
    let note =
        "Dashed: pooled value, 95 % triangle. Grey: p from .10 to .05, light: to .01 (against 0)";
    canvas.text([edge.right, edge.top - 18.0], note, Label::muted(Anchor::End).size(11.0))?;
    Ok(canvas)
}

pub(super) fn data(plot: &Funnel) -> Table {
    use ColumnKind::Number;
    let mut data = Data::new(&[
        ("x", Number),
        ("y", Number),
        ("low_95", Number),
        ("high_95", Number),
        ("low_998", Number),
        ("high_998", Number),
    ]);
    for &[x, y] in &plot.points {
        data.push(
            "point",
            [num(x), num(y)].into_iter().chain(std::iter::repeat_n(Cell::Missing, 4)),
        );
    }
    for &(at, limits) in &plot.limits {
        data.push("limits", [num(at), num(plot.centre)].into_iter().chain(limits.map(num)));
    }
    data.table()
}
