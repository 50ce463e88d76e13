//! Where each client's highest early rating falls, against any order and against drift, and how much higher the tested session is.

use std::ops::Range;

use dyad_plugin::figure::{Axis, Bar, Bars, Plot, Reference};
use dyad_plugin::prelude::*;
use dyad_stats::moments;
use dyad_stats::resample::{Series, ar1};
use dyad_stats::sequence::{AgainstDrift, Peaks, peaks};

use crate::course::Course;

/// Ratings of the clients who rated every session of the window, row after row.
struct Complete {
    ratings: Vec<f64>,
    occasions: usize,
    /// Position of the tested session.
    tested: usize,
    n: Counts,
    dropped: u64,
}

/// Adds the shares of the highest rating, their test against any order, the contrast of the tested session, and the test against drift.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let complete = complete(course);
    let (words, [first, last]) = (&course.words, course.settings.peak_window);
    let (occasions, tested) = (complete.occasions, complete.tested);
    let lost = words.text("dropped.window");
    let new = |estimate: Estimate| estimate.counts(complete.n).dropped(&lost, complete.dropped);
    let found = peaks(&complete.ratings, occasions);
    for (occasion, k) in (first..=last).enumerate() {
        let share = new(words.with("k", k).estimate("peak/A/share_session_{k}"));
        findings.estimates.push(share.given(found.as_ref(), |e, found| {
            e.value(found.shares[occasion]).detail("tied_clients", found.tied_clients as f64)
        }));
    }
    let permutation = new(words.estimate("peak/A/session_{peak_session}_permutation"));
    findings.estimates.push(permutation.given(found.as_ref(), |e, found| {
        e.value(found.shares[tested])
            .p(found.permutation_p(tested))
            .detail("expected", 1.0 / occasions as f64)
            .warn(words.text("warn.autocorrelated"))
    }));
    let others = occasions as f64 - 1.0;
    let differences: Vec<f64> = (complete.ratings.chunks_exact(occasions))
        .map(|x| x[tested] - (x.iter().sum::<f64>() - x[tested]) / others)
        .collect();
    let contrast = new(words.estimate("peak/A/contrast_{peak_session}"));
    findings.estimates.push(contrast.t_test(moments::one_sample(&differences, 0.0)));
    let drift = against_drift(&found, &complete);
    let estimate = new(words.estimate("peak/A/session_{peak_session}_drift"));
    findings.estimates.push(estimate.given(drift, |e, (share, rho, test)| {
        e.value(share)
            .p(test.p)
            .details([("autocorrelation", rho), ("expected", test.expected)])
            .details([("null_low", test.band[0]), ("null_high", test.band[1])])
    }));
    findings.figures.extend(found.ok().map(|found| figure(course, &found, complete.n)));
}

/// The clients with a rating at every session of the window.
fn complete(course: &Course<'_>) -> Complete {
    let occasions = course.width();
    let (mut ratings, mut with) = (Vec::new(), Vec::new());
    for client in 0..course.clients.len() {
        let start = ratings.len();
        ratings.extend(course.inside(client).map(|(_, rating)| rating));
        // Session numbers of a client are unique and ascending, so as many ratings as sessions means one at each.
        if ratings.len() - start == occasions {
            with.push(client);
        } else {
            ratings.truncate(start);
        }
    }
    let tested = course.settings.peak_session - course.settings.peak_window[0];
    Complete {
        ratings,
        occasions,
        tested: usize::try_from(tested).unwrap_or(0),
        n: course.clients.counts(&with),
        dropped: (course.clients.len() - with.len()) as u64,
    }
}

/// The share of clients who peak at the tested session, their autocorrelation, and what series that drift as these do to the share.
fn against_drift(
    found: &dyad_stats::Result<Peaks>,
    complete: &Complete,
) -> dyad_stats::Result<(f64, f64, AgainstDrift)> {
    let (occasions, rows) = (complete.occasions.max(1), complete.ratings.len());
    let sessions: Vec<u16> =
        (0..rows).map(|row| u16::try_from(row % occasions).unwrap_or(u16::MAX)).collect();
    let clients: Vec<Range<usize>> =
        (0..rows / occasions).map(|c| c * occasions..(c + 1) * occasions).collect();
    let series = Series { sessions: &sessions, values: &complete.ratings, clients: &clients };
    let rho = ar1(&series)?.rho;
    let found = found.as_ref().map_err(Clone::clone)?;
    Ok((found.shares[complete.tested], rho, found.against_drift(complete.tested, rho)?))
}

/// Shares by session beside what chance alone gives.
fn figure(course: &Course<'_>, found: &Peaks, n: Counts) -> Figure {
    let ([first, last], peak) = (course.settings.peak_window, course.settings.peak_session);
    let band = found.null_band();
    let bars = (first..=last).zip(&found.shares).map(|(k, &value)| Bar {
        label: k.to_string(),
        value,
        interval: None,
        null_band: Some(band),
        highlight: k == peak,
    });
    let expected = 1.0 / found.shares.len() as f64;
    let tested = found.shares[usize::try_from(peak - first).unwrap_or(0)];
    let plot = Bars {
        x: Axis::new("Session of the highest rating"),
        y: Axis::new("Share of clients"),
        bars: bars.collect(),
        reference: Some(Reference { label: "any order".to_owned(), value: expected }),
    };
    let words = course.words.with("tested", tested).with("expected", expected);
    words.with("tied", found.tied_clients).figure("peak-A", n, Plot::Bars(plot))
}
