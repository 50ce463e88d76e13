//! Tails and quantiles of the normal, t, F, chi-square and beta distributions.
//!
//! Tails are computed as tails (never as 1 − something), so that p values keep their relative accuracy far out. Quantiles are
//! polished by Newton steps on our own tails.

pub mod beta;
pub mod chi_square;
pub mod fisher_f;
pub mod normal;
pub mod student_t;
