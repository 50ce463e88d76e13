//! What every analysis of this plugin needs of a burnout measure: one score per therapist, centred at its mean over therapists.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::moments::Moments;
use dyad_stats::power::detectable_effect;

use crate::Settings;

/// A burnout measure.
pub(crate) struct Burnout<'r> {
    pub(crate) measure: &'r Measure,
    scores: Floats<'r>,
    over_therapists: Moments,
}

impl<'r> Burnout<'r> {
    pub(crate) fn of(run: &'r Run<Settings>, measure: &'r Measure) -> Result<Self, Failure> {
        let scores = run.table("therapists")?.floats(&measure.id)?;
        let mut over_therapists = Moments::new();
        (0..scores.len())
            .filter_map(|therapist| scores.get(therapist))
            .for_each(|b| over_therapists.push(b));
        Ok(Self { measure, scores, over_therapists })
    }

    /// The client's therapist and that therapist's score, centred.
    pub(crate) fn centred(&self, clients: &Clients<'_>, client: usize) -> Option<(i64, f64)> {
        let therapist = clients.therapist(client)?;
        let score = self.scores.get(usize::try_from(therapist).ok()?)?;
        Some((therapist, score - self.over_therapists.mean().ok()?))
    }

    /// Per client, the therapist's score as it is.
    pub(crate) fn by_client(&self, clients: &Clients<'_>) -> Vec<Option<f64>> {
        let score = |client| self.scores.get(usize::try_from(clients.therapist(client)?).ok()?);
        (0..clients.len()).map(score).collect()
    }

    /// Mean over therapists, one value each.
    pub(crate) fn mean(&self) -> f64 {
        self.over_therapists.mean().unwrap_or(0.0)
    }

    /// Standard deviation over therapists.
    pub(crate) fn sd(&self) -> f64 {
        self.over_therapists.sd().unwrap_or(0.0)
    }

    /// Why nothing can be said about burnout, if so.
    pub(crate) fn unusable(&self, clients: &Clients<'_>) -> Option<&'static str> {
        if !clients.has_therapists() {
            Some("the study file names no therapist column")
        } else if self.over_therapists.n() < 2
            || self.over_therapists.sd().is_ok_and(|sd| sd <= 0.0)
        {
            Some("burnout does not vary between therapists")
        } else {
            None
        }
    }
}

/// The smallest coefficient that this design would have found, beside the one it gave.
pub(crate) fn detectable(of: &Estimate, run: &Run<Settings>, burnout: &Burnout<'_>) -> Estimate {
    let id = match of.id.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/detectable"),
        None => of.id.clone(),
    };
    let power = run.settings().power;
    let estimate =
        Estimate { n: of.n, dropped: of.dropped.clone(), ..Estimate::new(id, format!("Smallest detectable: {}", of.label)) }
            .method(format!("(t(.975, df) + t({power}, df))·se of the coefficient: found with power {power} at .05, two-sided"))
            .source("bloom1995");
    let df = of.statistic.as_ref().and_then(|t| t.df);
    match (of.se.zip(df), of.refused.as_deref()) {
        (_, Some(reason)) => estimate.refused(reason),
        (None, _) => estimate.refused("the coefficient has no degrees of freedom"),
        (Some((se, df)), None) => match detectable_effect(se, df, power) {
            Ok(size) => estimate.value(size).detail("per_sd_of_burnout", size * burnout.sd()),
            Err(reason) => estimate.refused(reason.to_string()),
        },
    }
}

/// What is said where one person rated both.
pub(crate) fn same_rater(estimate: Estimate, alliance: &Measure) -> Estimate {
    if alliance.rater == Some(Rater::Therapist) && estimate.refused.is_none() {
        estimate.warn(
            "the therapist rated both the alliance and the burnout: part of this is the rater",
        )
    } else {
        estimate
    }
}
