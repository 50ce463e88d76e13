//! Two slopes that meet at a knot: how well each knot fits.

use dyad_model::{Cell, Estimate};
use dyad_stats::growth::Term;
use dyad_stats::mixed::Criterion;

use crate::Given;
use crate::designs::models::SessionRows;
use crate::reported::Reported;
use crate::section::Section;

/// A knot and the ML log-likelihood of its model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knot {
    /// Its session number.
    pub session: i64,
    /// Of the two-slope model.
    pub log_likelihood: f64,
}

/// How well each of some knots fits.
#[derive(Clone, Debug)]
pub struct KnotProfile {
    knots: Vec<Knot>,
    /// How many knots were asked for.
    tried: usize,
}

impl SessionRows {
    /// How well each of these knots fits; one whose model cannot be fitted is left out. The rows need [`Term::Session`] and
    /// [`Term::After`] every knot.
    #[must_use]
    pub fn knot_profile(&self, knots: impl Iterator<Item = i64>) -> KnotProfile {
        let mut profile = KnotProfile { knots: Vec::new(), tried: 0 };
        for session in knots {
            profile.tried += 1;
            let fit = self.fit_with(&[Term::Session, Term::After(session)], Criterion::Ml);
            let knot = |criterion: f64| Knot { session, log_likelihood: -0.5 * criterion };
            profile.knots.extend(fit.ok().map(|fit| knot(fit.criterion)));
        }
        profile
    }
}

impl KnotProfile {
    /// The one that fits best; none where there was no choice of two.
    #[must_use]
    pub fn best(&self) -> Option<Knot> {
        let knots = self.knots.iter().copied().filter(|_| self.tried > 1);
        knots.max_by(|a, b| a.log_likelihood.total_cmp(&b.log_likelihood))
    }
}

/// Its session, without an interval: read the profile.
impl Reported for Knot {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.value(self.session as f64).details([("log_likelihood", self.log_likelihood)])
    }
}

impl Section<'_> {
    /// Adds the table of a profile: each knot, its log-likelihood, and how far that is below the best; nothing without a best one.
    pub fn knot_table(&self, key: &str, profile: &KnotProfile) {
        let Some(best) = profile.best() else { return };
        let rows = profile.knots.iter().map(|knot| {
            let below = best.log_likelihood - knot.log_likelihood;
            let [found, below] = [knot.log_likelihood, below].map(|x| Cell::number(Some(x)));
            (self.n(), [Cell::text(knot.session.to_string()), found, below])
        });
        self.table(key, rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    const WORDS: &str = r#"
estimate.best = {}
[table.knots]
title = "Knots"
columns = [["knot", "Knot", "text"], ["fit", "Fit", "number"], ["below", "Below", "number"]]
"#;

    #[test]
    fn the_best_knot_is_the_likeliest_of_two_or_more() {
        let knot = |session, log_likelihood| Knot { session, log_likelihood };
        let knots = vec![knot(2, -30.0), knot(4, -27.5), knot(5, -28.0)];
        let profile = KnotProfile { knots, tried: 4 };
        assert_eq!(profile.best(), Some(knot(4, -27.5)));
        let alone = KnotProfile { knots: vec![knot(2, -30.0)], tried: 1 };
        assert_eq!(alone.best(), None);
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section();
        s.knot_table("knots", &alone);
        s.knot_table("knots", &profile);
        let best = s.add("best", profile.best().ok_or("none")).estimate();
        assert_eq!((best.estimate, best.number("log_likelihood")), (Some(4.0), Some(-27.5)));
        let tables = study.close(String::new(), Vec::new(), "").tables;
        assert_eq!((tables.len(), &tables[0].rows[0].cells[2]), (1, &Cell::number(Some(2.5))));
    }
}
