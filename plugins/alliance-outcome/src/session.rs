//! From session to session: within clients, between clients, both mixed, and the next session's outcome.

use dyad_plugin::lagged::{Lagged, MOST_ROWS};
use dyad_plugin::prelude::*;
use dyad_plugin::reported::Signed;
use dyad_stats::correlation;
use dyad_stats::mixed::Criterion;
use dyad_stats::resample::Plan;

use crate::pair::Pair;

/// The session-level correlations.
pub(crate) fn correlations(pair: &Pair<'_>) {
    let pairs = pair.study.clients.pairs(&pair.ratings, &pair.scores);
    let (x, y, clients) = (&pairs.x[..], &pairs.y[..], &pairs.clients[..]);
    let rows = pair.section.over(&pairs);
    rows.add("session/A/Y/rmcorr", correlation::repeated_measures(x, y, clients));
    let of_clients = Counts { rows: None, ..pairs.n };
    let lost = (pair.study.clients.len() - clients.len()) as u64;
    let of_clients = Basis::from(of_clients).without("no session with both values", lost);
    let between = correlation::between(x, y, clients);
    pair.section.over(of_clients).add("session/A/Y/between_client", between);
    rows.add("session/A/Y/total", correlation::total(x, y).map(Signed));
}

/// What the alliance says of the next session's outcome, with the known biases of the model, and how often that would be found without it.
pub(crate) fn lagged(pair: &Pair<'_>) -> Result<(), Failure> {
    let (study, sessions) = (pair.study, pair.study.table("sessions")?);
    let day = if sessions.has("day") { Some(sessions.integers("day")?) } else { None };
    let lagged = Lagged::of(&study.clients, [&pair.ratings, &pair.scores], &pair.baseline, day)?;
    let fit = lagged.rows.fit(Criterion::Reml);
    let s = pair.section.over(&lagged.rows);
    let s = s.numbers([("each", lagged.sessions_each()), ("later", lagged.later)]);
    let gap = lagged.gap.mean().and_then(|mean| Ok((mean, lagged.gap.sd()?)));
    let spacing = if gap.is_ok() { "bias.spacing" } else { "bias.no_days" };
    let (gap, gap_sd) = gap.unwrap_or_default();
    s.numbers([("gap", gap), ("gap_sd", gap_sd)])
        .effect("session/A/Y/lagged_within", &fit, &[("within", 1.0)])
        .warn("bias.outcome_before")
        .warn("bias.later")
        .warn("bias.trend")
        .warn(spacing)
        .warn("bias.not_centred");
    s.effect("session/A/Y/lagged_between_client", &fit, &[("between_client", 1.0)]);
    s.effect("session/A/Y/lagged_between_therapist", &fit, &[("between_therapist", 1.0)]);

    let replicates = study.settings().null_simulations;
    let purpose = s.id("session/A/Y/null_recovery");
    let plan = Plan { seed: study.seed(), purpose: &purpose, replicates, threads: 1 };
    let s = s.with("most", MOST_ROWS);
    let (n, found) = lagged.null_recovery(&plan);
    s.over(n).add("session/A/Y/null_recovery", found);
    let (n, found) = lagged.null_recovery_drift(&plan);
    let rho = found.as_ref().ok().map(|(rho, _)| *rho);
    s.over(n)
        .add("session/A/Y/null_recovery_drift", found.map(|(_, found)| found))
        .detail_if("autocorrelation", rho);
    Ok(())
}
