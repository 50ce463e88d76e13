//! How much of the therapists' differences burnout accounts for.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;

use crate::burnout::Burnout;
use crate::{Settings, few_therapists, therapists};

/// Below this, there is no therapist variance to explain.
const NO_VARIANCE: f64 = 1e-8;

/// Adds `therapist/Y/B/variance_explained`: (tau² without burnout − tau² with)/tau² without, both given baseline, same clients.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    outcome: &Measure,
    burnout: &Burnout<'_>,
) -> Result<(), Failure> {
    let last = clients.last(&run.table("sessions")?.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?.values;
    let score = burnout.by_client(clients);
    let no_last = format!("no {} score", outcome.name());
    let sample = clients.complete(&[
        (&last, &no_last),
        (&baseline, "no baseline"),
        (&score, "no burnout score of the therapist"),
    ]);
    let label = format!(
        "Share of the therapist variance of final {} that {} accounts for",
        outcome.name(),
        burnout.measure.name()
    );
    let estimate = sample
        .describe(Estimate::new(format!("therapist/{}/{}/variance_explained", outcome.id, burnout.measure.id), label))
        .method("(tau² without burnout − tau² with burnout)/tau² without; final ~ baseline (+ burnout) + (1 | therapist), REML, same clients")
        .source("delgadillo2018");
    let tau2 = |columns: &[(&str, &[Option<f64>])]| -> Result<f64, String> {
        therapists::fit(clients, &sample.clients, &last, columns).map(|fit| fit.variances.cluster)
    };
    let pair = || -> Result<(f64, f64), String> {
        if let Some(reason) = burnout.unusable(clients) {
            return Err(reason.to_owned());
        }
        let with: [(&str, &[Option<f64>]); 2] = [("baseline", &baseline), ("burnout", &score)];
        Ok((tau2(&with[..1])?, tau2(&with)?))
    };
    let estimate = match pair() {
        Err(reason) => estimate.refused(reason),
        Ok((without, _)) if without <= NO_VARIANCE => {
            estimate.refused("no therapist variance to explain")
        }
        Ok((without, with)) => estimate
            .value((without - with) / without)
            .detail("variance_without", without)
            .detail("variance_with", with)
            .warn("very imprecise with few therapists, and may be negative"),
    };
    findings.estimates.push(few_therapists(estimate, run));
    Ok(())
}
