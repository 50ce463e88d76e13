//! Null recovery: how often this design finds a lagged effect that is not there.

use std::ops::Range;

use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Design, NullRecovery, Rows, null_recovery, null_recovery_drift};
use dyad_stats::resample::{Plan, Series};

use crate::lagged::{COLUMNS, Lagged};
use crate::pair::{Pair, words};

/// Rows kept one by one. How wrong a test is depends on the sessions per client, and hardly on the number of clients once there are
/// hundreds, so the first therapists speak for all: the cost of hundreds of studies does not grow with the data.
const MOST_ROWS: usize = 2_000;

/// Rows of the model of the first therapists, whole clients only.
#[derive(Default)]
pub(crate) struct Kept {
    x: Vec<f64>,
    y: Vec<f64>,
    sessions: Vec<u16>,
    clients: Vec<Range<usize>>,
    outer: Vec<i64>,
    last: Option<i64>,
}

impl Kept {
    pub(crate) fn push(&mut self, therapist: i64, client: i64, session: i64, x: &[f64], y: f64) {
        if self.last != Some(client) {
            if self.y.len() >= MOST_ROWS {
                return;
            }
            self.last = Some(client);
            self.clients.push(self.y.len()..self.y.len());
            self.outer.push(therapist);
        }
        self.x.extend_from_slice(x);
        self.y.push(y);
        self.sessions.push(u16::try_from(session).unwrap_or(u16::MAX));
        if let Some(range) = self.clients.last_mut() {
            range.end = self.y.len();
        }
    }
}

impl Kept {
    fn counts(&self) -> Counts {
        let therapists = self.outer.chunk_by(|a, b| a == b).count();
        Counts {
            rows: Some(self.y.len() as u64),
            clients: Some(self.clients.len() as u64),
            therapists: Some(therapists as u64),
            ..Counts::default()
        }
    }

    /// The sums of these rows.
    fn rows(&self) -> Result<Rows, String> {
        let mut rows = Rows::in_nested_clusters(&COLUMNS);
        for (client, (range, outer)) in (0..).zip(self.clients.iter().zip(&self.outer)) {
            for row in range.clone() {
                let x = &self.x[row * COLUMNS.len()..(row + 1) * COLUMNS.len()];
                rows.push(*outer, client, x, self.y[row]).map_err(words)?;
            }
        }
        Ok(rows)
    }
}

/// Adds `session/A/Y/null_recovery` (residuals independent, as the model has it) and `…/null_recovery_drift` (residuals as
/// autocorrelated as these).
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>, lagged: &Lagged, n: Counts) {
    let studies = pair.run.settings().null_simulations;
    let why_not = if !pair.clients.has_therapists() {
        Some("the study file names no therapist column")
    } else if studies == 0 {
        Some("null_simulations is 0")
    } else {
        None
    };
    let purpose = pair.id("session", "null_recovery");
    let plan = Plan { seed: pair.run.seed(), purpose: &purpose, replicates: studies, threads: 1 };
    let new = |what: &str, label: &str, method: String| {
        let names = format!("{} and {}", pair.alliance.name(), pair.outcome.name());
        Estimate::new(
            pair.id("session", what),
            format!("Share of studies without a lagged effect that find one{label}, {names}"),
        )
        .method(format!("{method}; found: p < .05; Wilson interval of the simulation"))
        .source("davison1997")
    };

    let estimate = new(
        "null_recovery",
        "",
        format!("the lagged model without the effect, {studies} studies drawn from its variances with the same sessions and ratings, whole model refitted; the first therapists up to {MOST_ROWS} rows"),
    )
    .counts(n);
    let kept = &lagged.kept;
    let all_are_kept = kept.y.len() == lagged.rows.len();
    let estimate = if all_are_kept { estimate } else { estimate.counts(kept.counts()) };
    let simulate = || -> Result<NullRecovery, String> {
        let few = if all_are_kept { None } else { Some(kept.rows()?) };
        null_recovery(few.as_ref().unwrap_or(&lagged.rows), "within", &plan).map_err(words)
    };
    let found = why_not.map_or_else(simulate, |why| Err(why.to_owned()));
    findings.estimates.push(match found {
        Err(reason) => estimate.refused(reason),
        Ok(found) => given(estimate, &found),
    });

    let estimate = new(
        "null_recovery_drift",
        " where residuals drift",
        format!("as null_recovery, {studies} studies, residuals an autoregression about the client's level fitted to those of this model; the first therapists up to {MOST_ROWS} rows"),
    )
    .source("pinheiro2000")
    .rows(kept.y.len() as u64)
    .clients(kept.clients.len() as u64);
    let response = Series { sessions: &kept.sessions, values: &kept.y, clients: &kept.clients };
    let design = Design { columns: &COLUMNS, x: &kept.x, response, outer: &kept.outer };
    let found = why_not.map_or_else(
        || null_recovery_drift(&design, "within", &plan).map_err(words),
        |why| Err(why.to_owned()),
    );
    findings.estimates.push(match found {
        Err(reason) => estimate.refused(reason),
        Ok((rho, found)) => given(estimate, &found).detail("autocorrelation", rho),
    });
}

fn given(estimate: Estimate, found: &NullRecovery) -> Estimate {
    let given = estimate
        .value(found.share)
        .ci(found.share_ci)
        .detail("studies", found.studies as f64)
        .detail("failed", found.failed as f64)
        .detail("mean_estimate", found.mean)
        .detail("sd_estimate", found.sd);
    if found.share_ci[0] > 0.05 {
        given.warn("this design finds an effect that is not there more often than in one study of twenty: read the lagged effect with that in mind")
    } else {
        given
    }
}
