//! Ruptures by the default detector: how many per session, and how they came and went.

use dyad_plugin::prelude::*;
use dyad_stats::linear::{Family, glm};
use dyad_stats::sequence::{RuptureShape as Shape, rupture_course};

use crate::detectors::Judged;

/// Adds `rate/A/per_session`: a Poisson rate with its offset, robust by therapist, because ruptures cluster in clients and therapists.
pub(crate) fn rate(findings: &mut Findings, judged: &Judged<'_>) {
    let fit = judged.default().and_then(|detector| {
        let series = || judged.series.iter();
        let counts: Vec<f64> = series().map(|s| s.ruptures(detector).len() as f64).collect();
        let exposure: Vec<f64> = series().map(|s| (s.ratings.len() as f64).ln()).collect();
        if counts.iter().all(|count| *count < 0.5) {
            return Err(judged.words.text("refuse.no_rupture"));
        }
        let therapists = judged.clients.therapist_ranges(&judged.ids)?;
        Ok(glm(&[], &counts, &exposure, Family::Poisson, &therapists)?)
    });
    let estimate = judged.words.estimate("rate/A/per_session");
    findings.estimates.push(estimate.given(fit, |e, fit| {
        e.ratio(fit.coefficients[0].into()).detail("dispersion", fit.dispersion)
    }));
}

/// Adds `shape/A/…`, counts of the ruptures by shape, and their table.
pub(crate) fn shapes(findings: &mut Findings, judged: &Judged<'_>) {
    let window = judged.run.settings().repair_window;
    let shapes = judged.default().and_then(|detector| {
        let ruptures = judged.series.iter().flat_map(|series| {
            let shape = move |r| rupture_course(series.ratings, series.sessions, r, window).shape;
            series.ruptures(detector).iter().map(shape)
        });
        let shapes: Vec<Shape> = ruptures.collect();
        if shapes.is_empty() { Err(judged.words.text("refuse.no_rupture")) } else { Ok(shapes) }
    });
    let mut rows = Vec::new();
    for shape in Shape::ALL {
        let words = judged.words.with("shape", shape.as_str());
        let described = words.text(&format!("shape.{}", shape.as_str()));
        let words = words.with("described", &described);
        let counted = shapes.as_ref().map(|shapes| {
            (shapes.iter().filter(|s| **s == shape).count() as f64, shapes.len() as f64)
        });
        if let Ok((n, of)) = counted {
            let [count, share] = [n, n / of].map(|number| Cell::number(Some(number)));
            rows.push((judged.n, [Cell::text(described), count, share]));
        }
        let estimate = words.estimate("shape/A/{shape}");
        let given = |e: Estimate, (n, of)| e.value(n).detail("ruptures", of);
        findings.estimates.push(estimate.given(counted, given));
    }
    findings.tables.extend(shapes.ok().map(|_| judged.words.table("shapes-A").with_rows(rows)));
}
