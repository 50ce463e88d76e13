//! Where clients peak: the share at one occasion, alone, against any order, and against drift.

use dyad_model::Estimate;
use dyad_stats::StatsError;
use dyad_stats::sequence::{AgainstDrift, Peaks};

use super::Reported;
use crate::Given;
use crate::section::Section;

/// The share of clients whose highest rating falls on an occasion, counted from 0.
#[derive(Clone, Copy, Debug)]
pub struct PeakShare<'p>(pub &'p Peaks, pub usize);

impl Reported for PeakShare<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(peaks, occasion) = self;
        estimate.value(peaks.shares[occasion]).detail("tied_clients", peaks.tied_clients as f64)
    }
}

/// The share with its exact one-sided test against each client's own ratings in any order.
#[derive(Clone, Copy, Debug)]
pub struct AgainstAnyOrder<'p>(pub &'p Peaks, pub usize);

impl Reported for AgainstAnyOrder<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(peaks, occasion) = self;
        estimate
            .value(peaks.shares[occasion])
            .p(peaks.permutation_p(occasion))
            .detail("expected", 1.0 / peaks.shares.len() as f64)
    }
}

/// The share at an occasion against ratings that drift about each client's level.
#[derive(Clone, Copy, Debug)]
pub struct Drifting {
    share: f64,
    rho: f64,
    test: AgainstDrift,
}

impl Drifting {
    /// With this correlation of neighbouring occasions.
    ///
    /// # Errors
    /// Those of [`Peaks::against_drift`].
    pub fn of(peaks: &Peaks, occasion: usize, rho: f64) -> Result<Self, StatsError> {
        Ok(Self { share: peaks.shares[occasion], rho, test: peaks.against_drift(occasion, rho)? })
    }
}

impl Reported for Drifting {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let [low, high] = self.test.band;
        estimate
            .value(self.share)
            .p(self.test.p)
            .details([("autocorrelation", self.rho), ("expected", self.test.expected)])
            .details([("null_low", low), ("null_high", high)])
    }
}
