//! What every analysis of this plugin needs of a burnout measure: one score per therapist, centred at its mean over therapists.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::Fit;
use dyad_stats::moments::Moments;

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

/// A coefficient of a mixed model as an estimate, or why there is none.
pub(crate) fn coefficient(estimate: Estimate, fit: &Result<Fit, String>, column: &str) -> Estimate {
    let estimate = estimate.source("bates2015").source("kuznetsova2017");
    let fit = match fit {
        Ok(fit) => fit,
        Err(reason) => return estimate.refused(reason.as_str()),
    };
    match fit.coefficient(column) {
        Err(reason) => estimate.refused(reason.to_string()),
        Ok(b) => {
            let given = estimate
                .tested(b.estimate, b.se, b.ci, (b.t, b.df), b.p)
                .detail("criterion", fit.criterion)
                .detail("variance_cluster", fit.variances.cluster)
                .detail("variance_residual", fit.variances.residual);
            let given = match fit.variances.outer {
                Some(therapists) => given.detail("variance_therapist", therapists),
                None => given,
            };
            if fit.singular {
                given.warn("a variance is estimated as 0 (singular fit): the degrees of freedom are unreliable")
            } else {
                given
            }
        }
    }
}
