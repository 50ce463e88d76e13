//! Correlations, and how far two raters agree.

use dyad_model::Estimate;
use dyad_stats::correlation::{Correlation, DependentCorrelations, IntraclassCorrelation};

use super::Reported;
use crate::Given;
use crate::section::Section;

/// With its `benefit` by the direction of the outcome that the section is about, if it is about one.
impl Reported for Correlation {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        let given = Signed(self.r).onto(estimate, section).interval(self.ci);
        given.statistic("t", self.t, Some(self.df)).p(self.p)
    }
}

/// A number whose sign turns with the direction of the outcome that the section is about.
#[derive(Clone, Copy, Debug)]
pub struct Signed(pub f64);

impl Reported for Signed {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        match section.benefit_sign() {
            Some(sign) => estimate.value_with_benefit(self.0, sign),
            None => estimate.value(self.0),
        }
    }
}

impl Reported for DependentCorrelations {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let given = estimate.value(self.difference).ci(self.ci);
        let given = given.statistic("t", self.t, Some(self.df)).p(self.p);
        given.details([("r1", self.r1), ("r2", self.r2), ("r12", self.r12)])
    }
}

impl Reported for IntraclassCorrelation {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let given = estimate.value(self.icc).ci(self.ci).p(self.p);
        let mut given = given.statistic("F", self.f, Some(self.df[0]));
        given.statistic.iter_mut().for_each(|f| f.df2 = Some(self.df[1]));
        given
    }
}
