//! Every figure can be read back: what is drawn is a datum, or says that it was cut.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dyad_model::figure::{Axis, Bar, Bars, Scatter, Trajectory, TrajectoryPoint, TrajectorySeries};
use dyad_model::{Counts, Figure, Plot, Results};
use dyad_report::{Theme, figure_data, render_figure};
use proptest::prelude::*;

fn fixture() -> Results {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/results.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the fixture is there")).expect("results")
}

fn figure(plot: Plot) -> Figure {
    Figure::new("f", "Title", "Caption.", "A figure. It shows something.", Counts::default(), plot)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

/// The scale a group announces: data low, data high, pixel of low, pixel of high.
fn scale(tag: &str, name: &str) -> Vec<f64> {
    attribute(tag, name)
        .expect("a scale")
        .split(' ')
        .map(|v| v.parse().expect("a number"))
        .collect()
}

fn back(pixel: f64, scale: &[f64]) -> f64 {
    scale[0] + (pixel - scale[2]) / (scale[3] - scale[2]) * (scale[1] - scale[0])
}

/// The centres of the circles of a series, in data coordinates, and the number of cut marks.
fn read_back(svg: &str, series: &str) -> (Vec<[f64; 2]>, usize) {
    let start = svg.find(&format!("data-series=\"{series}\"")).expect("the series is drawn");
    let open = svg[..start].rfind("<g").expect("its group");
    let mut depth = 0;
    let mut end = svg.len();
    for (at, _) in svg[open..].match_indices('<') {
        let rest = &svg[open + at..];
        if rest.starts_with("<g ") {
            depth += 1;
        } else if rest.starts_with("</g>") {
            depth -= 1;
            if depth == 0 {
                end = open + at;
                break;
            }
        }
    }
    let group = &svg[open..end];
    let head = &group[..group.find('>').expect("a tag")];
    let (x, y) = (scale(head, "data-x"), scale(head, "data-y"));
    let circles = group
        .split('<')
        .filter(|tag| tag.starts_with("circle"))
        .map(|tag| {
            let pixel =
                |name| attribute(tag, name).expect("a centre").parse::<f64>().expect("a number");
            [back(pixel("cx"), &x), back(pixel("cy"), &y)]
        })
        .collect();
    (circles, group.matches("data-cut").count())
}

proptest! {
    #[test]
    fn every_point_of_a_scatter_is_its_datum_or_is_cut(
        points in prop::collection::vec((-50.0..150.0_f64, -5.0..15.0_f64), 1..60),
        ranged in any::<bool>(),
    ) {
        let points: Vec<[f64; 2]> = points.into_iter().map(|(x, y)| [x, y]).collect();
        let range = |r| if ranged { Some(r) } else { None };
        let (xs, ys) = ([0.0, 100.0], [0.0, 10.0]);
        let plot = Plot::Scatter(Scatter {
            x: Axis::ranged("x", range(xs)),
            y: Axis::ranged("y", range(ys)),
            points: points.clone(),
            bins: Vec::new(),
            line: Vec::new(),
            annotation: String::new(),
        });
        let svg = render_figure(&figure(plot), "f", Theme::Page).expect("it can be drawn");
        let (drawn, cut) = read_back(&svg.markup, "points");
        let inside: Vec<[f64; 2]> = points
            .iter()
            .copied()
            .filter(|p| !ranged || ((xs[0]..=xs[1]).contains(&p[0]) && (ys[0]..=ys[1]).contains(&p[1])))
            .collect();
        prop_assert_eq!(drawn.len(), inside.len());
        prop_assert_eq!(cut, points.len() - inside.len());
        for (read, datum) in drawn.iter().zip(&inside) {
            // A hundredth of a pixel, on a panel some hundred pixels wide.
            prop_assert!((read[0] - datum[0]).abs() < 0.02, "{:?} {:?}", read, datum);
            prop_assert!((read[1] - datum[1]).abs() < 0.02, "{:?} {:?}", read, datum);
        }
    }

    #[test]
    fn a_mean_is_drawn_at_its_session_and_a_line_never_leaves_the_panel(
        means in prop::collection::vec(-2.0..9.0_f64, 2..12),
    ) {
        let points = means.iter().enumerate().map(|(i, &mean)| TrajectoryPoint {
            x: i as f64 + 1.0, mean, low: Some(mean - 1.0), high: Some(mean + 1.0), n: 30, spread: None,
        }).collect();
        let plot = Plot::Trajectory(Trajectory {
            x: Axis::new("Session"),
            y: Axis::ranged("Score", Some([1.0, 7.0])),
            series: vec![TrajectorySeries { label: "all".into(), points }],
            samples: Vec::new(),
            min_n: 10,
        });
        let svg = render_figure(&figure(plot), "f", Theme::Page).expect("it can be drawn");
        let (drawn, cut) = read_back(&svg.markup, "points");
        prop_assert_eq!(drawn.len() + cut, means.len());
        prop_assert_eq!(drawn.len(), means.iter().filter(|m| (1.0..=7.0).contains(*m)).count());
        for path in svg.markup.split("<path d=\"").skip(1) {
            let data = path.split('"').next().expect("path data");
            for pair in data.trim_end_matches('Z').split(['M', 'L']).filter(|p| !p.is_empty()) {
                let y: f64 = pair.split(' ').nth(1).expect("y").parse().expect("a number");
                prop_assert!((-20.0..=432.0).contains(&y), "{}", pair);
            }
        }
    }

    #[test]
    fn a_bar_is_as_tall_as_its_value(values in prop::collection::vec(0.01..1.0_f64, 1..8)) {
        let bars = values.iter().map(|&value| Bar {
            label: "b".into(), value, interval: None, null_band: None, highlight: false,
        }).collect();
        let plot = Plot::Bars(Bars {
            x: Axis::new("x"), y: Axis::ranged("y", Some([0.0, 1.0])), bars, reference: None,
        });
        let svg = render_figure(&figure(plot), "f", Theme::Page).expect("it can be drawn");
        let start = svg.markup.find("data-series=\"bars\"").expect("bars");
        let group = &svg.markup[start..];
        let tag = &group[..group.find('>').expect("a tag")];
        let y = scale(&format!(" {tag}"), "data-y");
        for (path, value) in group.split("<path d=\"M").skip(1).zip(&values) {
            let ys: Vec<f64> = path.split('Z').next().expect("data").split('L')
                .map(|pair| pair.split(' ').nth(1).expect("y").parse().expect("a number")).collect();
            let top = ys.iter().copied().fold(f64::INFINITY, f64::min);
            let bottom = ys.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!((back(top, &y) - value).abs() < 0.001);
            prop_assert!(back(bottom, &y).abs() < 0.001);
        }
    }
}

#[test]
fn every_kind_of_figure_is_named_described_and_balanced() {
    let results = fixture();
    let figures: Vec<&Figure> = results.analyses.iter().flat_map(|a| &a.findings.figures).collect();
    let mut kinds = BTreeMap::new();
    for figure in figures {
        let kind = serde_json::to_value(&figure.plot).unwrap()["kind"].as_str().unwrap().to_owned();
        *kinds.entry(kind).or_insert(0) += 1;
        for theme in [Theme::Page, Theme::StandAlone] {
            let svg = render_figure(figure, "fig-x", theme).unwrap().markup;
            assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count(), "{}", figure.id);
            assert!(svg.contains("role=\"img\""), "{}", figure.id);
            assert!(svg.contains("aria-labelledby=\"fig-x-t fig-x-d\""), "{}", figure.id);
            assert!(
                svg.contains("<title id=\"fig-x-t\">") && svg.contains("<desc id=\"fig-x-d\">")
            );
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}", figure.id);
            assert!(svg.matches("<text").count() > 2, "{}", figure.id);
            // Colours stand in the style sheet alone, so that both themes apply.
            let drawing = svg.split("</style>").last().unwrap();
            assert!(
                !drawing.contains("fill=\"#") && !drawing.contains("stroke=\"#"),
                "{}",
                figure.id
            );
            assert_eq!(svg.contains("<style>"), theme != Theme::Page);
        }
        assert!(!figure_data(figure).rows.is_empty(), "{}", figure.id);
    }
    // The flow chart is built by the report itself.
    assert_eq!(kinds.len(), 15, "{kinds:?}");
}

