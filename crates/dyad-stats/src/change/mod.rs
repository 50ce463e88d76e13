//! Reliable and clinically significant change.

mod classes;
mod client;
mod criterion;
mod cutoff;
mod effect;
mod service;

pub use classes::{Change, Classifier};
pub use client::{ClientChange, Scale};
pub use criterion::{ReliableChange, reliable_change};
pub use cutoff::{Population, cutoff_a, cutoff_b, cutoff_c};
pub use effect::{
    PrePostEffect, pre_post_contributions, pre_post_effect, severity_adjusted_effects,
};
pub use service::{ServiceCounts, ServiceRule, is_case, reaches};
