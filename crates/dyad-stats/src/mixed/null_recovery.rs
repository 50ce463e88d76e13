//! How often a design finds an effect that is not there.

use super::{Criterion, Fit, Rows};
use crate::linalg::eigen;
use crate::proportions::wilson;
use crate::resample::{Generator, Plan};
use crate::{Result, StatsError};

/// Below this p counts as found.
const ALPHA: f64 = 0.05;
/// Below this share of its variance a column does not vary within clusters.
const FLAT: f64 = 1e-9;

/// What studies without the effect gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullRecovery {
    /// Simulated studies in which the effect has a p value.
    pub studies: u64,
    /// Those with p below .05.
    pub found: u64,
    /// found/studies.
    pub share: f64,
    /// 95 % Wilson interval of the share: how far the number of simulations leaves it open.
    pub share_ci: [f64; 2],
    /// Mean estimate of the effect: its bias, because the truth is 0.
    pub mean: f64,
    /// Standard deviation of the estimates.
    pub sd: f64,
    /// Simulated studies that could not be fitted.
    pub failed: u64,
}

/// Returns how often a mixed model finds the effect of `column` in studies simulated without it.
///
/// The model is fitted without the column (REML). Each study keeps every row's columns and clusters and draws a new response
/// u_outer + v_cluster + e from the fitted variances; then the whole model is fitted and the column tested (Satterthwaite). Fixed
/// effects need no simulation, because the columns that carry them are in the model. No row is drawn: per cluster one normal number
/// gives the sum of the response; the products of the response with the columns within clusters are normal with covariance
/// σ²·Σ (x − x̄ᵢ)(x − x̄ᵢ)', and what is left of its sum of squares is σ²·χ²(N − C − r), r the rank of those columns: the exact
/// distribution of everything the fit uses, at the cost of the number of clusters.
///
/// # Shape and units
/// Rows without a random slope. `plan.threads` is not used.
///
/// # Errors
/// - Those of [`Rows::fit`] for the model without the column.
/// - [`StatsError::Refused`] if there is no such column, or a random slope is declared, or no simulated study could be fitted.
/// - [`StatsError::TooFew`] without a replicate.
///
/// # Source
/// `[@davison1997]`, `[@bates2015]`. Checked against R `lme4::simulate`, `lmerTest::lmer`: `golden/stats/null_recovery.R`.
pub fn null_recovery(rows: &Rows, column: &str, plan: &Plan<'_>) -> Result<NullRecovery> {
    let others: Vec<&str> =
        rows.columns.iter().map(String::as_str).filter(|c| *c != column).collect();
    if others.len() == rows.columns.len() || rows.slope.is_some() {
        let why = format!("there is no column {column}, or a random slope is declared");
        return Err(StatsError::Refused(why.into()));
    }
    let null = rows.with_columns(&others)?.fit(Criterion::Reml)?;
    let sums = Sums::of(rows, &null)?;
    let mut study = sums.rows.clone();
    summary(plan, |generator| {
        sums.draw(generator, &mut study);
        study.fit_near(Criterion::Reml, &null).ok().and_then(|fit| tested(&fit, column))
    })
}

/// Estimate and p of a column.
pub(super) fn tested(fit: &Fit, column: &str) -> Option<(f64, f64)> {
    let b = fit.tested(&[(column, 1.0)]).ok()?;
    Some((b.estimate, b.p?))
}

/// Study after study, each from its own generator.
pub(super) fn summary(
    plan: &Plan<'_>,
    mut study: impl FnMut(&mut Generator) -> Option<(f64, f64)>,
) -> Result<NullRecovery> {
    if plan.replicates == 0 {
        return Err(StatsError::TooFew { unit: "replicates", needed: 1, found: 0 });
    }
    let (mut n, mut found, mut failed) = (0_u64, 0, 0);
    let (mut mean, mut squares) = (0.0, 0.0);
    for index in (0_u64..).take(plan.replicates) {
        let Some((estimate, p)) = study(&mut Generator::new(plan.seed, plan.purpose, index)) else {
            failed += 1;
            continue;
        };
        n += 1;
        found += u64::from(p < ALPHA);
        let step = estimate - mean;
        mean += step / n as f64;
        squares += step * (estimate - mean);
    }
    if n == 0 {
        return Err(StatsError::Refused("no simulated study could be fitted".into()));
    }
    Ok(NullRecovery {
        studies: n,
        found,
        share: found as f64 / n as f64,
        share_ci: wilson(found, n)?,
        mean,
        sd: (squares / (n as f64 - 1.0).max(1.0)).sqrt(),
        failed,
    })
}

