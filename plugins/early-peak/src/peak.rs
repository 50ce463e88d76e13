//! Where each client's highest early rating falls, and how much higher the tested session is.

use dyad_plugin::apa;
use dyad_plugin::derived::in_window;
use dyad_plugin::figure::{Axis, Bar, Bars, Figure, Plot, Reference};
use dyad_plugin::prelude::*;
use dyad_stats::moments;
use dyad_stats::sequence::{Peaks, peaks};

use crate::Settings;
use crate::course::Course;

/// Ratings of the clients who rated every session of the window, row after row.
pub(crate) struct Complete {
    pub(crate) ratings: Vec<f64>,
    pub(crate) occasions: usize,
    /// Position of the tested session.
    pub(crate) tested: usize,
    n: Counts,
    dropped: Dropped,
}

impl Complete {
    /// Writes onto an estimate whom it rests on and who was left out.
    pub(crate) fn describe(&self, estimate: Estimate) -> Estimate {
        estimate.counts(self.n).dropped_units(self.dropped.clone())
    }
}

/// Adds the shares of the highest rating, their permutation test and the contrast of the tested session.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>, complete: &Complete) {
    let (alliance, settings) = (course.alliance, course.settings);
    let found = peaks(&complete.ratings, complete.occasions);
    let [first, last] = settings.peak_window;
    let new = |id: String, label: String| complete.describe(Estimate::new(id, label));

    for (occasion, k) in (first..=last).enumerate() {
        let id = format!("peak/{}/share_session_{k}", alliance.id);
        let share = new(
            id,
            format!("Share of clients whose highest {} falls on session {k}", alliance.name()),
        )
        .method("clients with every rating of the window; tied sessions share equally")
        .source("horvath1990");
        findings.estimates.push(match &found {
            Ok(found) => share
                .value(found.shares[occasion])
                .detail("tied_clients", found.tied_clients as f64),
            Err(reason) => share.refused(reason.to_string()),
        });
    }

    let tested = complete.tested;
    let id = format!("peak/{}/session_{}_permutation", alliance.id, settings.peak_session);
    let label = format!(
        "More peaks of {} at session {} than in any order",
        alliance.name(),
        settings.peak_session
    );
    let permutation = new(id, label)
        .method("share with exact one-sided permutation p: each client's own ratings in any order, by convolution")
        .source("edgington2007");
    findings.estimates.push(match &found {
        Ok(found) => permutation
            .value(found.shares[tested])
            .p(found.permutation_p(tested))
            .detail("expected", 1.0 / complete.occasions as f64)
            .warn("with autocorrelated ratings this null is conservative for middle sessions and liberal for the first and last"),
        Err(reason) => permutation.refused(reason.to_string()),
    });

    let id = format!("peak/{}/contrast_{}", alliance.id, settings.peak_session);
    let label = format!(
        "{} at session {} above the mean of the other early sessions",
        alliance.name(),
        settings.peak_session
    );
    let contrast = new(id, label)
        .method("per client the rating minus the mean of the other sessions of the window; one-sample t test")
        .source("student1908");
    let others = complete.occasions as f64 - 1.0;
    let differences: Vec<f64> = complete
        .ratings
        .chunks_exact(complete.occasions)
        .map(|x| x[tested] - (x.iter().sum::<f64>() - x[tested]) / others)
        .collect();
    findings.estimates.push(contrast.t_test(moments::one_sample(&differences, 0.0)));
    if let Ok(found) = &found {
        findings.figures.push(figure(alliance, settings, found, complete.n));
    }
}

/// The clients with a rating at every session of the window.
pub(crate) fn complete(course: &Course<'_>) -> Complete {
    let window = course.settings.peak_window;
    let [first, last] = window;
    let occasions = usize::try_from(last - first + 1).unwrap_or(0);
    let (mut ratings, mut with) = (Vec::new(), Vec::new());
    let mut series = Vec::with_capacity(occasions);
    for client in 0..course.clients.len() {
        series.clear();
        // Session numbers of a client are unique and ascending, so as many ratings as sessions means one at each.
        let inside = course.series(client).filter(|(s, _)| in_window(Some(*s), window));
        series.extend(inside.map(|(_, rating)| rating));
        if series.len() == occasions {
            ratings.extend_from_slice(&series);
            with.push(client);
        }
    }
    let dropped = Dropped {
        reason: format!("no rating at one of sessions {first}-{last}"),
        clients: Some((course.clients.len() - with.len()) as u64),
        ..Dropped::default()
    };
    let tested = usize::try_from(course.settings.peak_session - first).unwrap_or(0);
    Complete { ratings, occasions, tested, n: course.clients.counts(&with), dropped }
}

/// Shares by session beside what chance alone gives.
fn figure(alliance: &Measure, settings: &Settings, found: &Peaks, n: Counts) -> Figure {
    let [first, last] = settings.peak_window;
    let band = found.null_band();
    let bars = (first..=last)
        .zip(&found.shares)
        .map(|(k, &value)| Bar {
            label: k.to_string(),
            value,
            interval: None,
            null_band: Some(band),
            highlight: k == settings.peak_session,
        })
        .collect();
    let expected = 1.0 / found.shares.len() as f64;
    let tested = found.shares[usize::try_from(settings.peak_session - first).unwrap_or(0)];
    let alt = format!(
        "Bars of the share of clients (vertical) whose highest {} falls on each of sessions {first} to {last} (horizontal). \
         {} peak at session {}; in any order it would be {}.",
        alliance.name(),
        apa::percent(tested, 1),
        settings.peak_session,
        apa::percent(expected, 1),
    );
    let caption = format!(
        "Clients with every rating of sessions {first} to {last}; tied sessions share equally ({} with ties). The line is the uniform share, \
         the band holds 95 % of the permutation null within clients.",
        apa::counted(found.tied_clients as u64, "client")
    );
    let plot = Bars {
        x: Axis::new("Session of the highest rating"),
        y: Axis::new("Share of clients"),
        bars,
        reference: Some(Reference { label: "any order".to_owned(), value: expected }),
    };
    let title = format!("Session of the highest {}", alliance.name());
    Figure::new(format!("peak-{}", alliance.id), title, caption, alt, n, Plot::Bars(plot))
}
