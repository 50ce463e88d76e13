//! From session to session: within clients, between clients, the next session's outcome, and leaving.

use dyad_plugin::designs::lagged::{Lagged, MOST_ROWS};
use dyad_plugin::designs::leaving::Leaving;
use dyad_plugin::prelude::*;
use dyad_plugin::reported::Signed;
use dyad_stats::correlation;
use dyad_stats::resample::Plan;

use crate::Study;

/// The session-level correlations.
pub(crate) fn correlations(pair: &Pair<'_>) {
    let pairs = pair.section.clients.pairs(&pair.ratings, &pair.scores);
    let (x, y, clients) = (&pairs.x[..], &pairs.y[..], &pairs.clients[..]);
    let s = pair.section.over(&pairs);
    s.add("session/A/Y/rmcorr", correlation::repeated_measures(x, y, clients));
    let of_clients = s.over(pairs.of_clients(s.clients.len()));
    of_clients.add("session/A/Y/between_client", correlation::between(x, y, clients));
    s.add("session/A/Y/total", correlation::total(x, y).map(Signed));
}

/// What the alliance says of the next session's outcome, with the known biases of the model, and how often that would be found without it.
pub(crate) fn lagged(study: &Study<'_>, pair: &Pair<'_>) -> Result<(), Failure> {
    let lagged = Lagged::of(study, pair)?;
    let (s, fit) = (lagged.section(&pair.section), lagged.fit());
    s.effect("session/A/Y/lagged_within", &fit, &[("within", 1.0)])
        .warn("bias.outcome_before")
        .warn("bias.later")
        .warn("bias.trend")
        .warn(if lagged.gap.is_some() { "bias.spacing" } else { "bias.no_days" })
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
    s.over(n).add("session/A/Y/null_recovery_drift", found);
    Ok(())
}

/// Does a weaker alliance come before leaving? left at this session ~ session + alliance at the session before + baseline; and, of those who
/// stayed beyond the early window, left ~ early alliance + baseline.
pub(crate) fn dropout(study: &Study<'_>, alliance: &Measure) -> Result<(), Failure> {
    let (s, ratings) = (study.about("A", alliance), study.scores(alliance)?);
    let keys = ["dropout/A/odds_ratio", "dropout/A/early_odds_ratio"];
    let leaving = Leaving::of(study, &study.clients, "dropout not known")?;
    let Some(leaving) = s.or_refuse(leaving, &keys) else { return Ok(()) };
    let sessions = leaving.sessions(|at| ratings.get(at.previous?));
    s.over(&sessions).add("dropout/A/odds_ratio", sessions.odds_ratio("alliance"));

    let window = study.settings().early_window;
    let early = study.mean_in(&s, alliance, window, "lacks.rating")?;
    let stayed = leaving.stayed_beyond(window[1]);
    let variables = [&stayed, &early, &leaving.left, &leaving.baseline];
    let (s, [_, early, left, baseline]) = s.complete(variables);
    let odds_ratio = s.odds_ratio(&[("alliance", &early), ("baseline", &baseline)], &left);
    s.add("dropout/A/early_odds_ratio", odds_ratio);
    Ok(())
}
