//! Random data of every kind of figure: each mark drawn is a datum, or says that it was cut; nothing lies outside the sheet.

use dyad_model::figure::{
    Axis, Caterpillar, Cloud, ControlChart, CumulativeIncidence, FlowBox, FlowChart, Forest,
    ForestRow, Funnel, FunnelKind, IncidenceEnd, IncidenceStep, JacobsonTruax, Missingness,
    MissingnessCell, PathDiagram, PathEdge, Raincloud, Ranged, ResponseSurface, Specification,
    SpecificationRow, Survival, SurvivalCurve, SurvivalStep,
};
use dyad_model::{Counts, Figure, Plot};
use dyad_report::{Theme, figure_data, render_figure};
use proptest::prelude::*;

fn draw(plot: Plot) -> String {
    let figure = Figure::new(
        "f",
        "Title",
        "Caption.",
        "A figure. It shows something.",
        Counts::default(),
        plot,
    );
    assert!(!figure_data(&figure).rows.is_empty());
    render_figure(&figure, "f", Theme::Page).expect("it can be drawn").markup
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).expect(name).parse().expect("a number")
}

/// Data low, data high, pixel of low, pixel of high.
struct Scale([f64; 4]);

impl Scale {
    fn of(tag: &str, name: &str) -> Self {
        let parts: Vec<f64> = attribute(tag, name)
            .expect("a scale")
            .split(' ')
            .map(|v| v.parse().expect("a number"))
            .collect();
        Self(parts.try_into().expect("four numbers"))
    }

    fn back(&self, pixel: f64) -> f64 {
        let [low, high, from, to] = self.0;
        low + (pixel - from) / (to - from) * (high - low)
    }

    /// How far a datum may be from its mark: two hundredths of a pixel, one for the edge of the panel and one for the mark.
    fn tolerance(&self) -> f64 {
        let [low, high, from, to] = self.0;
        0.021 * ((high - low) / (to - from)).abs() + 1e-9
    }
}

/// The marks of all groups of a series, in data coordinates: circles, then points of lines and outlines; and how many were cut.
#[derive(Default)]
struct Marks {
    circles: Vec<[f64; 2]>,
    points: Vec<[f64; 2]>,
    cut: usize,
    tolerance: [f64; 2],
}

fn marks(svg: &str, series: &str) -> Marks {
    let mut found = Marks::default();
    for group in svg.split(&format!("<g data-series=\"{series}\"")).skip(1) {
        let head = group.split('>').next().expect("a tag");
        let (x, y) = (Scale::of(head, "data-x"), Scale::of(head, "data-y"));
        found.tolerance = [x.tolerance(), y.tolerance()];
        let (mut depth, mut in_cut) = (1_i32, 0_i32);
        for tag in group.split('<').skip(1) {
            if tag.starts_with("g ") {
                depth += 1;
                if tag.contains("data-cut") {
                    found.cut += 1;
                    in_cut = depth;
                }
            } else if tag.starts_with("/g>") {
                if in_cut == depth {
                    in_cut = 0;
                }
                depth -= 1;
                if depth == 0 {
                    break;
                }
            } else if in_cut == 0 {
                let at = |px: f64, py: f64| [x.back(px), y.back(py)];
                if tag.starts_with("circle") {
                    found.circles.push(at(number(tag, "cx"), number(tag, "cy")));
                } else if tag.starts_with("line") {
                    found.points.push(at(number(tag, "x1"), number(tag, "y1")));
                    found.points.push(at(number(tag, "x2"), number(tag, "y2")));
                } else if tag.starts_with("path") {
                    let data = attribute(tag, "d").expect("path data");
                    for pair in
                        data.trim_end_matches('Z').split(['M', 'L']).filter(|p| !p.is_empty())
                    {
                        let (px, py) = pair.split_once(' ').expect("a pair");
                        found.points.push(at(px.parse().expect("x"), py.parse().expect("y")));
                    }
                }
            }
        }
    }
    found
}

