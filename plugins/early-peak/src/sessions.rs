//! Session by session: the mean, where each client's highest early rating falls, and how far the tested session stands out.

use dyad_plugin::designs::course::Course;
use dyad_plugin::reported::{AgainstAnyOrder, Drifting, Mean, PeakShare};
use dyad_stats::moments::one_sample;
use dyad_stats::resample::ar1_complete;
use dyad_stats::sequence::peaks;

use crate::Settings;

/// The mean at each session of the window, and the course over all sessions as a figure.
pub(crate) fn means(course: &Course<'_>, settings: &Settings, seed: u64) {
    let [first, last] = settings.peak_window;
    for session in first..=last {
        let (s, ratings) = course.at(session, "dropped.mean");
        s.add("mean/A/session_{k}", Mean::of(&ratings))
            .warn_if(s.clients.has_therapists(), "warn.independent");
        s.add("mean/A/session_{k}/by_therapist", s.mean_by_therapist(&ratings));
    }
    course.section.course("mean-A", course, seed);
}

/// Over the clients who rated every session of the window: where the highest rating falls, against any order and against drift, and how far
/// the tested session lies above the others; that also over all who rated it and another one.
pub(crate) fn peaks_and_contrasts(course: &Course<'_>, settings: &Settings) {
    let Settings { peak_window, peak_session, .. } = *settings;
    let (early, all) = (course.within(peak_window), &course.section);
    let (width, tested) = (early.width(), early.position(peak_session));
    let (clients, ratings) = early.complete();
    let s = all.over_clients(clients, all.text("dropped.window"));
    let found = peaks(&ratings, width);
    let found = found.as_ref();
    for (occasion, k) in (0..width).zip(peak_window[0]..) {
        let share = found.map(|peaks| PeakShare(peaks, occasion));
        s.with("k", k).add("peak/A/share_session_{k}", share);
    }
    let any_order = found.map(|peaks| AgainstAnyOrder(peaks, tested));
    s.add("peak/A/session_{peak_session}_permutation", any_order).warn("warn.autocorrelated");
    // Per client x_k − mean of the others.
    let above_others =
        |x: &[f64]| x[tested] - (x.iter().sum::<f64>() - x[tested]) / (width as f64 - 1.0);
    let contrasts: Vec<f64> = ratings.chunks_exact(width).map(above_others).collect();
    s.add("peak/A/contrast_{peak_session}", one_sample(&contrasts, 0.0));
    let drift = ar1_complete(&ratings, width)
        .and_then(|drift| Drifting::of(found.map_err(Clone::clone)?, tested, drift.rho));
    s.add("peak/A/session_{peak_session}_drift", drift);
    if let Ok(peaks) = found {
        s.peak_bars("peak-A", peaks, peak_window[0], peak_session);
    }
    let (clients, contrasts) = early.contrasts(peak_session);
    all.over_clients(clients, all.text("dropped.available"))
        .add("peak/A/contrast_{peak_session}_available", one_sample(&contrasts, 0.0));
}
