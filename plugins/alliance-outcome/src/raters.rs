//! Client and therapist as raters of the same alliance.

use dyad_plugin::derived::Variable;
use dyad_plugin::prelude::*;
use dyad_stats::correlation::{self, IntraclassCorrelation};
use dyad_stats::mixed::truth_and_bias;
use dyad_stats::moments;

use crate::Study;

/// Adds `raters/A1/A2/…` for every pair of alliance measures with different raters, in the order of the study file. Subscales are
/// compared with the same subscale.
pub(crate) fn add(findings: &mut Findings, study: Study<'_>) -> Result<(), Failure> {
    let alliances: Vec<&Measure> = study.run.measures_of(Role::Alliance).collect();
    let subscale = |m: &Measure| m.id.split_once('.').map(|(_, subscale)| subscale.to_owned());
    for (i, first) in alliances.iter().enumerate() {
        let is_comparable =
            |m: &&&Measure| m.rater != first.rater && subscale(m) == subscale(first);
        for second in alliances.iter().skip(i + 1).filter(is_comparable) {
            early(findings, study, [first, second])?;
            by_session(findings, study, [first, second])?;
        }
    }
    Ok(())
}

/// Whose early alliance goes more closely with the outcome, and how far the two agree on it.
fn early(findings: &mut Findings, study: Study<'_>, both: [&Measure; 2]) -> Result<(), Failure> {
    let Study { run, clients } = study;
    let words = run.words().about("A1", both[0]).about("A2", both[1]);
    let early = |measure: &Measure| -> Result<Variable, Failure> {
        let means = clients.mean_in(&run.scores(measure)?, run.settings().early_window);
        Ok(Variable::new(means, run.words().about("A", measure).text("lacks.rating")))
    };
    let (one, other) = (early(both[0])?, early(both[1])?);
    for outcome in run.measures_of(Role::Outcome) {
        let words = words.about("Y", outcome);
        let last = Variable::new(clients.last(&run.scores(outcome)?), words.text("lacks.last"));
        let (sample, [x, y, last]) = clients.complete_cases([&one, &other, &last]);
        let estimate = words.over(&sample).estimate("raters/A1/A2/Y/williams");
        findings.estimates.push(estimate.given(correlation::williams(&x, &y, &last), |e, c| {
            let given = e.value(c.difference).ci(c.ci).statistic("t", c.t, Some(c.df)).p(c.p);
            given.details([("r1", c.r1), ("r2", c.r2), ("r12", c.r12)])
        }));
    }
    let (sample, [x, y]) = clients.complete_cases([&one, &other]);
    let words = words.over(&sample);
    let intraclass = |e: Estimate, icc: IntraclassCorrelation| {
        let given = e.value(icc.icc).ci(icc.ci).p(icc.p);
        let mut given = given.statistic("F", icc.f, Some(icc.df[0]));
        given.statistic.iter_mut().for_each(|f| f.df2 = Some(icc.df[1]));
        given
    };
    let agreement = words.estimate("raters/A1/A2/icc_agreement");
    let consistency = words.estimate("raters/A1/A2/icc_consistency");
    let difference = words.estimate("raters/A1/A2/mean_difference");
    findings.estimates.extend([
        agreement.given(correlation::icc_agreement(&x, &y), intraclass),
        consistency.given(correlation::icc_consistency(&x, &y), intraclass),
        difference.given(moments::paired(&x, &y), |e, t| {
            let [low, high] = t.limits_of_agreement();
            e.tested_mean(t).details([("agreement_low", low), ("agreement_high", high)])
        }),
    ]);
    Ok(())
}

/// Agreement from session to session: as a correlation, and as bias and tracking (West & Kenny).
fn by_session(
    findings: &mut Findings,
    Study { run, clients }: Study<'_>,
    both: [&Measure; 2],
) -> Result<(), Failure> {
    let pairs = clients.pairs(&run.scores(both[0])?, &run.scores(both[1])?);
    let words = run.words().about("A1", both[0]).about("A2", both[1]).over(&pairs);
    let found = correlation::repeated_measures(&pairs.x, &pairs.y, &pairs.clients);
    let within = words.estimate("raters/A1/A2/session_rmcorr").correlation(found, 1.0);
    // No outcome, no benefit.
    let within = Estimate { benefit: None, ..within };

    // The client is the truth that the other rater judges, whichever comes first in the study file.
    let turned = both[1].rater == Some(Rater::Client);
    let [truth, judge] = if turned { [1, 0] } else { [0, 1] };
    let values = [&pairs.x[..], &pairs.y];
    let fit = || -> Result<_, String> {
        clients.need_therapists()?;
        let therapists = pairs.with.iter().map(|client| clients.therapist(*client).unwrap_or(0));
        let therapists: Vec<i64> = therapists.collect();
        Ok(truth_and_bias(values[truth], values[judge], &pairs.clients, &therapists)?)
    };
    let (fit, words) = (fit(), words.about("truth", both[truth]).about("judge", both[judge]));
    let bias = words.estimate("raters/A1/A2/directional_bias");
    let bias = bias.fixed_effect(&fit, &[("(intercept)", 1.0)]);
    let tracking = words.estimate("raters/A1/A2/tracking").fixed_effect(&fit, &[("truth", 1.0)]);
    findings.estimates.extend([within, bias, tracking]);
    Ok(())
}