impl Marks {
    fn is(&self, mark: [f64; 2], datum: [f64; 2]) -> bool {
        (mark[0] - datum[0]).abs() <= self.tolerance[0]
            && (mark[1] - datum[1]).abs() <= self.tolerance[1]
    }
}

/// Every coordinate lies on the sheet; a mark may stand out by its own radius.
fn on_the_sheet(svg: &str) {
    let head = svg.split('>').next().expect("a tag");
    let (width, height) = (number(head, "width"), number(head, "height"));
    for tag in svg.split('<') {
        for (names, limit) in [(["x", "x1", "x2", "cx"], width), (["y", "y1", "y2", "cy"], height)]
        {
            for name in names {
                if let Some(value) = attribute(tag, name).and_then(|v| v.parse::<f64>().ok()) {
                    assert!(
                        (-12.0..=limit + 12.0).contains(&value),
                        "{name}={value} of {limit}: {tag}"
                    );
                }
            }
        }
    }
}

fn pairs(points: &[(f64, f64)]) -> Vec<[f64; 2]> {
    points.iter().map(|&(x, y)| [x, y]).collect()
}

/// Checks circles against data that may lie outside a window.
fn check_points(svg: &str, series: &str, data: &[[f64; 2]], inside: impl Fn(&[f64; 2]) -> bool) {
    let found = marks(svg, series);
    let shown: Vec<[f64; 2]> = data.iter().copied().filter(|p| inside(p)).collect();
    assert_eq!(found.circles.len(), shown.len(), "{series}");
    assert_eq!(found.cut, data.len() - shown.len(), "{series}");
    for (mark, datum) in found.circles.iter().zip(&shown) {
        assert!(found.is(*mark, *datum), "{mark:?} is not {datum:?}");
    }
}

fn ranged(values: &[(f64, f64)]) -> Vec<Ranged> {
    values
        .iter()
        .map(|&(estimate, half)| Ranged { estimate, low: estimate - half, high: estimate + half })
        .collect()
}

