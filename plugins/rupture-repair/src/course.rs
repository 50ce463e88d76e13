//! Ruptures by the default detector: how many per session, and how they came and went.

use dyad_plugin::prelude::*;
use dyad_stats::linear::{Family, glm};
use dyad_stats::sequence::{RuptureShape as Shape, rupture_course};

use crate::detectors::Judged;

/// Adds `rate/A/per_session`: a Poisson rate with its offset, robust by therapist, because ruptures cluster in clients and therapists.
pub(crate) fn rate(findings: &mut Findings, judged: &Judged<'_>) {
    let fitted = judged.default().and_then(|detector| {
        let series = || judged.series.iter();
        let counts: Vec<f64> = series().map(|s| s.ruptures[detector].len() as f64).collect();
        let exposure: Vec<f64> = series().map(|s| (s.ratings.len() as f64).ln()).collect();
        if counts.iter().all(|count| *count < 0.5) {
            return Err("no rupture by the default detector".to_owned());
        }
        let clients: Vec<usize> = series().map(|s| s.client).collect();
        let therapists = judged.clients.therapist_ranges(&clients)?;
        glm(&[], &counts, &exposure, Family::Poisson, &therapists).map_err(|e| e.to_string())
    });
    let estimate = judged.words.estimate("rate/A/per_session").counts(judged.n);
    findings.estimates.push(estimate.given(fitted, |e, fit| {
        e.ratio(fit.coefficients[0].into()).detail("dispersion", fit.dispersion)
    }));
}

const SHAPES: [(Shape, &str, &str); 6] = [
    (Shape::V, "v", "fell in one session, came back in the next"),
    (Shape::GradualFall, "gradual_fall", "fell over several sessions, came back in the next"),
    (Shape::GradualRepair, "gradual_repair", "fell in one session, came back over several"),
    (Shape::Trough, "trough", "fell over several sessions, came back over several"),
    (Shape::Unrepaired, "unrepaired", "did not come back within the window"),
    (Shape::Censored, "censored", "the ratings ended inside the window"),
];

/// Adds `shape/A/…`, counts of the ruptures by shape, and their table.
pub(crate) fn shapes(findings: &mut Findings, judged: &Judged<'_>) {
    let window = judged.run.settings().repair_window;
    let shapes = judged.default().and_then(|detector| {
        let ruptures = judged.series.iter().flat_map(|series| {
            let shape = |r| rupture_course(&series.ratings, &series.sessions, r, window).shape;
            series.ruptures[detector].iter().map(shape)
        });
        let shapes: Vec<Shape> = ruptures.collect();
        let none = || "no rupture by the default detector".to_owned();
        if shapes.is_empty() { Err(none()) } else { Ok(shapes) }
    });
    let mut table = judged.words.table("shapes-A");
    for (which, shape, described) in SHAPES {
        let words = judged.words.with("shape", shape).with("described", described);
        let estimate = words.estimate("shape/A/{shape}").counts(judged.n);
        findings.estimates.push(estimate.given(shapes.as_ref(), |e, shapes| {
            let n = shapes.iter().filter(|s| **s == which).count();
            e.value(n as f64).detail("ruptures", shapes.len() as f64)
        }));
        if let Ok(shapes) = &shapes {
            let n = shapes.iter().filter(|s| **s == which).count();
            let share = n as f64 / shapes.len() as f64;
            let cells = [Cell::text(described), Cell::count(n as u64), Cell::number(Some(share))];
            table = table.row(judged.n, cells);
        }
    }
    findings.tables.extend(shapes.ok().map(|_| table));
}
