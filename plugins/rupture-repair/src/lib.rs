//! Analysis plugin: rupture-repair.
