//! Reliability of the alliance scores.

use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};
use dyad_stats::reliability::{self, ItemSums};

use crate::Study;

/// Adds `reliability/A/alpha`, `…/omega` (over all sessions with every item answered; refused without item columns) and
/// `…/icc_therapist`, the therapists' share of the variance of the ratings: A ~ 1 + (1 | therapist/client).
pub(crate) fn add(
    findings: &mut Findings,
    study: Study<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let Study { run, clients } = study;
    let words = run.words().about("A", alliance);
    let new = |words: &Words<'_>| {
        ["reliability/A/alpha", "reliability/A/omega"].map(|key| words.estimate(key))
    };
    if alliance.items.is_empty() {
        let refused =
            |e: Estimate| Estimate::new(e.id, e.label).refused(words.text("refuse.items"));
        findings.estimates.extend(new(&words).map(refused));
    } else {
        let (sums, basis) = items(study, alliance)?;
        let single_level = words.text("warn.single_level");
        let [alpha, omega] = new(&words.over(basis));
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
        findings.estimates.extend([alpha, omega]);
    }
    let ratings = run.scores(alliance)?;
    let rows = Rows::in_nested_clusters(&[]);
    let lacks = ["no alliance rating"];
    let rows = clients.session_rows(rows, 0, &lacks, |at, _| ratings.get(at.row).ok_or(0))?;
    let share = words.over(&rows).estimate("reliability/A/icc_therapist");
    findings.estimates.push(share.given(rows.fit(Criterion::Reml), |e, fit| {
        e.value(fit.icc())
            .detail("variance_therapist", fit.variances.outer.unwrap_or(0.0))
            .detail("variance_client", fit.variances.cluster)
            .detail("variance_residual", fit.variances.residual)
            .warn_if(fit.singular, words.text("warn.singular"))
    }));
    Ok(())
}

/// The sums of the items over the sessions with every item answered, and whose sessions these are.
fn items(study: Study<'_>, alliance: &Measure) -> Result<(ItemSums, Basis), Failure> {
    let sessions = study.run.table("sessions")?;
    let columns = alliance.items.iter().map(|item| sessions.floats(item));
    let columns: Vec<Floats<'_>> = columns.collect::<Result<_, Failure>>()?;
    let (mut sums, mut with) = (ItemSums::new(columns.len()), Vec::new());
    let mut answers = vec![None; columns.len()];
    for (client, rows) in study.clients.rows.iter().enumerate() {
        let before = sums.n();
        for row in rows.clone() {
            answers.iter_mut().zip(&columns).for_each(|(answer, column)| *answer = column.get(row));
            sums.push(&answers)?;
        }
        if sums.n() > before {
            with.push(client);
        }
    }
    let basis = Basis::from(Counts { rows: Some(sums.n()), ..study.clients.counts(&with) })
        .without_rows("no item answered", sums.silent())
        .without_rows("an item not answered", sums.dropped() - sums.silent());
    Ok((sums, basis))
}
