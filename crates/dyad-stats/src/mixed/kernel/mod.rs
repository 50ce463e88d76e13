//! What the statistics of this family are made of: sums over the rows, the deviance, its minimum.

pub(super) mod evaluate;
mod groups;
mod intercepts;
pub(super) mod minimise;
pub(super) mod pair;
pub(super) mod rows;
mod slopes;
