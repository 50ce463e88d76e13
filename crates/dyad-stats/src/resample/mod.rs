//! Bootstrap and permutation with named random generators.
//!
//! Replicate i of a resampling draws from the generator named (seed, purpose, i): results depend on nothing else, least of all on
//! the number of threads. Sums over clusters are taken in the order of the data.

mod ar1;
mod cluster_bootstrap;
mod correlation_bootstrap;
mod gap_sums;
mod generator;
mod intervals;
mod monte_carlo;
mod permutation;
mod plan;
mod simulate;

pub use ar1::{Ar1, Series, ar1, ar1_complete};
pub use cluster_bootstrap::{Bootstrap, FEWEST_CLUSTERS, cluster_bootstrap};
pub use correlation_bootstrap::correlation_bootstrap;
pub use generator::Generator;
pub use intervals::{FEWEST_REPLICATES, bca, percentile};
pub use monte_carlo::{MonteCarlo, Tail};
pub use permutation::permutation;
pub use plan::Plan;
