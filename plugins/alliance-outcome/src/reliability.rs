//! Reliability of the alliance scores.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};
use dyad_stats::reliability::{self, ItemSums};

use crate::Settings;

/// Adds `reliability/A/alpha`, `…/omega` (refused without item columns) and `…/icc_therapist`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let words = run.words().about("A", alliance);
    findings.estimates.extend(items(run, clients, alliance, &words)?);
    findings.estimates.push(between_therapists(run, clients, alliance, &words)?);
    Ok(())
}

/// Alpha and omega over all sessions with every item answered.
fn items(
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    words: &Words<'_>,
) -> Result<[Estimate; 2], Failure> {
    let new = ["reliability/A/alpha", "reliability/A/omega"].map(|key| words.estimate(key));
    if alliance.items.is_empty() {
        let reason = "the study gives scores, not items: alpha and omega need item columns";
        return Ok(new.map(|e| Estimate::new(e.id, e.label).refused(reason)));
    }
    let sessions = run.table("sessions")?;
    let columns: Vec<Floats<'_>> =
        alliance.items.iter().map(|item| sessions.floats(item)).collect::<Result<_, Failure>>()?;
    let (mut sums, mut with) = (ItemSums::new(columns.len()), Vec::new());
    let (mut none, mut some) = (0, 0);
    let mut answers = vec![None; columns.len()];
    for (client, rows) in clients.rows.iter().enumerate() {
        let before = sums.n();
        for row in rows.clone() {
            answers.iter_mut().zip(&columns).for_each(|(answer, column)| *answer = column.get(row));
            let missing = answers.iter().filter(|answer| answer.is_none()).count();
            none += u64::from(missing == answers.len());
            some += u64::from(missing > 0 && missing < answers.len());
            sums.push(&answers).map_err(|e| Failure::internal(e.to_string()))?;
        }
        if sums.n() > before {
            with.push(client);
        }
    }
    let n = Counts { rows: Some(sums.n()), ..clients.counts(&with) };
    let [alpha, omega] = new.map(|e| {
        e.counts(n)
            .dropped_rows("no item answered", none)
            .dropped_rows("an item not answered", some)
    });
    let single_level = words.text("warn.single_level");
    let alpha = alpha.given(reliability::alpha(&sums), |e, found| {
        e.value(found.raw)
            .ci(found.ci)
            .details([("standardised", found.standardised), ("items", found.items as f64)])
            .warn(&single_level)
    });
    let omega = omega.given(reliability::omega(&sums), |e, found| {
        e.value(found.omega)
            .detail("omega_observed", found.omega_observed)
            .detail("items", found.loadings.len() as f64)
            .details([("chi2", found.chi2), ("chi2_df", f64::from(found.df))])
            .warn(&single_level)
            .warn_if(found.p.is_some_and(|p| p < 0.05), words.text("warn.one_factor"))
    });
    Ok([alpha, omega])
}

/// The therapists' share of the variance of the ratings: A ~ 1 + (1 | therapist/client).
fn between_therapists(
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    words: &Words<'_>,
) -> Result<Estimate, Failure> {
    let ratings = run.scores(alliance)?;
    let rows = Rows::in_nested_clusters(&[]);
    let rows = clients.session_rows(rows, 0, &["no alliance rating"], |at, _| {
        ratings.get(at.row).ok_or(0_usize)
    })?;
    let estimate = rows.describe(words.estimate("reliability/A/icc_therapist"));
    Ok(estimate.given(rows.fit(Criterion::Reml), |e, fit| {
        e.value(fit.icc())
            .detail("variance_therapist", fit.variances.outer.unwrap_or(0.0))
            .detail("variance_client", fit.variances.cluster)
            .detail("variance_residual", fit.variances.residual)
            .warn_if(fit.singular, words.text("warn.singular"))
    }))
}
