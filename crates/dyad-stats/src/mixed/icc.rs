//! Intraclass correlations of a fitted model.

use super::fit::Fit;

impl Fit {
    /// Share of the variance that lies between the outermost clusters: τ²/(τ² + … + σ²).
    ///
    /// With a random slope it is the share where the slope's column is 0.
    ///
    /// # Source
    /// `[@bates2015]`. Checked against R `lme4::VarCorr`: `golden/stats/mixed.R`.
    #[must_use]
    pub fn icc(&self) -> f64 {
        let v = self.variances;
        v.outer.unwrap_or(v.cluster) / (v.cluster + v.outer.unwrap_or(0.0) + v.residual)
    }

    /// Share of the variance that lies between clusters of any level: the correlation of two rows of one cluster.
    ///
    /// # Source
    /// As [`Fit::icc`].
    #[must_use]
    pub fn icc_of_clusters(&self) -> f64 {
        let v = self.variances;
        let between = v.cluster + v.outer.unwrap_or(0.0);
        between / (between + v.residual)
    }
}
