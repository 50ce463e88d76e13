//! One alliance and one outcome measure over the clients: their correlations early, later, and within and between therapists.

use dyad_plugin::derived::Variable;
use dyad_plugin::prelude::*;
use dyad_stats::correlation::{partial, pearson, spearman};
use dyad_stats::linear::Moderation;
use dyad_stats::moments::standardised;

use crate::Study;

pub(crate) struct Pair<'a> {
    pub(crate) study: &'a Study<'a>,
    alliance: &'a Measure,
    outcome: &'a Measure,
    /// About the two, `A` and `Y`.
    pub(crate) section: Section<'a>,
    pub(crate) ratings: Floats<'a>,
    pub(crate) scores: Floats<'a>,
    pub(crate) early: Variable,
    pub(crate) last: Variable,
    pub(crate) baseline: Variable,
}

impl<'a> Pair<'a> {
    pub(crate) fn of(
        study: &'a Study<'a>,
        alliance: &'a Measure,
        outcome: &'a Measure,
    ) -> Result<Self, Failure> {
        let (ratings, scores) = (study.scores(alliance)?, study.scores(outcome)?);
        let section = study.about("A", alliance).about("Y", outcome);
        let (section, baseline) = study.baseline(&section, outcome)?;
        let early = study.clients.mean_in(&ratings, study.settings().early_window);
        let early = section.variable(early, "lacks.early");
        let last = section.variable(study.clients.last(&scores), "lacks.last");
        Ok(Self { study, alliance, outcome, section, ratings, scores, early, last, baseline })
    }

    /// The early alliance and the last outcome, plain, by ranks, and given the baseline.
    pub(crate) fn early(&self) {
        let (s, [x, y]) = self.section.complete([&self.early, &self.last]);
        let rater = self.alliance.rater.filter(|rater| self.outcome.rater == Some(*rater));
        let s = s.with("rater", rater.map_or("", Rater::adjective));
        let r = s.add("early/A/Y/pearson", pearson(&x, &y));
        let r = r.warn_if(rater.is_some(), "warn.same_rater").estimate();
        s.add("early/A/Y/spearman", spearman(&x, &y));
        if r.ci.is_some() {
            let s = s.with("r", &r);
            s.scatter("early-A-Y", (&x, self.alliance.range), (&y, self.outcome.range));
        }

        let (s, [x, y, z]) = self.section.complete([&self.early, &self.last, &self.baseline]);
        s.add("early/A/Y/partial", partial(&x, &y, &z));
        let slope = || -> Result<_, String> {
            let (x, y) = (standardised(&x, "the alliance")?, standardised(&y, "the outcome")?);
            let columns = [("early", &x[..]), ("baseline", &standardised(&z, "the baseline")?)];
            let found = s.regression(&columns, &y)?;
            Ok((found.slope("early")?, found.fit.se[1]))
        };
        s.add_as("early/A/Y/ancova_beta", slope(), |e, (b, se_ols)| {
            e.cluster_robust(b).detail("se_ols", se_ols)
        });
    }

    /// What the residuals of final ~ baseline + early say, and whether a curve fits better than the line.
    pub(crate) fn assumptions(&self) {
        let (s, [x, y, z]) = self.section.complete([&self.early, &self.last, &self.baseline]);
        let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
        let squared: Vec<f64> = x.iter().map(|x| (x - mean) * (x - mean)).collect();
        let columns = [("baseline", &z[..]), ("early", &x), ("squared", &squared)];
        let fit = |with: usize| s.regression(&columns[..with], &y).ok();
        let Some(found) = fit(2).and_then(|fit| fit.fit.diagnostics()) else { return };
        if let Some(curve) = fit(3).and_then(|fit| fit.slope("squared").ok()) {
            let says = if curve.p < 0.05 { "note.too_simple" } else { "note.no_curve" };
            let s = s.numbers([("b", curve.estimate), ("p", curve.p)]).saying_of("says", says);
            s.note(NoteKind::Assumption, "note.line");
        }
        let far = found.skewness.abs() > 1.0 || found.kurtosis.abs() > 2.0;
        let s = s.saying_of("says", if far { "note.far" } else { "note.near" });
        let s = s.numbers([
            ("influential", found.influential as f64),
            ("leverage", found.high_leverage as f64),
            ("cook", found.cooks_max),
            ("residual", found.residual_max),
            ("skewness", found.skewness),
            ("kurtosis", found.kurtosis),
        ]);
        s.note(NoteKind::Assumption, "note.outliers");
        s.note(NoteKind::Assumption, "note.residuals");
    }

