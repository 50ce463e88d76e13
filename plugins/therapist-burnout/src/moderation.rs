//! Whether the alliance goes with the outcome less, or more, where the therapist is burnt out.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Fit, Rows};

use crate::burnout::{Burnout, same_rater};
use crate::early::EarlyClients;
use crate::{Settings, few_therapists};

/// Adds `moderation/A/Y/B/within_by_burnout`, `…/low_burnout` and `…/high_burnout`.
///
/// final ~ baseline + burnout + within + therapist mean + within × burnout + (1 | therapist), within = early − therapist mean. The product
/// takes the within part alone: one with the whole score would mix it with therapist mean × burnout.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    (alliance, outcome): (&Measure, &Measure),
    burnout: &Burnout<'_>,
) -> Result<(), Failure> {
    let early = EarlyClients::of(run, clients, (alliance, outcome), burnout)?;
    let model = fit(&early, burnout.mean());
    let (a, y, b) = (alliance.name(), outcome.name(), burnout.measure.name());
    let slope = format!("Final {y} per point of early {a} (within therapists)");
    let new = |what: &str, label: String| {
        let id = format!("moderation/{}/{}/{}/{what}", alliance.id, outcome.id, burnout.measure.id);
        early.sample.describe(Estimate::new(id, label)).method(
            "final ~ baseline + burnout + within + therapist mean + within × burnout + (1 | therapist), REML; Satterthwaite df; within: early − \
             therapist mean; burnout centred over therapists",
        )
    };
    let product = new("within_by_burnout", format!("{slope} and point of {b}"))
        .fixed_effect(&model, &[("within_by_burnout", 1.0)]);
    let at = |what: &str, sds: f64, word: &str| {
        new(what, format!("{slope}, {b} one SD {word}"))
            .fixed_effect(&model, &[("within", 1.0), ("within_by_burnout", sds * burnout.sd())])
            .detail("sd_burnout", burnout.sd())
    };
    let all = [product, at("low_burnout", -1.0, "below"), at("high_burnout", 1.0, "above")];
    findings.estimates.extend(all.map(|e| few_therapists(same_rater(e, alliance), run)));
    Ok(())
}

fn fit(clients: &EarlyClients, centre: f64) -> Result<Fit, String> {
    let mut rows = Rows::in_clusters(&[
        "baseline",
        "burnout",
        "within",
        "therapist_mean",
        "within_by_burnout",
    ]);
    clients.each(|i, therapist, mean, within| {
        let b = clients.burnout[i] - centre;
        let x = [clients.baseline[i], b, within, mean, within * b];
        rows.push(0, therapist, &x, clients.last[i]).map_err(|e| e.to_string())
    })?;
    rows.fit(Criterion::Reml).map_err(|e| e.to_string())
}
