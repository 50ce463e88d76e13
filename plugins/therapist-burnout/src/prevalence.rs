//! How many therapists are at or beyond the burnout cut-off, beside a published share.

use std::collections::BTreeSet;
use std::ops::Range;

use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::distributions::normal;
use dyad_stats::linear::{Correction, ols};
use dyad_stats::proportions::{agresti_coull, clopper_pearson, jeffreys, wilson};

use crate::Settings;

type Rule = fn(u64, u64) -> dyad_stats::Result<[f64; 2]>;

/// Intervals of a share: id, name, source, rule. The first is the default.
const INTERVALS: [(&str, &str, &str, Rule); 4] = [
    ("", "Wilson", "wilson1927", wilson),
    ("/clopper_pearson", "Clopper–Pearson, never below 95 %", "clopper1934", clopper_pearson),
    ("/agresti_coull", "Agresti–Coull", "agresti1998", agresti_coull),
    ("/jeffreys", "Jeffreys", "brown2001", jeffreys),
];

/// Adds `prevalence/B`, its intervals by three other rules, and `prevalence/B/published`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    burnout: &Measure,
) -> Result<(), Failure> {
    let counted = Counted::of(run, burnout)?;
    let label = format!("Share of therapists at or beyond the cut-off of {}", burnout.name());
    for (what, name, source, rule) in INTERVALS {
        let label = if what.is_empty() { label.clone() } else { format!("{label}, {name}") };
        let estimate = counted
            .describe(Estimate::new(format!("prevalence/{}{what}", burnout.id), label))
            .method(format!("x/n; interval: {name}"))
            .source(source);
        let given = counted.share(estimate, rule);
        findings.estimates.push(if what.is_empty() { counted.details(given) } else { given });
    }
    let published = run.settings().published_prevalence;
    let id = format!("prevalence/{}/published", burnout.id);
    let beside = counted
        .describe(Estimate::new(id, format!("{label}, minus a published share")))
        .method(format!(
            "x/n − {published}; Wilson interval less the published share; score test z = (x/n − p₀)/√(p₀(1 − p₀)/n)"
        ))
        .source("simionato2018")
        .source("wilson1927");
    let beside = counted.share(beside, wilson);
    findings.estimates.push(match beside.estimate.zip(beside.ci) {
        None => beside,
        Some((share, [low, high])) => {
            let n = counted.hits.len() as f64;
            let z = (share - published) / (published * (1.0 - published) / n).sqrt();
            beside
                .value(share - published)
                .ci([low - published, high - published])
                .statistic("z", z, None)
                .p(normal::two_sided(z))
                .detail("published", published)
                .warn(
                    "the published share is quoted second-hand (the review's abstract says over half), and depends on instrument and cut-off: compare \
                     like with like only",
                )
        }
    });
    Ok(())
}

/// The therapists with a score, and which of them are at or beyond the cut-off.
struct Counted {
    cutoff: Option<f64>,
    /// 1 for at or beyond.
    hits: Vec<f64>,
    /// Positions of each site's therapists.
    sites: Vec<Range<usize>>,
    n: Counts,
    silent: u64,
}

impl Counted {
    fn of(run: &Run<Settings>, burnout: &Measure) -> Result<Self, Failure> {
        let therapists = run.table("therapists")?;
        let (scores, sites) = (therapists.floats(&burnout.id)?, therapists.integers("site")?);
        // Towards the worse end: burnout is better when lower, personal accomplishment when higher.
        let worse = -burnout.benefit_sign();
        let is_beyond = |score: f64| {
            burnout.cutoff.is_some_and(|cutoff| worse * (score - cutoff) >= -SCORE_TOLERANCE)
        };
        let mut counted = Self {
            cutoff: burnout.cutoff,
            hits: Vec::new(),
            sites: Vec::new(),
            n: Counts::default(),
            silent: 0,
        };
        let mut before = None;
        let mut distinct = BTreeSet::new();
        for therapist in 0..scores.len() {
            let Some(score) = scores.get(therapist) else {
                counted.silent += 1;
                continue;
            };
            let (site, at) = (sites.get(therapist), counted.hits.len());
            match counted.sites.last_mut().filter(|_| before == Some(site)) {
                Some(range) => range.end = at + 1,
                None => counted.sites.push(at..at + 1),
            }
            before = Some(site);
            distinct.insert(site);
            counted.hits.push(if is_beyond(score) { 1.0 } else { 0.0 });
        }
        counted.n = Counts {
            therapists: Some(counted.hits.len() as u64),
            sites: Some(distinct.len() as u64),
            ..Counts::default()
        };
        Ok(counted)
    }

    fn describe(&self, estimate: Estimate) -> Estimate {
        estimate.counts(self.n).dropped_units(Dropped {
            reason: "no burnout score".to_owned(),
            therapists: Some(self.silent),
            ..Dropped::default()
        })
    }

    fn beyond(&self) -> u64 {
        self.hits.iter().filter(|hit| **hit > 0.5).count() as u64
    }

    fn share(&self, estimate: Estimate, rule: Rule) -> Estimate {
        if self.cutoff.is_none() {
            return estimate.refused("the study file declares no cut-off for this measure");
        }
        let (x, n) = (self.beyond(), self.hits.len() as u64);
        match rule(x, n) {
            Ok(ci) => estimate.value(x as f64 / n as f64).ci(ci),
            Err(reason) => estimate.refused(reason.to_string()),
        }
    }

    /// Numerator and denominator, what those who did not answer could change, and the interval that knows the sites.
    fn details(&self, share: Estimate) -> Estimate {
        let Some(cutoff) = self.cutoff.filter(|_| share.estimate.is_some()) else { return share };
        let (x, n) = (self.beyond() as f64, self.hits.len() as f64);
        let mut share = share.detail("count", x).detail("denominator", n).detail("cutoff", cutoff);
        if self.silent > 0 {
            let (silent, all) = (self.silent as f64, n + self.silent as f64);
            share = share
                .detail("share_if_no_silent_one_is", x / all)
                .detail("share_if_every_silent_one_is", (x + silent) / all);
        }
        let mean = ols(&[], &self.hits).ok();
        let by_site = mean
            .and_then(|fit| fit.cluster_robust("(intercept)", &self.sites, Correction::Cr2).ok());
        match by_site {
            Some(by_site) => {
                share.detail("by_site_low", by_site.ci[0]).detail("by_site_high", by_site.ci[1])
            }
            None => share,
        }
    }
}
