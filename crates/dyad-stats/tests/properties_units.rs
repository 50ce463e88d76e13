//! No statistic knows in which unit a scale counts, or where it begins: in units from 1e−150 to 1e150, and with a mean of a million
//! standard deviations, the same answer or a refusal, never another number.
//!
//! Scores whose ties and thresholds are compared with an absolute tolerance (classes of change, detectors of ruptures) are of the unit that
//! they are asked in, and are not here.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test fail it by panicking"
)]

use std::ops::Range;

use dyad_stats::change::{
    pre_post_contributions, pre_post_effect, reliable_change, severity_adjusted_effects,
};
use dyad_stats::correlation::{
    OneWaySums, decomposition, icc_agreement, icc_consistency, partial, pearson, repeated_measures,
    spearman, total, williams,
};
use dyad_stats::growth::{RatioInterval, course, vertex};
use dyad_stats::linear::{Correction, Family, Line, glm, ols, response_surface};
use dyad_stats::mediation::{indirect_effect, monte_carlo_interval};
use dyad_stats::meta::{Study, egger, random_effects};
use dyad_stats::moments::{Moments, one_sample, paired};
use dyad_stats::reliability::{ItemSums, alpha, omega};
use dyad_stats::resample::{Generator, Plan};
use dyad_stats::sequence::moving_range_chart;
use dyad_stats::survival::{Intervals, Ties, TimeScale, concordance, cox};
use dyad_stats::{Result, StatsError};

/// Numbers without a unit.
type Found = Result<Vec<f64>>;

/// The units tried.
const UNITS: [f64; 8] = [1e-150, 1e-100, 1e-30, 1e-9, 1e9, 1e30, 1e100, 1e150];
const ROWS: usize = 48;

/// Clients of therapists: eight therapists of six.
fn clusters() -> Vec<Range<usize>> {
    (0..8).map(|t| 6 * t..6 * t + 6).collect()
}

/// Three variables that have something in common.
fn variables(seed: u64) -> [Vec<f64>; 3] {
    let mut generator = Generator::new(seed, "units", 0);
    let (mut x, mut y, mut z) = (Vec::new(), Vec::new(), Vec::new());
    for t in 0..8 {
        let own = 0.5 * generator.normal() + f64::from(t % 2) * 0.3;
        for _ in 0..6 {
            let a = own + generator.normal();
            x.push(a);
            y.push(0.4 * a + own + generator.normal());
            z.push(0.3 * a + generator.normal());
        }
    }
    [x, y, z]
}

/// Moves and stretches every value.
fn moved(values: &[f64], shift: f64, unit: f64) -> Vec<f64> {
    values.iter().map(|v| unit * (v + shift)).collect()
}

/// Whether two answers are the same but for `tolerance`; a refusal stands for any answer, a number that is none for none.
fn same(what: &str, wanted: &[f64], found: &Found, tolerance: f64) {
    let Ok(found) = found else { return };
    assert_eq!(wanted.len(), found.len(), "{what}");
    for (k, (a, b)) in wanted.iter().zip(found).enumerate() {
        assert!(b.is_finite(), "{what}: number {k} is {b}");
        assert!((a - b).abs() <= tolerance * (1.0 + a.abs()), "{what}: number {k} was {a}, is {b}");
    }
}

/// Compares the answer on the data with those in other units and places. `given_between` says in which units an answer must be given:
/// beyond them a refusal will do.
fn any_unit(name: &str, given_between: [f64; 2], of: impl Fn(&[Vec<f64>; 3]) -> Found) {
    for seed in 0..4 {
        let data = variables(seed);
        let wanted = of(&data).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(wanted.iter().all(|v| v.is_finite()), "{name}: {wanted:?}");
        for unit in UNITS {
            let found = of(&data.clone().map(|v| moved(&v, 0.0, unit)));
            let must = (given_between[0]..=given_between[1]).contains(&unit);
            assert!(found.is_ok() || !must, "{name}, unit {unit:e}: {found:?}");
            same(&format!("{name}, unit {unit:e}"), &wanted, &found, 1e-9);
        }
    }
}

