//! Empirical Bayes predictions of the random effects.

use super::fit::Fit;
use super::kernel::pair::{Absorbed, Symmetric, sandwich};
use super::kernel::rows::Level;
use crate::{Result, StatsError};

/// The predicted random effects of one cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomEffect {
    /// The prediction of its intercept, shrunken towards 0.
    pub intercept: f64,
    /// Conditional standard deviation, given the fixed effects and variances.
    pub intercept_se: f64,
    /// The prediction of its slope; `None` if the slope does not vary at this level.
    pub slope: Option<f64>,
    /// Conditional standard deviation of the slope.
    pub slope_se: Option<f64>,
    /// Share of the intercepts' variance that the prediction recovers: 1 − se²/τ²; 0 if τ² = 0.
    pub reliability: f64,
    /// Rows of the cluster.
    pub rows: u32,
}

/// The predicted random intercept of one cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomIntercept {
    /// Empirical Bayes prediction.
    pub estimate: f64,
    /// Conditional standard deviation, given the fixed effects and variances.
    pub se: f64,
    /// Variance of the prediction over that of the intercepts: τ²/(τ² + σ²/n) with one level.
    pub reliability: f64,
    /// Rows of the cluster.
    pub rows: u32,
}

impl Fit {
    /// The predicted random intercepts of the outermost clusters, in the order of the rows.
    ///
    /// # Errors
    /// As [`Fit::random_effects`].
    ///
    /// # Source
    /// As [`Fit::random_effects`].
    pub fn random_intercepts(&self) -> Result<Vec<RandomIntercept>> {
        let level = if self.shape.nested { Level::Outer } else { Level::Cluster };
        let short = |e: RandomEffect| RandomIntercept {
            estimate: e.intercept,
            se: e.intercept_se,
            reliability: e.reliability,
            rows: e.rows,
        };
        Ok(self.random_effects(level)?.into_iter().map(short).collect())
    }

    /// The predicted random effects of every cluster of a level, in the order of the rows.
    ///
    /// Outer: u = L·A·(y − Xβ), variance σ²L. Clusters: b = K(Z'(y − Xβ) − Qu), variance σ²(K + K Q L Q K); letters as in the module's
    /// formulas. With one level and no slope: u = l/(1 + n·l)·Σ(y − x'β), reliability τ²/(τ² + σ²/n).
    ///
    /// # Errors
    /// [`StatsError::Refused`] if the model has no such level.
    ///
    /// # Source
    /// `[@bates2015]`. Checked against R `lme4::ranef(m, condVar = TRUE)`: `golden/stats/mixed.R`.
    pub fn random_effects(&self, level: Level) -> Result<Vec<RandomEffect>> {
        if level == Level::Outer && !self.shape.nested {
            return Err(StatsError::Refused("the model has no outer clusters".into()));
        }
        let (q, r, data) = (self.data.width(), self.data.effects(), &self.data);
        let theta = &self.solution.theta;
        let (inner, outer) =
            (self.shape.sigma(theta, Level::Cluster), self.shape.sigma(theta, Level::Outer));
        // Z'(y − Xβ) and Z'Z of a cluster.
        let residual = |m: &[f64]| -> [f64; 2] {
            let of = |row: &[f64]| {
                row[q - 1] - row.iter().zip(&self.solution.beta).map(|(x, b)| x * b).sum::<f64>()
            };
            [of(&m[..q]), if r == 2 { of(&m[q..]) } else { 0.0 }]
        };
        let cross = |cluster: usize, m: &[f64]| -> Symmetric {
            let at = data.slope.as_ref().map(|slope| slope.at);
            let n = f64::from(data.sizes[cluster]);
            at.map_or([n, 0.0, 0.0], |at| [n, m[at], m[q + at]])
        };
        let starts: Vec<usize> = if self.shape.nested { data.outer.clone() } else { vec![0] };
        let ends = starts.iter().skip(1).copied().chain([data.sizes.len()]);
        let mut out = Vec::new();
        for (first, end) in starts.iter().copied().zip(ends) {
            let clusters = (first..end).zip(data.sums[first * r * q..].chunks_exact(r * q));
            let (mut a, mut total, mut rows) = ([0.0; 2], [0.0; 3], 0);
            let mut own = Vec::with_capacity(end - first);
            for (cluster, m) in clusters {
                let cross = cross(cluster, m);
                let absorbed = Absorbed::new(inner, cross);
                let e = residual(m);
                let t = absorbed.kept;
                a[0] += t[0] * e[0] + t[1] * e[1];
                a[1] += t[2] * e[0] + t[3] * e[1];
                total.iter_mut().zip(absorbed.cross).for_each(|(sum, p)| *sum += p);
                rows += data.sizes[cluster];
                own.push((cluster, absorbed, cross, e));
            }
            let above = if self.shape.nested { outer } else { [0.0; 3] };
            let above = Absorbed::new(above, total);
            let u = apply(above.taken, a);
            if level == Level::Outer {
                out.push(self.effect(Level::Outer, u, above.taken, rows));
                continue;
            }
            for (cluster, absorbed, cross, e) in own {
                let taken = absorbed.taken;
                let qu = apply(cross, u);
                let b = apply(taken, [e[0] - qu[0], e[1] - qu[1]]);
                // QK; its transpose times L times itself is what not knowing u adds.
                let t = absorbed.kept;
                let qk = [1.0 - t[0], -t[1], -t[2], 1.0 - t[3]];
                let added = sandwich(qk, above.taken);
                let variance = [0, 1, 2].map(|k| taken[k] + added[k]);
                out.push(self.effect(Level::Cluster, b, variance, data.sizes[cluster]));
            }
        }
        Ok(out)
    }

    /// Back in the units of the data.
    fn effect(&self, level: Level, b: [f64; 2], variance: Symmetric, rows: u32) -> RandomEffect {
        let unit = self.scale[self.scale.len() - 1];
        let (centre, scale) = self.slope_origin();
        let ratio = centre / scale;
        let sigma = self.solution.sigma2.sqrt() * unit;
        let own = variance[0] - 2.0 * ratio * variance[1] + ratio * ratio * variance[2];
        let intercept_se = sigma * own.max(0.0).sqrt();
        let varies = self.shape.parameters_of(level) == 3;
        let tau2 = self.covariance_of(level)[0];
        RandomEffect {
            intercept: unit * (b[0] - ratio * b[1]),
            intercept_se,
            slope: varies.then(|| unit * b[1] / scale),
            slope_se: varies.then(|| sigma * variance[2].max(0.0).sqrt() / scale),
            reliability: if tau2 > 0.0 {
                (1.0 - intercept_se * intercept_se / tau2).clamp(0.0, 1.0)
            } else {
                0.0
            },
            rows,
        }
    }
}

fn apply(m: Symmetric, v: [f64; 2]) -> [f64; 2] {
    [m[0] * v[0] + m[1] * v[1], m[1] * v[0] + m[2] * v[1]]
}
