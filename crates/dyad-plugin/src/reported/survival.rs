//! How long until something happens, and what changes its hazard.

use dyad_model::Estimate;
use dyad_stats::linear::ClusterRobust;
use dyad_stats::survival::{CoxCoefficient, KaplanMeier};

use super::Reported;
use crate::Given;
use crate::section::Section;

/// Fewer therapists than these, and a robust standard error is unreliable.
const FEW_THERAPISTS: usize = 10;
/// Fewer than these, and the normal distribution finds too much.
const NORMAL_THERAPISTS: usize = 50;

fn few(estimate: Estimate, therapists: usize) -> Estimate {
    let caution = format!("only {therapists} therapists: the robust standard error is unreliable");
    estimate.warn_if(therapists < FEW_THERAPISTS, caution)
}

/// The hazard ratio exp(b) of a Cox model, and how many therapists its standard error rests on; few of them are said. It is judged by the
/// normal distribution: the text `warn.normal` says that this finds too much with so few `{therapists}`.
#[derive(Clone, Copy, Debug)]
pub struct HazardRatio(pub CoxCoefficient, pub usize);

impl Reported for HazardRatio {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        let Self(b, therapists) = self;
        let given = estimate.ratio(b.into()).statistic("z", b.z, None).p(b.p);
        let caution = section.with("therapists", therapists).text("warn.normal");
        let given = given.detail("se_model", b.se).warn_if(therapists < NORMAL_THERAPISTS, caution);
        few(given, therapists)
    }
}

/// A ratio exp(b), judged by t with therapists − 1 degrees of freedom, and how many these are; few of them are said.
#[derive(Clone, Copy, Debug)]
pub struct RatioByCluster(pub ClusterRobust, pub usize);

impl Reported for RatioByCluster {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(b, therapists) = self;
        let given = estimate.value(b.estimate.exp()).se(b.se).ci(b.ci.map(f64::exp));
        few(given.statistic("t", b.t, Some(b.df)).p(b.p), therapists)
    }
}

/// Whether a hazard ratio stays the same over time: chi-square with 1 degree of freedom, small where there is no sign of change.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    /// The score test.
    pub chi_square: f64,
    /// Upper tail.
    pub p: f64,
}

impl Reported for Steady {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.value(self.chi_square).statistic("chi2", self.chi_square, Some(1.0)).p(self.p)
    }
}

/// When half have left; refused where fewer than half have. The interval is given where both of its ends are reached.
#[derive(Clone, Copy, Debug)]
pub struct MedianTime<'f>(pub &'f KaplanMeier);

impl Reported for MedianTime<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Some(median) = self.0.median else {
            return estimate.refused("fewer than half of the clients have left");
        };
        let [low, high] = self.0.median_ci;
        estimate.value(median).interval(low.zip(high).map(|(low, high)| [low, high]))
    }
}