/// The same where scores lie a million standard deviations from 0: the data have ten digits left.
fn any_place(name: &str, of: impl Fn(&[Vec<f64>; 3]) -> Found) {
    for seed in 0..4 {
        let data = variables(seed);
        let wanted = of(&data).unwrap();
        for (shift, unit) in [(1e6, 1.0), (-1e6, 1e-9), (1e6, 1e9)] {
            let found = of(&data.clone().map(|v| moved(&v, shift, unit)));
            assert!(found.is_ok(), "{name}, at {shift:e}: {found:?}");
            same(&format!("{name}, at {shift:e} of {unit:e}"), &wanted, &found, 1e-6);
        }
    }
}

const MANY: [f64; 2] = [1e-100, 1e100];

/// Neither unit nor place.
fn any(name: &str, of: impl Fn(&[Vec<f64>; 3]) -> Found) {
    any_unit(name, MANY, &of);
    any_place(name, &of);
}

#[test]
fn correlations_have_no_unit() {
    any("Pearson", |[x, y, _]| pearson(x, y).map(|r| vec![r.r, r.t, r.p]));
    any("Spearman", |[x, y, _]| spearman(x, y).map(|r| vec![r.r, r.t, r.p]));
    any("partial", |[x, y, z]| partial(x, y, z).map(|r| vec![r.r, r.t, r.p]));
    any("total", |[x, y, _]| total(x, y).map(|r| vec![r]));
    any("repeated measures", |[x, y, _]| {
        repeated_measures(x, y, &clusters()).map(|r| vec![r.r, r.t, r.p])
    });
    any("within and between", |[x, y, _]| {
        let d = decomposition(x, y, &clusters())?;
        Ok(vec![d.within.r, d.between.r, d.total, d.eta2[0], d.eta2[1]])
    });
    any("dependent", |[x, y, z]| williams(x, y, z).map(|w| vec![w.difference, w.t, w.ci[0]]));
}

#[test]
fn intraclass_correlations_have_no_unit() {
    any("ICC(2,1)", |[x, y, _]| icc_agreement(x, y).map(|i| vec![i.icc, i.ci[0], i.ci[1], i.f]));
    any("ICC(3,1)", |[x, y, _]| icc_consistency(x, y).map(|i| vec![i.icc, i.ci[0], i.ci[1]]));
    any("ICC(1)", |[x, _, _]| {
        let mut sums = OneWaySums::default();
        for rows in clusters() {
            sums.push(&x[rows]);
        }
        sums.one_way().map(|w| vec![w.icc1, w.icc2, w.f, w.p])
    });
}

#[test]
fn tests_of_means_have_no_unit() {
    // Places matter to a mean: the difference from a place does not move.
    any_unit("t test", MANY, |[x, _, _]| one_sample(x, 0.0).map(|t| vec![t.t, t.p, t.se / t.mean]));
    any("paired t test", |[x, y, _]| paired(x, y).map(|t| vec![t.t, t.p]));
    any_place("t test", |[x, _, _]| {
        let place = x[0];
        one_sample(x, place).map(|t| vec![t.t, t.p])
    });
}

#[test]
fn least_squares_has_no_unit() {
    any("coefficients and their tests", |[x, y, z]| {
        let fit = ols(&[("x", x), ("z", z)], y)?;
        let slopes = [fit.beta[1] / fit.se[1], fit.beta[2] / fit.se[2]];
        let apart = fit.contrast(&[("x", 1.0)])?;
        let vif = fit.variance_inflation("x").unwrap();
        let shape = fit.diagnostics().unwrap();
        let mut found = vec![slopes[0], slopes[1], apart.t, apart.p, vif, shape.cooks_max];
        found.extend([shape.residual_max, shape.skewness, shape.kurtosis]);
        found.extend(fit.standardised()?);
        Ok(found)
    });
    for correction in [Correction::Cr0, Correction::Cr1, Correction::Cr1s, Correction::Cr2] {
        any("robust by cluster", move |[x, y, z]| {
            let fit = ols(&[("x", x), ("z", z)], y)?;
            let b = fit.cluster_robust("x", &clusters(), correction)?;
            Ok(vec![b.t, b.df, b.p])
        });
    }
    any("a mean by cluster", |[x, _, _]| {
        let y: Vec<f64> = x.iter().map(|v| v - x[0]).collect();
        let b = ols(&[], &y)?.cluster_robust("(intercept)", &clusters(), Correction::Cr2)?;
        Ok(vec![b.t, b.df])
    });
    any("a line", |[x, y, _]| {
        let line = Line::fit(x, y)?;
        let (of_x, of_y) = (Moments::of(x), Moments::of(y));
        let at = line.mean_at(of_x.mean()?);
        let sd = of_y.sd()?;
        Ok(vec![line.slope * of_x.sd()? / sd, (at.ci[1] - at.ci[0]) / sd])
    });
    any_unit("response surface", [1e-30, 1e30], |[x, y, z]| {
        let surface = response_surface(x, y, &[], z)?;
        surface.fit.standardised()
    });
}

