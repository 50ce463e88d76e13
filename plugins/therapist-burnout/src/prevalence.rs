//! How many therapists are at or beyond the burnout cut-off, beside a published share.

use dyad_plugin::derived::ranges_by;
use dyad_plugin::prelude::*;
use dyad_plugin::{Rate, apa};
use dyad_stats::change::is_case;
use dyad_stats::proportions::{
    agresti_coull, clopper_pearson, coverage_if_unlike, jeffreys, share_test, wilson,
};

use crate::Settings;

type Rule = fn(u64, u64) -> dyad_stats::Result<[f64; 2]>;

/// Intervals of a share beside the default, Wilson's.
const OTHERS: [(&str, Rule); 3] = [
    ("prevalence/B/clopper_pearson", clopper_pearson),
    ("prevalence/B/agresti_coull", agresti_coull),
    ("prevalence/B/jeffreys", jeffreys),
];

/// Adds `prevalence/B`, its intervals by three other rules, and `prevalence/B/published`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    burnout: &Measure,
) -> Result<(), Failure> {
    let (scores, site) = (run.scores(burnout)?, run.table("therapists")?.integers("site")?);
    let words = run.words().about("B", burnout);
    let cutoff = burnout.cutoff.ok_or_else(|| words.text("refuse.cutoff"));
    let beyond = cutoff.clone().unwrap_or(f64::NAN);
    let known = (0..scores.len()).filter_map(|therapist| {
        let score = scores.get(therapist)?;
        Some((therapist, is_case(score, beyond, burnout.benefit_sign())))
    });
    let rate: Rate = known.collect();
    let sites = ranges_by(rate.units(), |therapist| site.get(therapist));
    let (x, n, silent) = (rate.count(), rate.of(), scores.len() as u64 - rate.of());
    let counts =
        Counts { therapists: Some(n), sites: Some(sites.len() as u64), ..Counts::default() };
    let words = words.over(counts);
    let new = |key: &str| {
        let reason = words.text("lacks.score");
        let lost = Dropped { reason, therapists: Some(silent), ..Dropped::default() };
        words.estimate(key).dropped_units(lost)
    };
    let held = |rule: Rule, e: Estimate| {
        let held = coverage_if_unlike(rule, x, n);
        let warning = held.map(|held| words.with("held", apa::percent(held, 1)).text("warn.held"));
        e.warn_if(held.is_some(), warning.unwrap_or_default())
    };
    let share = |key: &str, rule: Rule| {
        let interval = cutoff.clone().and_then(|_| Ok(rule(x, n)?));
        held(rule, new(key).given(interval, |e, ci| e.value(x as f64 / n as f64).ci(ci)))
    };
    // What those who did not answer could change.
    let all = (n + silent) as f64;
    let bound = |x: u64| Some(x as f64 / all).filter(|_| silent > 0);
    let default = share("prevalence/B", wilson);
    findings.estimates.push(match (&cutoff, default.estimate) {
        (Ok(cutoff), Some(_)) => default
            .details([("count", x as f64), ("denominator", n as f64), ("cutoff", *cutoff)])
            .detail_if("share_if_no_silent_one_is", bound(x))
            .detail_if("share_if_every_silent_one_is", bound(x + silent))
            .detail_if("by_site_low", rate.clustered(&sites).map(|ci| ci[0]))
            .detail_if("by_site_high", rate.clustered(&sites).map(|ci| ci[1])),
        _ => default,
    });
    findings.estimates.extend(OTHERS.map(|(key, rule)| share(key, rule)));
    let published = run.settings().published_prevalence;
    let test = cutoff.clone().and_then(|_| Ok(share_test(x, n, published)?));
    let beside = new("prevalence/B/published").given(test, |e, test| {
        let given = e.value(test.difference).ci(test.ci).statistic("z", test.z, None).p(test.p);
        held(wilson, given.detail("published", published)).warn(words.text("warn.published"))
    });
    findings.estimates.push(beside);
    Ok(())
}
