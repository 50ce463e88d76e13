//! Data that are constant, duplicated, tiny, huge, or hardly there: a refusal with its reason or a finite result, never NaN; and what
//! shifts, scales and splits must not change.

use dyad_stats::change::pre_post_effect;
use dyad_stats::correlation::{
    OneWaySums, decomposition, icc_agreement, icc_consistency, kendall, pearson, spearman, williams,
};
use dyad_stats::growth::course;
use dyad_stats::linear::{Family, glm, ols, response_surface};
use dyad_stats::meta::{Study, egger, leave_one_out, random_effects};
use dyad_stats::sequence::{NearAgreement, SuddenRule, moving_range_chart, sudden_changes};
use dyad_stats::survival::{
    Intervals, LifeTable, SurvivalInterval, Ties, TimeScale, concordance, cox,
    cumulative_incidence, kaplan_meier, log_rank,
};
use proptest::prelude::*;

/// Values of few kinds, so that constants, ties and duplicates are the rule; on three scales.
fn awkward(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![Just(0.0), Just(1.0), Just(2.0), -3.0..3.0];
    (prop::collection::vec(value, length), prop_oneof![Just(1.0), Just(1e-9), Just(1e9)])
        .prop_map(|(values, scale)| values.into_iter().map(|v| v * scale).collect())
}

