//! Client level: early alliance and final outcome.

use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::correlation;
use dyad_stats::linear::{ClusterRobust, Correction, ols};
use dyad_stats::moments::Moments;

use crate::{Settings, figures};

/// Adds the client-level correlations of one alliance and one outcome measure.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    outcome: &Measure,
) -> Result<(), Failure> {
    let sessions = run.table("sessions")?;
    let window = run.settings().early_window;
    let early = clients.mean_in(&sessions.floats(&alliance.id)?, window);
    let last = clients.last(&sessions.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?;

    let no_early = format!("no alliance rating in sessions {}-{}", window[0], window[1]);
    let no_last = format!("no {} score", outcome.name());
    let pair = clients.complete(&[(&early, &no_early), (&last, &no_last)]);
    let (x, y) = (pair.pick(&early), pair.pick(&last));
    let names = format!("{} and final {}", alliance.name(), outcome.name());
    let new = |what: &str, label: &str, sample: &Sample| {
        let id = format!("early/{}/{}/{what}", alliance.id, outcome.id);
        sample.describe(Estimate::new(id, format!("{label}, early {names}")))
    };
    let sign = outcome.benefit_sign();

    let pearson = new("pearson", "Pearson correlation", &pair)
        .method("Pearson correlation over clients; Fisher z interval")
        .source("pearson1896")
        .source("fisher1921");
    let pearson = match correlation::pearson(&x, &y) {
        Ok(r) => pearson
            .value_with_benefit(r.r, sign)
            .interval(r.ci)
            .statistic("t", r.t, Some(r.df))
            .p(r.p),
        Err(reason) => pearson.refused(reason.to_string()),
    };
    findings.figures.extend(figures::early(alliance, outcome, &x, &y, &pearson));
    findings.estimates.push(pearson);

    let spearman = new("spearman", "Rank correlation", &pair)
        .method("Spearman correlation, p from t with n − 2 df; Fieller interval")
        .source("spearman1904")
        .source("fieller1957");
    findings.estimates.push(match correlation::spearman(&x, &y) {
        Ok(r) => spearman
            .value_with_benefit(r.r, sign)
            .interval(r.ci)
            .statistic("t", r.t, Some(r.df))
            .p(r.p),
        Err(reason) => spearman.refused(reason.to_string()),
    });

    let all = clients.complete(&[
        (&early, &no_early),
        (&last, &no_last),
        (&baseline.values, "no baseline"),
    ]);
    let partial = new("partial", "Partial correlation given baseline", &all)
        .method(format!(
            "correlation of residuals on {}; Fisher z interval with n − 4",
            baseline.source
        ))
        .source("fisher1924");
    let (x, y, z) = (all.pick(&early), all.pick(&last), all.pick(&baseline.values));
    findings.estimates.push(match correlation::partial(&x, &y, &z) {
        Ok(r) => partial
            .value_with_benefit(r.r, sign)
            .interval(r.ci)
            .statistic("t", r.t, Some(r.df))
            .p(r.p),
        Err(reason) => partial.refused(reason.to_string()),
    });

    let ancova = new("ancova_beta", "Standardised slope given baseline", &all)
        .method(format!(
            "z(final) ~ z(early) + z({}), OLS; CR2 by therapist, Bell–McCaffrey df",
            baseline.source
        ))
        .source("bell2002")
        .source("pustejovsky2018");
    findings.estimates.push(match standardised(clients, &all, [&x, &y, &z]) {
        Err(reason) => ancova.refused(reason),
        Ok((slope, classical)) => {
            let few = slope.df < 4.0 || all.n.therapists.is_some_and(|n| n < 10);
            let given = ancova
                .tested(
                    slope.estimate,
                    slope.se,
                    Some(slope.ci),
                    (slope.t, Some(slope.df)),
                    Some(slope.p),
                )
                .detail("se_ols", classical);
            if few {
                given.warn("few therapists or degrees of freedom: the interval is unreliable")
            } else {
                given
            }
        }
    });
    Ok(())
}

/// The slope of z(x) in z(y) ~ z(x) + z(baseline) with CR2 by therapist, and its classical standard error.
fn standardised(
    clients: &Clients<'_>,
    sample: &Sample,
    [x, y, z]: [&[f64]; 3],
) -> Result<(ClusterRobust, f64), String> {
    let therapists = clients.therapist_ranges(&sample.clients)?;
    let scaled = |values: &[f64], what: &str| -> Result<Vec<f64>, String> {
        let moments = Moments::of(values);
        let (mean, sd) =
            (moments.mean().map_err(|e| e.to_string())?, moments.sd().map_err(|e| e.to_string())?);
        if sd <= 0.0 {
            return Err(format!("no variation in {what}"));
        }
        Ok(values.iter().map(|v| (v - mean) / sd).collect())
    };
    let (x, y, z) =
        (scaled(x, "the alliance")?, scaled(y, "the outcome")?, scaled(z, "the baseline")?);
    let fit = ols(&[("early", &x), ("baseline", &z)], &y).map_err(|e| e.to_string())?;
    let slope =
        fit.cluster_robust("early", &therapists, Correction::Cr2).map_err(|e| e.to_string())?;
    Ok((slope, fit.se[1]))
}
