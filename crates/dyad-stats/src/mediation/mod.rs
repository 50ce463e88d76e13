//! Indirect effects and their intervals.
