//! What must hold for any data: a typed refusal or finite numbers, invariance, merging, and the independent routes.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::StatsError;
use dyad_stats::mixed::{Criterion, Fit, Level, Rows, StandardDeviation};
use proptest::prelude::*;

/// One row: outer, cluster, x, y.
type Row = (i64, i64, [f64; 2], f64);

/// Uniform in [−1, 1), from a counter: the tests need data, not randomness.
fn noise(seed: u64) -> f64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x1234_5678_9ABC_DEF1);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// An unbalanced network of therapists, clients and sessions.
fn network(seed: u64, therapists: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for t in 0..therapists {
        let u = noise(seed ^ (t << 8));
        for c in 0..2 + t % 4 {
            let client = t * 16 + c;
            let v = 1.5 * noise(seed ^ (client << 20) ^ 7);
            for s in 0..=(client * 7 + t) % 6 {
                let key = seed ^ (client << 32) ^ (s << 3) ^ 5;
                let (x, w) = (s as f64, noise(key));
                let y = 3.0 + u + v + 0.3 * x - 0.5 * w + (0.4 * u) * x + noise(key ^ 0x63);
                rows.push((t.cast_signed(), client.cast_signed(), [x, w], y));
            }
        }
    }
    rows
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Single,
    Nested,
    Slope,
    NestedSlope,
}

fn empty(kind: Kind) -> Rows {
    let columns = ["x", "w"];
    match kind {
        Kind::Single => Rows::in_clusters(&columns),
        Kind::Nested => Rows::in_nested_clusters(&columns),
        Kind::Slope => {
            Rows::in_clusters(&columns).with_random_slope("x", &[Level::Cluster]).unwrap()
        }
        Kind::NestedSlope => {
            Rows::in_nested_clusters(&columns).with_random_slope("x", &[Level::Outer]).unwrap()
        }
    }
}

const KINDS: [Kind; 4] = [Kind::Single, Kind::Nested, Kind::Slope, Kind::NestedSlope];

/// Clusters of models with one level are the therapists, so that slopes have rows enough.
fn fill(kind: Kind, rows: &[Row]) -> Rows {
    let mut all = empty(kind);
    for (t, c, x, y) in rows {
        let nested = matches!(kind, Kind::Nested | Kind::NestedSlope);
        let (outer, cluster) = if nested { (*t, *c) } else { (0, *t) };
        all.push(outer, cluster, x, *y).unwrap();
    }
    all
}

fn near(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * a.abs().max(b.abs()).max(1e-6)
}

/// Every number a fit can give; panics if one is not finite.
fn numbers(fit: &Fit) -> Vec<f64> {
    let v = fit.variances;
    let r2 = fit.r_squared();
    let (ratio, p) = fit.likelihood_ratio();
    let mut all = vec![fit.criterion, fit.criterion_without, v.cluster, v.residual, fit.icc()];
    all.extend([v.outer.unwrap_or(0.0), fit.icc_of_clusters(), r2.marginal, r2.conditional]);
    all.extend([ratio, p]);
    for (name, estimate) in fit.fixed() {
        let c = fit.coefficient(name).unwrap();
        all.extend([estimate, c.se, c.t, c.df.unwrap_or(1.0), c.p.unwrap_or(1.0)]);
        all.extend(c.ci.unwrap_or([0.0; 2]));
    }
    for level in [Level::Cluster, Level::Outer] {
        for e in fit.random_effects(level).into_iter().flatten() {
            all.extend([e.intercept, e.intercept_se, e.slope.unwrap_or(0.0), e.reliability]);
        }
        if let Some(slope) = fit.slope_variance(level) {
            all.extend([slope.variance, slope.covariance, slope.correlation.unwrap_or(0.0)]);
        }
    }
    assert!(all.iter().all(|v| v.is_finite()), "{all:?}");
    all
}

