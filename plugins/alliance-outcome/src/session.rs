//! From session to session: within clients, between clients, both mixed, and the next session's outcome.

use dyad_plugin::models::SessionRows;
use dyad_plugin::prelude::*;
use dyad_stats::correlation;
use dyad_stats::mixed::{
    Criterion, KeptRows, NullRecovery, Rows, null_recovery, null_recovery_drift,
};
use dyad_stats::moments::{Moments, group_means};
use dyad_stats::resample::Plan;

use crate::pair::Pair;

/// The columns of the lagged model besides the intercept.
const COLUMNS: [&str; 5] = ["session", "within", "between_client", "between_therapist", "baseline"];
/// Rows kept one by one for the null recovery. How wrong a test is depends on the sessions per client, and hardly on the number of
/// clients once there are hundreds, so the first therapists speak for all: the cost does not grow with the data.
const MOST_ROWS: usize = 2_000;

/// Adds the session-level correlations.
pub(crate) fn correlations(findings: &mut Findings, pair: &Pair<'_>) {
    let pairs = pair.study.clients.pairs(&pair.ratings, &pair.scores);
    let (x, y, clients) = (&pairs.x[..], &pairs.y[..], &pairs.clients[..]);
    let words = pair.words.over(&pairs);
    let within = words.estimate("session/A/Y/rmcorr");
    let within = within.correlation(correlation::repeated_measures(x, y, clients), pair.sign);
    let total = words.estimate("session/A/Y/total");
    let total = total.given(correlation::total(x, y), |e, r| e.value_with_benefit(r, pair.sign));

    let lost = (pair.study.clients.len() - clients.len()) as u64;
    let of_clients = Basis::from(Counts { rows: None, ..pairs.n });
    let words = pair.words.over(of_clients.without("no session with both values", lost));
    let between = words.estimate("session/A/Y/between_client");
    let between = between.correlation(correlation::between(x, y, clients), pair.sign);
    findings.estimates.extend([within, between, total]);
}

/// The rows of the lagged model, and what was seen while they were collected.
struct Lagged {
    rows: SessionRows,
    /// Of the ratings in a client's mean, those later than the session that predicts.
    later: Moments,
    /// Days from one session to the next, where the study has days.
    gap: Moments,
    kept: KeptRows<'static>,
}

/// Adds what the alliance says of the next session's outcome, and how often that would be found without it:
/// Y ~ (session − 1) + alliance at the session before, in parts within clients, between clients, between therapists + baseline. The lag
/// goes by session number: a missed session is a gap.
pub(crate) fn lagged(findings: &mut Findings, pair: &Pair<'_>) -> Result<(), Failure> {
    let lagged = collect(pair)?;
    let (fit, words) = (lagged.rows.fit(Criterion::Reml), pair.words.over(&lagged.rows));
    let [within, between_client, between_therapist] = [
        ("session/A/Y/lagged_within", "within"),
        ("session/A/Y/lagged_between_client", "between_client"),
        ("session/A/Y/lagged_between_therapist", "between_therapist"),
    ]
    .map(|(key, column)| words.estimate(key).fixed_effect(&fit, &[(column, 1.0)]));
    let within = biases(&lagged, pair).into_iter().fold(within, |e, bias| e.warn_if(true, bias));
    findings.estimates.extend([within, between_client, between_therapist]);
    findings.estimates.extend(null(&lagged, pair));
    Ok(())
}