#[test]
fn change_has_no_unit() {
    any("before to after", |[x, y, _]| pre_post_effect(x, y, -1.0).map(|e| vec![e.g, e.se, e.r]));
    any("each client's part", |[x, y, _]| pre_post_contributions(x, y, -1.0));
    any("adjusted for severity", |[x, y, _]| severity_adjusted_effects(x, y, -1.0));
    any_unit("reliable change", MANY, |[x, _, _]| {
        let sd = Moments::of(x).sd()?;
        Ok(vec![reliable_change(sd, 0.8)?.criterion / sd])
    });
}

/// A covariate in any unit, from any place.
#[test]
fn regressions_of_events_have_no_unit() {
    let event: Vec<bool> = variables(9)[0].iter().map(|v| *v > 0.0).collect();
    let hit: Vec<f64> = event.iter().map(|e| f64::from(u8::from(*e))).collect();
    let count: Vec<f64> = variables(8)[1].iter().map(|v| (v.abs() * 2.0).floor()).collect();
    let stop: Vec<f64> = (0..ROWS).map(|i| (i * 7 % 11) as f64 + 1.0).collect();
    let start = vec![0.0; ROWS];
    let hazard = |[x, _, z]: &[Vec<f64>; 3], ties| {
        let columns = [("x", &x[..]), ("z", &z[..])];
        let data = Intervals { start: &start, stop: &stop, event: &event, columns: &columns };
        let clusters = if ties == Ties::Exact { Vec::new() } else { clusters() };
        let fit = cox(&data, &clusters, ties)?;
        let b = fit.coefficients[0];
        let mut found = vec![b.z, b.p, b.estimate / b.se, fit.log_likelihood[1]];
        if ties != Ties::Exact {
            found.push(b.by_clusters(8)?.t);
            found.push(fit.proportionality(TimeScale::KaplanMeier)?.chi_square);
        }
        Ok(found)
    };
    for ties in [Ties::Efron, Ties::Breslow, Ties::Exact] {
        // A log hazard ratio above 15 per unit counts as infinite: large units are refused.
        any_unit("Cox", [1.0, 1e9], |data| hazard(data, ties));
        any_place_of_covariates("Cox", |data| hazard(data, ties));
    }
    for (family, y) in
        [(Family::Logit, &hit), (Family::CompLogLog, &hit), (Family::Poisson, &count)]
    {
        for by in [Vec::new(), clusters()] {
            let fit = |[x, _, z]: &[Vec<f64>; 3]| {
                let fit = glm(&[("x", x), ("z", z)], y, &[], family, &by)?;
                let b = fit.coefficients[1];
                Ok(vec![b.statistic, b.p, fit.deviance])
            };
            any_unit("events", [1.0, 1e9], fit);
            any_place_of_covariates("events", fit);
        }
    }
    any("concordance", |[x, _, _]| {
        let data = Intervals { start: &start, stop: &stop, event: &event, columns: &[] };
        concordance(&data, x, &clusters()).map(|c| vec![c.estimate, c.se])
    });
}

/// As [`any_place`], in the unit of the covariates only.
fn any_place_of_covariates(name: &str, of: impl Fn(&[Vec<f64>; 3]) -> Found) {
    for seed in 0..4 {
        let data = variables(seed);
        let wanted = of(&data).unwrap();
        let found = of(&data.map(|v| moved(&v, 1e6, 1.0)));
        assert!(found.is_ok(), "{name}: {found:?}");
        same(&format!("{name}, far from 0"), &wanted, &found, 1e-5);
    }
}

#[test]
fn reliability_has_no_unit() {
    let sums = |data: &[Vec<f64>; 3]| {
        let mut sums = ItemSums::new(4);
        for row in 0..ROWS {
            let part = |k: usize| 0.6 * data[0][row] + 0.4 * data[2][(5 * row + 7 * k) % ROWS];
            sums.push(&[Some(part(0)), Some(part(1)), Some(part(2)), Some(part(3))])?;
        }
        Ok::<_, StatsError>(sums)
    };
    any("alpha", |data| {
        let a = alpha(&sums(data)?)?;
        Ok(vec![a.raw, a.standardised, a.ci[0], a.ci[1]])
    });
    any_unit("omega", [1e-30, 1e30], |data| omega(&sums(data)?).map(|o| vec![o.omega, o.chi2]));
}