/// The sums of a design, and how those of a response without effects are distributed.
struct Sums {
    /// The design; its response is replaced by each study's.
    rows: Rows,
    /// Σ (x − x̄ᵢ)(x − x̄ᵢ)' = root·root', one column of the root per dimension.
    root: Vec<Vec<f64>>,
    /// N − C − rank: χ² degrees of freedom of what the columns leave within clusters.
    left: u64,
    /// Standard deviations: outer clusters, clusters, residual.
    sd: [f64; 3],
}

impl Sums {
    fn of(rows: &Rows, null: &Fit) -> Result<Self> {
        let mut rows = rows.clone();
        rows.close_block();
        let q = rows.width();
        let k = q - 2;
        // About the means, so that little cancels.
        let mut means: Vec<f64> = rows.overall().iter().map(|sum| sum / rows.n as f64).collect();
        means[0] = 0.0;
        rows.subtract(&means);
        let total = |i: usize, j: usize| rows.total[(i.max(j) + 1) * q + i.min(j) + 1];
        let scale: Vec<f64> = (0..k).map(|i| total(i, i).max(f64::MIN_POSITIVE).sqrt()).collect();
        let mut within = vec![0.0; k * k];
        for i in 0..k {
            for j in 0..k {
                within[i * k + j] = total(i, j);
            }
        }
        for (sums, &size) in rows.sums.chunks_exact(q).zip(&rows.sizes) {
            for i in 0..k {
                for j in 0..k {
                    within[i * k + j] -= sums[i + 1] * sums[j + 1] / f64::from(size);
                }
            }
        }
        (0..k * k).for_each(|at| within[at] /= scale[at / k] * scale[at % k]);
        let (values, vectors) = eigen(&within, k);
        let root: Vec<Vec<f64>> = (0..k)
            .filter(|&e| values[e] > FLAT)
            .map(|e| (0..k).map(|i| scale[i] * values[e].sqrt() * vectors[i * k + e]).collect())
            .collect();
        let left = rows.n.checked_sub(rows.sizes.len() + root.len());
        let left = left.ok_or_else(|| StatsError::Saturated {
            what: "no row is left within clusters".into(),
        })?;
        let v = null.variances;
        let sd = [v.outer.unwrap_or(0.0), v.cluster, v.residual].map(|v| v.max(0.0).sqrt());
        Ok(Self { rows, root, left: left as u64, sd })
    }

    /// Puts the sums of a new response into `study`.
    fn draw(&self, generator: &mut Generator, study: &mut Rows) {
        let q = self.rows.width();
        let y = q - 1;
        let [outer, cluster, residual] = self.sd;
        let mut cross = vec![0.0; q];
        let mut square = 0.0;
        let mut next_outer = self.rows.outer.iter().peekable();
        let mut shared = 0.0;
        for (at, (sums, &size)) in study.sums.chunks_exact_mut(q).zip(&self.rows.sizes).enumerate()
        {
            if next_outer.next_if(|first| **first == at).is_some() {
                shared = if outer > 0.0 { outer * generator.normal() } else { 0.0 };
            }
            let n = f64::from(size);
            let own = (cluster * cluster + residual * residual / n).sqrt() * generator.normal();
            let mean = shared + own;
            sums[y] = n * mean;
            square += n * mean * mean;
            for (sum, x) in cross.iter_mut().zip(&sums[..y]) {
                *sum += x * mean;
            }
        }
        for direction in &self.root {
            let z = residual * generator.normal();
            square += z * z;
            cross[1..y].iter_mut().zip(direction).for_each(|(sum, d)| *sum += z * d);
        }
        square += residual * residual * chi_square(generator, self.left);
        cross[y] = square;
        study.total[y * q..].copy_from_slice(&cross);
        study.shift[y] = 0.0;
    }
}

