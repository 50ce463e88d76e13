//! One alliance and one outcome measure over the clients: their correlations early, later, and within and between therapists.

use dyad_plugin::binned;
use dyad_plugin::derived::{Sample, Variable};
use dyad_plugin::figure::{BandPoint, Marks, Plot, Scatter};
use dyad_plugin::prelude::*;
use dyad_stats::correlation::{partial, pearson, spearman};
use dyad_stats::linear::{Line, Moderation};
use dyad_stats::mixed::Fit;
use dyad_stats::moments::standardised;

use crate::Study;

/// Steps along the line of a scatter at which its band is given.
const STEPS: usize = 40;

pub(crate) struct Pair<'a> {
    pub(crate) study: Study<'a>,
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
    all: (Sample, [Vec<f64>; 3]),
    /// What turns a correlation towards benefit.
    pub(crate) sign: f64,
}

impl<'a> Pair<'a> {
    pub(crate) fn of(
        study: Study<'a>,
        (alliance, outcome): (&'a Measure, &'a Measure),
    ) -> Result<Self, Failure> {
        let Study { run, clients } = study;
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
            study,
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
        let r = words.estimate("early/A/Y/pearson").correlation(pearson(x, y), self.sign);
        findings.figures.extend(self.scatter(&r));
        let rater = self.alliance.rater.filter(|rater| self.outcome.rater == Some(*rater));
        let same = words.with("rater", rater.map_or("", Rater::adjective)).text("warn.same_rater");
        let rho = words.estimate("early/A/Y/spearman").correlation(spearman(x, y), self.sign);

        let (all, [x, y, z]) = &self.all;
        let words = self.words.over(all);
        let r_given_baseline =
            words.estimate("early/A/Y/partial").correlation(partial(x, y, z), self.sign);
        let regression = || -> Result<_, String> {
            let (x, y) = (standardised(x, "the alliance")?, standardised(y, "the outcome")?);
            let columns = [("early", &x[..]), ("baseline", &standardised(z, "the baseline")?)];
            let found = self.study.clients.regression(&all.clients, &columns, &y)?;
            Ok((found.slope("early")?, found.fit.se[1]))
        };
        let slope = words
            .estimate("early/A/Y/ancova_beta")
            .given(regression(), |e, (b, se_ols)| e.cluster_robust(b).detail("se_ols", se_ols));
        findings.estimates.extend([r.warn_if(rater.is_some(), same), rho, r_given_baseline, slope]);
    }

    /// Each client as a mark, the least-squares line and the band of its mean.
    fn scatter(&self, r: &Estimate) -> Option<Figure> {
        let (_, [x, y]) = &self.both;
        let line = Line::fit(x, y).ok()?;
        r.estimate.zip(r.ci)?;
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let band = line.along([low, high], STEPS).map(|(at, mean)| BandPoint {
            x: at,
            y: mean.estimate,
            low: mean.ci[0],
            high: mean.ci[1],
        });
        let annotation = self.words.of("r", r).text("annotation");
        let words = self.words.of("r", r).with("annotation", &annotation);
        let figure = words.figure_with_axes("early-A-Y", r.n, |[early, last]| {
            Plot::Scatter(Scatter {
                x: early.within(self.alliance.range),
                y: last.within(self.outcome.range),
                points: x.iter().zip(y).map(|(&x, &y)| [x, y]).collect(),
                bins: binned::plane(x, y),
                line: band.collect(),
                annotation,
            })
        });
        Some(figure.marks(Marks::Clients))
    }

