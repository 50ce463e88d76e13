//! Within and between therapists: whose alliance goes with whose outcome.

use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Fit, Rows};

use crate::pair::{Pair, words};

/// Adds `early/A/Y/within_therapist`, `…/between_therapist`, `…/contextual`:
/// final ~ baseline + (early − therapist mean) + (therapist mean − its mean over clients) + (1 | therapist).
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let fit = fit(pair);
    for (what, label, weights) in [
        ("within_therapist", "Within therapists", &[("within", 1.0)][..]),
        ("between_therapist", "Between therapists", &[("between", 1.0)][..]),
        ("contextual", "Between less within therapists", &[("between", 1.0), ("within", -1.0)][..]),
    ] {
        let (alliance, outcome) = (pair.alliance.name(), pair.outcome.name());
        let estimate = Estimate::new(
            pair.id("early", what),
            format!("{label}: final {outcome} per point of early {alliance}"),
        )
        .method(format!(
            "final ~ baseline + within + between + (1 | therapist), REML; Satterthwaite df; baseline: {}",
            pair.baseline.source
        ))
        .source("baldwin2007");
        findings.estimates.push(pair.all.describe(estimate).fixed_effect(&fit, weights));
    }
}

fn fit(pair: &Pair<'_>) -> Result<Fit, String> {
    let [x, y, z] = pair.complete();
    let therapists = pair.clients.therapist_ranges(&pair.all.clients)?;
    if therapists.len() < 2 {
        return Err("there is one therapist only".to_owned());
    }
    if therapists.len() == x.len() {
        let why = "every therapist has one client: within and between cannot be told apart";
        return Err(why.to_owned());
    }
    let mean_of = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let overall = mean_of(&x);
    let mut rows = Rows::in_clusters(&["baseline", "within", "between"]);
    for (therapist, range) in (0..).zip(therapists) {
        let mean = mean_of(&x[range.clone()]);
        for i in range {
            rows.push(0, therapist, &[z[i], x[i] - mean, mean - overall], y[i]).map_err(words)?;
        }
    }
    rows.fit(Criterion::Reml).map_err(words)
}
