//! What must hold of a scale's reliability for any answers: a typed refusal or finite numbers, units, order, merging.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::reliability::{ItemSums, alpha, measurement_error, omega};
use dyad_stats::resample::Generator;
use proptest::prelude::*;

type Rows = Vec<Vec<Option<f64>>>;

fn sums(rows: &Rows, items: usize) -> ItemSums {
    let mut sums = ItemSums::new(items);
    for row in rows {
        sums.push(row).unwrap();
    }
    sums
}

/// Answers of few persons to few items, some missing, some items constant or twice the same, each item in a unit of its own.
fn answers() -> impl Strategy<Value = (Rows, usize)> {
    (0_usize..6, 0_usize..12).prop_flat_map(|(items, persons)| {
        let one = prop_oneof![9 => (-3_i8..4).prop_map(Some), 1 => Just(None)];
        let row = prop::collection::vec(one, items);
        let shape = prop::collection::vec((0_u8..8, -100_i32..100), items);
        (prop::collection::vec(row, persons), shape).prop_map(move |(rows, shape)| {
            let scale = |row: Vec<Option<i8>>| {
                let first = row.first().copied().flatten();
                let each = row.iter().zip(&shape).map(|(&score, &(kind, exponent))| {
                    let score = match kind {
                        0 => score.and(Some(2)),
                        1 => score.and(first),
                        _ => score,
                    };
                    score.map(|v| f64::from(v) * 10_f64.powi(exponent))
                });
                each.collect::<Vec<Option<f64>>>()
            };
            (rows.into_iter().map(scale).collect(), items)
        })
    })
}

/// Answers of 60 persons to five items that share something.
fn shared(seed: u64) -> Vec<[f64; 5]> {
    let mut generator = Generator::new(seed, "answers", 0);
    (0..60)
        .map(|_| {
            let level = generator.normal();
            [0.9, 0.8, 1.0, 0.7, 1.2].map(|loading| 4.0 + loading * level + generator.normal())
        })
        .collect()
}

fn of(rows: &[[f64; 5]], change: impl Fn(usize, f64) -> f64) -> ItemSums {
    let change = &change;
    let each = rows.iter().map(|row| (0..5).map(|item| Some(change(item, row[item]))).collect());
    sums(&each.collect(), 5)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-8 * (1.0 + b.abs())
}

proptest! {
    #[test]
    fn refused_or_finite((rows, items) in answers()) {
        let sums = sums(&rows, items);
        prop_assert_eq!(usize::try_from(sums.n() + sums.dropped()).unwrap(), rows.len());
        if let Ok(found) = alpha(&sums) {
            prop_assert!(found.raw <= 1.0 + 1e-9 && found.raw.is_finite(), "{:?}", found);
            prop_assert!(found.standardised.is_finite());
            prop_assert!(found.ci[0] <= found.ci[1] && found.ci.iter().all(|v| v.is_finite()));
            let error = measurement_error(&sums).unwrap();
            prop_assert!(error.of_mean >= 0.0 && error.of_sum.is_finite());
        }
        if let Ok(found) = omega(&sums) {
            prop_assert!((0.0..=1.0).contains(&found.omega), "{:?}", found);
            prop_assert!(found.log_likelihood.is_finite() && found.chi2 > -1e-9);
            prop_assert!(found.uniques.iter().all(|u| *u > 0.0));
        }
    }

    #[test]
    fn units_and_origins(seed in 0_u64..500, exponent in -100_i32..100, shift in -50.0..50.0_f64) {
        let rows = shared(seed);
        let unit = 10_f64.powi(exponent);
        let (plain, moved) = (of(&rows, |_, v| v), of(&rows, |_, v| (v + shift) * unit));
        let (a, b) = (alpha(&plain).unwrap(), alpha(&moved).unwrap());
        prop_assert!(close(a.raw, b.raw) && close(a.standardised, b.standardised));
        let (a, b) = (measurement_error(&plain).unwrap(), measurement_error(&moved).unwrap());
        prop_assert!(close(a.of_mean, b.of_mean / unit));
        let (a, b) = (omega(&plain).unwrap(), omega(&moved).unwrap());
        prop_assert!(close(a.omega, b.omega) && close(a.chi2, b.chi2));
        prop_assert!(a.loadings.iter().zip(&b.loadings).all(|(a, b)| close(*a, b / unit)));
    }

    #[test]
    fn an_item_in_another_unit_changes_its_own_loading_only(seed in 0_u64..500, unit in 0.01..100.0_f64) {
        let rows = shared(seed);
        let plain = omega(&of(&rows, |_, v| v)).unwrap();
        let other = omega(&of(&rows, |item, v| if item == 2 { unit * v } else { v })).unwrap();
        for item in 0..5 {
            let by = if item == 2 { unit } else { 1.0 };
            prop_assert!(close(plain.loadings[item], other.loadings[item] / by));
            prop_assert!(close(plain.uniques[item], other.uniques[item] / by / by));
        }
        let standardised = |sums: &ItemSums| alpha(sums).unwrap().standardised;
        let scaled = of(&rows, |item, v| if item == 2 { unit * v } else { v });
        prop_assert!(close(standardised(&of(&rows, |_, v| v)), standardised(&scaled)));
    }

    #[test]
    fn neither_the_order_of_persons_nor_a_split_matters(seed in 0_u64..500, cut in 0_usize..=60) {
        let rows = shared(seed);
        let whole = omega(&of(&rows, |_, v| v)).unwrap();
        let mut parts = of(&rows[cut..], |_, v| v);
        parts.merge(&of(&rows[..cut], |_, v| v)).unwrap();
        let found = omega(&parts).unwrap();
        prop_assert!(close(whole.omega, found.omega));
        prop_assert!(close(whole.log_likelihood, found.log_likelihood));
    }
}