#[test]
fn the_structure_of_each_figure_is_known() {
    let results = fixture();
    let mut structure = String::new();
    for analysis in &results.analyses {
        for figure in &analysis.findings.figures {
            let svg = render_figure(figure, "f", Theme::Page).unwrap();
            let count = |tag: &str| svg.markup.matches(tag).count();
            let mut series: Vec<&str> = svg
                .markup
                .split("data-series=\"")
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap())
                .collect();
            series.dedup();
            structure.push_str(
                &[
                    format!("{}/{} {}x{}", analysis.plugin, figure.id, svg.width, svg.height),
                    format!(
                        "  text {} line {} path {} circle {} rect {} cut {}",
                        count("<text"),
                        count("<line"),
                        count("<path"),
                        count("<circle"),
                        count("<rect"),
                        count("data-cut")
                    ),
                    format!("  {}\n", series.join(" ")),
                ]
                .join("\n"),
            );
        }
    }
    insta::assert_snapshot!(structure);
}

#[test]
fn a_figure_that_cannot_be_honest_is_refused() {
    let nothing = Plot::Bars(Bars {
        x: Axis::new("x"),
        y: Axis::new("y"),
        bars: Vec::new(),
        reference: None,
    });
    assert!(render_figure(&figure(nothing), "f", Theme::Page).is_err());
    let endless = Plot::Scatter(Scatter {
        x: Axis::new("x"),
        y: Axis::new("y"),
        points: vec![[f64::INFINITY, 1.0]],
        bins: Vec::new(),
        line: Vec::new(),
        annotation: String::new(),
    });
    let error = render_figure(&figure(endless), "f", Theme::Page).unwrap_err().to_string();
    assert!(error.contains("not finite"), "{error}");
    let mut nameless = fixture().analyses[0].findings.figures[0].clone();
    nameless.alt = "  ".into();
    assert!(render_figure(&nameless, "f", Theme::Page).is_err());
}
