//! One alliance and one outcome measure over the clients: their correlations early, later, and within and between therapists.

use dyad_plugin::derived::{Clients, Sample, Variable};
use dyad_plugin::prelude::*;
use dyad_stats::correlation;
use dyad_stats::linear::Moderation;
use dyad_stats::mixed::Fit;
use dyad_stats::moments::standardised;

use crate::{Settings, figures};

/// Later phases of the treatment: does the link depend on when the alliance is rated?
const PHASES: [(&str, [&str; 2]); 3] = [
    ("middle", ["middle/A/Y/pearson", "middle/A/Y/partial"]),
    ("late", ["late/A/Y/pearson", "late/A/Y/partial"]),
    ("mean", ["mean/A/Y/pearson", "mean/A/Y/partial"]),
];

pub(crate) struct Pair<'a> {
    pub(crate) run: &'a Run<Settings>,
    pub(crate) clients: &'a Clients<'a>,
    pub(crate) alliance: &'a Measure,
    pub(crate) outcome: &'a Measure,
    /// Words about the two, `A` and `Y`.
    pub(crate) words: Words<'a>,
    pub(crate) ratings: Floats<'a>,
    pub(crate) scores: Floats<'a>,
    early: Variable,
    last: Variable,
    pub(crate) baseline: Variable,
    /// Early alliance and last outcome of the clients with both; with the baseline, of those with all three.
    pub(crate) both: (Sample, [Vec<f64>; 2]),
    pub(crate) all: (Sample, [Vec<f64>; 3]),
    /// What turns a correlation towards benefit.
    pub(crate) sign: f64,
}

impl<'a> Pair<'a> {
    pub(crate) fn of(
        run: &'a Run<Settings>,
        clients: &'a Clients<'a>,
        (alliance, outcome): (&'a Measure, &'a Measure),
    ) -> Result<Self, Failure> {
        let (ratings, scores) = (run.scores(alliance)?, run.scores(outcome)?);
        let baseline = clients.baseline(run, outcome)?;
        let words = run.words().about("A", alliance).about("Y", outcome);
        let words = words.with("baseline", &baseline.source);
        let early = clients.mean_in(&ratings, run.settings().early_window);
        let early = Variable::new(early, words.text("lacks.early"));
        let last = Variable::new(clients.last(&scores), words.text("lacks.last"));
        let baseline = baseline.into();
        Ok(Self {
            both: clients.complete_cases([&early, &last]),
            all: clients.complete_cases([&early, &last, &baseline]),
            sign: outcome.benefit_sign(),
            run,
            clients,
            alliance,
            outcome,
            words,
            ratings,
            scores,
            early,
            last,
            baseline,
        })
    }

    /// Adds the client-level correlations of the early alliance with the final outcome, and their scatter.
    pub(crate) fn early(&self, findings: &mut Findings) {
        let (both, [x, y]) = &self.both;
        let words = self.words.over(both);
        let pearson = words.estimate("early/A/Y/pearson");
        let pearson = pearson.correlation(correlation::pearson(x, y), self.sign);
        findings.figures.extend(figures::early(self, &pearson));
        let rater = self.alliance.rater.filter(|rater| self.outcome.rater == Some(*rater));
        let same = words.with("rater", rater.map_or("", Rater::adjective));
        let pearson = pearson.warn_if(rater.is_some(), same.text("warn.same_rater"));
        let spearman = words.estimate("early/A/Y/spearman");
        let spearman = spearman.correlation(correlation::spearman(x, y), self.sign);

        let (all, [x, y, z]) = &self.all;
        let words = self.words.over(all);
        let partial = words.estimate("early/A/Y/partial");
        let partial = partial.correlation(correlation::partial(x, y, z), self.sign);
        let regression = || -> Result<_, String> {
            let (x, y) = (standardised(x, "the alliance")?, standardised(y, "the outcome")?);
            let columns = [("early", &x[..]), ("baseline", &standardised(z, "the baseline")?)];
            let found = self.clients.regression(&all.clients, &columns, &y)?;
            Ok((found.slope("early")?, found.fit.se[1]))
        };
        let ancova = words.estimate("early/A/Y/ancova_beta");
        let ancova = ancova.given(regression(), |e, (slope, se_ols)| {
            e.cluster_robust(slope).detail("se_ols", se_ols)
        });
        findings.estimates.extend([pearson, spearman, partial, ancova]);
    }

