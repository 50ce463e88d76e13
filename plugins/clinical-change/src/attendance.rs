//! Who stays, and for how many sessions.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::moments::{Moments, one_sample};

use crate::Settings;
use crate::share::Among;

/// Adds `attendance/dropout`, `attendance/sessions_mean` and `attendance/sessions_median`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
) -> Result<(), Failure> {
    let dropout = Estimate::new("attendance/dropout", "Clients who left against plan")
        .method("x/n over clients whose end is known; Wilson interval")
        .source("wilson1927");
    findings.estimates.push(match run.measures_of(Role::Dropout).next() {
        None => dropout.refused("the study declares no dropout measure"),
        Some(measure) => {
            let left = run.table("clients")?.floats(&measure.id)?;
            let mut among = Among::default();
            for (client, left) in (0..clients.len()).filter_map(|c| Some((c, left.get(c)?))) {
                among.push(client, left >= 0.5);
            }
            among.rate(dropout.dropped("end unknown", clients.len() as u64 - among.of()), clients)
        }
    });
    // Whose outcome was never measured is in no rate either.
    let mut scored = vec![false; clients.len()];
    for outcome in run.measures_of(Role::Outcome) {
        let last = clients.last(&run.table("sessions")?.floats(&outcome.id)?);
        scored.iter_mut().zip(last).for_each(|(scored, last)| *scored |= last.is_some());
    }
    let attended: Vec<usize> = (0..clients.len()).filter(|c| scored[*c]).collect();
    let mut sessions: Vec<f64> = attended.iter().map(|c| clients.rows[*c].len() as f64).collect();
    let rows = attended.iter().map(|c| clients.rows[*c].len() as u64).sum();
    let n = Counts { rows: Some(rows), ..clients.counts(&attended) };
    let mean = Estimate::new("attendance/sessions_mean", "Sessions per client, mean")
        .counts(n)
        .dropped("no outcome score", (clients.len() - attended.len()) as u64)
        .method("mean over clients with an outcome score; t interval")
        .source("student1908");
    let mean = match one_sample(&sessions, 0.0) {
        Ok(t) => mean.value(t.mean).se(t.se).ci(t.ci),
        // Everybody attends equally long: a mean without an interval.
        Err(reason) => match Moments::of(&sessions).mean() {
            Ok(value) => mean.value(value),
            Err(_) => mean.refused(reason.to_string()),
        },
    };
    sessions.sort_by(f64::total_cmp);
    let median = Estimate::new("attendance/sessions_median", "Sessions per client, median")
        .counts(n)
        .dropped("no outcome score", (clients.len() - attended.len()) as u64)
        .method("median over clients with an outcome score");
    let middle = sessions.len() / 2;
    let median = match sessions.get(middle) {
        None => median.refused("no client has an outcome score"),
        Some(upper) if sessions.len() % 2 == 1 => median.value(*upper),
        Some(upper) => median.value(f64::midpoint(sessions[middle - 1], *upper)),
    };
    let (first, last) = (sessions.first().copied(), sessions.last().copied());
    let median = match first.zip(last) {
        Some((fewest, most)) => median.detail("fewest", fewest).detail("most", most),
        None => median,
    };
    findings.estimates.extend([mean, median]);
    Ok(())
}
