//! Early alliance between burnout and outcome: whether it counts for less where the therapist is burnt out, and what goes through it.

use dyad_plugin::derived::{Sample, Variable};
use dyad_plugin::figure::{PathDiagram, PathEdge, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::mediation::{IndirectEffect, indirect_effect};
use dyad_stats::mixed::Fit;

use crate::burnout::{Burnout, few};

/// Below this many therapists the observed-mean version of the mediation is too liberal.
const ENOUGH_THERAPISTS: u64 = 30;
/// From this many standard errors on a product of two estimates is nearly normal.
const NEARLY_NORMAL: f64 = 4.0;

/// The clients with early alliance, final outcome, baseline and a therapist's burnout score.
pub(crate) struct Through<'b> {
    burnout: &'b Burnout<'b>,
    alliance: &'b Measure,
    words: Words<'b>,
    sample: Sample,
    early: Vec<f64>,
    last: Vec<f64>,
    baseline: Vec<f64>,
    score: Vec<f64>,
    /// Early alliance: mean of the therapist's clients, and the client's deviation from it.
    parts: Result<[Vec<f64>; 2], String>,
}

impl<'b> Through<'b> {
    pub(crate) fn of(
        burnout: &'b Burnout<'b>,
        alliance: &'b Measure,
        outcome: &Measure,
    ) -> Result<Self, Failure> {
        let (run, clients) = (burnout.run, burnout.clients);
        let words = burnout.words.about("A", alliance).about("Y", outcome);
        let early = clients.mean_in(&run.scores(alliance)?, run.settings().early_window);
        let early = Variable::new(early, words.text("lacks.early"));
        let last = Variable::new(clients.last(&run.scores(outcome)?), words.text("lacks.last"));
        let baseline = clients.baseline(run, outcome)?.into();
        let (sample, [early, last, baseline, score]) =
            clients.complete_cases([&early, &last, &baseline, &burnout.score]);
        let parts = burnout.usable.clone();
        let parts = parts.and_then(|()| clients.between_and_within(&sample.clients, &early));
        let words = words.over(&sample);
        Ok(Self { burnout, alliance, words, sample, early, last, baseline, score, parts })
    }

    /// y ~ columns + (1 | therapist).
    fn fit(&self, columns: &[(&str, &[f64])], y: &[f64]) -> Result<Fit, String> {
        self.burnout.clients.therapist_model(&self.sample.clients, columns, y)
    }

    fn effect(&self, key: &str, fit: &Result<Fit, String>, weights: &[(&str, f64)]) -> Estimate {
        self.words.estimate(key).fixed_effect(fit, weights)
    }

    fn cautioned(&self, estimate: Estimate) -> Estimate {
        self.burnout.cautioned(estimate, Some(self.alliance))
    }

    /// final ~ baseline + burnout + within + therapist mean + within × burnout + (1 | therapist), within = early − therapist mean. The
    /// product takes the within part alone: one with the whole score would mix it with therapist mean × burnout.
    pub(crate) fn moderation(&self) -> [Estimate; 3] {
        let sd = self.burnout.sd;
        let centred: Vec<f64> = self.score.iter().map(|b| b - self.burnout.mean).collect();
        let fit = self.parts.as_ref().map_err(Clone::clone).and_then(|[between, within]| {
            let product: Vec<f64> = within.iter().zip(&centred).map(|(w, b)| w * b).collect();
            let columns = [
                ("baseline", &self.baseline[..]),
                ("burnout", &centred),
                ("within", within),
                ("therapist_mean", between),
                ("within_by_burnout", &product),
            ];
            self.fit(&columns, &self.last)
        });
        let at = |key: &str, sds: f64| {
            let slope = self.effect(key, &fit, &[("within", 1.0), ("within_by_burnout", sds * sd)]);
            slope.detail("sd_burnout", sd)
        };
        let product = [("within_by_burnout", 1.0)];
        let product = self.effect("moderation/A/Y/B/within_by_burnout", &fit, &product);
        let low = at("moderation/A/Y/B/low_burnout", -1.0);
        [product, low, at("moderation/A/Y/B/high_burnout", 1.0)].map(|e| self.cautioned(e))
    }

