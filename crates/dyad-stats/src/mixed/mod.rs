//! Linear mixed models with nested random effects, fitted from per-cluster cross-products.