/// A χ² number with whole degrees of freedom.
///
/// # Source
/// `[@marsaglia2000]`: d·v with v = (1 + c·z)³, d = a − 1/3, c = 1/√(9d), accepted where ln u < z²/2 + d − d·v + d·ln v.
fn chi_square(generator: &mut Generator, df: u64) -> f64 {
    if df < 2 {
        return if df == 0 { 0.0 } else { generator.normal().powi(2) };
    }
    let d = df as f64 / 2.0 - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let z = generator.normal();
        let v = (1.0 + c * z).powi(3);
        let u = 1.0 - generator.uniform();
        if v > 0.0 && libm::log(u) < 0.5 * z * z + d - d * v + d * libm::log(v) {
            return 2.0 * d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chi_square_numbers_have_their_moments() {
        let mut generator = Generator::new(1, "chi-square", 0);
        for df in [1_u64, 2, 3, 17, 4000] {
            let n = 20_000;
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..n {
                let x = chi_square(&mut generator, df);
                sum += x;
                squares += x * x;
            }
            let (mean, k) = (sum / f64::from(n), df as f64);
            let variance = squares / f64::from(n) - mean * mean;
            // Five standard errors of the mean; the variance within a tenth.
            assert!((mean - k).abs() < 5.0 * (2.0 * k / f64::from(n)).sqrt(), "{df}: {mean}");
            assert!((variance / (2.0 * k) - 1.0).abs() < 0.12, "{df}: {variance}");
        }
    }

    /// Sums drawn at once against rows drawn one by one.
    #[test]
    fn sums_are_distributed_as_those_of_rows() {
        let mut rows = Rows::in_nested_clusters(&["flat", "x"]);
        let design: Vec<(i64, i64, [f64; 2])> = (0..60_i64)
            .map(|k| (k / 20, k / 4, [(k / 4 % 5) as f64, (k * k % 7) as f64]))
            .collect();
        let mut noise = Generator::new(2, "first response", 0);
        for (outer, cluster, x) in &design {
            rows.push(*outer, *cluster, x, noise.normal() + *cluster as f64 / 10.0).unwrap();
        }
        let null = rows.with_columns(&["flat"]).unwrap().fit(Criterion::Reml).unwrap();
        let sums = Sums::of(&rows, &null).unwrap();
        assert_eq!((sums.root.len(), sums.left), (1, 60 - 15 - 1));
        let mut study = sums.rows.clone();
        let (mut cross, mut square) = ([0.0; 2], [0.0; 2]);
        let runs = 4000;
        for k in 0..runs {
            let mut generator = Generator::new(3, "sums", k);
            sums.draw(&mut generator, &mut study);
            let q = 4;
            cross[0] += study.total[3 * q + 2].powi(2);
            square[0] += study.total[3 * q + 3];
            // The same by rows, about the same means.
            let mut generator = Generator::new(4, "rows", k);
            let (mut last, mut u, mut v) = ((-1, -1), 0.0, 0.0);
            let mean_x = design.iter().map(|d| d.2[1]).sum::<f64>() / 60.0;
            let (mut xy, mut yy) = (0.0, 0.0);
            for (outer, cluster, x) in &design {
                if last.0 != *outer {
                    u = sums.sd[0] * generator.normal();
                }
                if last.1 != *cluster {
                    v = sums.sd[1] * generator.normal();
                }
                last = (*outer, *cluster);
                let y = u + v + sums.sd[2] * generator.normal();
                xy += (x[1] - mean_x) * y;
                yy += y * y;
            }
            cross[1] += xy * xy;
            square[1] += yy;
        }
        assert!((cross[0] / cross[1] - 1.0).abs() < 0.12, "{cross:?}");
        assert!((square[0] / square[1] - 1.0).abs() < 0.03, "{square:?}");
    }

    #[test]
    fn refusals() {
        let mut rows = Rows::in_clusters(&["x", "z"]);
        for k in 0..40_i64 {
            rows.push(0, k / 4, &[(k % 7) as f64, (k % 3) as f64], (k * k % 11) as f64).unwrap();
        }
        let plan = |replicates| Plan { seed: 1, purpose: "null", replicates, threads: 1 };
        assert!(null_recovery(&rows, "y", &plan(20)).is_err());
        assert!(null_recovery(&rows, "x", &plan(0)).is_err());
        let found = null_recovery(&rows, "x", &plan(200)).unwrap();
        assert_eq!(found.studies + found.failed, 200);
        assert!(found.share_ci[0] <= 0.05 && found.share < 0.15, "{found:?}");
        assert!(found.mean.abs() < 5.0 * found.sd / 200_f64.sqrt());
    }
}
