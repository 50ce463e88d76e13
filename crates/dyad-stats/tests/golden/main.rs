//! Every golden record of these families, `tests/golden/stats/<family>.json` made by `<family>.R`, against `dyad_stats::<family>`.

mod correlation;
mod distributions;
mod effects;
mod growth;
mod mediation;
mod meta;
mod proportions;
mod reliability;
mod replication;
mod resample;
mod sequence;
mod support;
mod surface;
mod survival;