    /// Burnout to outcome through the alliance, between therapists: 2-1-1 on observed means, early ~ burnout + (1 | therapist) and
    /// final ~ baseline + burnout + within + therapist mean + (1 | therapist).
    pub(crate) fn mediation(&self) -> ([Estimate; 6], Option<Figure>) {
        let parts = self.parts.as_ref().map_err(Clone::clone);
        let first = parts.clone().and_then(|_| self.fit(&[("burnout", &self.score)], &self.early));
        let second = parts.and_then(|[between, within]| {
            let about_client = [("baseline", &self.baseline[..]), ("burnout", &self.score)];
            let alliance = [("within", &within[..]), ("therapist_mean", between)];
            self.fit(&[about_client, alliance].concat(), &self.last)
        });
        let a = self.effect("mediation/A/Y/B/a", &first, &[("burnout", 1.0)]);
        let b = self.effect("mediation/A/Y/B/b_between", &second, &[("therapist_mean", 1.0)]);
        let direct = self.effect("mediation/A/Y/B/direct", &second, &[("burnout", 1.0)]);

        let effect = self.product(&a, &b);
        let exact = self.words.estimate("mediation/A/Y/B/indirect");
        let exact = exact
            .given(effect.as_ref(), |e, found| self.liberal(e.value(found.estimate).ci(found.ci)));
        let by_normal = |key: &str, se: fn(&IndirectEffect) -> f64| {
            self.words.estimate(key).given(effect.as_ref(), |e, found| {
                let (value, se) = (found.estimate, se(found));
                let (half, z) = (normal::quantile(0.975) * se, value / se);
                let given = e.value(value).se(se).ci([value - half, value + half]);
                let given = given.statistic("z", z, None).p(normal::two_sided(z));
                self.liberal(given).warn_if(z.abs() < NEARLY_NORMAL, self.words.text("warn.skewed"))
            })
        };
        let sobel = by_normal("mediation/A/Y/B/sobel", |found| found.sobel_se);
        let aroian = by_normal("mediation/A/Y/B/aroian", |found| found.aroian_se);
        let figure = self.diagram([&a, &b, &direct, &exact]);
        ([a, b, direct, exact, sobel, aroian].map(|e| self.cautioned(e)), figure)
    }

    /// The product of two paths, or the reason of the one that is missing.
    fn product(&self, one: &Estimate, two: &Estimate) -> Result<IndirectEffect, String> {
        let missing = || {
            let reason = one.refused.clone().or_else(|| two.refused.clone());
            reason.unwrap_or_else(|| self.words.text("refuse.path"))
        };
        let (a, a_se) = one.estimate.zip(one.se).ok_or_else(missing)?;
        let (b, b_se) = two.estimate.zip(two.se).ok_or_else(missing)?;
        Ok(indirect_effect(a, a_se, b, b_se)?)
    }

    /// What few therapists do to the observed-mean version.
    fn liberal(&self, estimate: Estimate) -> Estimate {
        let words = self.words.with("enough", ENOUGH_THERAPISTS);
        few(&words, estimate, ENOUGH_THERAPISTS, "warn.liberal")
    }

    /// `None` if a path has no interval.
    fn diagram(&self, [a, b, direct, indirect]: [&Estimate; 4]) -> Option<Figure> {
        let words = self.words.of("indirect", indirect);
        let edge = |label: &str, e: &Estimate| {
            Some(PathEdge { label: label.to_owned(), value: Ranged::of(e)? })
        };
        let plot = PathDiagram {
            predictor: words.text("path.predictor"),
            mediator: words.text("path.mediator"),
            outcome: words.text("path.outcome"),
            a: edge("a", a)?,
            b: edge("b", b)?,
            direct: edge("c′", direct),
            indirect: edge("a × b", indirect)?,
        };
        Some(words.figure("mediation-A-Y-B", indirect.n, Plot::Path(plot)))
    }
}
