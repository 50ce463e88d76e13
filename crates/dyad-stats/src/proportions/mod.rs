//! Intervals of shares and rates, and limits of funnel plots.

mod clustered;
mod funnel;
mod funnel_plot;
mod intervals;
mod published;
mod rate;
mod wilson;

pub use clustered::clustered_share;
pub use funnel::{FunnelLimits, Overdispersion, funnel_limits, overdispersion};
pub use funnel_plot::{FunnelPlot, funnel_plot};
pub use intervals::{agresti_coull, clopper_pearson, jeffreys};
pub use published::{ShareTest, share_test};
pub use rate::{Rate, poisson_rate};
pub use wilson::{coverage_if_unlike, share_coverage, wilson};
