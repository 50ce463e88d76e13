//! One alliance and one outcome measure over the clients: their correlations early, later, and within and between therapists.

use dyad_plugin::derived::{Baseline, Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::correlation;
use dyad_stats::mixed::Fit;
use dyad_stats::moments::{centred, standardised};

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
    /// Early alliance and last outcome of each client.
    pub(crate) early: Vec<Option<f64>>,
    pub(crate) last: Vec<Option<f64>>,
    pub(crate) no_last: String,
    pub(crate) baseline: Baseline,
    /// Clients with early alliance and last outcome; those with a baseline, too.
    pub(crate) both: Sample,
    pub(crate) all: Sample,
}

impl<'a> Pair<'a> {
    pub(crate) fn of(
        run: &'a Run<Settings>,
        clients: &'a Clients<'a>,
        alliance: &'a Measure,
        outcome: &'a Measure,
    ) -> Result<Self, Failure> {
        let (ratings, scores) = (run.scores(alliance)?, run.scores(outcome)?);
        let early = clients.mean_in(&ratings, run.settings().early_window);
        let (last, baseline) = (clients.last(&scores), clients.baseline(run, outcome)?);
        let words = run.words().about("A", alliance).about("Y", outcome);
        let words = words.with("baseline", &baseline.source);
        let (no_early, no_last) = (words.text("lacks.early"), words.text("lacks.last"));
        let needs =
            [(&early[..], no_early.as_str()), (&last, &no_last), (&baseline.values, "no baseline")];
        let (both, all) = (clients.complete(&needs[..2]), clients.complete(&needs));
        Ok(Self {
            run,
            clients,
            alliance,
            outcome,
            words,
            ratings,
            scores,
            early,
            last,
            no_last,
            baseline,
            both,
            all,
        })
    }

    /// The sign that turns a correlation towards benefit.
    pub(crate) fn sign(&self) -> f64 {
        self.outcome.benefit_sign()
    }

    /// Early alliance, last outcome and baseline of the clients who have all three.
    pub(crate) fn complete(&self) -> [Vec<f64>; 3] {
        [&self.early, &self.last, &self.baseline.values].map(|values| self.all.pick(values))
    }

    /// Adds the client-level correlations of the early alliance with the final outcome, and their scatter.
    pub(crate) fn early(&self, findings: &mut Findings) {
        let both = |key: &str| self.both.describe(self.words.estimate(key));
        let all = |key: &str| self.all.describe(self.words.estimate(key));
        let (x, y) = (self.both.pick(&self.early), self.both.pick(&self.last));
        let pearson = both("early/A/Y/pearson");
        let pearson = pearson.correlation(correlation::pearson(&x, &y), self.sign());
        findings.figures.extend(figures::early(self, &x, &y, &pearson));
        let rater = self.alliance.rater.filter(|rater| self.outcome.rater == Some(*rater));
        let words = self.words.with("rater", rater.map_or("", Rater::adjective));
        let pearson = pearson.warn_if(rater.is_some(), words.text("warn.same_rater"));
        let spearman = both("early/A/Y/spearman");
        let spearman = spearman.correlation(correlation::spearman(&x, &y), self.sign());

        let [x, y, z] = self.complete();
        let partial = all("early/A/Y/partial");
        let partial = partial.correlation(correlation::partial(&x, &y, &z), self.sign());
        let regression = || {
            let scaled = |values: &[f64], what: &'static str| {
                standardised(values, what).map_err(|e| e.to_string())
            };
            let (x, y) = (scaled(&x, "the alliance")?, scaled(&y, "the outcome")?);
            let columns = [("early", &x[..]), ("baseline", &scaled(&z, "the baseline")?)];
            let regression = self.clients.regression(&self.all.clients, &columns, &y)?;
            Ok::<_, String>((regression.slope("early")?, regression.fit.se[1]))
        };
        let ancova = all("early/A/Y/ancova_beta").given(regression(), |e, (slope, se_ols)| {
            e.clustered(Ok::<_, String>(slope)).detail("se_ols", se_ols)
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
            let name = self.words.text(&format!("phase.{phase}"));
            let caution = self.words.text(&format!("phase.{phase}_caution"));
            let none = format!("no alliance rating in the {name}");
            let words = self.words.with("phase", name);
            let z = &self.baseline.values;
            let needs = [(&ratings[..], none.as_str()), (&self.last, &self.no_last)];

            let sample = self.clients.complete(&needs);
            let found = correlation::pearson(&sample.pick(&ratings), &sample.pick(&self.last));
            let pearson = sample.describe(words.estimate(pearson));
            let pearson = pearson.correlation(found, self.sign());

            let sample = self.clients.complete(&[needs[0], needs[1], (z, "no baseline")]);
            let [x, y, z] = [&ratings, &self.last, z].map(|values| sample.pick(values));
            let partial = sample.describe(words.estimate(partial));
            let partial = partial.correlation(correlation::partial(&x, &y, &z), self.sign());
            findings.estimates.extend([pearson, partial].map(|e| e.warn_if(true, &caution)));
        }
    }

