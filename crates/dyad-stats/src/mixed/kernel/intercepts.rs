//! The commonest model on its own: random intercepts at both levels, where every matrix of the random effects is a number.

use super::groups::Outer;
use super::pair::Absorbed;

/// What the outer clusters take away from the cross-products, and add to the log terms and to their slopes.
pub(super) struct Taken {
    pub(super) log_terms: f64,
    /// What is subtracted from the cross-products, row after row.
    pub(super) g: Vec<f64>,
    /// The slope in the clusters' variance: log terms, and what is added to the cross-products.
    pub(super) by_cluster: (f64, Vec<f64>),
    /// The slope in the outer clusters' variance.
    pub(super) by_outer: (f64, Vec<f64>),
}

/// Absorbs every outer cluster; `None` for a width that has no loop of its own.
///
/// With K = 1/(1/σ² + Q) and T = 1 − QK of the outer cluster, A = Σ tₖSₖ over its patterns, D = Σ pₖtₖSₖ and c = Σ nₖpₖ²: it takes away
/// K·AA'; the slope in the clusters' variance is vu' + uv' with u = KA and v = D − cu/2, and −Kc in the log terms; in the outer
/// variance −T²·AA', and TQ.
pub(super) fn absorb(
    outer: &Outer,
    sigma: f64,
    absorbed: &[Absorbed],
    width: usize,
) -> Option<Taken> {
    Some(match width {
        2 => fixed::<2>(outer, sigma, absorbed),
        3 => fixed::<3>(outer, sigma, absorbed),
        4 => fixed::<4>(outer, sigma, absorbed),
        5 => fixed::<5>(outer, sigma, absorbed),
        6 => fixed::<6>(outer, sigma, absorbed),
        7 => fixed::<7>(outer, sigma, absorbed),
        8 => fixed::<8>(outer, sigma, absorbed),
        9 => fixed::<9>(outer, sigma, absorbed),
        _ => return None,
    })
}

/// A number of columns that the compiler knows: its loops are unrolled.
fn fixed<const Q: usize>(outer: &Outer, sigma: f64, absorbed: &[Absorbed]) -> Taken {
    let mut log_terms = LogSum::default();
    let (mut g, mut by_cluster, mut by_outer) = ([[0.0; Q]; Q], [[0.0; Q]; Q], [[0.0; Q]; Q]);
    let (mut cluster_logs, mut outer_logs) = (0.0, 0.0);
    let (sums, _) = outer.sums.as_chunks::<Q>();
    let mut from = 0;
    for &end in &outer.ends {
        let (mut a, mut d) = ([0.0; Q], [0.0; Q]);
        let (mut cross, mut c) = (0.0, 0.0);
        for (part, sum) in outer.parts[from..end].iter().zip(&sums[from..end]) {
            let own = &absorbed[part.pattern as usize];
            let (t, p) = (own.kept[0], own.cross[0]);
            for k in 0..Q {
                let kept = t * sum[k];
                a[k] += kept;
                d[k] += p * kept;
            }
            cross += part.clusters * p;
            c += part.clusters * (p * p);
        }
        from = end;
        let determinant = 1.0 + sigma * cross;
        let t = 1.0 / determinant;
        let k = sigma * t;
        log_terms.add(determinant);
        cluster_logs -= k * c;
        outer_logs += t * cross;
        let u = a.map(|a| k * a);
        let mut v = [0.0; Q];
        for i in 0..Q {
            v[i] = d[i] - 0.5 * c * u[i];
        }
        let t2 = t * t;
        for i in 0..Q {
            for j in 0..Q {
                g[i][j] += u[i] * a[j];
                by_cluster[i][j] += v[i] * u[j] + u[i] * v[j];
                by_outer[i][j] -= t2 * (a[i] * a[j]);
            }
        }
    }
    let flat = |m: [[f64; Q]; Q]| m.as_flattened().to_vec();
    Taken {
        log_terms: log_terms.finish(),
        g: flat(g),
        by_cluster: (cluster_logs, flat(by_cluster)),
        by_outer: (outer_logs, flat(by_outer)),
    }
}

/// A sum of logarithms as the logarithm of products: one for many factors, each at least 1.
struct LogSum {
    sum: f64,
    product: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { sum: 0.0, product: 1.0 }
    }
}

impl LogSum {
    fn add(&mut self, factor: f64) {
        self.product *= factor;
        if self.product > 1e150 {
            self.sum += self.product.ln();
            self.product = 1.0;
        }
    }

    fn finish(self) -> f64 {
        self.sum + self.product.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_of_many_factors_add_up() {
        let mut sum = LogSum::default();
        (1..=1000).for_each(|k| sum.add(f64::from(k)));
        let expected: f64 = (1..=1000).map(|k| f64::from(k).ln()).sum();
        assert!((sum.finish() - expected).abs() < 1e-9);
        let mut vast = LogSum::default();
        for factor in [1e100, 1e200, 1e300] {
            vast.add(factor);
        }
        assert!((vast.finish() - 600.0 * 10.0_f64.ln()).abs() < 1e-9);
    }
}