    /// Adds Pearson and partial correlation of the alliance in a later phase with the final outcome.
    pub(crate) fn phases(&self, findings: &mut Findings) {
        for (phase, [pearson, partial]) in PHASES {
            let ratings = match phase {
                "middle" => self.clients.mean_in_third(&self.ratings, 1),
                "late" => self.clients.mean_in_third(&self.ratings, 2),
                _ => self.clients.mean(&self.ratings),
            };
            let words = self.words.with("phase", self.words.text(&format!("phase.{phase}")));
            let caution = words.text(&format!("phase.{phase}_caution"));
            let ratings = Variable::new(ratings, words.text("lacks.phase"));

            let (both, [x, y]) = self.clients.complete_cases([&ratings, &self.last]);
            let pearson = words.over(&both).estimate(pearson);
            let pearson = pearson.correlation(correlation::pearson(&x, &y), self.sign);
            let three = [&ratings, &self.last, &self.baseline];
            let (all, [x, y, z]) = self.clients.complete_cases(three);
            let partial = words.over(&all).estimate(partial);
            let partial = partial.correlation(correlation::partial(&x, &y, &z), self.sign);
            findings.estimates.extend([pearson, partial].map(|e| e.warn_if(true, &caution)));
        }
    }

    /// Adds whose alliance goes with whose outcome:
    /// final ~ baseline + (early − therapist mean) + (therapist mean − its mean over clients) + (1 | therapist).
    pub(crate) fn levels(&self, findings: &mut Findings) {
        let (fit, words) = (self.within_and_between(), self.words.over(&self.all.0));
        let weights: [(&str, &[(&str, f64)]); 3] = [
            ("early/A/Y/within_therapist", &[("within", 1.0)]),
            ("early/A/Y/between_therapist", &[("between", 1.0)]),
            ("early/A/Y/contextual", &[("between", 1.0), ("within", -1.0)]),
        ];
        let given = weights.map(|(key, weights)| words.estimate(key).fixed_effect(&fit, weights));
        findings.estimates.extend(given);
    }

    fn within_and_between(&self) -> Result<Fit, String> {
        let (all, [x, y, z]) = &self.all;
        let [between, within] = self.clients.between_and_within(all, x)?;
        let overall = x.iter().sum::<f64>() / x.len() as f64;
        let between: Vec<f64> = between.iter().map(|mean| mean - overall).collect();
        let columns = [("baseline", &z[..]), ("within", &within), ("between", &between)];
        self.clients.therapist_model(all, &columns, y)
    }

    /// Adds for whom the link holds: final ~ baseline + early + C + early × C for every covariate, both centred.
    pub(crate) fn moderators(&self, findings: &mut Findings) -> Result<(), Failure> {
        for covariate in self.run.measures_of(Role::Covariate) {
            let words = self.words.about("C", covariate);
            let early = Variable::new(self.early.values.clone(), "no early alliance rating");
            let moderator = self.clients.value(self.run, covariate)?;
            let moderator = Variable::new(moderator, format!("no {}", covariate.name()));
            let variables = [&early, &self.last, &self.baseline, &moderator];
            let (sample, [x, y, z, c]) = self.clients.complete_cases(variables);
            let fit = || -> Result<_, String> {
                let names = ["the alliance".to_owned(), covariate.name()];
                let moderated = Moderation::of(&x, &c, names)?;
                let columns = [
                    ("baseline", &z[..]),
                    ("early", &moderated.predictor),
                    ("covariate", &moderated.moderator),
                    ("interaction", &moderated.product),
                ];
                let found = self.clients.regression(&sample.clients, &columns, &y)?;
                let beta = &found.fit.beta;
                Ok((found.slope("interaction")?, moderated.simple_slopes(beta[2], beta[4])))
            };
            let estimate = words.over(&sample).estimate("moderator/A/Y/C/interaction");
            findings.estimates.push(estimate.given(fit(), |e, (product, [below, above])| {
                let given = e.cluster_robust(product);
                given.details([("slope_below", below), ("slope_above", above)])
            }));
        }
        Ok(())
    }
}
