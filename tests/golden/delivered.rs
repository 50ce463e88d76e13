//! The estimates that must be delivered: names as in `results.json`, `*` for any text within a segment.
//!
//! A pattern that names no golden value is an error, and so is a golden value it names that is not delivered.

use dyad_tests::matches;

/// Whether an estimate must be there.
pub(crate) fn is_required(name: &str) -> bool {
    DELIVERED.iter().any(|pattern| matches(pattern, name))
}

pub(crate) const DELIVERED: &[&str] = &[
    "alliance-outcome/early/*/*/pearson",
    "alliance-outcome/early/*/*/spearman",
    "alliance-outcome/early/*/*/partial",
    "alliance-outcome/session/*/*/rmcorr",
    "early-peak/mean/*/session_*",
    "early-peak/peak/*/share_session_*",
    "early-peak/peak/*/session_3_permutation",
    "early-peak/peak/*/contrast_3",
    "rupture-repair/xmr/*/*/*",
    "rupture-repair/criterion_sd/*/*",
    "rupture-repair/fixed_drop/*/*",
    "rupture-repair/rci_drop/*/*",
    "rupture-repair/agreement/*/*/*/kappa",
    "rupture-repair/dropout/*/hazard_ratio",
    "therapist-burnout/alliance/*/*/slope",
    "therapist-burnout/therapist/*/icc",
    "therapist-burnout/therapist/*/icc_adjusted",
    "therapist-burnout/prevalence/*",
];
