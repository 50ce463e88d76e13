//! Shares of variance explained by a mixed model.

use super::fit::Fit;
use super::kernel::rows::Level;

/// Shares of variance explained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RSquared {
    /// By the fixed effects.
    pub marginal: f64,
    /// By the fixed and the random effects.
    pub conditional: f64,
}

impl Fit {
    /// Nakagawa's R²: the variance of the fitted values over fitted + random + residual variance.
    ///
    /// Fitted: variance (n − 1) of x'β over the rows. Random: τ² of each level; with a random slope the mean of z'Σz over the rows
    /// (Johnson's extension).
    ///
    /// # Source
    /// `[@nakagawa2013]`, `[@johnson2014]`. Checked against R, from `fixef`, `VarCorr` and `model.matrix` of lme4:
    /// `golden/stats/mixed.R`.
    #[must_use]
    pub fn r_squared(&self) -> RSquared {
        let (q, p) = (self.data.width(), self.data.width() - 1);
        let n = self.data.n as f64;
        let beta = &self.solution.beta;
        let total = |i: usize, j: usize| self.data.total[i.max(j) * q + i.min(j)];
        let fitted: f64 = (1..p)
            .map(|i| beta[i] * (1..p).map(|j| total(i, j) * beta[j]).sum::<f64>())
            .sum::<f64>()
            / (n - 1.0);
        // The columns have mean 0 and mean square 1, so the mean of z z' is the identity.
        let random: f64 = [Level::Cluster, Level::Outer]
            .into_iter()
            .map(|level| self.shape.sigma(&self.solution.theta, level))
            .map(|sigma| self.solution.sigma2 * (sigma[0] + sigma[2]))
            .sum();
        let all = fitted + random + self.solution.sigma2;
        RSquared { marginal: fitted / all, conditional: (fitted + random) / all }
    }
}
