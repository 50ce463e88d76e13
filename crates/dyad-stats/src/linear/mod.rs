//! Ordinary least squares and cluster-robust standard errors.

mod cluster_robust;
mod line;
mod ols;

pub use cluster_robust::{ClusterRobust, Correction};
pub use line::{Line, MeanAt};
pub use ols::{Ols, ols};
