//! Peaks, ruptures, repairs and sudden changes in a client's series.

mod agreement;
mod charts;
mod count;
mod detections;
mod drift;
mod expected;
mod first_drop;
mod groups;
mod near_agreement;
mod occasions;
mod of_detections;
mod peak;
mod ruptures;
mod shape;
mod sudden;
mod votes;

pub use agreement::Agreement;
pub use charts::{MovingRangeChart, Run, RunSignal, moving_range_chart, runs_below};
pub use count::RuptureCount;
pub use detections::{DetectedSeries, Detections, RuleAgreement};
pub use drift::{AgainstDrift, drift_chance};
pub use expected::{ExpectedRuptures, NoiseSeries, expected_ruptures};
pub use first_drop::first_drop;
pub use groups::{RuptureGroup, RuptureGroups};
pub use near_agreement::NearAgreement;
pub use occasions::Occasions;
pub use of_detections::AgainstNoise;
pub use peak::{Peaks, peaks};
pub use ruptures::{MovingRange, RatedSeries, Repair, Rule, Rupture, ruptures};
pub use shape::{RuptureCourse, RuptureShape, rupture_course};
pub use sudden::{Direction, SuddenChange, SuddenRule, sudden_changes};
pub use votes::Votes;
