//! Who stays, and for how many sessions.

use dyad_plugin::Rate;
use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::moments::{Moments, median, one_sample};

use crate::Settings;

/// Adds `attendance/dropout`, `attendance/sessions_mean` and `attendance/sessions_median`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
) -> Result<(), Failure> {
    let words = run.words();
    let dropout = words.estimate("attendance/dropout");
    findings.estimates.push(match run.first_of(Role::Dropout) {
        Err(reason) => dropout.refused(reason),
        Ok(measure) => {
            let left = run.scores(measure)?;
            let known = (0..clients.len()).filter_map(|c| Some((c, left.get(c)? >= 0.5)));
            let rate: Rate = known.collect();
            let unknown = clients.len() as u64 - rate.of();
            let estimate = dropout.dropped(words.text("lacks.end"), unknown);
            rate.of_clients(estimate, clients, words.text("warn.rate"))
        }
    });
    // Whose outcome was never measured is in no rate either.
    let mut scored = vec![false; clients.len()];
    for outcome in run.measures_of(Role::Outcome) {
        let last = clients.last(&run.scores(outcome)?);
        scored.iter_mut().zip(last).for_each(|(scored, last)| *scored |= last.is_some());
    }
    let attended: Vec<usize> = (0..clients.len()).filter(|c| scored[*c]).collect();
    let mut sessions: Vec<f64> = attended.iter().map(|c| clients.rows[*c].len() as f64).collect();
    let rows = attended.iter().map(|c| clients.rows[*c].len() as u64).sum();
    let basis = Basis::from(clients.counts(&attended).with_rows(rows));
    let lost = (clients.len() - attended.len()) as u64;
    let words = words.over(basis.without(words.text("lacks.score"), lost));
    let mean = words.estimate("attendance/sessions_mean");
    let mean = match (one_sample(&sessions, 0.0), Moments::of(&sessions).mean()) {
        (Ok(t), _) => mean.value(t.mean).se(t.se).ci(t.ci),
        // Everybody attends equally long: a mean without an interval.
        (Err(_), Ok(value)) => mean.value(value),
        (Err(reason), Err(_)) => mean.refused(reason),
    };
    let middle = median(&mut sessions).ok_or_else(|| words.text("refuse.score"));
    let middle = words.estimate("attendance/sessions_median").given(middle, Estimate::value);
    let middle = middle.detail_if("fewest", sessions.first().copied());
    findings.estimates.extend([mean, middle.detail_if("most", sessions.last().copied())]);
    Ok(())
}
