//! One outcome: its clients before and after, the criterion of reliable change and the cut-offs, from this study's clients at intake.

use dyad_plugin::derived::{Clients, Sample};
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

pub(crate) struct Outcome<'r> {
    pub(crate) run: &'r Run<Settings>,
    pub(crate) clients: &'r Clients<'r>,
    pub(crate) measure: &'r Measure,
    /// Words about the measure, `Y`.
    pub(crate) words: Words<'r>,
    /// + is better.
    pub(crate) sign: f64,
    /// The clients with baseline and final score, and both scores.
    pub(crate) sample: Sample,
    pub(crate) pairs: Vec<(f64, f64)>,
    /// The clients with a baseline, and their scores.
    at_intake: Sample,
    intake: Moments,
    pub(crate) criterion: Result<Criterion, String>,
    pub(crate) cutoff: Result<f64, String>,
    /// Caseness: the measure's cut-off, else cut-off c.
    pub(crate) caseness: Result<f64, String>,
}

impl<'r> Outcome<'r> {
    pub(crate) fn of(
        run: &'r Run<Settings>,
        clients: &'r Clients<'r>,
        measure: &'r Measure,
    ) -> Result<Self, Failure> {
        let baseline = clients.baseline(run, measure)?;
        let words = run.words().about("Y", measure).with("baseline", &baseline.source);
        let (baseline, last) = (baseline.values, clients.last(&run.scores(measure)?));
        let at_intake = clients.complete(&[(&baseline, "no baseline")]);
        let sample =
            clients.complete(&[(&baseline, "no baseline"), (&last, &words.text("lacks.last"))]);
        let pairs = sample.pick(&baseline).into_iter().zip(sample.pick(&last)).collect();
        let intake = Moments::of(&at_intake.pick(&baseline));
        let sd = intake.sd().map_err(|e| e.to_string());
        let criterion = match (measure.reliability, measure.reliable_change) {
            (None, None) => Err(words.text("refuse.criterion")),
            (None, Some(points)) => Ok(Criterion::Given(points)),
            (Some(r), _) => sd.clone().and_then(|sd| {
                reliable_change(sd, r).map(Criterion::Computed).map_err(|e| e.to_string())
            }),
        };
        let mut outcome = Self {
            run,
            clients,
            measure,
            words,
            sign: measure.benefit_sign(),
            sample,
            pairs,
            at_intake,
            intake,
            criterion,
            cutoff: Err(String::new()),
            caseness: Err(String::new()),
        };
        outcome.cutoff = outcome.populations().map(|(clinical, norm)| cutoff_c(clinical, norm));
        outcome.caseness = measure.cutoff.map_or_else(|| outcome.cutoff.clone(), Ok);
        Ok(outcome)
    }

    /// The clients at intake, and the functional norm.
    fn populations(&self) -> Result<(Population, Population), String> {
        let norm = self.measure.functional.ok_or_else(|| self.words.text("refuse.norm"))?;
        let sd = self.sd_intake()?;
        let mean = self.intake.mean().map_err(|e| e.to_string())?;
        Ok((Population { mean, sd }, Population { mean: norm.mean, sd: norm.sd }))
    }

    /// Standard deviation of all clients at intake, above 0.
    pub(crate) fn sd_intake(&self) -> Result<f64, String> {
        match self.intake.sd() {
            Ok(sd) if sd <= 0.0 => Err("no variation at intake".to_owned()),
            sd => sd.map_err(|e| e.to_string()),
        }
    }

    /// Whether a score is at caseness: at the cut-off or beyond it in the worse direction.
    pub(crate) fn is_case(&self, score: f64) -> bool {
        self.caseness.as_ref().is_ok_and(|c| -self.sign * (score - c) >= -SCORE_TOLERANCE)
    }

    /// The rule that classifies clients, if the criterion is known.
    pub(crate) fn classifier(&self) -> Result<Classifier, String> {
        let criterion = match self.criterion.as_ref().map_err(Clone::clone)? {
            Criterion::Computed(found) => found.criterion,
            // "Six points" is reached by a change of six; a computed criterion must be exceeded.
            Criterion::Given(points) => points - 2.0 * SCORE_TOLERANCE,
        };
        let cutoff = self.cutoff.as_ref().ok().copied();
        Ok(Classifier { criterion, cutoff, benefit_sign: self.sign })
    }

    /// The criterion, and the cut-offs a, b and c.
    pub(crate) fn scale(&self) -> [Estimate; 4] {
        let lost = (self.clients.len() - self.at_intake.clients.len()) as u64;
        let new = |key: &str| {
            let estimate = self.words.estimate(key).counts(self.at_intake.n);
            estimate.dropped("no baseline", lost)
        };
        let criterion =
            new("Y/rci_criterion").given(self.criterion.as_ref(), |e, found| match found {
                Criterion::Given(points) => e
                    .method(self.words.text("criterion.given"))
                    .value(*points)
                    .warn(self.words.text("warn.points")),
                Criterion::Computed(found) => e
                    .value(found.criterion)
                    .detail_if("sd_pre", self.intake.sd().ok())
                    .details([("sem", found.sem), ("se_difference", found.difference)]),
            });
        let populations = self.populations();
        let cutoff = |key: &str, rule: fn(Population, Population) -> f64| {
            new(key)
                .given(populations.as_ref(), |e, (clinical, norm)| e.value(rule(*clinical, *norm)))
        };
        let (a, b) = (cutoff("Y/cutoff_a", cutoff_a), cutoff("Y/cutoff_b", cutoff_b));
        [criterion, a, b, cutoff("Y/cutoff_c", cutoff_c)]
    }
}