    /// The alliance later in treatment: does the link depend on when it is rated?
    pub(crate) fn phases(&self) {
        let clients = &self.study.clients;
        for (phase, ratings, caution) in [
            ("middle", clients.mean_in_third(&self.ratings, 1), "phase.middle_caution"),
            ("late", clients.mean_in_third(&self.ratings, 2), "phase.late_caution"),
            ("mean", clients.mean(&self.ratings), "phase.mean_caution"),
        ] {
            let s = self.section.with("phase", phase).saying_of("name", &format!("phase.{phase}"));
            let ratings = s.variable(ratings, "lacks.phase");
            let (both, [x, y]) = s.complete([&ratings, &self.last]);
            both.add("{phase}/A/Y/pearson", pearson(&x, &y)).warn(caution);
            let (all, [x, y, z]) = s.complete([&ratings, &self.last, &self.baseline]);
            all.add("{phase}/A/Y/partial", partial(&x, &y, &z)).warn(caution);
        }
    }

    /// Whose alliance goes with whose outcome:
    /// final ~ baseline + (early − therapist mean) + (therapist mean − its mean over clients) + (1 | therapist).
    pub(crate) fn levels(&self) {
        let (s, [x, y, z]) = self.section.complete([&self.early, &self.last, &self.baseline]);
        let fit = s.between_and_within(&x).and_then(|[between, within]| {
            let overall = x.iter().sum::<f64>() / x.len() as f64;
            let between: Vec<f64> = between.iter().map(|mean| mean - overall).collect();
            s.therapist_model(&[("baseline", &z), ("within", &within), ("between", &between)], &y)
        });
        s.effect("early/A/Y/within_therapist", &fit, &[("within", 1.0)]);
        s.effect("early/A/Y/between_therapist", &fit, &[("between", 1.0)]);
        s.effect("early/A/Y/contextual", &fit, &[("between", 1.0), ("within", -1.0)]);
    }

    /// For whom the link holds: final ~ baseline + early + C + early × C for every covariate, both centred.
    pub(crate) fn moderators(&self) -> Result<(), Failure> {
        let early = Variable::new(self.early.values.clone(), "no early alliance rating");
        for covariate in self.study.measures_of(Role::Covariate) {
            let s = self.section.about("C", covariate);
            let moderator = self.study.clients.value(self.study, covariate)?;
            let moderator = Variable::new(moderator, format!("no {}", covariate.name()));
            let (s, [x, y, z, c]) = s.complete([&early, &self.last, &self.baseline, &moderator]);
            let fit = || -> Result<_, String> {
                let names = ["the alliance".to_owned(), covariate.name()];
                let moderated = Moderation::of(&x, &c, names)?;
                let columns = [
                    ("baseline", &z[..]),
                    ("early", &moderated.predictor),
                    ("covariate", &moderated.moderator),
                    ("interaction", &moderated.product),
                ];
                let found = s.regression(&columns, &y)?;
                let beta = &found.fit.beta;
                Ok((found.slope("interaction")?, moderated.simple_slopes(beta[2], beta[4])))
            };
            s.add_as("moderator/A/Y/C/interaction", fit(), |e, (product, [below, above])| {
                e.cluster_robust(product).details([("slope_below", below), ("slope_above", above)])
            });
        }
        Ok(())
    }
}
