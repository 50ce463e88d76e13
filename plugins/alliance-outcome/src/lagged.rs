//! From one session to the next: alliance now, outcome then.

use dyad_plugin::apa;
use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};
use dyad_stats::moments::Moments;

use crate::null;
use crate::pair::{Pair, words};

/// The columns of the model besides the intercept.
pub(crate) const COLUMNS: [&str; 5] =
    ["session", "within", "between_client", "between_therapist", "baseline"];

/// The rows of the model, and what was seen while they were collected.
pub(crate) struct Lagged {
    pub(crate) rows: Rows,
    /// The clients with a row.
    with: Vec<usize>,
    no_lag: u64,
    incomplete: u64,
    /// Of the ratings in a client's mean, those later than the session that predicts.
    later: Moments,
    /// Days from one session to the next, where the study has days.
    gap: Moments,
    /// The first rows one by one, for the null that needs them.
    pub(crate) kept: null::Kept,
}

/// Adds `session/A/Y/lagged_within`, `…_between_client`, `…_between_therapist` and what is found of the first without it. The lag goes
/// by session number: a missed session is a gap.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) -> Result<(), Failure> {
    let lagged = collect(pair)?;
    let n = Counts { rows: Some(lagged.rows.len() as u64), ..pair.clients.counts(&lagged.with) };
    let fit = if pair.clients.has_therapists() {
        lagged.rows.fit(Criterion::Reml).map_err(words)
    } else {
        Err("the study file names no therapist column".to_owned())
    };
    let biases = biases(&lagged, n, pair);
    for (what, column, label) in [
        ("lagged_within", "within", "Within clients, one session later"),
        ("lagged_between_client", "between_client", "Between clients of a therapist"),
        ("lagged_between_therapist", "between_therapist", "Between therapists"),
    ] {
        let (alliance, outcome) = (pair.alliance.name(), pair.outcome.name());
        let estimate = Estimate::new(
            pair.id("session", what),
            format!("{label}: {outcome} per point of {alliance}"),
        )
        .counts(n)
        .dropped_rows("no rating at the session before (by number)", lagged.no_lag)
        .dropped_rows("no outcome score or no baseline", lagged.incomplete)
        .method(format!(
            "Y ~ (session − 1) + within (lag 1) + between clients + between therapists + baseline + (1 | therapist/client), REML; Satterthwaite \
             df; baseline: {}",
            pair.baseline.source
        ))
        .source("hamaker2015")
        .fixed_effect(&fit, &[(column, 1.0)]);
        let is_within = column == "within" && estimate.refused.is_none();
        let warnings = biases.iter().take(if is_within { biases.len() } else { 0 });
        findings.estimates.push(warnings.fold(estimate, Estimate::warn));
    }
    null::add(findings, pair, &lagged, n);
    Ok(())
}

/// The known biases of the model, with what this run says of each.
fn biases(lagged: &Lagged, n: Counts, pair: &Pair<'_>) -> Vec<String> {
    let rows = lagged.rows.len().max(1) as f64;
    let each = rows / n.clients.unwrap_or(1).max(1) as f64;
    let later = lagged.later.mean().unwrap_or(0.0);
    let spacing = match (lagged.gap.mean(), lagged.gap.sd()) {
        (Ok(mean), Ok(sd)) => format!(
            "sessions are {} days apart (SD {}), and a lag of one session is not always the same time",
            apa::number(mean, 1),
            apa::number(sd, 1)
        ),
        _ => "the study gives no days, so a lag of one session may be any time".to_owned(),
    };
    vec![
        format!(
            "the outcome of the session before is not in the model: with it, a random intercept would bias both by the order of 1/T, here 1/{}",
            apa::number(each, 1)
        ),
        format!(
            "centring at the client's mean uses later sessions too ({} of the ratings in it), so if the outcome moves the alliance, a path \
             from alliance to outcome can be invented; the reverse path is not reported from this model at all",
            apa::percent(later, 0)
        ),
        "a time trend that alliance and outcome share is removed only as far as it is linear"
            .to_owned(),
        spacing,
        format!(
            "{} is not centred at the client's mean: that would find effects that are not there",
            pair.outcome.name()
        ),
    ]
}

fn collect(pair: &Pair<'_>) -> Result<Lagged, Failure> {
    let clients = pair.clients;
    let means = clients.mean(&pair.ratings);
    let (therapist_means, grand) = therapist_means(clients, &means);
    let sessions = pair.run.table("sessions")?;
    let day = if sessions.has("day") { Some(sessions.integers("day")?) } else { None };
    let mut lagged = Lagged {
        rows: Rows::in_nested_clusters(&COLUMNS),
        with: Vec::new(),
        no_lag: 0,
        incomplete: 0,
        later: Moments::new(),
        gap: Moments::new(),
        kept: null::Kept::default(),
    };
    for (id, (client, range)) in (0..).zip(clients.rows.iter().enumerate()) {
        let before = lagged.rows.len();
        let therapist = clients.therapist(client).unwrap_or(0);
        let therapist_mean =
            usize::try_from(therapist).ok().and_then(|t| therapist_means.get(t).copied().flatten());
        let rated = range.clone().filter(|row| pair.ratings.get(*row).is_some()).count();
        let mut seen = 0;
        for row in range.clone() {
            let session = clients.session.get(row).unwrap_or(1);
            let previous = row
                .checked_sub(1)
                .filter(|p| *p >= range.start && clients.session.get(*p) == Some(session - 1));
            let lag = previous.and_then(|p| pair.ratings.get(p));
            let rated_before = seen;
            seen += usize::from(pair.ratings.get(row).is_some());
            let (Some(previous), Some(lag)) = (previous, lag) else {
                lagged.no_lag += 1;
                continue;
            };
            let complete = pair
                .scores
                .get(row)
                .zip(means[client])
                .zip(therapist_mean.zip(pair.baseline.values[client]));
            let Some(((y, mean), (therapist_mean, severity))) = complete else {
                lagged.incomplete += 1;
                continue;
            };
            let x = [
                (session - 1) as f64,
                lag - mean,
                mean - therapist_mean,
                therapist_mean - grand,
                severity,
            ];
            lagged.rows.push(therapist, id, &x, y).map_err(|e| Failure::internal(e.to_string()))?;
            lagged.later.push((rated - rated_before) as f64 / rated.max(1) as f64);
            if let Some((now, then)) = day.and_then(|day| day.get(row).zip(day.get(previous))) {
                lagged.gap.push((now - then) as f64);
            }
            lagged.kept.push(therapist, id, session, &x, y);
        }
        if lagged.rows.len() > before {
            lagged.with.push(client);
        }
    }
    Ok(lagged)
}

/// Mean of the client means of each therapist, and the mean of those: not of rows, so that long treatments weigh no more.
fn therapist_means(clients: &Clients<'_>, means: &[Option<f64>]) -> (Vec<Option<f64>>, f64) {
    let mut of_clients: Vec<Moments> = Vec::new();
    for (client, mean) in means.iter().enumerate() {
        let Some(therapist) = clients.therapist(client).and_then(|t| usize::try_from(t).ok())
        else {
            continue;
        };
        if of_clients.len() <= therapist {
            of_clients.resize(therapist + 1, Moments::new());
        }
        if let Some(mean) = mean {
            of_clients[therapist].push(*mean);
        }
    }
    let means: Vec<Option<f64>> = of_clients.iter().map(|m| m.mean().ok()).collect();
    let mut grand = Moments::new();
    means.iter().flatten().for_each(|mean| grand.push(*mean));
    let grand = grand.mean().unwrap_or(0.0);
    (means, grand)
}
