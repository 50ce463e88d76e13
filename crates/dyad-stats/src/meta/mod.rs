//! Random-effects meta-analysis of study or site estimates.
