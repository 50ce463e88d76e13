//! On the way: sudden gains and losses from one session to the next, and who stays for how many sessions.

use dyad_plugin::apa;
use dyad_plugin::designs::change::BeforeAfter;
use dyad_plugin::designs::sudden::SuddenChanges;
use dyad_plugin::prelude::*;
use dyad_stats::moments::{Moments, median, one_sample};
use dyad_stats::sequence::SuddenRule;

use crate::Settings;

/// Shares of clients with a sudden gain and with a sudden loss: at least the points of a reliable change and a share of the score before.
pub(crate) fn sudden_changes(
    study: &Study<'_, Settings>,
    outcome: &BeforeAfter<'_>,
) -> Result<(), Failure> {
    let (measure, scores) = (outcome.measure, study.scores(outcome.measure)?);
    let computed = || outcome.criterion().map(|criterion| criterion.points());
    let points = measure.reliable_change.map_or_else(computed, Ok);
    let s = outcome.section.over(Basis::default()).with("fewest", SuddenChanges::FEWEST);
    let least = points.as_ref().map(|points| format!("{} points", apa::number(*points, 4)));
    let s = s.with("least", least.unwrap_or_else(|_| s.text("least")));
    let found = points.and_then(|points| {
        let share = study.settings().sudden_share;
        let rule = SuddenRule { points, share, benefit_sign: outcome.sign };
        s.clients.sudden_changes(&scores, &rule)
    });
    let keys = ["Y/sudden_gains", "Y/sudden_losses"];
    for (found, key) in s.or_refuse(found, &keys).into_iter().flatten().zip(keys) {
        s.rate(key, Ok::<_, String>(found.rate), s.clients.len(), "lacks.few_scores")
            .details([("changes", found.changes as f64)]);
    }
    Ok(())
}

/// Who left against plan, and how many sessions clients attended.
pub(crate) fn attendance(study: &Study<'_, Settings>) -> Result<(), Failure> {
    let (clients, s) = (&study.clients, study.section());
    s.rate("attendance/dropout", study.left_against_plan()?, clients.len(), "lacks.end");

    // Whose outcome was never measured is in no rate either.
    let attended = study.clients_with_any(Role::Outcome)?;
    let mut sessions: Vec<f64> = attended.iter().map(|c| clients.rows[*c].len() as f64).collect();
    let rows = attended.iter().map(|c| clients.rows[*c].len() as u64).sum();
    let lost = (clients.len() - attended.len()) as u64;
    let s = s.over(clients.counts(&attended).with_rows(rows)).without("lacks.score", lost);
    s.add_as("attendance/sessions_mean", Moments::of(&sessions).mean(), |e, mean| {
        // Where everybody attends equally long there is no interval.
        match one_sample(&sessions, 0.0) {
            Ok(t) => e.value(t.mean).se(t.se).ci(t.ci),
            Err(_) => e.value(mean),
        }
    });
    let middle = median(&mut sessions).ok_or_else(|| s.text("refuse.score"));
    s.add("attendance/sessions_median", middle)
        .detail_if("fewest", sessions.first().copied())
        .detail_if("most", sessions.last().copied());
    Ok(())
}
