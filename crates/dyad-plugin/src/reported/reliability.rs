//! Reliability from items.

use dyad_model::Estimate;
use dyad_stats::reliability::{Alpha, Omega};

use super::Reported;
use crate::Given;
use crate::section::Section;

impl Reported for Alpha {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let details = [("standardised", self.standardised), ("items", self.items as f64)];
        estimate.value(self.raw).ci(self.ci).details(details)
    }
}

/// A second factor is said.
impl Reported for Omega {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let items = self.loadings.len() as f64;
        estimate
            .value(self.omega)
            .details([("omega_observed", self.omega_observed), ("items", items)])
            .details([("chi2", self.chi2), ("chi2_df", f64::from(self.df))])
            .warn_if(
                self.p.is_some_and(|p| p < 0.05),
                "one factor does not fit (χ² test): the items measure more than one thing",
            )
    }
}
