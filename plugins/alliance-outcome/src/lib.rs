//! Analysis plugin: alliance-outcome.