#[test]
fn pooled_effects_have_the_unit_of_the_effects() {
    let studies = |values: &[f64], unit: f64| -> Vec<Study> {
        let each = values.iter().enumerate();
        each.map(|(k, v)| Study {
            estimate: unit * v,
            variance: unit * unit * (0.05 + 0.01 * k as f64),
        })
        .collect()
    };
    for seed in 0..4 {
        let values = &variables(seed)[0][..8];
        let of = |unit: f64, shift: f64| -> Found {
            let moved: Vec<f64> = values.iter().map(|v| v + shift).collect();
            let fit = random_effects(&studies(&moved, unit))?;
            let apart = egger(&studies(&moved, unit))?.p;
            Ok(vec![
                fit.mu / unit - shift,
                fit.se / unit,
                fit.tau2 / unit / unit,
                fit.i2,
                fit.q,
                fit.tau2_ci[1] / unit / unit,
                apart,
            ])
        };
        let wanted = of(1.0, 0.0).unwrap();
        for unit in [1e-100, 1e-30, 1e-9, 1e-3, 1e3, 1e9, 1e30, 1e100] {
            let found = of(unit, 0.0);
            assert!(found.is_ok() || !(1e-9..=1e9).contains(&unit), "unit {unit:e}: {found:?}");
            same(&format!("random effects, unit {unit:e}"), &wanted, &found, 1e-6);
        }
        same("random effects, far from 0", &wanted, &of(1.0, 1e6), 1e-6);
    }
}

#[test]
fn products_and_ratios_have_the_unit_of_their_parts() {
    let plan = Plan { seed: 1, purpose: "units", replicates: 199, threads: 1 };
    let effect = |a: f64, b: f64| -> Found {
        let found = indirect_effect(0.3 * a, 0.1 * a, -0.4 * b, 0.15 * b)?;
        let drawn = monte_carlo_interval((0.3 * a, 0.1 * a), (-0.4 * b, 0.15 * b), 0.0, &plan)?;
        let all = [found.estimate, found.sobel_se, found.aroian_se, found.ci[0], drawn[1]];
        Ok(all.map(|v| v / a / b).to_vec())
    };
    let turn = |unit: f64, time: f64| -> Found {
        let (b, v) = ([0.04 * unit / time, -0.1 * unit / time / time], [1e-4, 0.0, 2e-4]);
        let v = [v[0] * (unit / time).powi(2), v[1], v[2] * (unit / time / time).powi(2)];
        let (at, RatioInterval::Between([low, high])) = vertex(b, v, 1.96)? else {
            return Err(StatsError::Refused("not an interval".into()));
        };
        Ok(vec![at / time, low / time, high / time])
    };
    let (product, ratio) = (effect(1.0, 1.0).unwrap(), turn(1.0, 1.0).unwrap());
    for unit in [1e-100, 1e-50, 1e-9, 1e9, 1e50, 1e100] {
        same(&format!("indirect effect, unit {unit:e}"), &product, &effect(unit, 1.0), 1e-9);
        same(&format!("indirect effect, unit {unit:e}"), &product, &effect(unit, 1.0 / unit), 1e-9);
        same(&format!("turning point, unit {unit:e}"), &ratio, &turn(unit, 1.0), 1e-9);
    }
    for unit in [1e-9, 1e9] {
        assert!(effect(unit, 1.0).is_ok() && turn(unit, 1.0).is_ok());
    }
}

