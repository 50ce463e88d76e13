//! Means, variances and cross-products that accumulate, merge and finish.

mod cross;
mod t_test;
mod univariate;

pub use cross::Cross;
pub use t_test::{TTest, one_sample, paired};
pub use univariate::Moments;
