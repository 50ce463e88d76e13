//! Time to dropout, or to any other event.

mod at_risk;
mod concordance;
mod cox;
mod cumulative_incidence;
mod hazard;
mod kaplan_meier;
mod life_table;
mod log_rank;

pub use at_risk::AtRisk;
pub use concordance::{Concordance, concordance};
pub use cox::{Cox, CoxCoefficient, Intervals, Proportionality, Ties, TimeScale, cox};
pub use cumulative_incidence::{Incidence, cumulative_incidence};
pub use hazard::{HazardLink, discrete_hazard};
pub use kaplan_meier::{KaplanMeier, Survival, SurvivalInterval, kaplan_meier};
pub use life_table::{Fate, LifeTable};
pub use log_rank::{GroupEvents, LogRank, log_rank};
