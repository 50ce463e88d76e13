//! What must hold of a resampling for any data: a typed refusal or finite numbers, shift and scale, bounds.

use std::ops::Range;

use dyad_stats::StatsError;
use dyad_stats::moments::Cross;
use dyad_stats::resample::{
    Ar1, Bootstrap, Generator, MonteCarlo, Plan, Series, Tail, ar1, bca, cluster_bootstrap,
    correlation_bootstrap, percentile, permutation,
};
use dyad_stats::sequence::drift_chance;
use proptest::prelude::*;

const PLAN: Plan<'static> = Plan { seed: 1, purpose: "properties", replicates: 199, threads: 1 };

/// Scores with many ties, in any unit: constant, whole, or neither.
fn scores(n: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<f64>> {
    (prop::collection::vec(-4_i8..4, n), -250_i32..250, prop_oneof![Just(0.0), -1e3..1e3]).prop_map(
        |(whole, exponent, shift)| {
            let unit = 10_f64.powi(exponent);
            whole.into_iter().map(|v| (f64::from(v) + shift) * unit).collect()
        },
    )
}

/// Clients of 1 to 4 rows.
fn clients(x: &[f64], y: &[f64]) -> Vec<Cross> {
    let (mut out, mut row) = (Vec::new(), 0);
    for size in [1, 3, 2, 4].into_iter().cycle() {
        let end = (row + size).min(x.len()).min(y.len());
        if row == end {
            return out;
        }
        out.push(Cross::of(&x[row..end], &y[row..end]));
        row = end;
    }
    out
}

fn rows_of(n: usize, size: usize) -> Vec<Range<usize>> {
    (0..n / size).map(|k| k * size..(k + 1) * size).collect()
}

fn finite(found: &Bootstrap) -> bool {
    let ends = found.bca.clone().unwrap_or_default();
    [found.estimate, found.bias, found.se]
        .iter()
        .chain(&found.percentile)
        .chain(&ends)
        .all(|v| v.is_finite())
        && found.percentile[0] <= found.percentile[1]
}

fn sound(found: &MonteCarlo) -> bool {
    let least = 1.0 / (found.replicates as f64 + 1.0);
    found.p >= least
        && found.p <= 1.0
        && [found.observed, found.p_se, found.null_mean].iter().all(|v| v.is_finite())
        && found.null_band.is_none_or(|[low, high]| low <= high && high.is_finite())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * (1.0 + b.abs())
}

proptest! {
    #[test]
    fn a_correlation_is_refused_or_finite(x in scores(0..40), y in scores(0..40)) {
        if let Ok(found) = correlation_bootstrap(&clients(&x, &y), &PLAN) {
            prop_assert!(finite(&found), "{found:?}");
            prop_assert!(found.percentile[0] >= -1.0 && found.percentile[1] <= 1.0);
        }
    }

    #[test]
    fn a_mean_is_refused_or_finite(x in scores(0..40)) {
        let mean = |times: &[u32]| {
            let n = f64::from(times.iter().sum::<u32>());
            Some(x.iter().zip(times).map(|(v, &k)| v * (f64::from(k) / n)).sum())
        };
        match cluster_bootstrap(x.len(), mean, &PLAN) {
            Ok(found) => prop_assert!(finite(&found), "{found:?}"),
            Err(StatsError::TooFew { .. }) => prop_assert!(x.len() < 10),
            // The square of a deviation of 1e200 is no number.
            Err(other) => prop_assert!(x.iter().any(|v| v.abs() > 1e150), "{other:?}"),
        }
    }

    #[test]
    fn a_correlation_does_not_know_units(
        seed in 0_u64..1000, unit in -200_i32..200, shift in -1e3..1e3_f64, turned in any::<bool>(),
    ) {
        let mut generator = Generator::new(seed, "data", 0);
        let x: Vec<f64> = (0..60).map(|_| generator.normal()).collect();
        let y: Vec<f64> = x.iter().map(|x| 0.5 * x + generator.normal()).collect();
        let sign = if turned { -1.0 } else { 1.0 };
        let moved: Vec<f64> = x.iter().map(|x| sign * (x + shift) * 10_f64.powi(unit)).collect();
        // Squares of 1e±80 and beyond are refused.
        let plain = correlation_bootstrap(&clients(&x, &y), &PLAN).unwrap();
        let Ok(found) = correlation_bootstrap(&clients(&moved, &y), &PLAN) else {
            prop_assert!(unit.abs() > 70);
            return Ok(());
        };
        prop_assert!(close(found.estimate, sign * plain.estimate));
        prop_assert!(close(found.se, plain.se));
        let mut ends = found.percentile.map(|end| sign * end);
        ends.sort_by(f64::total_cmp);
        prop_assert!(ends.iter().zip(plain.percentile).all(|(a, b)| close(*a, b)));
    }

    #[test]
    fn intervals_are_refused_or_ordered(
        replicates in scores(0..400), left_out in scores(0..12), at in 0_usize..400,
    ) {
        if let Ok([low, high]) = percentile(&replicates) {
            prop_assert!(low <= high && high.is_finite());
        }
        let estimate = replicates.get(at).copied().unwrap_or(0.0);
        if let Ok([low, high]) = bca(estimate, &replicates, &left_out) {
            prop_assert!(low <= high && low.is_finite() && high.is_finite());
        }
    }

    #[test]
    fn a_permutation_is_refused_or_sound(values in scores(0..30), size in 1_usize..6) {
        let rows = rows_of(values.len(), size);
        let first_of_each =
            |values: &[f64]| Some(rows.iter().map(|rows| values[rows.start] / 30.0).sum());
        for tail in [Tail::Greater, Tail::Less, Tail::TwoSided] {
            if let Ok(found) = permutation(&values, &rows, first_of_each, tail, &PLAN) {
                prop_assert!(sound(&found), "{found:?}");
            }
        }
    }

    #[test]
    fn a_permutation_does_not_know_units(
        whole in prop::collection::vec(-4_i8..4, 20), unit in -200_i32..200,
    ) {
        let rows = rows_of(20, 5);
        let contrast = |values: &[f64]| {
            let of = |rows: &Range<usize>| values[rows.start + 2] - values[rows.start];
            Some(rows.iter().map(of).sum())
        };
        let run = |unit: f64| {
            let values: Vec<f64> = whole.iter().map(|v| f64::from(*v) * unit).collect();
            permutation(&values, &rows, contrast, Tail::Greater, &PLAN).map(|found| found.hits)
        };
        prop_assert_eq!(run(1.0), run(10_f64.powi(unit)));
    }

    #[test]
    fn an_autoregression_is_refused_or_finite(
        values in scores(0..40), size in 1_usize..7, gaps in prop::collection::vec(0_u16..4, 40),
    ) {
        let rows = rows_of(values.len(), size);
        let sessions: Vec<u16> = gaps[..values.len()]
            .iter()
            .scan(0, |session, gap| {
                *session += gap;
                Some(*session)
            })
            .collect();
        let series = Series { sessions: &sessions, values: &values, clients: &rows };
        if let Ok(fit) = ar1(&series) {
            prop_assert!(fit.rho.abs() < 1.0 && fit.sd > 0.0 && fit.sd.is_finite(), "{fit:?}");
            prop_assert!(fit.criterion.is_finite() && fit.levels.iter().all(|v| v.is_finite()));
        }
    }

    #[test]
    fn the_chances_of_a_peak_are_those_of_some_distribution(rho in -0.9..0.99_f64, occasions in 2_usize..7) {
        let chances = (0..occasions).map(|at| drift_chance(rho, occasions, at).unwrap());
        let sum: f64 = chances.inspect(|p| assert!((0.0..=1.0).contains(p))).sum();
        prop_assert!((sum - 1.0).abs() < 1e-7, "{sum}");
    }

    #[test]
    fn an_autoregression_moves_with_its_data(
        seed in 0_u64..1000, unit in -150_i32..150, shift in -100.0..100.0_f64,
    ) {
        let (sessions, rows) = ([1, 2, 3, 5, 6].repeat(30), rows_of(150, 5));
        let truth = Ar1 { rho: 0.4, sd: 1.0, levels: vec![4.0; 30], criterion: 0.0, n: 150, clients: 30 };
        let layout = Series { sessions: &sessions, values: &[], clients: &rows };
        let mut values = vec![0.0; 150];
        truth.simulate(&layout, &mut Generator::new(seed, "series", 0), &mut values);
        let unit = 10_f64.powi(unit);
        let moved: Vec<f64> = values.iter().map(|v| (v + shift) * unit).collect();
        let plain = ar1(&Series { values: &values, ..layout }).unwrap();
        let found = ar1(&Series { values: &moved, ..layout }).unwrap();
        prop_assert!(close(found.rho, plain.rho));
        prop_assert!(close(found.sd / unit, plain.sd));
        for (a, b) in found.levels.iter().zip(&plain.levels) {
            prop_assert!(close(a / unit, b + shift));
        }
    }

    #[test]
    fn draws_stay_in_range(seed in any::<u64>(), n in 1_u64.., index in any::<u64>()) {
        let mut generator = Generator::new(seed, "range", index);
        prop_assert!(generator.below(n) < n);
        let u = generator.uniform();
        prop_assert!((0.0..1.0).contains(&u));
        prop_assert!(generator.normal().is_finite());
    }
}
