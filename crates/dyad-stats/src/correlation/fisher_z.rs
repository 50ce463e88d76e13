//! Intervals on the Fisher z scale.

use crate::distributions::normal;

/// tanh(atanh r ± z·se): the 95 % interval of a correlation whose z value has this standard error. |r| = 1 has the interval [r, r].
///
/// # Source
/// `[@fisher1921]`.
#[must_use]
pub fn interval(r: f64, se: f64) -> [f64; 2] {
    if r.abs() >= 1.0 {
        return [r, r];
    }
    let half = normal::quantile(0.975) * se;
    [(r.atanh() - half).tanh(), (r.atanh() + half).tanh()]
}
