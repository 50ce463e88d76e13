//! What the residuals of a linear model say about its assumptions.

use super::ols::Ols;

/// Influence and shape of the residuals of a linear model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diagnostics {
    /// The largest of Cook's distances.
    pub cooks_max: f64,
    /// Rows whose Cook's distance exceeds 4/n.
    pub influential: u64,
    /// Rows whose leverage exceeds 3p/n.
    pub high_leverage: u64,
    /// The largest studentised residual without its own row, in absolute value.
    pub residual_max: f64,
    /// Skewness of the residuals, m₃/m₂^(3/2).
    pub skewness: f64,
    /// Excess kurtosis of the residuals, m₄/m₂² − 3.
    pub kurtosis: f64,
}

impl Ols {
    /// The variance inflation factor of a column: how many times its sampling variance grows because the other columns hold part of it.
    ///
    /// (X'X)⁻¹ₖₖ·Σ(x − x̄)² = 1/(1 − R²) of the column on the others; 1 where they are unrelated.
    ///
    /// # Missing values
    /// `None` if there is no such column.
    ///
    /// # Source
    /// Checked against R `1/(1 - summary(lm(x ~ others))$r.squared)`: `golden/stats/linear.R`.
    #[must_use]
    pub fn variance_inflation(&self, column: &str) -> Option<f64> {
        let at = self.names.iter().position(|name| name == column).filter(|at| *at > 0)?;
        let p = self.beta.len();
        let values = || self.design.iter().skip(at).step_by(p);
        let mean = values().sum::<f64>() / self.residuals.len() as f64;
        let squares: f64 = values().map(|x| (x - mean) * (x - mean)).sum();
        Some(self.inverse[at * p + at] * squares)
    }

    /// Influence and shape of the residuals.
    ///
    /// h = x'(X'X)⁻¹x; Cook's D = e²h/(p·s²·(1 − h)²); externally studentised residual e/√(s₍₋ᵢ₎²(1 − h)); moments about the mean, with n
    /// below. A row with h = 1 is fitted whatever its value: it has no residual and counts as of high leverage only.
    ///
    /// # Missing values
    /// `None` if the model fits every row, or has a single degree of freedom.
    ///
    /// # Source
    /// `[@cook1977]`. Checked against R `cooks.distance`, `hatvalues`, `rstudent`: `golden/stats/linear.R`.
    #[must_use]
    pub fn diagnostics(&self) -> Option<Diagnostics> {
        let p = self.beta.len();
        let n = self.residuals.len() as f64;
        let rss: f64 = self.residuals.iter().map(|e| e * e).sum();
        let sigma2 = rss / self.df;
        // In units of the outcome's spread: below this it is rounding.
        if sigma2 <= 1e-28 || self.df < 2.0 {
            return None;
        }
        let mut found = Diagnostics {
            cooks_max: 0.0,
            influential: 0,
            high_leverage: 0,
            residual_max: 0.0,
            skewness: 0.0,
            kurtosis: 0.0,
        };
        let (mut m2, mut m3, mut m4) = (0.0, 0.0, 0.0);
        for (x, &e) in self.design.chunks_exact(p).zip(&self.residuals) {
            let h: f64 = x
                .iter()
                .zip(self.inverse.chunks_exact(p))
                .map(|(a, row)| a * row.iter().zip(x).map(|(m, b)| m * b).sum::<f64>())
                .sum();
            found.high_leverage += u64::from(h > 3.0 * p as f64 / n);
            (m2, m3, m4) = (m2 + e * e, m3 + e * e * e, m4 + e * e * e * e);
            let rest = 1.0 - h;
            if rest < 1e-10 {
                continue;
            }
            let cook = e * e * h / (p as f64 * sigma2 * rest * rest);
            found.cooks_max = found.cooks_max.max(cook);
            found.influential += u64::from(cook > 4.0 / n);
            let without = (rss - e * e / rest) / (self.df - 1.0);
            if without > 0.0 {
                found.residual_max = found.residual_max.max(e.abs() / (without * rest).sqrt());
            }
        }
        // The residuals of a model with an intercept have mean 0.
        (m2, m3, m4) = (m2 / n, m3 / n, m4 / n);
        found.skewness = m3 / m2.powf(1.5);
        found.kurtosis = m4 / (m2 * m2) - 3.0;
        Some(found)
    }
}
