//! Leaving after something that happens to some clients on the way.

use dyad_stats::survival::{Cox, TimeScale};

use crate::designs::leaving::{Leaving, SessionsAtRisk};
use crate::reported::{HazardRatio, OddsRatio, RatioByCluster, Steady};
use crate::{Basis, Failure, Study};

/// The sessions of the clients with a known end and a baseline, or the measure that the study lacks. A client is exposed from the session
/// after the one where something first happened: only what lies before a session may count in it.
pub struct Exposed {
    sessions: Result<SessionsAtRisk, String>,
    basis: Basis,
}

impl Exposed {
    /// Every session, none exposed yet. `unknown` is said of a client whose end is not known.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn of<S>(study: &Study<'_, S>, unknown: &str) -> Result<Self, Failure> {
        let leaving = Leaving::of(study, &study.clients, unknown)?;
        let mut basis = Basis::default();
        let sessions = leaving.map(|leaving| {
            let known = study.clients.complete(&[&leaving.left, &leaving.baseline]);
            let sessions = leaving.sessions(|_| Some(0.0));
            basis = Basis { n: sessions.n, dropped: known.dropped };
            sessions
        });
        Ok(Self { sessions, basis })
    }

    /// Exposes every client anew; `happened` gives the session number of a client at which it happened first.
    pub fn expose(&mut self, happened: impl Fn(usize) -> Option<i64>) {
        if let Ok(SessionsAtRisk { rows, clients, rows_of, .. }) = &mut self.sessions {
            rows.expose(rows_of, clients.iter().map(|client| happened(*client)));
        }
    }

    /// What the models rest on.
    #[must_use]
    pub fn basis(&self) -> Basis {
        self.basis.clone()
    }

    /// How many clients left, and in how many sessions a client was exposed; nothing where the study lacks a measure.
    #[must_use]
    pub fn counted(&self) -> Vec<(&'static str, f64)> {
        let counted = self.sessions.iter().flat_map(|SessionsAtRisk { rows, .. }| {
            [("events", rows.events() as f64), ("exposed_rows", rows.exposed() as f64)]
        });
        counted.collect()
    }

    /// hazard ~ exposure + baseline: Cox, Efron's ties, robust by therapist. `name` is what a refusal calls the exposure.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn hazard(&self, name: &str) -> Result<Hazard, String> {
        let SessionsAtRisk { rows, therapists, .. } = self.usable(name)?;
        let therapists = therapists.as_ref()?;
        Ok(Hazard { cox: rows.cox(name, therapists)?, therapists: therapists.len() })
    }

    /// left at this session ~ session + exposure + baseline: logit, robust by therapist.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn odds_ratio(&self, name: &str) -> Result<OddsRatio, String> {
        self.usable(name)?.odds_ratio(name)
    }

    /// The sessions, if anybody left, and somebody was exposed and somebody not, of a study that names therapists.
    fn usable(&self, name: &str) -> Result<&SessionsAtRisk, String> {
        let sessions = self.sessions.as_ref()?;
        if sessions.rows.events() == 0 {
            return Err("no dropout".to_owned());
        }
        if [0, sessions.rows.len()].contains(&sessions.rows.exposed()) {
            return Err(format!("no {name} before the last session of any client"));
        }
        sessions.therapists.as_ref()?;
        Ok(sessions)
    }
}

/// A Cox model whose first coefficient is that of an exposure.
pub struct Hazard {
    cox: Cox,
    /// How many therapists the standard errors rest on.
    pub therapists: usize,
}

impl Hazard {
    /// The hazard ratio of the exposure.
    #[must_use]
    pub fn ratio(&self) -> HazardRatio {
        HazardRatio(self.cox.coefficients[0], self.therapists)
    }

    /// The same, judged as one from so few therapists: t with therapists − 1 degrees of freedom.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn by_therapist(&self) -> Result<RatioByCluster, String> {
        let b = self.cox.coefficients[0].by_clusters(self.therapists)?;
        Ok(RatioByCluster(b, self.therapists))
    }

    /// Whether the hazard ratio of the exposure stays the same over sessions.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn steady(&self) -> Result<Steady, String> {
        let test = self.cox.proportionality(TimeScale::KaplanMeier)?;
        let of_exposure = test.columns.first().copied();
        let (chi_square, p) = of_exposure.ok_or("the model has no column")?;
        Ok(Steady { chi_square, p })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::designs::leaving::tests::run;

    #[test]
    fn a_client_is_exposed_after_the_session_where_it_happened() {
        let run = run(&["alliance", "dropout", "baseline"]);
        let study = Study::of(&run).unwrap();
        let mut exposed = Exposed::of(&study, "end unknown").unwrap();
        let nobody = exposed.hazard("rupture").err().unwrap();
        assert_eq!(nobody, "no rupture before the last session of any client");
        // The first client has the sessions 1, 2 and 4.
        exposed.expose(|client| (client == 0).then_some(1));
        assert_eq!(exposed.counted(), [("events", 1.0), ("exposed_rows", 2.0)]);
        let Basis { n, dropped } = exposed.basis();
        assert_eq!((n.clients, dropped[0].clients), (Some(2), Some(1)));
    }

    #[test]
    fn what_the_study_lacks_is_said() {
        let run = run(&["alliance", "dropout"]);
        let exposed = Exposed::of(&Study::of(&run).unwrap(), "end unknown").unwrap();
        let reason = exposed.odds_ratio("rupture").unwrap_err();
        assert_eq!(reason, "the study declares no baseline measure");
        assert!(exposed.counted().is_empty());
    }
}
