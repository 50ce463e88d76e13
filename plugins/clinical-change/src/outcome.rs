//! One outcome: its clients before and after, the criterion of reliable change and the cut-offs, from this study's clients at intake.

use dyad_plugin::derived::{Clients, Sample, Variable};
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
    /// Words about the measure, `Y`, and what rests on the sample.
    pub(crate) words: Words<'r>,
    /// + is better.
    pub(crate) sign: f64,
    /// The clients with baseline and final score, and both scores.
    pub(crate) sample: Sample,
    pub(crate) before: Vec<f64>,
    pub(crate) after: Vec<f64>,
    /// The clients with a baseline, and their scores.
    at_intake: Sample,
    intake: Moments,
}

impl<'r> Outcome<'r> {
    pub(crate) fn of(
        run: &'r Run<Settings>,
        clients: &'r Clients<'r>,
        measure: &'r Measure,
    ) -> Result<Self, Failure> {
        let baseline = clients.baseline(run, measure)?;
        let words = run.words().about("Y", measure).with("baseline", &baseline.source);
        let baseline = Variable::from(baseline);
        let last = Variable::new(clients.last(&run.scores(measure)?), words.text("lacks.last"));
        let (at_intake, [intake]) = clients.complete_cases([&baseline]);
        let (sample, [before, after]) = clients.complete_cases([&baseline, &last]);
        Ok(Self {
            run,
            clients,
            measure,
            words: words.over(&sample),
            sign: measure.benefit_sign(),
            sample,
            before,
            after,
            at_intake,
            intake: Moments::of(&intake),
        })
    }

    /// Scores before and after, client by client of the sample.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        self.before.iter().copied().zip(self.after.iter().copied())
    }

    /// Standard deviation of all clients at intake, above 0.
    pub(crate) fn sd_intake(&self) -> Result<f64, String> {
        match self.intake.sd()? {
            sd if sd <= 0.0 => Err(self.words.text("refuse.variation")),
            sd => Ok(sd),
        }
    }

    pub(crate) fn criterion(&self) -> Result<Criterion, String> {
        match (self.measure.reliability, self.measure.reliable_change) {
            (Some(r), _) => Ok(Criterion::Computed(reliable_change(self.intake.sd()?, r)?)),
            (None, Some(points)) => Ok(Criterion::Given(points)),
            (None, None) => Err(self.words.text("refuse.criterion")),
        }
    }

    /// The clients at intake, and the functional norm.
    fn populations(&self) -> Result<[Population; 2], String> {
        let norm = self.measure.functional.ok_or_else(|| self.words.text("refuse.norm"))?;
        let clinical = Population { sd: self.sd_intake()?, mean: self.intake.mean()? };
        Ok([clinical, Population { mean: norm.mean, sd: norm.sd }])
    }

    /// Cut-off c.
    pub(crate) fn cutoff(&self) -> Result<f64, String> {
        self.populations().map(|[clinical, norm]| cutoff_c(clinical, norm))
    }

    /// The score from which a client is a case: the measure's cut-off, else cut-off c.
    pub(crate) fn caseness(&self) -> Result<f64, String> {
        self.measure.cutoff.map_or_else(|| self.cutoff(), Ok)
    }

    /// The rule that classifies clients, if the criterion is known.
    pub(crate) fn classifier(&self) -> Result<Classifier, String> {
        let criterion = match self.criterion()? {
            Criterion::Computed(found) => found.criterion,
            // "Six points" is reached by a change of six; a computed criterion must be exceeded.
            Criterion::Given(points) => points - 2.0 * SCORE_TOLERANCE,
        };
        Ok(Classifier { criterion, cutoff: self.cutoff().ok(), benefit_sign: self.sign })
    }

    /// The criterion, and the cut-offs a, b and c.
    pub(crate) fn scale(&self) -> [Estimate; 4] {
        let words = self.words.over(&self.at_intake);
        let criterion = words.estimate("Y/rci_criterion");
        let criterion = criterion.given(self.criterion(), |e, found| match found {
            Criterion::Given(points) => {
                let given = e.method(words.text("criterion.given")).value(points);
                given.warn(words.text("warn.points"))
            }
            Criterion::Computed(found) => e
                .value(found.criterion)
                .detail_if("sd_pre", self.intake.sd().ok())
                .details([("sem", found.sem), ("se_difference", found.difference)]),
        });
        let cutoff = |key: &str, rule: fn(Population, Population) -> f64| {
            let found = self.populations();
            words.estimate(key).given(found, |e, [clinical, norm]| e.value(rule(clinical, norm)))
        };
        let (a, b) = (cutoff("Y/cutoff_a", cutoff_a), cutoff("Y/cutoff_b", cutoff_b));
        [criterion, a, b, cutoff("Y/cutoff_c", cutoff_c)]
    }
}