fn finite(values: &[f64]) {
    assert!(values.iter().all(|v| v.is_finite()), "{values:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn correlations(x in awkward(0..12), y in awkward(0..12), z in awkward(0..12)) {
        let n = x.len().min(y.len()).min(z.len());
        let (x, y, z) = (&x[..n], &y[..n], &z[..n]);
        if let Ok(r) = pearson(x, y) { finite(&[r.r, r.p, r.ci.unwrap()[0], r.ci.unwrap()[1]]); }
        if let Ok(r) = spearman(x, y) { finite(&[r.r, r.p]); }
        if let Ok(k) = kendall(x, y) { finite(&[k.tau, k.z, k.p]); }
        if let Ok(w) = williams(x, y, z) { finite(&[w.difference, w.ci[0], w.ci[1]]); }
        for icc in [icc_agreement(x, y), icc_consistency(x, y)].into_iter().flatten() {
            finite(&[icc.icc, icc.p, icc.ci[0], icc.ci[1]]);
        }
        if let Ok(e) = pre_post_effect(x, y, 1.0) { finite(&[e.g, e.se]); }
        if let Ok(fit) = ols(&[("x", x), ("y", y)], z) {
            finite(&fit.beta);
            finite(&fit.se);
        }
        if let Ok(surface) = response_surface(x, y, &[], z) { finite(&surface.fit.beta); }
        let sessions: Vec<f64> = (1..=n).map(|k| k as f64).collect();
        if let Ok(c) = course(x, &sessions) { finite(&[c.level, c.slope.0, c.curvature.0, c.residual_sd]); }
    }

    #[test]
    fn rank_and_pearson_correlations_know_no_unit(x in prop::collection::vec(-3.0..3.0, 6..20), shift in -1e3..1e3, scale in 1e-3..1e3) {
        let y: Vec<f64> = x.iter().enumerate().map(|(i, v)| v * 0.4 + (i as f64 * 1.7).sin()).collect();
        let moved: Vec<f64> = x.iter().map(|v| shift + scale * v).collect();
        let (a, b) = (pearson(&x, &y).unwrap(), pearson(&moved, &y).unwrap());
        prop_assert!((a.r - b.r).abs() < 1e-8);
        prop_assert!((kendall(&x, &y).unwrap().tau - kendall(&moved, &y).unwrap().tau).abs() < 1e-12);
        // And no order of the clients.
        let turn = |v: &[f64]| v.iter().rev().copied().collect::<Vec<f64>>();
        prop_assert!((pearson(&turn(&x), &turn(&y)).unwrap().r - a.r).abs() < 1e-12);
    }

    #[test]
    fn survival_of_few(time in prop::collection::vec(0_u8..5, 0..9), event in prop::collection::vec(any::<bool>(), 9), x in awkward(9..10)) {
        let times: Vec<f64> = time.iter().map(|t| f64::from(*t) + 1.0).collect();
        let n = times.len();
        let event = &event[..n];
        let table = LifeTable::of(&times, event).unwrap();
        for kind in [SurvivalInterval::Log, SurvivalInterval::LogLog] {
            if let Ok(curve) = kaplan_meier(&table, kind) {
                for step in curve.steps {
                    prop_assert!((0.0..=1.0).contains(&step.survival));
                    if let Some(ci) = step.ci { finite(&ci); prop_assert!(ci[0] <= step.survival + 1e-12 && step.survival <= ci[1] + 1e-12); }
                }
            }
        }
        if let Ok(steps) = cumulative_incidence(&table, 0) {
            for step in steps { finite(&[step.incidence, step.se]); }
        }
        let start = vec![0.0; n];
        let columns = [("x", &x[..n])];
        let data = Intervals { start: &start, stop: &times, event, columns: &columns };
        for ties in [Ties::Efron, Ties::Breslow, Ties::Exact] {
            if let Ok(fit) = cox(&data, &[], ties) {
                finite(&[fit.coefficients[0].estimate, fit.coefficients[0].se]);
                if let Ok(test) = fit.proportionality(TimeScale::KaplanMeier) { finite(&[test.chi_square, test.p]); }
            }
        }
        if let Ok(c) = concordance(&data, &x[..n], &[]) { finite(&[c.estimate, c.se]); }
        // Split anywhere, put together again: the same bits.
        for cut in 0..=n {
            let mut merged = LifeTable::of(&times[..cut], &event[..cut]).unwrap();
            merged.merge(&LifeTable::of(&times[cut..], &event[cut..]).unwrap());
            prop_assert_eq!(kaplan_meier(&merged, SurvivalInterval::Log).ok(), kaplan_meier(&table, SurvivalInterval::Log).ok());
            let parts = [LifeTable::of(&times[..cut], &event[..cut]).unwrap(), LifeTable::of(&times[cut..], &event[cut..]).unwrap()];
            if let Ok(test) = log_rank(&parts) { finite(&[test.chi_square, test.p]); }
        }
    }

    #[test]
    fn events_and_counts(x in awkward(0..10), y in prop::collection::vec(0_u8..4, 10)) {
        let counts: Vec<f64> = y[..x.len()].iter().map(|v| f64::from(*v)).collect();
        let events: Vec<f64> = counts.iter().map(|v| v.min(1.0)).collect();
        for (family, y) in [(Family::Poisson, &counts), (Family::Logit, &events), (Family::CompLogLog, &events)] {
            if let Ok(fit) = glm(&[("x", &x)], y, &[], family, &[]) {
                for b in fit.coefficients { finite(&[b.estimate, b.se, b.p]); }
                finite(&[fit.deviance, fit.log_likelihood, fit.dispersion]);
            }
        }
    }

    #[test]
    fn sites(y in prop::collection::vec(-1.0..1.0, 0..8), v in prop::collection::vec(prop_oneof![Just(0.01), 1e-6..1e3], 8)) {
        let studies: Vec<Study> = y.iter().zip(&v).map(|(&estimate, &variance)| Study { estimate, variance }).collect();
        if let Ok(fit) = random_effects(&studies) { finite(&[fit.mu, fit.se, fit.tau2, fit.i2, fit.tau2_ci[1]]); }
        if let Ok(test) = egger(&studies) { finite(&[test.slope, test.limit]); }
        if let Ok(fits) = leave_one_out(&studies) { prop_assert_eq!(fits.len(), studies.len()); }
    }

    #[test]
    fn clusters_split_anywhere(sizes in prop::collection::vec(1_usize..6, 1..9), values in prop::collection::vec(-2.0..2.0, 54)) {
        let mut rows = values.iter().copied();
        let clusters: Vec<Vec<f64>> = sizes.iter().map(|&n| rows.by_ref().take(n).collect()).collect();
        let sums = |part: &[Vec<f64>]| { let mut sums = OneWaySums::default(); for cluster in part { sums.push(cluster); } sums };
        let whole = sums(&clusters).one_way();
        for cut in 0..=clusters.len() {
            let mut merged = sums(&clusters[..cut]);
            merged.merge(&sums(&clusters[cut..]));
            match (&whole, merged.one_way()) {
                (Ok(a), Ok(b)) => prop_assert!((a.icc1 - b.icc1).abs() < 1e-10 && (a.icc2 - b.icc2).abs() < 1e-10 * (1.0 + a.icc2.abs())),
                (Err(a), Err(b)) => prop_assert_eq!(a, &b),
                other => prop_assert!(false, "{other:?}"),
            }
        }
        let all: Vec<f64> = clusters.concat();
        let other: Vec<f64> = all.iter().rev().copied().collect();
        let mut end = 0;
        let ranges: Vec<_> = sizes.iter().map(|&n| { end += n; end - n..end }).collect();
        if let Ok(d) = decomposition(&all, &other, &ranges) { finite(&[d.within.r, d.between.r, d.total]); }
    }

    #[test]
    fn series(scores in prop::collection::vec(0_u8..30, 0..14), gaps in prop::collection::vec(1_i64..3, 14)) {
        let scores: Vec<f64> = scores.into_iter().map(f64::from).collect();
        let sessions: Vec<i64> = gaps.iter().scan(0, |at, gap| { *at += gap; Some(*at) }).take(scores.len()).collect();
        let rule = SuddenRule { points: 4.0, share: 0.25, benefit_sign: -1.0 };
        let found = sudden_changes(&scores, &sessions, &rule).unwrap();
        // Turned round, every gain is a loss: of the size in points, though not of the share.
        let turned = sudden_changes(&scores, &sessions, &SuddenRule { benefit_sign: 1.0, ..rule }).unwrap();
        prop_assert_eq!(found.len(), turned.len());
        if let Ok(chart) = moving_range_chart(&scores, &sessions) { finite(&[chart.mean, chart.median]); }
        let mut near = NearAgreement::default();
        near.push(&sessions, &sessions, 0);
        prop_assert!(sessions.is_empty() || (near.jaccard().unwrap() - 1.0).abs() < 1e-15);
    }
}
