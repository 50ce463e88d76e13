//! Whether either estimate lies in an interval of the other.

use super::Effect;
use crate::distributions::normal;

/// Whether each estimate lies in the other's interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// 95 % interval of the replication.
    pub replication_ci: [f64; 2],
    /// It holds the original.
    pub holds_original: bool,
    /// 95 % interval of the original.
    pub original_ci: [f64; 2],
    /// It holds the replication.
    pub holds_replication: bool,
}

/// Returns whether the original lies in the replication's interval, and the reverse.
///
/// tanh(z ± z(.975)·se). Each treats the other estimate as known: two estimates of the same effect miss each other's interval more
/// often than one time in twenty. [`prediction`] does not.
///
/// # Shape and units
/// Intervals are correlations; an end counts as inside.
///
/// # Missing values
/// None.
///
/// # Errors
/// None: an [`Effect`] is checked when it is made.
///
/// # Source
/// `[@fisher1921]`. Checked against R: `golden/stats/replication.R`.
#[must_use]
pub fn coverage(original: Effect, replication: Effect) -> Coverage {
    let (replication_ci, original_ci) = (replication.ci(), original.ci());
    Coverage {
        replication_ci,
        holds_original: holds(replication_ci, original.r),
        original_ci,
        holds_replication: holds(original_ci, replication.r),
    }
}

fn holds([low, high]: [f64; 2], r: f64) -> bool {
    low <= r && r <= high
}

/// Where a replication may be expected, given the original.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// 95 % prediction interval, the original taken at its word.
    pub interval: [f64; 2],
    /// It holds the replication.
    pub holds: bool,
    /// 95 % prediction interval, the original shrunken towards 0.
    pub shrunken: [f64; 2],
    /// It holds the replication.
    pub shrunken_holds: bool,
    /// By how much: max(0, 1 − (se/z)²) of the original.
    pub shrinkage: f64,
}

/// Returns the prediction interval of a replication of this size.
///
/// tanh(z₀ ± z(.975)·√(s₀² + sᵣ²)); shrunken by d = max(0, 1 − (s₀/z₀)²) (empirical Bayes): tanh(d·z₀ ± z(.975)·√(d·s₀² + sᵣ²)).
///
/// # Shape and units
/// Intervals are correlations; an end counts as inside.
///
/// # Missing values
/// None.
///
/// # Errors
/// None: an [`Effect`] is checked when it is made.
///
/// # Source
/// `[@patil2016]`; shrinkage `[@pawel2020]`. Checked against R: `golden/stats/replication.R`.
#[must_use]
pub fn prediction(original: Effect, replication: Effect) -> Prediction {
    let within = |shrinkage: f64| {
        let variance = shrinkage * original.se * original.se + replication.se * replication.se;
        let (centre, half) = (shrinkage * original.z, normal::quantile(0.975) * variance.sqrt());
        [(centre - half).tanh(), (centre + half).tanh()]
    };
    // At z = 0 the square is infinite and nothing is left of the original.
    let shrinkage = (1.0 - (original.se / original.z).powi(2)).max(0.0);
    let (interval, shrunken) = (within(1.0), within(shrinkage));
    Prediction {
        interval,
        holds: holds(interval, replication.r),
        shrunken,
        shrunken_holds: holds(shrunken, replication.r),
        shrinkage,
    }
}
