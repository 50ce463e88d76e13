//! What must hold of the metrics of replication for any two correlations: bounds, signs, and how they hang together.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::replication::{
    Effect, across_sites, consistency, coverage, detectable, equivalence, pooled, prediction,
    same_direction, sceptical, small_telescopes,
};
use proptest::prelude::*;

/// Any correlation of any number of pairs, the extreme ones included.
fn effect() -> impl Strategy<Value = Effect> {
    let r = prop_oneof![
        6 => -0.999..0.999_f64,
        1 => Just(0.0),
        1 => 1e-300..1e-3_f64,
        1 => (1e-16..1e-3_f64).prop_map(|gap| 1.0 - gap),
        1 => (1e-16..1e-3_f64).prop_map(|gap| gap - 1.0),
    ];
    let n = prop_oneof![4 => 4_u64..500, 1 => Just(4_u64), 1 => 1_000_000_u64..1_000_000_000_000];
    (r, n).prop_map(|(r, n)| Effect::new(r, n).unwrap())
}

fn turned(effect: Effect) -> Effect {
    Effect::with_standard_error(-effect.r, effect.se).unwrap()
}

fn probability(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

fn ordered([low, high]: [f64; 2]) -> bool {
    (-1.0..=1.0).contains(&low) && low <= high && high <= 1.0
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

proptest! {
    #[test]
    fn numbers_are_what_they_say(original in effect(), replication in effect()) {
        prop_assert!(probability(same_direction(original, replication).p));
        let found = coverage(original, replication);
        prop_assert!(ordered(found.replication_ci) && ordered(found.original_ci));
        let found = prediction(original, replication);
        prop_assert!(ordered(found.interval) && ordered(found.shrunken));
        prop_assert!(probability(found.shrinkage));
        prop_assert!(probability(consistency(original, replication).p));
        let found = pooled(original, replication);
        prop_assert!(ordered(found.ci) && probability(found.p) && found.se > 0.0);
        let found = small_telescopes(original, replication);
        prop_assert!(probability(found.p) && found.r33.abs() <= 1.0);
        let found = sceptical(original, replication);
        for p in [found.nominal, found.golden, found.edgington] {
            prop_assert!(probability(p), "{:?}", found);
        }
        for p in [found.controlled, found.harmonic].into_iter().flatten() {
            prop_assert!(probability(p), "{:?}", found);
        }
        prop_assert!(found.z.is_finite() && found.relative_effect.is_none_or(|v| !v.is_nan()));
    }

    #[test]
    fn turning_both_signs_changes_no_p(original in effect(), replication in effect()) {
        let (a, b) = (turned(original), turned(replication));
        let (x, y) = (sceptical(original, replication), sceptical(a, b));
        // A correlation of 0 has no direction to turn.
        if original.r.abs() > 0.0 {
            prop_assert!(close(x.nominal, y.nominal) && close(x.edgington, y.edgington));
            let (x, y) = (small_telescopes(original, replication), small_telescopes(a, b));
            prop_assert!(close(x.p, y.p));
        }
        let (x, y) = (consistency(original, replication), consistency(a, b));
        prop_assert!(close(x.p, y.p));
        let (x, y) = (pooled(original, replication), pooled(a, b));
        prop_assert!(close(x.r, -y.r));
    }

    #[test]
    fn a_sceptic_is_harder_to_convince_than_either_test(original in effect(), replication in effect()) {
        let found = sceptical(original, replication);
        let weaker = original.statistic().abs().min(replication.statistic().abs());
        prop_assert!(found.z <= weaker * (1.0 + 1e-9));
        // The golden level is what makes it milder again.
        prop_assert!(found.golden <= found.nominal || original.z * replication.z <= 0.0);
    }

    #[test]
    fn a_replication_that_equals_the_original_agrees_with_it(effect in effect()) {
        prop_assert!(close(consistency(effect, effect).p, 1.0));
        let found = coverage(effect, effect);
        prop_assert!(found.holds_original && found.holds_replication);
        prop_assert!(prediction(effect, effect).holds);
        prop_assert!(close(pooled(effect, effect).r, effect.r));
    }

    #[test]
    fn margins_are_refused_or_tested(replication in effect(), centre in -2.0..2.0_f64, margin in -0.5..1.5_f64) {
        let possible = margin > 0.0 && centre - margin > -1.0 && centre + margin < 1.0;
        match equivalence(replication, centre, margin) {
            Ok(found) => {
                prop_assert!(possible && probability(found.p));
                prop_assert!(found.p_lower + found.p_upper >= 0.0);
            }
            Err(_) => prop_assert!(!possible),
        }
    }

    #[test]
    fn what_is_detectable_shrinks_with_size(n in 4_u64..100_000, power in 0.06..0.99_f64) {
        let (few, more) = (detectable(n, power), detectable(2 * n, power));
        if let (Ok(few), Ok(more)) = (few, more) {
            prop_assert!(few > 0.0 && few < 1.0 && more <= few);
        }
    }

    #[test]
    fn sites_are_refused_or_counted(original in effect(), sites in prop::collection::vec(effect(), 0..6)) {
        match across_sites(original, &sites) {
            Ok(found) => {
                prop_assert!(found.covering <= found.sites && probability(found.share));
                prop_assert!(found.tau >= 0.0 && found.tau_to_original_se.is_finite());
            }
            Err(error) => {
                let differ = sites.iter().map(|s| s.se).fold(f64::INFINITY, f64::min)
                    < 1e-2 * sites.iter().map(|s| s.se).fold(0.0, f64::max);
                prop_assert!(sites.len() < 2 || differ, "{error}");
            }
        }
    }
}
