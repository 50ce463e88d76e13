//! Where a mean course turns.

use dyad_model::Estimate;
use dyad_stats::distributions::normal;
use dyad_stats::growth::{Parabola, RatioInterval, Term, turning_point, vertex};
use dyad_stats::mixed::Fit;

use super::Reported;
use crate::section::Section;

/// The session at which a parabola is highest.
#[derive(Clone, Copy, Debug)]
pub struct HighestPoint {
    about: f64,
    parabola: Parabola,
}

impl HighestPoint {
    /// Of a model with [`Term::Linear`] and [`Term::Quadratic`] about this session.
    ///
    /// # Errors
    /// The sentence to refuse with, if there is none.
    pub fn of(fit: &Fit, about: i64) -> Result<Self, String> {
        let names = [Term::Linear(about), Term::Quadratic(about)].map(|term| term.to_string());
        let parabola = Parabola::of(fit, names.each_ref().map(String::as_str))?;
        if parabola.has_peak() {
            Ok(Self { about: about as f64, parabola })
        } else {
            Err("the curve opens upwards: no peak".to_owned())
        }
    }

    /// The session, not a whole number.
    #[must_use]
    pub fn session(&self) -> f64 {
        self.about + turning_point(self.parabola.b, self.parabola.v).0
    }
}

/// With the standard error and interval of the delta method.
impl Reported for HighestPoint {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let (turn, se) = turning_point(self.parabola.b, self.parabola.v);
        let (at, z) = (self.about + turn, normal::quantile(0.975));
        estimate.value(at).se(se).ci([at - z * se, at + z * se])
    }
}

/// The same with Fieller's interval; one that has no ends is said.
#[derive(Clone, Copy, Debug)]
pub struct ByFieller(pub HighestPoint);

impl Reported for ByFieller {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(HighestPoint { about, parabola }) = self;
        match vertex(parabola.b, parabola.v, normal::quantile(0.975)) {
            Err(reason) => estimate.refused(reason.to_string()),
            Ok((turn, RatioInterval::Between(ci))) => {
                estimate.value(about + turn).ci(ci.map(|limit| about + limit))
            }
            Ok((turn, _)) => estimate
                .value(about + turn)
                .warn("the data do not bound the vertex: any session could be the highest point"),
        }
    }
}
