//! Where each client's highest early rating falls, and how much higher the tested session is.

use dyad_plugin::apa;
use dyad_plugin::derived::{Clients, in_window};
use dyad_plugin::figure::{Axis, Bar, Bars, Figure, Plot, Reference};
use dyad_plugin::prelude::*;
use dyad_stats::moments;
use dyad_stats::sequence::{Peaks, peaks};

use crate::Settings;

/// Ratings of the clients who rated every session of the window, row after row.
struct Complete {
    ratings: Vec<f64>,
    occasions: usize,
    n: Counts,
    dropped: u64,
}

/// Adds the shares of the highest rating, their permutation test and the contrast of the tested session.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let ratings = run.table("sessions")?.floats(&alliance.id)?;
    let settings = run.settings();
    let complete = complete(clients, ratings, settings.peak_window);
    let found = peaks(&complete.ratings, complete.occasions);
    let [first, last] = settings.peak_window;
    let new = |id: String, label: String| {
        Estimate::new(id, label)
            .counts(complete.n)
            .dropped(format!("no rating at one of sessions {first}-{last}"), complete.dropped)
    };

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

    let tested = usize::try_from(settings.peak_session - first).unwrap_or(0);
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
    findings.estimates.push(match moments::one_sample(&differences, 0.0) {
        Ok(t) => contrast.value(t.mean).se(t.se).ci(t.ci).statistic("t", t.t, Some(t.df)).p(t.p),
        Err(reason) => contrast.refused(reason.to_string()),
    });
    if let Ok(found) = &found {
        findings.figures.push(figure(alliance, settings, found, complete.n));
    }
    Ok(())
}

/// The clients with a rating at every session of the window.
fn complete(clients: &Clients<'_>, ratings: Floats<'_>, window: [i64; 2]) -> Complete {
    let occasions = usize::try_from(window[1] - window[0] + 1).unwrap_or(0);
    let mut kept = Vec::new();
    let mut with = Vec::new();
    let mut series = Vec::with_capacity(occasions);
    for (client, rows) in clients.rows.iter().enumerate() {
        series.clear();
        // Session numbers of a client are unique and ascending, so as many ratings as sessions means one at each.
        let inside = rows.clone().filter(|&row| in_window(clients.session.get(row), window));
        series.extend(inside.filter_map(|row| ratings.get(row)));
        if series.len() == occasions {
            kept.extend_from_slice(&series);
            with.push(client);
        }
    }
    Complete {
        ratings: kept,
        occasions,
        n: clients.counts(&with),
        dropped: (clients.len() - with.len()) as u64,
    }
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
