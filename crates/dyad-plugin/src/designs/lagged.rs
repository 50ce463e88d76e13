//! From one session to the next: the alliance that a client rates in parts within clients, between clients and between therapists, and
//! the outcome one session later.

use dyad_model::Counts;
use dyad_stats::mixed::{
    Criterion, Fit, KeptRows, NullRecovery, Rows, null_recovery, null_recovery_drift,
};
use dyad_stats::moments::{Moments, group_means};
use dyad_stats::resample::Plan;

use crate::designs::models::SessionRows;
use crate::section::Section;
use crate::{Failure, Pair, Run};

/// The columns of the model besides the intercept.
const COLUMNS: [&str; 5] = ["session", "within", "between_client", "between_therapist", "baseline"];
/// Rows kept one by one for the null recovery. How wrong a test is depends on the sessions per client, and hardly on the number of
/// clients once there are hundreds, so the first therapists speak for all: the cost does not grow with the data.
pub const MOST_ROWS: usize = 2_000;

/// The rows of Y ~ (session − 1) + alliance at the session before, in parts `within`, `between_client` and `between_therapist` +
/// `baseline`, and what was seen while they were collected. The lag goes by session number: a missed session is a gap.
pub struct Lagged {
    rows: SessionRows,
    later: f64,
    /// Days from one session to the next, mean and standard deviation, where the study has days.
    pub gap: Option<[f64; 2]>,
    kept: KeptRows<'static>,
}

impl Lagged {
    /// Collects the rows of the clients with a baseline. `day` of the sessions is read where the study has it.
    ///
    /// # Errors
    /// A [`Failure`] if a column holds what is not finite.
    pub fn of<S>(run: &Run<S>, pair: &Pair<'_>) -> Result<Self, Failure> {
        let sessions = run.table("sessions")?;
        let day = if sessions.has("day") { Some(sessions.integers("day")?) } else { None };
        let Pair { section, ratings, scores, baseline, .. } = pair;
        let clients = section.clients;
        let means = clients.mean(ratings);
        let therapists: Vec<Option<i64>> =
            (0..clients.len()).map(|c| clients.therapist(c)).collect();
        // Not of rows: long treatments weigh no more.
        let of_therapist = group_means(&means, &therapists);
        let (mut later, mut gap) = (Moments::new(), Moments::new());
        let mut kept = KeptRows::new(&COLUMNS, MOST_ROWS);
        let mut rated_before = vec![0_usize; clients.len()];
        let rated: Vec<usize> = (clients.rows.iter())
            .map(|rows| rows.clone().filter(|row| ratings.get(*row).is_some()).count())
            .collect();
        let rows = Rows::in_nested_clusters(&COLUMNS);
        let lacks =
            ["no rating at the session before (by number)", "no outcome score or no baseline"];
        let rows = clients.session_rows(rows, COLUMNS.len(), &lacks, |at, x| {
            let client = at.client;
            let before = rated_before[client];
            rated_before[client] += usize::from(ratings.get(at.row).is_some());
            let previous = at.previous.ok_or(0_usize)?;
            let lag = ratings.get(previous).ok_or(0_usize)?;
            let level = means[client].zip(of_therapist.of[client]);
            let known = scores.get(at.row).zip(level).zip(baseline.values[client]);
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
        let gap = gap.mean().and_then(|mean| Ok([mean, gap.sd()?])).ok();
        Ok(Self { rows, later: later.mean().unwrap_or(0.0), gap, kept })
    }

    /// The section over the rows, which may name the rows per client, `{each}`, the share of ratings in a client's mean that are later than
    /// the session that predicts, `{later}`, and the days between sessions with their standard deviation, `{gap}` and `{gap_sd}`.
    #[must_use]
    pub fn section<'s>(&self, section: &Section<'s>) -> Section<'s> {
        let rows = self.rows.rows.len().max(1) as f64;
        let each = rows / self.rows.n.clients.unwrap_or(1).max(1) as f64;
        let [gap, gap_sd] = self.gap.unwrap_or_default();
        let section = section.over(&self.rows).numbers([("each", each), ("later", self.later)]);
        section.numbers([("gap", gap), ("gap_sd", gap_sd)])
    }

    /// The model, by REML.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn fit(&self) -> Result<Fit, String> {
        self.rows.fit(Criterion::Reml)
    }

    /// How often this design finds an effect that is not there, with residuals independent, as the model has it; and over how many rows,
    /// clients and therapists that was tried.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn null_recovery(&self, plan: &Plan<'_>) -> (Counts, Result<NullRecovery, String>) {
        let all = &self.rows;
        let whole = self.kept.len() == all.rows.len();
        let n = Counts { therapists: Some(self.kept.outer_clusters() as u64), ..self.tried() };
        let found = self
            .possible(plan)
            .and_then(|()| Ok(null_recovery(&*self.kept.rows_of(&all.rows)?, "within", plan)?));
        (if whole { all.n } else { n }, found)
    }

    /// The same with residuals as autocorrelated as these, and their autocorrelation.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn null_recovery_drift(
        &self,
        plan: &Plan<'_>,
    ) -> (Counts, Result<(f64, NullRecovery), String>) {
        let found = self
            .possible(plan)
            .and_then(|()| Ok(null_recovery_drift(&self.kept.design(), "within", plan)?));
        (self.tried(), found)
    }

    fn possible(&self, plan: &Plan<'_>) -> Result<(), String> {
        self.rows.told_apart()?;
        if plan.replicates == 0 { Err("no study is simulated".to_owned()) } else { Ok(()) }
    }

    fn tried(&self) -> Counts {
        let (rows, clients) = (self.kept.len() as u64, self.kept.clusters() as u64);
        Counts { rows: Some(rows), clients: Some(clients), ..Counts::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn a_missed_session_is_a_gap() {
        let run = made::six_clients("text.lacks = { early = \"no {A}\", last = \"no {Y}\" }");
        let study = Study::of(&run).unwrap();
        let (a, y) = run.pairs().next().unwrap();
        let lagged = Lagged::of(&run, &study.pair(a, y, [1, 2]).unwrap()).unwrap();
        // One row per client whose second session follows the first: not the second client (no outcome), not the fourth (a gap).
        assert_eq!((lagged.rows.rows.len(), lagged.rows.n.clients), (4, Some(4)));
        let lost: Vec<u64> = lagged.rows.dropped.iter().map(|(_, times)| *times).collect();
        assert_eq!(lost, [7, 1]);
        // The rating of the second session stands in the mean and comes later than the one that predicts; the last client has none.
        assert!((lagged.later - (0.5 * 3.0 + 0.0) / 4.0).abs() < 1e-12);
        assert_eq!(lagged.gap, None);
        let plan = Plan { seed: 1, purpose: "p", replicates: 0, threads: 1 };
        assert_eq!(lagged.null_recovery(&plan).1.unwrap_err(), "no study is simulated");
    }
}
