//! Client level: early alliance and final outcome.

use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::correlation;

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
    Ok(())
}
