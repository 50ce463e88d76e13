//! Burnout and the alliance: a three-level model of every session's rating.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};

use crate::burnout::{Burnout, detectable, same_rater};
use crate::{Settings, few_therapists};

/// Adds `alliance/A/B/slope` and `…/detectable`: A ~ (session − 1) + burnout + (1 | therapist/client), burnout centred at its mean over therapists.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    burnout: &Burnout<'_>,
) -> Result<(), Failure> {
    let ratings = run.table("sessions")?.floats(&alliance.id)?;
    let mut rows = Rows::in_nested_clusters(&["session", "burnout"]);
    let (mut used, mut no_rating, mut no_score) = (Vec::new(), 0, 0);
    for (id, (client, range)) in (0..).zip(clients.rows.iter().enumerate()) {
        let before = rows.len();
        let scored = burnout.centred(clients, client);
        for row in range.clone() {
            let Some(rating) = ratings.get(row) else {
                no_rating += 1;
                continue;
            };
            let Some((therapist, score)) = scored else {
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
    let label = format!("{} per point of {}", alliance.name(), burnout.measure.name());
    let estimate = Estimate::new(format!("alliance/{}/{}/slope", alliance.id, burnout.measure.id), label)
        .counts(Counts { rows: Some(rows.len() as u64), ..clients.counts(&used) })
        .dropped_rows("no alliance rating", no_rating)
        .dropped_rows("no burnout score of the therapist", no_score)
        .method("A ~ (session − 1) + burnout + (1 | therapist/client), REML; Satterthwaite df; burnout centred over therapists");
    let fit = match burnout.unusable(clients) {
        Some(reason) => Err(reason.to_owned()),
        None => rows.fit(Criterion::Reml).map_err(|e| e.to_string()),
    };
    let slope = same_rater(estimate.fixed_effect(&fit, &[("burnout", 1.0)]), alliance);
    let smallest = detectable(&slope, run, burnout);
    findings.estimates.extend([few_therapists(slope, run), smallest]);
    Ok(())
}
