//! How many therapists are at or beyond the burnout cut-off, beside a published share.

use std::collections::BTreeSet;
use std::ops::Range;

use dyad_plugin::apa;
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::distributions::normal;
use dyad_stats::proportions::{
    agresti_coull, clopper_pearson, clustered_share, jeffreys, share_coverage, wilson,
};

use crate::Settings;

type Rule = fn(u64, u64) -> dyad_stats::Result<[f64; 2]>;

/// Intervals of a share beside the default, Wilson's.
const OTHERS: [(&str, Rule); 3] = [
    ("prevalence/B/clopper_pearson", clopper_pearson),
    ("prevalence/B/agresti_coull", agresti_coull),
    ("prevalence/B/jeffreys", jeffreys),
];

/// A 95 % interval that holds the truth less or more often than this is warned of.
const HELD: [f64; 2] = [0.935, 0.965];

/// Adds `prevalence/B`, its intervals by three other rules, and `prevalence/B/published`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    burnout: &Measure,
) -> Result<(), Failure> {
    let counted = Counted::of(run, burnout)?;
    let words = run.words().about("B", burnout);
    let share = |key: &str, rule: Rule| {
        let held = unlike_said(rule, counted.count(), counted.beyond.len() as u64);
        let warning = held.map(|held| words.with("held", apa::percent(held, 1)).text("warn.held"));
        let estimate = counted.share(words.estimate(key), rule);
        estimate.warn_if(held.is_some(), warning.unwrap_or_default())
    };
    findings.estimates.push(counted.details(share("prevalence/B", wilson)));
    findings.estimates.extend(OTHERS.map(|(key, rule)| share(key, rule)));

    let beside = share("prevalence/B/published", wilson);
    let published = run.settings().published_prevalence;
    findings.estimates.push(match beside.estimate.zip(beside.ci) {
        None => beside,
        Some((share, [low, high])) => {
            let n = counted.beyond.len() as f64;
            let z = (share - published) / (published * (1.0 - published) / n).sqrt();
            beside
                .value(share - published)
                .ci([low - published, high - published])
                .statistic("z", z, None)
                .p(normal::two_sided(z))
                .detail("published", published)
                .warn(words.text("warn.published"))
        }
    });
    Ok(())
}

/// The therapists with a score.
struct Counted {
    cutoff: Option<f64>,
    /// Whether each is at or beyond the cut-off.
    beyond: Vec<bool>,
    /// Positions of each site's therapists.
    sites: Vec<Range<usize>>,
    n: Counts,
    silent: u64,
}

impl Counted {
    fn of(run: &Run<Settings>, burnout: &Measure) -> Result<Self, Failure> {
        let (scores, sites) = (run.scores(burnout)?, run.table("therapists")?.integers("site")?);
        let known: Vec<(f64, Option<i64>)> = (0..scores.len())
            .filter_map(|therapist| Some((scores.get(therapist)?, sites.get(therapist))))
            .collect();
        // Towards the worse end: burnout is better when lower, personal accomplishment when higher.
        let worse = -burnout.benefit_sign();
        let is_beyond = |score: f64| {
            burnout.cutoff.is_some_and(|cutoff| worse * (score - cutoff) >= -SCORE_TOLERANCE)
        };
        let distinct: BTreeSet<Option<i64>> = known.iter().map(|(_, site)| *site).collect();
        let mut end = 0;
        let sites = known.chunk_by(|a, b| a.1 == b.1).map(|of_site| {
            end += of_site.len();
            end - of_site.len()..end
        });
        Ok(Self {
            cutoff: burnout.cutoff,
            beyond: known.iter().map(|(score, _)| is_beyond(*score)).collect(),
            sites: sites.collect(),
            n: Counts {
                therapists: Some(known.len() as u64),
                sites: Some(distinct.len() as u64),
                ..Counts::default()
            },
            silent: (scores.len() - known.len()) as u64,
        })
    }

    fn count(&self) -> u64 {
        self.beyond.iter().filter(|beyond| **beyond).count() as u64
    }

    fn share(&self, estimate: Estimate, rule: Rule) -> Estimate {
        let silent = Dropped {
            reason: "no burnout score".to_owned(),
            therapists: Some(self.silent),
            ..Dropped::default()
        };
        let estimate = estimate.counts(self.n).dropped_units(silent);
        if self.cutoff.is_none() {
            return estimate.refused("the study file declares no cut-off for this measure");
        }
        let (x, n) = (self.count(), self.beyond.len() as u64);
        estimate.given(rule(x, n), |e, ci| e.value(x as f64 / n as f64).ci(ci))
    }

    /// Numerator and denominator, what those who did not answer could change, and the interval that knows the sites.
    fn details(&self, share: Estimate) -> Estimate {
        let Some(cutoff) = self.cutoff.filter(|_| share.estimate.is_some()) else { return share };
        let (x, n, silent) = (self.count() as f64, self.beyond.len() as f64, self.silent as f64);
        let mut share = share.details([("count", x), ("denominator", n), ("cutoff", cutoff)]);
        if self.silent > 0 {
            share = share.details([
                ("share_if_no_silent_one_is", x / (n + silent)),
                ("share_if_every_silent_one_is", (x + silent) / (n + silent)),
            ]);
        }
        let by_site = clustered_share(&self.beyond, &self.sites).ok();
        share
            .detail_if("by_site_low", by_site.map(|ci| ci[0]))
            .detail_if("by_site_high", by_site.map(|ci| ci[1]))
    }
}

/// How often the interval holds a true share like this one, where that is clearly not 95 %; with nobody or everybody it cannot be told.
fn unlike_said(rule: Rule, x: u64, n: u64) -> Option<f64> {
    if x == 0 || x == n {
        return None;
    }
    let held = share_coverage(rule, n, x as f64 / n as f64).ok()?;
    (!(HELD[0]..=HELD[1]).contains(&held)).then_some(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_holds_too_much_or_too_little_is_said() {
        assert!(unlike_said(clopper_pearson, 8, 24).is_some_and(|held| held > 0.965));
        assert!(unlike_said(wilson, 8, 24).is_none());
        assert!(unlike_said(clopper_pearson, 400, 1000).is_none());
        assert!(unlike_said(wilson, 0, 24).is_none(), "nothing is known of a share of 0");
    }
}
