//! Intervals of a proportion.