fn window(low: f64, high: f64) -> Axis {
    Axis::ranged("axis", Some([low, high]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn jacobson_truax(points in prop::collection::vec((-5.0..35.0_f64, -5.0..35.0_f64), 1..50)) {
        let points = pairs(&points);
        let plot = JacobsonTruax {
            x: window(0.0, 27.0), y: window(0.0, 27.0), points: points.clone(), bins: Vec::new(), criterion: 4.0,
            cutoff: Some(10.0), lower_is_better: true, classes: vec![("recovered".into(), 3, 0.5)],
        };
        let svg = draw(Plot::JacobsonTruax(plot));
        check_points(&svg, "points", &points, |p| p.iter().all(|v| (0.0..=27.0).contains(v)));
        on_the_sheet(&svg);
    }

    #[test]
    fn control_chart(scores in prop::collection::vec(-1.0..9.0_f64, 2..30)) {
        let points: Vec<[f64; 2]> = scores.iter().enumerate().map(|(i, &s)| [i as f64 + 1.0, s]).collect();
        let plot = ControlChart {
            x: Axis::new("Session"), y: window(1.0, 7.0), points: points.clone(), centre: 4.0, sigma: 0.8,
            flagged: vec![2.0], rule: "two sigma".into(),
        };
        let svg = draw(Plot::ControlChart(plot));
        let found = marks(&svg, "points");
        let shown = points.iter().filter(|p| (1.0..=7.0).contains(&p[1])).count();
        let ring = usize::from((1.0..=7.0).contains(&points[1][1]));
        prop_assert_eq!(found.circles.len(), shown + ring);
        prop_assert_eq!(found.cut, points.len() - shown);
        prop_assert!(found.circles.iter().all(|mark| points.iter().any(|p| found.is(*mark, *p))));
        on_the_sheet(&svg);
    }

    #[test]
    fn caterpillar(units in prop::collection::vec((-3.0..3.0_f64, 0.1..2.0_f64), 1..40)) {
        let mut units = ranged(&units);
        units.sort_by(|a, b| a.estimate.total_cmp(&b.estimate));
        let plot = Caterpillar { x: window(-2.0, 2.0), units: units.clone(), bins: Vec::new(), interval: "95 %".into() };
        let svg = draw(Plot::Caterpillar(plot));
        let found = marks(&svg, "points");
        let data: Vec<[f64; 2]> = units.iter().enumerate().map(|(i, u)| [u.estimate, i as f64]).collect();
        prop_assert!(found.circles.iter().all(|mark| data.iter().any(|p| found.is(*mark, *p))));
        prop_assert_eq!(found.cut, data.iter().filter(|p| p[0].abs() > 2.0).count());
        let bars = marks(&svg, "intervals");
        let arrows: usize = units.iter().map(|u| usize::from(u.low < -2.0) + usize::from(u.high > 2.0)).sum();
        prop_assert_eq!(bars.cut, arrows);
        for point in &bars.points {
            let at_edge = (point[0].abs() - 2.0).abs() <= bars.tolerance[0];
            let is_limit = units.iter().enumerate().any(|(i, u)| {
                bars.is(*point, [u.low, i as f64]) || bars.is(*point, [u.high, i as f64])
            });
            prop_assert!(at_edge || is_limit, "{:?}", point);
        }
        on_the_sheet(&svg);
    }

    #[test]
    fn funnels(points in prop::collection::vec((1.0..60.0_f64, 0.0..1.0_f64), 2..40)) {
        let points = pairs(&points);
        let limits = (1..7).map(|i| (10.0 * f64::from(i), [0.3, 0.7, 0.2, 0.8])).collect();
        let plot = Funnel {
            funnel: FunnelKind::Caseload, x: Axis::new("Clients"), y: window(0.0, 1.0), points: points.clone(),
            centre: 0.5, limits,
        };
        let svg = draw(Plot::Funnel(plot));
        let found = marks(&svg, "points");
        prop_assert!(points.iter().all(|p| found.circles.iter().any(|mark| found.is(*mark, *p))));
        prop_assert!(found.circles.iter().all(|mark| points.iter().any(|p| found.is(*mark, *p))));
        on_the_sheet(&svg);
        // Studies: the axis of the standard error runs downwards.
        let studies: Vec<[f64; 2]> = points.iter().map(|p| [p[1] - 0.5, p[0] / 100.0]).collect();
        let plot = Funnel {
            funnel: FunnelKind::SmallStudy, x: Axis::new("z"), y: Axis::new("SE"), points: studies.clone(), centre: 0.1,
            limits: vec![(0.0, [0.1; 4]), (0.6, [-1.0, 1.2, -1.7, 1.9])],
        };
        let svg = draw(Plot::Funnel(plot));
        let below: Vec<[f64; 2]> = studies.iter().map(|p| [p[0], -p[1]]).collect();
        check_points(&svg, "points", &below, |_| true);
        on_the_sheet(&svg);
    }

    #[test]
    fn specification(rows in prop::collection::vec((-0.9..0.9_f64, 0.01..0.4_f64), 1..40)) {
        let values = ranged(&rows);
        let choice = |i: usize| SpecificationRow { choices: vec![format!("c{}", i % 3)], value: values[i] };
        let plot = Specification {
            y: window(-0.5, 0.5), dimensions: vec!["choice".into()], rows: (0..values.len()).map(choice).collect(), null: 0.0,
        };
        let svg = draw(Plot::Specification(plot));
        let data: Vec<[f64; 2]> = values.iter().enumerate().map(|(i, v)| [i as f64, v.estimate]).collect();
        check_points(&svg, "points", &data, |p| p[1].abs() <= 0.5);
        on_the_sheet(&svg);
    }

    #[test]
    fn forest(rows in prop::collection::vec((-1.5..1.5_f64, 0.01..1.0_f64), 1..25)) {
        let values = ranged(&rows);
        let row = |(i, value): (usize, &Ranged)| ForestRow {
            label: format!("Site {i}"), n: 20, value: *value, weight: Some(100.0 / values.len() as f64),
        };
        let plot = Forest {
            x: window(-1.0, 1.0), rows: values.iter().enumerate().map(row).collect(), pooled: None, prediction: None,
            benchmark: None, null: 0.0, heterogeneity: String::new(), order: "as given".into(),
        };
        let svg = draw(Plot::Forest(plot));
        let found = marks(&svg, "rows");
        let arrows: usize = values.iter().map(|v| {
            usize::from(v.low < -1.0) + usize::from(v.high > 1.0) + usize::from(v.estimate.abs() > 1.0)
        }).sum();
        prop_assert_eq!(found.cut, arrows);
        for point in &found.points {
            let is = |x: f64| (point[0] - x).abs() <= found.tolerance[0];
            prop_assert!(is(-1.0) || is(1.0) || values.iter().any(|v| is(v.low) || is(v.high)));
        }
        // The middle of each square is its estimate.
        let group = svg.split("<g data-series=\"rows\"").nth(1).expect("rows");
        let scale = Scale::of(group.split('>').next().expect("a tag"), "data-x");
        let squares: Vec<f64> = group.split("</g>\n<g data-series").next().expect("the group").split('<')
            .filter(|tag| tag.starts_with("rect"))
            .map(|tag| scale.back(number(tag, "x") + number(tag, "width") / 2.0)).collect();
        let shown: Vec<f64> = values.iter().map(|v| v.estimate).filter(|e| e.abs() <= 1.0).collect();
        prop_assert_eq!(squares.len(), shown.len());
        for (square, estimate) in squares.iter().zip(&shown) {
            prop_assert!((square - estimate).abs() <= 2.0 * scale.tolerance());
        }
        on_the_sheet(&svg);
    }

    #[test]
    fn curves_in_steps(events in prop::collection::vec((0_u64..4, 0_u64..4, 0_u64..3), 2..20)) {
        let (mut at_risk, mut free, mut shares) = (300_u64, 1.0, [0.0, 0.0]);
        let (mut survival, mut incidence) = (Vec::new(), Vec::new());
        for (index, &(a, b, censored)) in events.iter().enumerate() {
            for (share, n) in shares.iter_mut().zip([a, b]) {
                *share += free * n as f64 / at_risk as f64;
            }
            free *= 1.0 - (a + b) as f64 / at_risk as f64;
            let time = index as f64 + 1.0;
            survival.push(SurvivalStep { time, survival: free, low: None, high: None, at_risk, events: a + b, censored });
            let end = |i: usize, n| IncidenceEnd { incidence: shares[i], low: None, high: None, events: n };
            incidence.push(IncidenceStep { time, at_risk, censored, ends: vec![end(0, a), end(1, b)] });
            at_risk -= a + b + censored;
        }
        let svg = draw(Plot::Survival(Survival {
            x: Axis::new("Session"), y: Axis::new("Share"), cumulative_incidence: false,
            curves: vec![SurvivalCurve { label: "all".into(), steps: survival.clone() }],
        }));
        let found = marks(&svg, "curve");
        prop_assert!(survival.iter().all(|s| found.points.iter().any(|p| found.is(*p, [s.time, s.survival]))));
        on_the_sheet(&svg);
        let svg = draw(Plot::CumulativeIncidence(CumulativeIncidence {
            x: Axis::new("Session"), y: Axis::new("Share"), ends: vec!["planned".into(), "dropped out".into()],
            steps: incidence.clone(),
        }));
        let found = marks(&svg, "curve");
        for step in &incidence {
            for end in &step.ends {
                prop_assert!(found.points.iter().any(|p| found.is(*p, [step.time, end.incidence])));
            }
        }
        on_the_sheet(&svg);
    }

    #[test]
    fn surface(points in prop::collection::vec((1.0..7.0_f64, 1.0..7.0_f64), 3..40), tilt in -3.0..3.0_f64) {
        let points = pairs(&points);
        let grid: Vec<f64> = (1..=7).map(f64::from).collect();
        let predicted = grid.iter().map(|y| grid.iter().map(|x| tilt * x - y).collect()).collect();
        let plot = ResponseSurface {
            x: Axis::new("x"), y: Axis::new("y"), z: Axis::new("z"), xs: grid.clone(), ys: grid, predicted,
            points: points.clone(), bins: Vec::new(), congruence: true, annotation: String::new(),
        };
        let svg = draw(Plot::ResponseSurface(plot));
        check_points(&svg, "persons", &points, |_| true);
        // A contour line lies where the plane has a height that all its points share.
        let found = marks(&svg, "contours");
        for pair in found.points.chunks_exact(2) {
            let heights: Vec<f64> = pair.iter().map(|p| tilt * p[0] - p[1]).collect();
            prop_assert!((heights[0] - heights[1]).abs() < 0.1, "{:?}", heights);
        }
        on_the_sheet(&svg);
    }

    #[test]
    fn raincloud(
        scores in prop::collection::vec(prop::collection::vec(-2.0..9.0_f64, 1..40), 1..4),
        heights in prop::collection::vec(0.01..1.0_f64, 5),
    ) {
        let cloud = |(index, points): (usize, &Vec<f64>)| {
            let mut sorted = points.clone();
            sorted.sort_by(f64::total_cmp);
            let at = |percent: usize| sorted[percent * (sorted.len() - 1) / 100];
            let density = heights.iter().enumerate().map(|(i, h)| [at(25 * i), *h]).collect();
            let quantiles = [10, 25, 50, 75, 90].map(at);
            Cloud { label: format!("Group {index}"), n: points.len() as u64, density, quantiles, points: points.clone() }
        };
        let groups: Vec<Cloud> = scores.iter().enumerate().map(cloud).collect();
        let svg = draw(Plot::Raincloud(Raincloud { x: window(0.0, 7.0), groups: groups.clone() }));
        let inside = |x: &f64| (0.0..=7.0).contains(x);
        let of_groups = |series: &str| -> Vec<Marks> {
            svg.split(&format!("<g data-series=\"{series}\"")).skip(1)
                .map(|part| marks(&format!("<g data-series=\"{series}\"{part}"), series)).collect()
        };
        let (points, quantiles, densities) = (of_groups("points"), of_groups("quantiles"), of_groups("density"));
        prop_assert_eq!([points.len(), quantiles.len(), densities.len()], [groups.len(); 3]);
        for (group, drawn) in groups.iter().zip(&points) {
            let shown: Vec<f64> = group.points.iter().copied().filter(inside).collect();
            prop_assert_eq!((drawn.circles.len(), drawn.cut), (shown.len(), group.points.len() - shown.len()));
            for (mark, score) in drawn.circles.iter().zip(&shown) {
                prop_assert!((mark[0] - score).abs() <= drawn.tolerance[0], "{:?} is not {}", mark, score);
            }
        }
        for (group, drawn) in groups.iter().zip(&quantiles) {
            let [q10, q25, q50, q75, q90] = group.quantiles;
            prop_assert!(drawn.circles.iter().all(|mark| (mark[0] - q50).abs() <= drawn.tolerance[0]));
            prop_assert_eq!(drawn.circles.len(), if inside(&q50) { 2 } else { 0 });
            let ends = [q10, q25, q75, q90, 0.0, 7.0];
            for point in &drawn.points {
                prop_assert!(ends.iter().any(|end| (point[0] - end).abs() <= drawn.tolerance[0]), "{:?}", point);
            }
        }
        // The outline of a density ends where the data do, or at the edge of the window; it never leaks past either.
        for (group, drawn) in groups.iter().zip(&densities) {
            let ends = [group.density[0][0].max(0.0), group.density[4][0].min(7.0)];
            for point in &drawn.points {
                let within = (ends[0] - drawn.tolerance[0]..=ends[1] + drawn.tolerance[0]).contains(&point[0]);
                prop_assert!(within, "{:?} outside {:?}", point, ends);
            }
        }
        on_the_sheet(&svg);
    }

    #[test]
    fn missingness(cells in prop::collection::vec((1_u64..90, 0_u64..40, 0_u64..60), 1..25)) {
        let cells: Vec<MissingnessCell> = cells.iter().enumerate().map(|(i, &(observed, missing, ended))| MissingnessCell {
            row: format!("measure {}", i % 2), session: i as u64 / 2 + 1, observed, missing, ended,
        }).collect();
        let svg = draw(Plot::Missingness(Missingness { x: Axis::new("Session"), cells: cells.clone() }));
        let parts: Vec<&str> = svg.split("<g data-series=\"cells\"").skip(1).collect();
        for (index, part) in parts.iter().enumerate() {
            let found = marks(&format!("<g data-series=\"cells\"{part}"), "cells");
            let mut expected = Vec::new();
            for cell in cells.iter().filter(|c| c.row == format!("measure {index}")) {
                let mut base = 0.0;
                for n in [cell.observed, cell.missing, cell.ended] {
                    let next = base + n as f64;
                    let x = cell.session as f64;
                    expected.extend([[x - 0.44, base], [x + 0.44, base], [x + 0.44, next], [x - 0.44, next]]);
                    base = next;
                }
            }
            for point in &found.points {
                prop_assert!(expected.iter().any(|corner| found.is(*point, *corner)), "{:?}", point);
            }
            for corner in expected {
                prop_assert!(found.points.iter().any(|point| found.is(*point, corner)), "{:?} is not drawn", corner);
            }
        }
        on_the_sheet(&svg);
    }

    /// A path diagram has no scale: its boxes are fixed, and each number stands beside its path, solid if it excludes 0.
    #[test]
    fn path_diagram(values in prop::collection::vec((-9.0..9.0_f64, 0.01..9.0_f64), 4)) {
        let edge = |label: &str, i: usize| PathEdge { label: label.into(), value: ranged(&values)[i] };
        let plot = PathDiagram {
            predictor: "burnout".into(), mediator: "alliance".into(), outcome: "symptom".into(),
            a: edge("a", 0), b: edge("b", 1), direct: Some(edge("c′", 2)), indirect: edge("a × b", 3),
        };
        let svg = draw(Plot::Path(plot.clone()));
        let paths = svg.split("<g data-series=\"paths\"").nth(1).expect("paths").split("</g>").next().expect("its end");
        let lines: Vec<&str> = paths.split('<').filter(|tag| tag.starts_with("line")).collect();
        prop_assert_eq!(lines.len(), 3);
        let edges = [&plot.a, &plot.b, plot.direct.as_ref().expect("given")];
        for (line, edge) in lines.iter().zip(edges) {
            let excludes = edge.value.low > 0.0 || edge.value.high < 0.0;
            prop_assert_eq!(line.contains("stroke-dasharray"), !excludes);
        }
        // Two decimals, a real minus sign, the estimate before its interval.
        let words = |value: f64| {
            let text = format!("{:.2}", value.abs());
            if value < 0.0 && text != "0.00" { format!("−{text}") } else { text }
        };
        for edge in edges.into_iter().chain([&plot.indirect]) {
            let Ranged { estimate, low, high } = edge.value;
            let text = format!("{} [{}, {}]<", words(estimate), words(low), words(high));
            prop_assert!(svg.contains(&text), "{}", text);
        }
        on_the_sheet(&svg);
    }

    #[test]
    fn flow_says_every_number(counts in prop::collection::vec(0_u64..500, 1..5)) {
        let (mut left, mut boxes) = (3_000_u64, Vec::new());
        for (index, &out) in counts.iter().enumerate() {
            let excluded = if out > 0 { vec![(format!("reason {index}"), out)] } else { Vec::new() };
            boxes.push(FlowBox { label: format!("box {index}"), n: left, unit: "clients".into(), excluded });
            left -= out;
        }
        boxes.push(FlowBox { label: "last".into(), n: left, unit: "clients".into(), excluded: Vec::new() });
        let svg = draw(Plot::Flow(FlowChart { boxes: boxes.clone() }));
        for pair in boxes.windows(2) {
            let out: u64 = pair[0].excluded.iter().map(|e| e.1).sum();
            prop_assert_eq!(pair[0].n, pair[1].n + out);
        }
        for flow in &boxes {
            prop_assert!(svg.contains(&flow.n.to_string()), "{}", flow.n);
            for (_, n) in &flow.excluded {
                prop_assert!(svg.contains(&n.to_string()), "{}", n);
            }
        }
        on_the_sheet(&svg);
    }
}