    /// Adds what the residuals of final ~ baseline + early say, and whether a curve fits better than the line.
    pub(crate) fn assumptions(&self, findings: &mut Findings) {
        let (all, [x, y, z]) = &self.all;
        let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
        let squared: Vec<f64> = x.iter().map(|x| (x - mean) * (x - mean)).collect();
        let columns = [("baseline", &z[..]), ("early", x), ("squared", &squared)];
        let fit =
            |with: usize| self.study.clients.regression(&all.clients, &columns[..with], y).ok();
        let Some(found) = fit(2).and_then(|fit| fit.fit.diagnostics()) else { return };
        let mut note = |words: &Words<'_>, says: &str, key: &str| {
            let words = words.with("says", words.text(says));
            findings.notes.push(words.note(NoteKind::Assumption, key));
        };
        if let Some(curve) = fit(3).and_then(|fit| fit.slope("squared").ok()) {
            let says = if curve.p < 0.05 { "note.too_simple" } else { "note.no_curve" };
            note(&self.words.numbers([("b", curve.estimate), ("p", curve.p)]), says, "note.line");
        }
        let far = found.skewness.abs() > 1.0 || found.kurtosis.abs() > 2.0;
        let says = if far { "note.far" } else { "note.near" };
        let words = self.words.with("influential", found.influential);
        let words = words.with("leverage", found.high_leverage);
        let words = words.numbers([("cook", found.cooks_max), ("residual", found.residual_max)]);
        let words = words.numbers([("skewness", found.skewness), ("kurtosis", found.kurtosis)]);
        note(&words, says, "note.outliers");
        note(&words, says, "note.residuals");
    }

    /// Adds Pearson and partial correlation of the alliance in a later phase with the final outcome: does the link depend on when the
    /// alliance is rated?
    pub(crate) fn phases(&self, findings: &mut Findings) {
        let clients = self.study.clients;
        for (phase, ratings) in [
            ("middle", clients.mean_in_third(&self.ratings, 1)),
            ("late", clients.mean_in_third(&self.ratings, 2)),
            ("mean", clients.mean(&self.ratings)),
        ] {
            let words = self.words.with("phase", phase);
            let words = words.with("name", words.text(&format!("phase.{phase}")));
            let caution = words.text(&format!("phase.{phase}_caution"));
            let ratings = Variable::new(ratings, words.text("lacks.phase"));
            let (both, [x, y]) = clients.complete_cases([&ratings, &self.last]);
            let r = words.over(&both).estimate("{phase}/A/Y/pearson");
            let r = r.correlation(pearson(&x, &y), self.sign);
            let three = [&ratings, &self.last, &self.baseline];
            let (all, [x, y, z]) = clients.complete_cases(three);
            let r_given_baseline = words.over(&all).estimate("{phase}/A/Y/partial");
            let r_given_baseline = r_given_baseline.correlation(partial(&x, &y, &z), self.sign);
            findings.estimates.extend([r, r_given_baseline].map(|e| e.warn_if(true, &caution)));
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
        let [between, within] = self.study.clients.between_and_within(all, x)?;
        let overall = x.iter().sum::<f64>() / x.len() as f64;
        let between: Vec<f64> = between.iter().map(|mean| mean - overall).collect();
        let columns = [("baseline", &z[..]), ("within", &within), ("between", &between)];
        self.study.clients.therapist_model(all, &columns, y)
    }

    /// Adds for whom the link holds: final ~ baseline + early + C + early × C for every covariate, both centred.
    pub(crate) fn moderators(&self, findings: &mut Findings) -> Result<(), Failure> {
        let Study { run, clients } = self.study;
        let early = Variable::new(self.early.values.clone(), "no early alliance rating");
        for covariate in run.measures_of(Role::Covariate) {
            let moderator = clients.value(run, covariate)?;
            let moderator = Variable::new(moderator, format!("no {}", covariate.name()));
            let variables = [&early, &self.last, &self.baseline, &moderator];
            let (sample, [x, y, z, c]) = clients.complete_cases(variables);
            let fit = || -> Result<_, String> {
                let names = ["the alliance".to_owned(), covariate.name()];
                let moderated = Moderation::of(&x, &c, names)?;
                let columns = [
                    ("baseline", &z[..]),
                    ("early", &moderated.predictor),
                    ("covariate", &moderated.moderator),
                    ("interaction", &moderated.product),
                ];
                let found = clients.regression(&sample.clients, &columns, &y)?;
                let beta = &found.fit.beta;
                Ok((found.slope("interaction")?, moderated.simple_slopes(beta[2], beta[4])))
            };
            let words = self.words.about("C", covariate).over(&sample);
            let estimate = words.estimate("moderator/A/Y/C/interaction");
            findings.estimates.push(estimate.given(fit(), |e, (product, [below, above])| {
                let given = e.cluster_robust(product);
                given.details([("slope_below", below), ("slope_above", above)])
            }));
        }
        Ok(())
    }
}