#[test]
fn parts_merged_are_the_whole() {
    let rows = network(1, 12);
    for kind in KINDS {
        for criterion in [Criterion::Reml, Criterion::Ml] {
            let whole = numbers(&fill(kind, &rows).fit(criterion).unwrap());
            for parts in [2, 3, 12] {
                let mut merged = empty(kind);
                for part in 0..parts {
                    let of = |t: i64| t * parts / 12 == part;
                    let own: Vec<Row> = rows.iter().filter(|r| of(r.0)).copied().collect();
                    merged.merge(fill(kind, &own)).unwrap();
                }
                let merged = numbers(&merged.fit(criterion).unwrap());
                for (k, (a, b)) in whole.iter().zip(&merged).enumerate() {
                    // Variances and what follows from them are flat at the minimum: half the digits of the criterion.
                    let tolerance = if k < 2 { 1e-12 } else { 1e-10 };
                    assert!(near(*a, *b, tolerance), "{kind:?}, {parts} parts, {k}: {a} and {b}");
                }
            }
        }
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let rows = network(2, 12);
    for kind in KINDS {
        let parts: Vec<Vec<Row>> =
            (0..12).map(|t| rows.iter().filter(|r| r.0 == t).copied().collect()).collect();
        let run = |threads: usize| {
            let filled: Vec<Rows> = std::thread::scope(|scope| {
                let handles: Vec<_> = parts
                    .chunks(parts.len().div_ceil(threads))
                    .map(|some| {
                        scope.spawn(|| some.iter().map(|p| fill(kind, p)).collect::<Vec<_>>())
                    })
                    .collect();
                handles.into_iter().flat_map(|h| h.join().unwrap()).collect()
            });
            let mut all = empty(kind);
            for part in filled {
                all.merge(part).unwrap();
            }
            let bits: Vec<u64> =
                numbers(&all.fit(Criterion::Reml).unwrap()).into_iter().map(f64::to_bits).collect();
            bits
        };
        let one = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(5));
    }
}

#[test]
fn shift_and_scale_change_only_the_units() {
    let rows = network(3, 12);
    for kind in KINDS {
        let plain = fill(kind, &rows).fit(Criterion::Reml).unwrap();
        for (shift, scale) in [(2024.0, 1.0), (0.0, 1e-6), (0.0, 1e6), (1e5, 250.0)] {
            let moved: Vec<Row> = rows
                .iter()
                .map(|&(t, c, [x, w], y)| (t, c, [x * scale + shift, w], y * scale - shift))
                .collect();
            let moved = fill(kind, &moved).fit(Criterion::Reml).unwrap();
            assert_eq!(plain.singular, moved.singular);
            for column in ["x", "w"] {
                let (a, b) =
                    (plain.coefficient(column).unwrap(), moved.coefficient(column).unwrap());
                assert!(near(a.t, b.t, 1e-6), "{kind:?} {shift} {scale} {column}: {} {}", a.t, b.t);
                assert!(near(a.df.unwrap(), b.df.unwrap(), 1e-4), "{kind:?} {shift} {scale}");
            }
            let residual = moved.variances.residual / (scale * scale);
            assert!(near(plain.variances.residual, residual, 1e-6));
        }
    }
}

#[test]
fn with_no_variance_between_clusters_it_is_least_squares() {
    // Within every client the residuals sum to 0 and more: no client can differ from another.
    let mut rows = Rows::in_clusters(&["x"]);
    for client in 0..8 {
        for (x, e) in [(-1.0, 0.5), (1.0, -0.5), (-1.0, -0.5), (1.0, 0.5)] {
            rows.push(0, client, &[x], 2.0 + 0.25 * x + e).unwrap();
        }
    }
    let fit = rows.fit(Criterion::Reml).unwrap();
    assert!(fit.singular && fit.variances.cluster < 1e-12);
    let slope = fit.coefficient("x").unwrap();
    // 32 rows, Σx² = 32, RSS = 32/4, s² = 8/30.
    assert!(near(slope.estimate, 0.25, 1e-10));
    assert!(near(slope.se, (8.0_f64 / 30.0 / 32.0).sqrt(), 1e-9));
    let (ratio, p) = fit.likelihood_ratio();
    assert!(ratio < 1e-8 && near(p, 1.0, 1e-12));
    let none = fit.random_intercepts().unwrap();
    assert!(none.iter().all(|u| u.estimate.abs() < 1e-9 && u.reliability < 1e-9));
    let interval = fit.profile_interval(StandardDeviation::Intercept(Level::Cluster), 0.95);
    assert!(interval.unwrap().low.abs() < 1e-12);
}

