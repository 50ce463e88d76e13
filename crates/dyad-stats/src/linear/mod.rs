//! Ordinary least squares and cluster-robust standard errors.
