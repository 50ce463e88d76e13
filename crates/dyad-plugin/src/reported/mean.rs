//! Means of one value per client, and shares of clients.

use dyad_model::Estimate;
use dyad_stats::StatsError;
use dyad_stats::linear::{ClusterRobust, clustered_mean};
use dyad_stats::moments::Moments;
use dyad_stats::proportions::wilson;

use super::Reported;
use crate::Given;
use crate::derived::Clients;
use crate::section::Section;

/// Fewer sites than these, and an interval by site says nothing.
const MIN_SITES: usize = 3;

/// A mean with its t interval, clients as independent units.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    value: f64,
    se: f64,
    ci: [f64; 2],
    df: f64,
}

impl Mean {
    /// The mean of these values, which may all be the same.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] below two.
    pub fn of(values: &[f64]) -> Result<Self, StatsError> {
        let moments = Moments::of(values);
        let (mean, se, ci) = (moments.mean()?, moments.se()?, moments.t_interval(0.95)?);
        Ok(Self { value: mean, se, ci, df: values.len() as f64 - 1.0 })
    }
}

impl Reported for Mean {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.value(self.value).se(self.se).ci(self.ci).detail("df", self.df)
    }
}

/// The mean of one value per client with its interval by therapist, about therapists like these at these sites, and the interval by site,
/// about sites like these, where there are three or more: `site_low` and `site_high`. No test: that a mean is not 0 may say nothing.
#[derive(Clone, Copy, Debug)]
pub struct MeanByTherapist {
    mean: ClusterRobust,
    by_site: Option<[f64; 2]>,
}

impl MeanByTherapist {
    /// With its test against 0.
    #[must_use]
    pub fn tested(self) -> ChangeByTherapist {
        ChangeByTherapist(self)
    }
}

/// A [`MeanByTherapist`] of differences, whose test against 0 says whether there is one.
#[derive(Clone, Copy, Debug)]
pub struct ChangeByTherapist(MeanByTherapist);

impl Section<'_> {
    /// The mean of one value per client of the sample: see [`MeanByTherapist`].
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn mean_by_therapist(&self, values: &[f64]) -> Result<MeanByTherapist, String> {
        let mean = clustered_mean(values, &self.therapists()?)?;
        let by_site = interval_by_site(self.clients, self.sample(), values);
        Ok(MeanByTherapist { mean, by_site })
    }
}

/// The interval by site of the mean of one value for each of these clients; none below three sites.
pub(crate) fn interval_by_site(
    clients: &Clients<'_>,
    of: &[usize],
    values: &[f64],
) -> Option<[f64; 2]> {
    let sites = clients.site_ranges(of);
    if sites.len() < MIN_SITES { None } else { Some(clustered_mean(values, &sites).ok()?.ci) }
}

/// Adds an interval by site to the details.
pub(crate) fn with_site(estimate: Estimate, by_site: Option<[f64; 2]>) -> Estimate {
    match by_site {
        Some([low, high]) => estimate.details([("site_low", low), ("site_high", high)]),
        None => estimate,
    }
}

impl Reported for MeanByTherapist {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        Estimate { p: None, statistic: None, ..self.tested().onto(estimate, section) }
    }
}

impl Reported for ChangeByTherapist {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        with_site(estimate.cluster_robust(self.0.mean), self.0.by_site)
    }
}

/// How many of how many, with the Wilson interval.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    count: u64,
    of: u64,
    ci: [f64; 2],
}

impl Share {
    /// `count` of `of`.
    ///
    /// # Errors
    /// Those of [`wilson`]: nobody to count among.
    pub fn of(count: u64, of: u64) -> Result<Self, StatsError> {
        Ok(Self { count, of, ci: wilson(count, of)? })
    }
}

/// Both numbers stand among the details.
impl Reported for Share {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let (count, of) = (self.count as f64, self.of as f64);
        estimate.value(count / of).ci(self.ci).details([("count", count), ("denominator", of)])
    }
}