#[test]
fn balanced_data_give_the_analysis_of_variance() {
    // Six clusters of four: REML is the moment estimator, τ² = (MS_between − MS_within)/4.
    let value = |c: u64, k: u64| 2.0 * noise(c) + noise(c * 31 + k + 1000);
    let mut rows = Rows::in_clusters(&[]);
    for c in 0..6_u64 {
        for k in 0..4 {
            rows.push(0, c.cast_signed(), &[], value(c, k)).unwrap();
        }
    }
    let means: Vec<f64> = (0..6).map(|c| (0..4).map(|k| value(c, k)).sum::<f64>() / 4.0).collect();
    let grand = means.iter().sum::<f64>() / 6.0;
    let between = means.iter().map(|m| 4.0 * (m - grand).powi(2)).sum::<f64>() / 5.0;
    let within = (0..6)
        .flat_map(|c| (0..4).map(move |k| (c, k)))
        .map(|(c, k)| (value(c, k) - means[usize::try_from(c).unwrap()]).powi(2))
        .sum::<f64>()
        / 18.0;
    let fit = rows.fit(Criterion::Reml).unwrap();
    assert!(between > within, "the example must have variance between clusters");
    assert!(near(fit.variances.residual, within, 1e-9));
    assert!(near(fit.variances.cluster, (between - within) / 4.0, 1e-8));
    let intercept = fit.coefficient("(intercept)").unwrap();
    assert!(near(intercept.df.unwrap(), 5.0, 1e-6));
    assert!(near(intercept.se, (between / 24.0).sqrt(), 1e-9));
}

