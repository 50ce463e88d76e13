//! Burnout and the alliance: a three-level model of every session's rating.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};
use dyad_stats::moments::Moments;

use crate::{Settings, few_therapists};

/// Adds `alliance/A/B/slope`: A ~ (session − 1) + burnout + (1 | therapist/client), burnout centred at its mean over therapists.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    burnout: &Measure,
) -> Result<(), Failure> {
    let ratings = run.table("sessions")?.floats(&alliance.id)?;
    let scores = run.table("therapists")?.floats(&burnout.id)?;
    let mut over_therapists = Moments::new();
    (0..scores.len())
        .filter_map(|therapist| scores.get(therapist))
        .for_each(|b| over_therapists.push(b));
    let centre = over_therapists.mean().unwrap_or(0.0);
    // Only the share of therapists with a score can enter: a missing score drops the therapist's sessions.
    let score_of = |client: usize| {
        let therapist = clients.therapist(client)?;
        let score = scores.get(usize::try_from(therapist).ok()?)?;
        Some((therapist, score - centre))
    };

    let mut rows = Rows::in_nested_clusters(&["session", "burnout"]);
    let (mut used, mut no_rating, mut no_score) = (Vec::new(), 0, 0);
    for (id, (client, range)) in (0..).zip(clients.rows.iter().enumerate()) {
        let before = rows.len();
        for row in range.clone() {
            let Some(rating) = ratings.get(row) else {
                no_rating += 1;
                continue;
            };
            let Some((therapist, score)) = score_of(client) else {
                no_score += 1;
                continue;
            };
            let since_first = clients.session.get(row).unwrap_or(1) - 1;
            rows.push(therapist, id, &[since_first as f64, score], rating)
                .map_err(|e| Failure::internal(e.to_string()))?;
        }
        if rows.len() > before {
            used.push(client);
        }
    }
    let label = format!("{} per point of {}", alliance.name(), burnout.name());
    let estimate = Estimate::new(format!("alliance/{}/{}/slope", alliance.id, burnout.id), label)
        .counts(Counts { rows: Some(rows.len() as u64), ..clients.counts(&used) })
        .dropped_rows("no alliance rating", no_rating)
        .dropped_rows("no burnout score of the therapist", no_score)
        .method("A ~ (session − 1) + burnout + (1 | therapist/client), REML; Satterthwaite df; burnout centred over therapists")
        .source("bates2015")
        .source("kuznetsova2017");
    let estimate = if !clients.has_therapists() {
        estimate.refused("the study file names no therapist column")
    } else if over_therapists.n() < 2 || over_therapists.sd().is_ok_and(|sd| sd <= 0.0) {
        estimate.refused("burnout does not vary between therapists")
    } else {
        match rows.fit(Criterion::Reml) {
            Err(reason) => estimate.refused(reason.to_string()),
            Ok(fit) => match fit.coefficient("burnout") {
                Err(reason) => estimate.refused(reason.to_string()),
                Ok(b) => {
                    let v = fit.variances;
                    let given = estimate
                        .tested(b.estimate, b.se, b.ci, (b.t, b.df), b.p)
                        .detail("criterion", fit.criterion)
                        .detail("variance_therapist", v.outer.unwrap_or(0.0))
                        .detail("variance_client", v.cluster)
                        .detail("variance_residual", v.residual);
                    if fit.singular {
                        given.warn("a variance is estimated as 0 (singular fit): the degrees of freedom are unreliable")
                    } else {
                        given
                    }
                }
            },
        }
    };
    let same_rater = alliance.rater == Some(Rater::Therapist);
    let estimate = if same_rater && estimate.refused.is_none() {
        estimate.warn(
            "the therapist rated both the alliance and the burnout: part of this is the rater",
        )
    } else {
        estimate
    };
    findings.estimates.push(few_therapists(estimate, run));
    Ok(())
}
