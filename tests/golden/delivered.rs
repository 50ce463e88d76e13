//! The estimates that must be delivered: names as in `results.json`, `*` for any text within a segment.
//!
//! A pattern that names no golden value is an error, and so is a golden value it names that is not delivered.

use dyad_tests::matches;

/// Whether an estimate must be there.
pub(crate) fn is_required(name: &str) -> bool {
    DELIVERED.iter().any(|pattern| matches(pattern, name))
}

pub(crate) const DELIVERED: &[&str] = &[
    "alliance-outcome/*/*/*/*",
    "alliance-outcome/dropout/*/*",
    "alliance-outcome/raters/*/*/*",
    "alliance-outcome/raters/*/*/*/williams",
    "alliance-outcome/reliability/*/icc_therapist",
    "clinical-change/*/*",
    "clinical-change/*/pre_post/by_therapist",
    "clinical-change/*/service/*",
    "early-peak/growth/*/*",
    "early-peak/mean/*/session_*",
    "early-peak/mean/*/session_*/by_therapist",
    "early-peak/peak/*/*",
    "rupture-repair/agreement/*/*/*/jaccard",
    "early-peak/typology/*/*",
    "rupture-repair/agreement/*/*/*/kappa",
    "rupture-repair/agreement/*/two_or_more",
    "rupture-repair/criterion_sd/*/*",
    "rupture-repair/dropout/*/*",
    "rupture-repair/dropout/*/hazard_ratio/by_therapist",
    "rupture-repair/fixed_drop/*/*",
    "rupture-repair/outcome/*/*/*",
    "rupture-repair/rate/*/per_session",
    "rupture-repair/rci_drop/*/*",
    "rupture-repair/retention/median",
    "rupture-repair/sensitivity/*/*/unrepaired",
    "rupture-repair/sensitivity/*/hazard_ratio",
    "rupture-repair/shape/*/*",
    "rupture-repair/xmr/*/*/*",
    "therapist-burnout/alliance/*/*/*",
    "therapist-burnout/mediation/*/*/*/*",
    "therapist-burnout/moderation/*/*/*/*",
    "therapist-burnout/outcome/*/*/*",
    "therapist-burnout/prevalence/*",
    "therapist-burnout/prevalence/*/*",
    "therapist-burnout/therapist/*/*",
    "therapist-burnout/therapist/*/*/variance_explained",
];
