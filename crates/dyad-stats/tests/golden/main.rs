//! Every golden record of these families, `tests/golden/stats/<family>.json` made by `<family>.R`, against `dyad_stats::<family>`.

mod correlation;
mod distributions;
mod effects;
mod every_statistic;
mod growth;
mod mediation;
mod meta;
mod multiplicity;
mod proportions;
mod reliability;
mod replication;
mod resample;
mod sequence;
mod support;
mod surface;
mod survival;