#[test]
fn series_have_the_unit_of_the_ratings() {
    let sessions: Vec<i64> = (1..=12).collect();
    let time: Vec<f64> = (1..=12).map(f64::from).collect();
    for seed in 0..4 {
        let ratings = &variables(seed)[0][..12];
        let chart = |unit: f64, shift: f64| -> Found {
            let chart = moving_range_chart(&moved(ratings, shift, unit), &sessions)?;
            Ok(vec![chart.mean / unit, chart.median / unit, chart.upper / unit])
        };
        let line = |unit: f64, shift: f64| -> Found {
            let c = course(&moved(ratings, shift, unit), &time)?;
            let level = c.level / unit - shift;
            Ok(vec![level, c.slope.0 / unit, c.curvature.1[0] / unit, c.residual_sd / unit])
        };
        let (ranges, own) = (chart(1.0, 0.0).unwrap(), line(1.0, 0.0).unwrap());
        for unit in [1e-6, 1e-3, 1e3, 1e9] {
            same(&format!("moving ranges, unit {unit:e}"), &ranges, &chart(unit, 0.0), 1e-9);
            same(&format!("course, unit {unit:e}"), &own, &line(unit, 0.0), 1e-6);
        }
        same("moving ranges, far from 0", &ranges, &chart(1.0, 1e6), 1e-6);
        same("course, far from 0", &own, &line(1.0, 1e6), 1e-5);
    }
}

/// Too few, all the same, all twice, one cluster, clusters of one: a number or a reason.
#[test]
fn degenerate_data_end_in_a_number_or_a_reason() {
    let sound = |found: Found| {
        if let Ok(found) = found {
            assert!(found.iter().all(|v| v.is_finite()), "{found:?}");
        }
    };
    let singles = |n: usize| (0..n).map(|k| k..k + 1).collect::<Vec<_>>();
    for n in 0..6 {
        for kind in 0..4 {
            let value = |k: usize| match kind {
                0 => 7.1,
                1 => (k / 2) as f64,
                2 => k as f64,
                _ => 1e150 * (k as f64 - 1.5),
            };
            let x: Vec<f64> = (0..n).map(value).collect();
            let y: Vec<f64> = (0..n).map(|k| value(n - 1 - k) + (k % 2) as f64).collect();
            for by in [singles(n), std::iter::once(0..n).collect(), Vec::new()] {
                for columns in [&[("x", &x[..])][..], &[("x", &x[..]), ("twice", &x[..])], &[]] {
                    let Ok(fit) = ols(columns, &y) else { continue };
                    sound(Ok(fit.beta.iter().chain(&fit.se).copied().collect()));
                    sound(fit.standardised());
                    for correction in [Correction::Cr1s, Correction::Cr2] {
                        let b = fit.cluster_robust("(intercept)", &by, correction);
                        sound(b.map(|b| vec![b.estimate, b.se, b.df, b.t, b.p, b.ci[0]]));
                    }
                }
                // A perfect correlation has an infinite t.
                sound(repeated_measures(&x, &y, &by).map(|r| vec![r.r, r.p]));
                sound(decomposition(&x, &y, &by).map(|d| vec![d.within.r, d.between.r, d.total]));
                let mut sums = OneWaySums::default();
                for rows in &by {
                    sums.push(&x[rows.clone()]);
                }
                sound(sums.one_way().map(|w| vec![w.icc1, w.icc2, w.p]));
                let event: Vec<bool> = (0..n).map(|k| k % 2 == 0).collect();
                let stop: Vec<f64> = (0..n).map(|k| (k + 1) as f64).collect();
                let (start, columns) = (vec![0.0; n], [("x", &x[..])]);
                let data =
                    Intervals { start: &start, stop: &stop, event: &event, columns: &columns };
                let fit = cox(&data, &by, Ties::Efron);
                sound(fit.map(|f| vec![f.coefficients[0].z, f.coefficients[0].p]));
                let hits: Vec<f64> = event.iter().map(|e| f64::from(u8::from(*e))).collect();
                let fit = glm(&[("x", &x)], &hits, &[], Family::Logit, &by);
                sound(fit.map(|f| vec![f.coefficients[1].estimate, f.coefficients[1].p]));
            }
            sound(partial(&x, &y, &x).map(|r| vec![r.r, r.p]));
            sound(williams(&x, &x, &y).map(|w| vec![w.t, w.ci[0]]));
            sound(pre_post_contributions(&x, &y, 1.0));
            sound(one_sample(&x, 0.0).map(|t| vec![t.mean, t.se, t.t, t.p]));
            sound(Line::fit(&x, &y).map(|l| vec![l.slope, l.intercept]));
            let studies: Vec<Study> =
                x.iter().map(|&estimate| Study { estimate, variance: 0.1 }).collect();
            sound(random_effects(&studies).map(|f| vec![f.mu, f.se, f.tau2, f.i2, f.tau2_ci[1]]));
        }
    }
}
