//! Means, variances and cross-products that accumulate, merge and finish.
