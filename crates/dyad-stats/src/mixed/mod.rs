//! Linear mixed models with nested random intercepts, fitted from per-cluster cross-products.
//!
//! Rows are fed once, in sort order, into [`Rows`]; what is kept is one vector per cluster. One evaluation of the likelihood
//! then costs the number of clusters and distinct cluster sizes, never the number of rows.
//!
//! With rows z = \[x, y\] and clusters i of n_i rows, s_i = Σ z, S = Σ z z', l_c = client variance / residual variance, l_t likewise
//! of therapists, w_i = 1/(1 + n_i·l_c); per therapist a = Σ w_i s_i, g = Σ n_i w_i, d = l_t/(1 + l_t·g):
//!
//! ```text
//! G = S − Σ_i l_c w_i s_i s_i' − Σ_t d a a' = [[A, b], [b', c]]      β = A⁻¹b      RSS = c − b'β
//! REML: D = Σ log(1 + n_i l_c) + Σ log(1 + l_t g) + log|A| + (N − p)(1 + log(2π·RSS/(N − p)))
//! ML:   D = Σ log(1 + n_i l_c) + Σ log(1 + l_t g)           + N (1 + log(2π·RSS/N))
//! ```
//!
//! D is lme4's criterion `[@bates2015]`, log|A| included.

mod coefficient;
mod fit;
mod optimise;
mod profile;
mod rows;

pub use coefficient::Coefficient;
pub use fit::{Fit, RandomIntercept, Variances};
pub use rows::{Criterion, Rows};
