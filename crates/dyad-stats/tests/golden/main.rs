//! Every golden record of these families, `tests/golden/stats/<family>.json` made by `<family>.R`, against `dyad_stats::<family>`.

mod correlation;
mod effects;
mod growth;
mod proportions;
mod reliability;
mod replication;
mod resample;
mod sequence;
mod support;
mod survival;