#[test]
fn what_cannot_be_estimated_is_refused_by_name() {
    let refusal = |rows: &Rows| rows.fit(Criterion::Reml).unwrap_err();
    let base = network(4, 8);
    let with = |change: &dyn Fn(&Row) -> ([f64; 2], f64)| {
        let changed: Vec<Row> = base.iter().map(|r| (r.0, r.1, change(r).0, change(r).1)).collect();
        fill(Kind::Nested, &changed)
    };
    let collinear = |names: &[&str]| StatsError::Collinear {
        columns: names.iter().map(|&n| n.to_owned()).collect(),
    };
    assert_eq!(refusal(&with(&|r| ([r.2[0], 7.0], r.3))), collinear(&["(intercept)", "w"]));
    assert_eq!(refusal(&with(&|r| ([r.2[0], 2.0 * r.2[0] - 1.0], r.3))), collinear(&["x", "w"]));
    assert!(matches!(refusal(&with(&|r| (r.2, 3.0))), StatsError::NoVariation { .. }));
    assert!(matches!(refusal(&with(&|r| (r.2, 3.0 - r.2[0]))), StatsError::Saturated { .. }));
    // Every client at one value: nothing is left within them.
    let flat = with(&|r| ([r.2[0], r.2[1]], noise(r.1.cast_unsigned())));
    assert!(matches!(refusal(&flat), StatsError::Saturated { .. }), "{:?}", refusal(&flat));
    assert!(matches!(refusal(&Rows::in_clusters(&["x"])), StatsError::TooFew { .. }));

    let one: Vec<Row> = base.iter().filter(|r| r.0 == 3).copied().collect();
    assert!(matches!(refusal(&fill(Kind::Nested, &one)), StatsError::TooFew { .. }));
    assert!(matches!(refusal(&fill(Kind::Single, &one)), StatsError::TooFew { .. }));
    let mut singletons = Rows::in_clusters(&[]);
    let mut lonely = Rows::in_nested_clusters(&[]);
    for k in 0..20_i64 {
        let y = noise(k.cast_unsigned());
        singletons.push(0, k, &[], y).unwrap();
        lonely.push(k / 4, k / 4, &[], y).unwrap();
    }
    assert!(matches!(refusal(&singletons), StatsError::Saturated { .. }));
    assert!(matches!(refusal(&lonely), StatsError::NotIdentified { .. }));

    let still = || Rows::in_clusters(&["x"]).with_random_slope("x", &[Level::Cluster]).unwrap();
    let mut constant_within = still();
    let mut crowded = still();
    for k in 0..24_i64 {
        let y = noise(k.cast_unsigned());
        constant_within.push(0, k / 4, &[(k / 4) as f64], y).unwrap();
        crowded.push(0, k / 2, &[k as f64], y).unwrap();
    }
    assert!(matches!(refusal(&constant_within), StatsError::NotIdentified { .. }));
    assert!(matches!(refusal(&crowded), StatsError::Saturated { .. }));

    assert!(Rows::in_clusters(&["x"]).with_random_slope("z", &[Level::Cluster]).is_err());
    assert!(Rows::in_clusters(&["x"]).with_random_slope("x", &[Level::Outer]).is_err());
    let mut rows = Rows::in_clusters(&["x"]);
    assert!(matches!(rows.push(0, 0, &[], 1.0), Err(StatsError::UnequalLengths { .. })));
    assert!(matches!(rows.push(0, 0, &[f64::NAN], 1.0), Err(StatsError::NotFinite { .. })));
    let fit = fill(Kind::Nested, &base).fit(Criterion::Ml).unwrap();
    assert!(fit.coefficient("sex").is_err() && fit.contrast(&[("x", 0.0)]).is_err());
    assert!(fit.profile_interval(StandardDeviation::Residual, 1.0).is_err());
    assert!(fit.profile_interval(StandardDeviation::Slope(Level::Cluster), 0.95).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Scores on a coarse grid, few rows, any scale: a refusal or numbers, never a panic or NaN.
    #[test]
    fn any_data_give_a_refusal_or_numbers(
        rows in prop::collection::vec((0..4_i64, 0..3_i64, -2..3_i32, -2..3_i32, -3..4_i32), 0..40),
        exponent in -12..12_i32,
        kind in prop::sample::select(KINDS.to_vec()),
        reml: bool,
    ) {
        let mut rows = rows;
        rows.sort_by_key(|r| (r.0, r.1));
        let scale = 10.0_f64.powi(exponent);
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|(t, c, x, w, y)| {
                (t, t * 3 + c, [f64::from(x) * scale, f64::from(w)], f64::from(y) * scale)
            })
            .collect();
        let criterion = if reml { Criterion::Reml } else { Criterion::Ml };
        match fill(kind, &rows).fit(criterion) {
            Ok(fit) => {
                prop_assert!(numbers(&fit).len() > 10);
                prop_assert!(fit.criterion <= fit.criterion_without + 1e-6);
            }
            Err(error) => {
                let is_lost = matches!(error, StatsError::NotConverged { .. });
                prop_assert!(!is_lost, "{error}");
            }
        }
    }
}

/// Large clusters of a weak effect: a whole step from the start ends on 0, where every gradient in a standard deviation vanishes.
#[test]
fn a_variance_that_is_there_is_not_taken_for_none() {
    for (clusters, size, spread) in
        [(660, 40, 0.24), (60, 400, 0.24), (300, 500, 0.1), (900, 30, 0.5)]
    {
        let mut rows = Rows::in_clusters(&[]);
        for cluster in 0..clusters {
            // Means spread evenly, and so do the values about them: the analysis of variance is known.
            let mean = spread * 3.46 * ((f64::from(cluster) + 0.5) / f64::from(clusters) - 0.5);
            for k in 0..size {
                let e = 3.46 * ((f64::from(k) + 0.5) / f64::from(size) - 0.5);
                rows.push(0, cluster.into(), &[], mean + e).unwrap();
            }
        }
        let fit = rows.fit(Criterion::Reml).unwrap();
        let within = fit.variances.residual;
        let expected = spread * spread - within / f64::from(size);
        let found = fit.variances.cluster;
        assert!((found - expected).abs() < 0.03 * spread * spread, "{found} for {expected}");
    }
}
