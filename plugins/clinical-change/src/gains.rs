//! Sudden gains and losses: large changes from one session to the next that hold.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{Direction as Way, SuddenRule, sudden_changes};

use crate::Settings;
use crate::scale::Scale;
use crate::share::Among;

/// Sessions with a score that a client needs: two on either side of a step.
const FEWEST: usize = 4;

/// Adds `Y/sudden_gains` and `Y/sudden_losses`: shares of clients, with the number of changes among the details.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    scale: &Scale<'_>,
) -> Result<(), Failure> {
    let outcome = scale.outcome;
    let scores = run.table("sessions")?.floats(&outcome.id)?;
    let points = match (outcome.reliable_change, &scale.criterion) {
        (Some(points), _) => Ok(points),
        (None, Ok(criterion)) => Ok(criterion.points()),
        (None, Err(reason)) => Err(reason.clone()),
    };
    let rule = points.map(|points| SuddenRule {
        points,
        share: run.settings().sudden_share,
        benefit_sign: outcome.benefit_sign(),
    });
    let (mut gains, mut losses) = ((Among::default(), 0_u64), (Among::default(), 0_u64));
    let mut failed = None;
    let (mut x, mut s) = (Vec::new(), Vec::new());
    for (client, rows) in clients.rows.iter().enumerate() {
        x.clear();
        s.clear();
        for (score, session) in
            rows.clone().filter_map(|row| scores.get(row).zip(clients.session.get(row)))
        {
            x.push(score);
            s.push(session);
        }
        let Ok(rule) = &rule else { break };
        if x.len() < FEWEST {
            continue;
        }
        match sudden_changes(&x, &s, rule) {
            Err(reason) => {
                failed = Some(reason.to_string());
                break;
            }
            Ok(found) => {
                for (among, way) in [(&mut gains, Way::Gain), (&mut losses, Way::Loss)] {
                    let n = found.iter().filter(|change| change.direction == way).count() as u64;
                    among.0.push(client, n > 0);
                    among.1 += n;
                }
            }
        }
    }
    for (what, word, (among, changes)) in
        [("sudden_gains", "gain", gains), ("sudden_losses", "loss", losses)]
    {
        let short = clients.len() as u64 - among.of();
        let estimate = Estimate::new(
            format!("{}/{what}", outcome.id),
            format!("Clients with a sudden {word} on {}", outcome.name()),
        )
        .source("tang1999")
        .source("wilson1927");
        findings.estimates.push(match (&rule, &failed) {
            (Err(reason), _) | (_, Some(reason)) => estimate.refused(reason.as_str()),
            (Ok(rule), None) => {
                let method = format!(
                    "from one session to the next: at least {:.4} points, at least {} of the score before, and the up to three sessions on either side differ by \
                     more than t(.975)·pooled SD; denominator: clients with at least {FEWEST} scored sessions; Wilson interval",
                    rule.points, rule.share
                );
                let estimate = estimate
                    .method(method)
                    .dropped(format!("fewer than {FEWEST} scored sessions"), short);
                among.rate(estimate, clients).detail("changes", changes as f64)
            }
        });
    }
    Ok(())
}
