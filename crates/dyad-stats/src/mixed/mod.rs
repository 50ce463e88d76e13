//! Linear mixed models with nested random effects, fitted from per-cluster cross-products.
//!
//! Rows are fed once, in sort order, into [`Rows`]; what is kept is one vector per cluster (two with a random slope). One evaluation
//! of the likelihood then costs the number of outer clusters and distinct cluster patterns, never the number of rows.
//!
//! With rows z = \[x, y\], clusters i with random-effect rows Z_i (1, or 1 and a slope's column), M_i = Z_i'z_i, Q_i = Z_i'Z_i,
//! Σ_c = covariance of the clusters' effects / residual variance, Σ_t likewise of the outer clusters:
//!
//! ```text
//! K_i = (Σ_c⁻¹ + Q_i)⁻¹     A_t = Σ_i (I − Q_i K_i) M_i     Q_t = Σ_i (Q_i − Q_i K_i Q_i)     L_t = (Σ_t⁻¹ + Q_t)⁻¹
//! G = Σ z z' − Σ_i M_i' K_i M_i − Σ_t A_t' L_t A_t = [[A, b], [b', c]]        β = A⁻¹b        RSS = c − b'β
//! log|V| = Σ_i log|I + Σ_c Q_i| + Σ_t log|I + Σ_t Q_t|
//! REML: D = log|V| + log|A| + (N − p)(1 + log(2π·RSS/(N − p)))
//! ML:   D = log|V| + N (1 + log(2π·RSS/N))
//! ```
//!
//! D is lme4's criterion `[@bates2015]`, log|A| included. Its gradient is exact; columns are centred and scaled before anything is
//! solved, so that shifts and units of the data do not reach the digits of the result.
//!
//! [`Level`] and [`Criterion`] leave room for crossed factors, and [`Coefficient::df`] for another rule (Kenward–Roger).

mod coefficient;
mod farthest;
mod fit;
mod icc;
mod icc_interval;
mod kept_rows;
mod kernel;
mod likelihood_ratio;
mod null_drift;
mod null_recovery;
mod profile_interval;
mod r_squared;
mod random_effects;
mod told_apart;
mod truth_and_bias;

pub use coefficient::Coefficient;
pub use farthest::{Farthest, farthest_intercept};
pub use fit::{Fit, SlopeVariance, Variances};
pub use kept_rows::KeptRows;
pub use kernel::rows::{Criterion, Level, Rows};
pub use likelihood_ratio::{LikelihoodRatio, likelihood_ratio};
pub use null_drift::{Design, null_recovery_drift};
pub use null_recovery::{NullRecovery, null_recovery};
pub use profile_interval::{Interval, StandardDeviation};
pub use r_squared::RSquared;
pub use random_effects::{RandomEffect, RandomIntercept};
pub use told_apart::{Reliabilities, reliabilities};
pub use truth_and_bias::truth_and_bias;
