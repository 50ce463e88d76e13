//! Tails and quantiles of the normal, t, F, chi-square and beta distributions.
