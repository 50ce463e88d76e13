//! Analysis plugin: early-peak.
