//! One alliance and one outcome measure over the clients: what every question about them starts from.

use std::fmt::Display;
use std::ops::Range;

use dyad_plugin::derived::{Baseline, Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::linear::{ClusterRobust, Correction, Ols, ols};
use dyad_stats::moments::Moments;

use crate::Settings;

/// One alliance and one outcome measure.
pub(crate) struct Pair<'a> {
    pub(crate) run: &'a Run<Settings>,
    pub(crate) clients: &'a Clients<'a>,
    pub(crate) alliance: &'a Measure,
    pub(crate) outcome: &'a Measure,
    pub(crate) ratings: Floats<'a>,
    pub(crate) scores: Floats<'a>,
    /// Early alliance of each client.
    pub(crate) early: Vec<Option<f64>>,
    /// Last outcome of each client.
    pub(crate) last: Vec<Option<f64>>,
    pub(crate) baseline: Baseline,
    /// Clients with early alliance and last outcome.
    pub(crate) both: Sample,
    /// Those with a baseline, too.
    pub(crate) all: Sample,
}

impl<'a> Pair<'a> {
    pub(crate) fn of(
        run: &'a Run<Settings>,
        clients: &'a Clients<'a>,
        alliance: &'a Measure,
        outcome: &'a Measure,
    ) -> Result<Self, Failure> {
        let sessions = run.table("sessions")?;
        let (ratings, scores) = (sessions.floats(&alliance.id)?, sessions.floats(&outcome.id)?);
        let window = run.settings().early_window;
        let (early, last) = (clients.mean_in(&ratings, window), clients.last(&scores));
        let baseline = clients.baseline(run, outcome)?;
        let no_early = format!("no alliance rating in sessions {}-{}", window[0], window[1]);
        let no_last = format!("no {} score", outcome.name());
        let both = clients.complete(&[(&early, &no_early), (&last, &no_last)]);
        let all = clients.complete(&[
            (&early, &no_early),
            (&last, &no_last),
            (&baseline.values, "no baseline"),
        ]);
        Ok(Self {
            run,
            clients,
            alliance,
            outcome,
            ratings,
            scores,
            early,
            last,
            baseline,
            both,
            all,
        })
    }

    /// The sign that turns a correlation towards benefit.
    pub(crate) fn sign(&self) -> f64 {
        self.outcome.benefit_sign()
    }

    /// `HEAD/A/Y/WHAT`.
    pub(crate) fn id(&self, head: &str, what: &str) -> String {
        format!("{head}/{}/{}/{what}", self.alliance.id, self.outcome.id)
    }

    /// "early alliance client and final symptom".
    pub(crate) fn names(&self) -> String {
        format!("early {} and final {}", self.alliance.name(), self.outcome.name())
    }

    /// Early alliance, last outcome and baseline of the clients who have all three.
    pub(crate) fn complete(&self) -> [Vec<f64>; 3] {
        [&self.early, &self.last, &self.baseline.values].map(|values| self.all.pick(values))
    }
}

/// A regression over clients whose standard errors know that clients share therapists.
pub(crate) struct Regression {
    pub(crate) fit: Ols,
    therapists: Vec<Range<usize>>,
}

impl Regression {
    pub(crate) fn of(
        clients: &Clients<'_>,
        sample: &Sample,
        columns: &[(&str, &[f64])],
        y: &[f64],
    ) -> Result<Self, String> {
        let therapists = clients.therapist_ranges(&sample.clients)?;
        let fit = ols(columns, y).map_err(words)?;
        Ok(Self { fit, therapists })
    }

    /// A slope with its CR2 standard error.
    pub(crate) fn slope(&self, column: &str) -> Result<ClusterRobust, String> {
        self.fit.cluster_robust(column, &self.therapists, Correction::Cr2).map_err(words)
    }
}

/// Values with mean 0 and standard deviation 1.
pub(crate) fn standardised(values: &[f64], what: &str) -> Result<Vec<f64>, String> {
    let moments = Moments::of(values);
    let (mean, sd) = (moments.mean().map_err(words)?, moments.sd().map_err(words)?);
    if sd <= 0.0 {
        return Err(format!("no variation in {what}"));
    }
    Ok(values.iter().map(|v| (v - mean) / sd).collect())
}

/// An error as the sentence to refuse with.
pub(crate) fn words(error: impl Display) -> String {
    error.to_string()
}
