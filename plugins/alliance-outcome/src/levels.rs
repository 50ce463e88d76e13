//! Within and between therapists: whose alliance goes with whose outcome.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};

use crate::{Settings, coefficient};

/// Adds `early/A/Y/within_therapist`, `…/between_therapist`, `…/contextual`:
/// final ~ baseline + (early − therapist mean) + (therapist mean − its mean over clients) + (1 | therapist).
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    outcome: &Measure,
) -> Result<(), Failure> {
    let sessions = run.table("sessions")?;
    let window = run.settings().early_window;
    let early = clients.mean_in(&sessions.floats(&alliance.id)?, window);
    let last = clients.last(&sessions.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?;
    let no_early = format!("no alliance rating in sessions {}-{}", window[0], window[1]);
    let no_last = format!("no {} score", outcome.name());
    let sample = clients.complete(&[
        (&early, &no_early),
        (&last, &no_last),
        (&baseline.values, "no baseline"),
    ]);
    let (x, y, z) = (sample.pick(&early), sample.pick(&last), sample.pick(&baseline.values));

    let fit =
        clients.therapist_ranges(&sample.clients).map_err(str::to_owned).and_then(|therapists| {
            if therapists.len() < 2 {
                return Err("there is one therapist only".to_owned());
            }
            if therapists.len() == x.len() {
                return Err(
                    "every therapist has one client: within and between cannot be told apart"
                        .to_owned(),
                );
            }
            let mean_of = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let means: Vec<f64> = therapists.iter().map(|rows| mean_of(&x[rows.clone()])).collect();
            let overall = mean_of(&x);
            let mut rows = Rows::in_clusters(&["baseline", "within", "between"]);
            for (therapist, (range, mean)) in (0..).zip(therapists.into_iter().zip(means)) {
                for i in range {
                    rows.push(0, therapist, &[z[i], x[i] - mean, mean - overall], y[i])
                        .map_err(|e| e.to_string())?;
                }
            }
            rows.fit(Criterion::Reml).map_err(|e| e.to_string())
        });
    for (what, label, weights) in [
        ("within_therapist", "Within therapists", &[("within", 1.0)][..]),
        ("between_therapist", "Between therapists", &[("between", 1.0)][..]),
        ("contextual", "Between less within therapists", &[("between", 1.0), ("within", -1.0)][..]),
    ] {
        let estimate = Estimate::new(
            format!("early/{}/{}/{what}", alliance.id, outcome.id),
            format!("{label}: final {} per point of early {}", outcome.name(), alliance.name()),
        )
        .method(format!(
            "final ~ baseline + within + between + (1 | therapist), REML; Satterthwaite df; baseline: {}",
            baseline.source
        ))
        .source("baldwin2007");
        findings.estimates.push(coefficient(sample.describe(estimate), &fit, weights));
    }
    Ok(())
}