fn collect(pair: &Pair<'_>) -> Result<Lagged, Failure> {
    let clients = pair.study.clients;
    let means = clients.mean(&pair.ratings);
    let therapists: Vec<Option<i64>> = (0..clients.len()).map(|c| clients.therapist(c)).collect();
    // Not of rows: long treatments weigh no more.
    let of_therapist = group_means(&means, &therapists);
    let sessions = pair.study.run.table("sessions")?;
    let day = if sessions.has("day") { Some(sessions.integers("day")?) } else { None };
    let (mut later, mut gap) = (Moments::new(), Moments::new());
    let mut kept = KeptRows::new(&COLUMNS, MOST_ROWS);
    let mut rated_before = vec![0_usize; clients.len()];
    let rated: Vec<usize> = (clients.rows.iter())
        .map(|rows| rows.clone().filter(|row| pair.ratings.get(*row).is_some()).count())
        .collect();
    let rows = Rows::in_nested_clusters(&COLUMNS);
    let lacks = ["no rating at the session before (by number)", "no outcome score or no baseline"];
    let rows = clients.session_rows(rows, COLUMNS.len(), &lacks, |at, x| {
        let client = at.client;
        let before = rated_before[client];
        rated_before[client] += usize::from(pair.ratings.get(at.row).is_some());
        let previous = at.previous.ok_or(0_usize)?;
        let lag = pair.ratings.get(previous).ok_or(0_usize)?;
        let level = means[client].zip(of_therapist.of[client]);
        let known = pair.scores.get(at.row).zip(level).zip(pair.baseline.values[client]);
        let ((y, (mean, therapist)), severity) = known.ok_or(1_usize)?;
        let since_first = (at.session - 1) as f64;
        let between = [mean - therapist, therapist - of_therapist.grand];
        x.copy_from_slice(&[since_first, lag - mean, between[0], between[1], severity]);
        later.push((rated[client] - before) as f64 / rated[client].max(1) as f64);
        if let Some((now, then)) = day.and_then(|day| day.get(at.row).zip(day.get(previous))) {
            gap.push((now - then) as f64);
        }
        kept.push(clients.therapist(client).unwrap_or(0), client, at.session, x, y);
        Ok(y)
    })?;
    Ok(Lagged { rows, later, gap, kept })
}

/// The known biases of the model, with what this run says of each.
fn biases(lagged: &Lagged, pair: &Pair<'_>) -> [String; 5] {
    let rows = lagged.rows.rows.len().max(1) as f64;
    let each = rows / lagged.rows.n.clients.unwrap_or(1).max(1) as f64;
    let later = lagged.later.mean().unwrap_or(0.0);
    let words = pair.words.numbers([("each", each), ("later", later)]);
    let spacing = match (lagged.gap.mean(), lagged.gap.sd()) {
        (Ok(mean), Ok(sd)) => words.numbers([("gap", mean), ("gap_sd", sd)]).text("bias.spacing"),
        _ => words.text("bias.no_days"),
    };
    let [before, later, trend, not_centred] =
        ["bias.outcome_before", "bias.later", "bias.trend", "bias.not_centred"]
            .map(|key| words.text(key));
    [before, later, trend, spacing, not_centred]
}

/// How often this design finds a lagged effect that is not there: with residuals independent, as the model has it, and with residuals
/// as autocorrelated as these.
fn null(lagged: &Lagged, pair: &Pair<'_>) -> [Estimate; 2] {
    let replicates = pair.study.run.settings().null_simulations;
    let purpose = pair.words.id("session/A/Y/null_recovery");
    let plan = Plan { seed: pair.study.run.seed(), purpose: &purpose, replicates, threads: 1 };
    let words = pair.words.with("most", MOST_ROWS);
    let possible = || -> Result<(), String> {
        pair.study.clients.need_therapists()?;
        if replicates == 0 { Err(words.text("refuse.null")) } else { Ok(()) }
    };
    let given = |e: Estimate, found: NullRecovery| {
        e.value(found.share)
            .ci(found.share_ci)
            .details([("studies", found.studies as f64), ("failed", found.failed as f64)])
            .details([("mean_estimate", found.mean), ("sd_estimate", found.sd)])
            .warn_if(found.share_ci[0] > 0.05, words.text("warn.null"))
    };
    let (kept, all) = (&lagged.kept, &lagged.rows);
    let mut n = Counts {
        rows: Some(kept.len() as u64),
        clients: Some(kept.clusters() as u64),
        ..Counts::default()
    };
    let drifting =
        possible().and_then(|()| Ok(null_recovery_drift(&kept.design(), "within", &plan)?));
    let drift = words.over(n).estimate("session/A/Y/null_recovery_drift");
    let drift =
        drift.given(drifting, |e, (rho, found)| given(e, found).detail("autocorrelation", rho));

    n.therapists = Some(kept.outer_clusters() as u64);
    let n = if kept.len() == all.rows.len() { all.n } else { n };
    let found =
        possible().and_then(|()| Ok(null_recovery(&*kept.rows_of(&all.rows)?, "within", &plan)?));
    let independent = words.over(n).estimate("session/A/Y/null_recovery").given(found, given);
    [independent, drift]
}
