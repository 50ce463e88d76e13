//! Ruptures by the default detector: how many per session, and how they came and went.

use dyad_plugin::prelude::*;
use dyad_stats::linear::GlmCoefficient;
use dyad_stats::sequence::RuptureShape as Shape;

use crate::detectors::Judged;

/// Adds `rate/A/per_session`: a Poisson rate with its offset, robust by therapist, because ruptures cluster in clients and therapists.
pub(crate) fn rate(findings: &mut Findings, judged: &Judged<'_>) {
    let rate = some(judged).and_then(|detector| {
        let therapists = judged.clients.therapist_ranges(&judged.ids)?;
        Ok(judged.series.log_rate(detector, &therapists)?)
    });
    let estimate = judged.words.estimate("rate/A/per_session");
    let given = |e: Estimate, (rate, dispersion): (GlmCoefficient, f64)| {
        e.ratio(rate.into()).detail("dispersion", dispersion)
    };
    findings.estimates.push(estimate.given(rate, given));
}

/// The default detector, if it finds a rupture.
fn some(judged: &Judged<'_>) -> Result<usize, String> {
    let detector = judged.default()?;
    match judged.series.count(detector).ruptures {
        0 => Err(judged.words.text("refuse.no_rupture")),
        _ => Ok(detector),
    }
}

/// Adds `shape/A/…`, counts of the ruptures by shape, and their table.
pub(crate) fn shapes(findings: &mut Findings, judged: &Judged<'_>) {
    let window = judged.run.settings().repair_window;
    let shapes = some(judged).map(|detector| judged.series.shapes(detector, window));
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
