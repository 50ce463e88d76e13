//! Figures as pixels show their text.
#![cfg(feature = "png")]

use std::fs;
use std::path::Path;

use dyad_model::{Figure, Plot, Results};
use dyad_report::{Options, Painter, Profile, Theme, render_figure, write_png};
use resvg::tiny_skia::Pixmap;

fn figures() -> Vec<Figure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/results.json");
    let text = fs::read_to_string(path).expect("the fixture is there");
    let results: Results = serde_json::from_str(&text).expect("results");
    results.analyses.into_iter().flat_map(|a| a.findings.figures).collect()
}

/// Pixels that are not white.
fn inked(png: &[u8]) -> usize {
    let pixmap = Pixmap::decode_png(png).expect("a PNG");
    pixmap.pixels().iter().filter(|p| p.red() < 250 || p.green() < 250 || p.blue() < 250).count()
}

#[test]
fn every_kind_of_figure_is_painted_with_its_words() {
    let painter = Painter::new();
    let mut kinds = Vec::new();
    for figure in figures() {
        let kind = std::mem::discriminant(&figure.plot);
        if kinds.contains(&kind) {
            continue;
        }
        kinds.push(kind);
        let png = painter.paint(&figure).unwrap();
        let pixmap = Pixmap::decode_png(&png).unwrap();
        let svg = render_figure(&figure, "f", Theme::Paper).unwrap();
        let wanted = f64::from(svg.width) * 2126.0 / 720.0;
        assert!((f64::from(pixmap.width()) - wanted).abs() < 2.0, "{}", figure.id);
        // The same figure with a shorter title paints fewer pixels: words are drawn, not dropped.
        let mut renamed = figure.clone();
        renamed.title = "W".into();
        assert!(inked(&png) > inked(&painter.paint(&renamed).unwrap()), "{}", figure.id);
    }
    assert_eq!(kinds.len(), 13);
}

#[test]
fn labels_within_a_figure_are_painted_too() {
    let painter = Painter::new();
    let mut figure = figures().into_iter().find(|f| matches!(f.plot, Plot::Scatter(_))).unwrap();
    let before = inked(&painter.paint(&figure).unwrap());
    if let Plot::Scatter(plot) = &mut figure.plot {
        plot.annotation.clear();
    }
    assert!(inked(&painter.paint(&figure).unwrap()) < before);
}

#[test]
fn pixels_pass_disclosure_control_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/results.json");
    let mut results: Results = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    results.analyses.retain(|a| a.plugin == "therapist-burnout");
    let dir = tempfile::tempdir().unwrap();
    let options = |profile| Options { profile, ..Options::default() };
    assert!(write_png(&results, &options(Profile::Acro), dir.path()).is_err());
    fs::create_dir(dir.path().join("figures")).unwrap();
    let names = write_png(&results, &options(Profile::Acro), dir.path()).unwrap();
    assert!(names.iter().all(|name| !name.contains("therapists")), "{names:?}");
    assert!(names.iter().all(|name| dir.path().join(name).is_file()));
}
