//! Client and therapist as raters of the same alliance.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::{correlation, moments};

use crate::Settings;

/// Adds `raters/A1/A2/…` for every pair of alliance measures with different raters, in the order of the study file.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
) -> Result<(), Failure> {
    let alliances: Vec<&Measure> = run.measures_of(Role::Alliance).collect();
    for (i, first) in alliances.iter().enumerate() {
        for second in alliances.iter().skip(i + 1).filter(|second| second.rater != first.rater) {
            pair(findings, run, clients, first, second)?;
        }
    }
    Ok(())
}

fn pair(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    first: &Measure,
    second: &Measure,
) -> Result<(), Failure> {
    let sessions = run.table("sessions")?;
    let window = run.settings().early_window;
    let early = |measure: &Measure| -> Result<Vec<Option<f64>>, Failure> {
        Ok(clients.mean_in(&sessions.floats(&measure.id)?, window))
    };
    let (a, b) = (early(first)?, early(second)?);
    let lacks = |measure: &Measure| {
        format!("no {} in sessions {}-{}", measure.name(), window[0], window[1])
    };
    let (no_a, no_b) = (lacks(first), lacks(second));
    let id = |what: &str| format!("raters/{}/{}/{what}", first.id, second.id);
    let names = format!("early {} and {}", first.name(), second.name());

    for outcome in run.measures_of(Role::Outcome) {
        let last = clients.last(&sessions.floats(&outcome.id)?);
        let no_last = format!("no {} score", outcome.name());
        let sample = clients.complete(&[(&a, &no_a), (&b, &no_b), (&last, &no_last)]);
        let label =
            format!("Difference of the correlations of {names} with final {}", outcome.name());
        let estimate = sample
            .describe(Estimate::new(id(&format!("{}/williams", outcome.id)), label))
            .method("r1 − r2 in the outcome's own sign; Williams' t, Zou's interval; the same clients in all three correlations")
            .source("williams1959")
            .source("zou2007");
        let compared =
            correlation::williams(&sample.pick(&a), &sample.pick(&b), &sample.pick(&last));
        findings.estimates.push(match compared {
            Err(reason) => estimate.refused(reason.to_string()),
            Ok(c) => estimate
                .value(c.difference)
                .ci(c.ci)
                .statistic("t", c.t, Some(c.df))
                .p(c.p)
                .detail("r1", c.r1)
                .detail("r2", c.r2)
                .detail("r12", c.r12),
        });
    }

    let sample = clients.complete(&[(&a, &no_a), (&b, &no_b)]);
    let (x, y) = (sample.pick(&a), sample.pick(&b));
    let estimate = sample
        .describe(Estimate::new(id("icc_agreement"), format!("Agreement of {names}")))
        .method("ICC(2,1): two-way random effects, absolute agreement, single rater; interval by Shrout & Fleiss")
        .source("shrout1979");
    findings.estimates.push(match correlation::icc_agreement(&x, &y) {
        Err(reason) => estimate.refused(reason.to_string()),
        Ok(icc) => {
            let mut given =
                estimate.value(icc.icc).ci(icc.ci).statistic("F", icc.f, Some(icc.df[0])).p(icc.p);
            if let Some(statistic) = &mut given.statistic {
                statistic.df2 = Some(icc.df[1]);
            }
            given
        }
    });

    let estimate = sample
        .describe(Estimate::new(id("mean_difference"), format!("Mean difference of {names}")))
        .method("paired t test")
        .source("student1908");
    findings.estimates.push(match moments::paired(&x, &y) {
        Err(reason) => estimate.refused(reason.to_string()),
        Ok(t) => estimate.tested(t.mean, t.se, Some(t.ci), (t.t, Some(t.df)), Some(t.p)),
    });
    Ok(())
}
