//! The product of two independent normal estimates.

use crate::distributions::normal;
use crate::{Result, StatsError};

/// An indirect effect a·b.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndirectEffect {
    /// a·b.
    pub estimate: f64,
    /// Exact 95 % quantiles of the product of two independent normals: what a Monte-Carlo interval converges to.
    pub ci: [f64; 2],
    /// √(a²·se_b² + b²·se_a²).
    pub sobel_se: f64,
    /// √(a²·se_b² + b²·se_a² + se_a²·se_b²).
    pub aroian_se: f64,
}

/// Returns the indirect effect of two paths estimated independently, as normals.
///
/// P(AB ≤ q) = ∫ φ((x − a)/se_a)/se_a · Φ(±(q/x − b)/se_b) dx, integrated by Gauss–Legendre panels that shrink towards x = 0, and solved for q
/// by bisection.
///
/// # Shape and units
/// `a` in mediator per predictor, `b` in outcome per mediator; the product in outcome per predictor.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - [`StatsError::NotFinite`]; [`StatsError::OutOfDomain`] if a standard error is not positive.
///
/// # Source
/// `[@mackinnon2004]`, `[@sobel1982]`. Checked against R: the same integral by `integrate` and `uniroot`.
pub fn indirect_effect(a: f64, a_se: f64, b: f64, b_se: f64) -> Result<IndirectEffect> {
    if ![a, a_se, b, b_se].iter().all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "a path".into() });
    }
    if a_se <= 0.0 || b_se <= 0.0 {
        return Err(StatsError::OutOfDomain {
            what: "the standard error of a path",
            expected: "positive",
        });
    }
    let sobel = a * a * b_se * b_se + b * b * a_se * a_se;
    let aroian = sobel + a_se * a_se * b_se * b_se;
    let quantile = |p: f64| {
        let reach = (a * b).abs() + 12.0 * aroian.sqrt();
        let (mut low, mut high) = (-reach, reach);
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if lower_tail(middle, a, a_se, b, b_se) < p {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    };
    Ok(IndirectEffect {
        estimate: a * b,
        ci: [quantile(0.025), quantile(0.975)],
        sobel_se: sobel.sqrt(),
        aroian_se: aroian.sqrt(),
    })
}

/// Nodes and weights of the ten-point Gauss–Legendre rule on [−1, 1], positive half.
const GAUSS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_4),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// P(AB ≤ q).
fn lower_tail(q: f64, a: f64, a_se: f64, b: f64, b_se: f64) -> f64 {
    let integrand = |x: f64| {
        let z = (q / x - b) / b_se;
        normal::density((x - a) / a_se) / a_se * normal::lower_tail(if x > 0.0 { z } else { -z })
    };
    // Near x = 0 the second factor jumps between 0 and 1: panels shrink towards it by halves.
    let mut cuts = vec![0.0];
    for half in 0..60 {
        let step = 12.0 * a_se * 0.5_f64.powi(half);
        cuts.extend([step, -step]);
    }
    cuts.extend((-24..=24).map(|k| a + 0.5 * f64::from(k) * a_se));
    let (from, to) = (a - 12.0 * a_se, a + 12.0 * a_se);
    cuts.retain(|c| (from..=to).contains(c));
    cuts.sort_by(f64::total_cmp);
    cuts.windows(2)
        .map(|ends| {
            let (middle, half) = (f64::midpoint(ends[0], ends[1]), 0.5 * (ends[1] - ends[0]));
            let panel: f64 = GAUSS
                .iter()
                .map(|(node, weight)| {
                    weight * (integrand(middle + half * node) + integrand(middle - half * node))
                })
                .sum();
            panel * half
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Methods C5.5, by R.
    #[test]
    fn the_worked_example() {
        let found = indirect_effect(
            -0.325_558_427_914,
            0.110_205_175_026,
            -1.838_025_357_995,
            0.739_938_472,
        )
        .unwrap();
        assert!((found.estimate - 0.598_384_646_016).abs() < 1e-9);
        assert!((found.sobel_se - 0.314_738_069).abs() < 1e-8);
        assert!((found.aroian_se - 0.325_130_200).abs() < 1e-8);
        assert!((found.ci[0] - 0.079_634_780_8).abs() < 1e-7, "{:?}", found.ci);
        assert!((found.ci[1] - 1.336_207_017_6).abs() < 1e-7, "{:?}", found.ci);
    }

    #[test]
    fn the_interval_turns_with_the_sign() {
        let up = indirect_effect(0.3, 0.1, 0.5, 0.2).unwrap();
        let down = indirect_effect(-0.3, 0.1, 0.5, 0.2).unwrap();
        assert!((up.ci[0] + down.ci[1]).abs() < 1e-9 && (up.ci[1] + down.ci[0]).abs() < 1e-9);
        assert!(indirect_effect(0.3, 0.0, 0.5, 0.2).is_err());
    }
}