    /// Adds whose alliance goes with whose outcome:
    /// final ~ baseline + (early − therapist mean) + (therapist mean − its mean over clients) + (1 | therapist).
    pub(crate) fn levels(&self, findings: &mut Findings) {
        let fit = self.within_and_between();
        let weights: [(&str, &[(&str, f64)]); 3] = [
            ("early/A/Y/within_therapist", &[("within", 1.0)]),
            ("early/A/Y/between_therapist", &[("between", 1.0)]),
            ("early/A/Y/contextual", &[("between", 1.0), ("within", -1.0)]),
        ];
        findings.estimates.extend(weights.map(|(key, weights)| {
            self.all.describe(self.words.estimate(key)).fixed_effect(&fit, weights)
        }));
    }

    fn within_and_between(&self) -> Result<Fit, String> {
        let [x, y, z] = self.complete();
        let [between, within] = self.clients.between_and_within(&self.all, &x)?;
        let overall = x.iter().sum::<f64>() / x.len() as f64;
        let between: Vec<f64> = between.iter().map(|mean| mean - overall).collect();
        let columns = [("baseline", &z[..]), ("within", &within), ("between", &between)];
        self.clients.therapist_model(&self.all, &columns, &y)
    }

    /// Adds for whom the link holds: final ~ baseline + early + C + early × C for every covariate, both centred.
    pub(crate) fn moderators(&self, findings: &mut Findings) -> Result<(), Failure> {
        for covariate in self.run.measures_of(Role::Covariate) {
            let values = self.clients.value(self.run, covariate)?;
            let name = covariate.name();
            let sample = self.clients.complete(&[
                (&self.early, "no early alliance rating"),
                (&self.last, &self.no_last),
                (&self.baseline.values, "no baseline"),
                (&values, &format!("no {name}")),
            ]);
            let fit = || {
                let centred = |values: &[Option<f64>], what: String| {
                    centred(&sample.pick(values), what).map_err(|e| e.to_string())
                };
                let (early, _) = centred(&self.early, "the alliance".to_owned())?;
                let (moderator, sd) = centred(&values, name)?;
                let product: Vec<f64> = early.iter().zip(&moderator).map(|(a, c)| a * c).collect();
                let columns = [
                    ("baseline", &sample.pick(&self.baseline.values)[..]),
                    ("early", &early),
                    ("covariate", &moderator),
                    ("interaction", &product),
                ];
                let y = sample.pick(&self.last);
                let found = self.clients.regression(&sample.clients, &columns, &y)?;
                Ok::<_, String>((
                    found.slope("interaction")?,
                    found.fit.beta[2],
                    found.fit.beta[4],
                    sd,
                ))
            };
            let words = self.words.about("C", covariate);
            let estimate = sample.describe(words.estimate("moderator/A/Y/C/interaction"));
            findings.estimates.push(estimate.given(fit(), |e, (product, slope, change, sd)| {
                e.clustered(Ok::<_, String>(product))
                    .detail("slope_below", slope - sd * change)
                    .detail("slope_above", slope + sd * change)
            }));
        }
        Ok(())
    }
}
