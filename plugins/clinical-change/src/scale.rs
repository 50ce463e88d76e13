//! The criterion of reliable change and the cut-offs of one outcome, from this study's clients at intake.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{
    Classifier, Population, ReliableChange, cutoff_a, cutoff_b, cutoff_c, reliable_change,
};
use dyad_stats::moments::Moments;

use crate::Settings;

/// The change beyond which a client has changed.
pub(crate) enum Criterion {
    /// From the reliability and the spread at intake.
    Computed(ReliableChange),
    /// Written in the study file, or in the instrument's key.
    Given(f64),
}

impl Criterion {
    pub(crate) fn points(&self) -> f64 {
        match self {
            Self::Computed(found) => found.criterion,
            Self::Given(points) => *points,
        }
    }
}

/// One outcome with everything that is known of its scale.
pub(crate) struct Scale<'r> {
    pub(crate) outcome: &'r Measure,
    pub(crate) baseline: Vec<Option<f64>>,
    pub(crate) baseline_source: String,
    pub(crate) last: Vec<Option<f64>>,
    pub(crate) criterion: Result<Criterion, String>,
    pub(crate) cutoff: Result<f64, String>,
    /// Caseness: the measure's cut-off, else cut-off c.
    pub(crate) caseness: Result<f64, String>,
    intake: Moments,
    n: Counts,
    dropped: u64,
}

impl<'r> Scale<'r> {
    pub(crate) fn of(
        run: &'r Run<Settings>,
        clients: &Clients<'_>,
        outcome: &'r Measure,
    ) -> Result<Self, Failure> {
        let baseline = clients.baseline(run, outcome)?;
        let last = clients.last(&run.table("sessions")?.floats(&outcome.id)?);
        let sample = clients.complete(&[(&baseline.values, "no baseline")]);
        let intake = Moments::of(&sample.pick(&baseline.values));
        let sd = intake.sd().map_err(|e| e.to_string());
        let criterion = match (outcome.reliability, outcome.reliable_change, &sd) {
            (None, Some(points), _) => Ok(Criterion::Given(points)),
            (None, None, _) => Err(
                "no reliability and no reliable change is known for this measure: it is not guessed"
                    .to_owned(),
            ),
            (Some(_), _, Err(reason)) => Err(reason.clone()),
            (Some(r), _, Ok(sd)) => {
                reliable_change(*sd, r).map(Criterion::Computed).map_err(|e| e.to_string())
            }
        };
        let cutoff = match (outcome.functional, &sd) {
            (None, _) => {
                Err("no functional norm (mean and SD) is declared for this measure".to_owned())
            }
            (Some(_), Err(reason)) => Err(reason.clone()),
            (Some(_), Ok(sd)) if *sd <= 0.0 => Err("no variation at intake".to_owned()),
            (Some(norm), Ok(sd)) => match intake.mean() {
                Ok(mean) => Ok(cutoff_c(
                    Population { mean, sd: *sd },
                    Population { mean: norm.mean, sd: norm.sd },
                )),
                Err(reason) => Err(reason.to_string()),
            },
        };
        let caseness = outcome.cutoff.map_or_else(|| cutoff.clone(), Ok);
        Ok(Self {
            outcome,
            baseline: baseline.values,
            baseline_source: baseline.source,
            last,
            criterion,
            cutoff,
            caseness,
            intake,
            n: sample.n,
            dropped: (clients.len() - sample.clients.len()) as u64,
        })
    }

    /// Whether a score is at caseness: at the cut-off or beyond it in the worse direction.
    pub(crate) fn is_case(&self, score: f64) -> bool {
        let beyond = |c: &f64| -self.outcome.benefit_sign() * (score - c) >= -SCORE_TOLERANCE;
        self.caseness.as_ref().is_ok_and(beyond)
    }

    /// Standard deviation of all clients at intake.
    pub(crate) fn sd_intake(&self) -> Result<f64, String> {
        self.intake.sd().map_err(|e| e.to_string())
    }

    /// The rule that classifies clients, if the criterion is known.
    pub(crate) fn classifier(&self) -> Result<Classifier, String> {
        let criterion = match self.criterion.as_ref().map_err(Clone::clone)? {
            Criterion::Computed(found) => found.criterion,
            // "Six points" is reached by a change of six; a computed criterion must be exceeded.
            Criterion::Given(points) => points - 2.0 * SCORE_TOLERANCE,
        };
        Ok(Classifier {
            criterion,
            cutoff: self.cutoff.as_ref().ok().copied(),
            benefit_sign: self.outcome.benefit_sign(),
        })
    }

    /// Adds `Y/rci_criterion` and `Y/cutoff_a`, `…_b`, `…_c`.
    pub(crate) fn add(&self, findings: &mut Findings) {
        let new = |what: &str, label: String| {
            Estimate::new(format!("{}/{what}", self.outcome.id), label)
                .counts(self.n)
                .dropped("no baseline", self.dropped)
                .source("jacobson1991")
        };
        let criterion = new(
            "rci_criterion",
            format!("Change of {} beyond measurement error", self.outcome.name()),
        );
        let computed = format!(
            "z(.975)·√2·SD·√(1 − reliability), SD of all clients at intake ({})",
            self.baseline_source
        );
        findings.estimates.push(match &self.criterion {
            Err(reason) => criterion.method(computed).refused(reason.as_str()),
            Ok(Criterion::Given(points)) => criterion
                .method("as given in the study file or the instrument's key")
                .value(*points)
                .warn("a published number of points, not computed from the clients here: it holds for its own sample's spread and reliability"),
            Ok(Criterion::Computed(found)) => criterion
                .method(computed)
                .value(found.criterion)
                .detail("sd_pre", self.intake.sd().unwrap_or(f64::NAN))
                .detail("sem", found.sem)
                .detail("se_difference", found.difference),
        });
        let formulas = [
            (
                "cutoff_a",
                "M_clin ∓ 2 SD_clin: two SDs from the clinical mean towards the functional side",
            ),
            (
                "cutoff_b",
                "M_func ± 2 SD_func: two SDs from the functional mean towards the clinical side",
            ),
            ("cutoff_c", "(SD_clin·M_func + SD_func·M_clin)/(SD_clin + SD_func)"),
        ];
        for (what, formula) in formulas {
            let label = match what {
                "cutoff_a" => "Cut-off a: out of the clinical range of",
                "cutoff_b" => "Cut-off b: within the functional range of",
                _ => "Cut-off c: between clinical and functional",
            };
            let estimate = new(what, format!("{label} {}", self.outcome.name()))
                .method(format!("{formula}; clinical: all clients at intake"));
            let populations = self.populations();
            findings.estimates.push(match (&self.cutoff, populations) {
                (Err(reason), _) => estimate.refused(reason.as_str()),
                (_, None) => estimate.refused("no functional norm (mean and SD) is declared for this measure, or nobody has a baseline"),
                (_, Some((clinical, functional))) => estimate.value(match what {
                    "cutoff_a" => cutoff_a(clinical, functional),
                    "cutoff_b" => cutoff_b(clinical, functional),
                    _ => cutoff_c(clinical, functional),
                }),
            });
        }
    }

    /// The clients at intake, and the functional norm.
    fn populations(&self) -> Option<(Population, Population)> {
        let norm = self.outcome.functional?;
        let clinical = Population { mean: self.intake.mean().ok()?, sd: self.intake.sd().ok()? };
        Some((clinical, Population { mean: norm.mean, sd: norm.sd }))
    }
}
