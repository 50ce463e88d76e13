//! Analysis plugin: clinical-change.
