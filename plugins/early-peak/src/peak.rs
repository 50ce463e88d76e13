//! Where each client's highest early rating falls, against any order and against drift, and how much higher the tested session is.

use dyad_plugin::figure::{Bar, Reference};
use dyad_plugin::prelude::*;
use dyad_stats::moments;
use dyad_stats::resample::ar1_complete;
use dyad_stats::sequence::{Peaks, peaks};

use crate::course::Course;

/// Adds, over the clients who rated every session of the window, the shares of the highest rating, their test against any order, the
/// contrast of the tested session, and the test against drift.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let settings = course.settings;
    let (width, tested) = (course.early.width(), course.early.position(settings.peak_session));
    let (with, ratings) = course.early.complete();
    let n = course.clients.counts(&with);
    let lost = (course.clients.len() - with.len()) as u64;
    let words =
        course.words.over(Basis::from(n).without(course.words.text("dropped.window"), lost));
    let found = peaks(&ratings, width);
    for (occasion, k) in (0..width).zip(settings.peak_window[0]..) {
        let share = words.with("k", k).estimate("peak/A/share_session_{k}");
        findings.estimates.push(share.given(found.as_ref(), |e, found| {
            e.value(found.shares[occasion]).detail("tied_clients", found.tied_clients as f64)
        }));
    }
    let permutation = words.estimate("peak/A/session_{peak_session}_permutation");
    let permutation = permutation.given(found.as_ref(), |e, found| {
        e.value(found.shares[tested])
            .p(found.permutation_p(tested))
            .detail("expected", 1.0 / width as f64)
            .warn(words.text("warn.autocorrelated"))
    });
    let above_others =
        |x: &[f64]| x[tested] - (x.iter().sum::<f64>() - x[tested]) / (width as f64 - 1.0);
    let differences: Vec<f64> = ratings.chunks_exact(width).map(above_others).collect();
    let contrast = words.estimate("peak/A/contrast_{peak_session}");
    let contrast = contrast.t_test(moments::one_sample(&differences, 0.0));
    let drift = ar1_complete(&ratings, width).and_then(|drift| {
        let found = found.as_ref().map_err(Clone::clone)?;
        Ok((found.shares[tested], drift.rho, found.against_drift(tested, drift.rho)?))
    });
    let drifting = words.estimate("peak/A/session_{peak_session}_drift");
    let drifting = drifting.given(drift, |e, (share, rho, test)| {
        let [low, high] = test.band;
        e.value(share)
            .p(test.p)
            .details([("autocorrelation", rho), ("expected", test.expected)])
            .details([("null_low", low), ("null_high", high)])
    });
    findings.estimates.extend([permutation, contrast, drifting]);
    findings.figures.extend(found.ok().map(|found| figure(course, &found, n)));
}

/// Shares by session beside what chance alone gives.
fn figure(course: &Course<'_>, found: &Peaks, n: Counts) -> Figure {
    let (peak, first) = (course.settings.peak_session, course.settings.peak_window[0]);
    let band = found.null_band();
    let bars = (first..).zip(&found.shares).map(|(k, &value)| {
        let (label, null_band) = (k.to_string(), Some(band));
        Bar { label, value, null_band, highlight: k == peak, ..Bar::default() }
    });
    let expected = 1.0 / found.shares.len() as f64;
    let tested = found.shares[course.early.position(peak)];
    let words = course.words.with("tied", found.tied_clients);
    let words = words.numbers([("tested", tested), ("expected", expected)]);
    let reference = Reference { label: words.text("any_order"), value: expected };
    words.bars("peak-A", n, bars.collect(), Some(reference))
}
