//! Means, variances and cross-products that accumulate, merge and finish.

mod cross;
mod groups;
mod median;
mod scaled;
mod t_test;
mod univariate;

pub use cross::Cross;
pub use groups::{GroupMeans, group_means};
pub use median::median;
pub use scaled::{centred, standardised};
pub use t_test::{TTest, one_sample, paired};
pub use univariate::Moments;
