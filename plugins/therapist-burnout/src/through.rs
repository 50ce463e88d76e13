//! Early alliance between burnout and outcome: whether it counts for less where the therapist is burnt out, and what goes through it.

use dyad_plugin::derived::Sample;
use dyad_plugin::figure::{PathDiagram, PathEdge, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::mediation::{IndirectEffect, indirect_effect};
use dyad_stats::mixed::Fit;

use crate::burnout::Burnout;

/// Below this many therapists the observed-mean version of the mediation is too liberal.
const ENOUGH_THERAPISTS: u64 = 30;
/// From this many standard errors on a product of two estimates is nearly normal.
const NEARLY_NORMAL: f64 = 4.0;

/// The clients with early alliance, final outcome, baseline and a therapist's burnout score.
pub(crate) struct Through<'b> {
    burnout: &'b Burnout<'b>,
    alliance: &'b Measure,
    words: Words<'b>,
    names: [String; 3],
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
        let last = clients.last(&run.scores(outcome)?);
        let baseline = clients.baseline(run, outcome)?.values;
        let sample = clients.complete(&[
            (&early, &words.text("lacks.early")),
            (&last, &words.text("lacks.last")),
            (&baseline, "no baseline"),
            (&burnout.of_client, "no burnout score of the therapist"),
        ]);
        let [early, last, baseline, score] =
            [&early, &last, &baseline, &burnout.of_client].map(|values| sample.pick(values));
        let parts = burnout.usable.clone();
        let parts = parts.and_then(|()| clients.between_and_within(&sample, &early));
        let names = [burnout.measure.name(), alliance.name(), outcome.name()];
        Ok(Self { burnout, alliance, words, names, sample, early, last, baseline, score, parts })
    }

    fn estimate(&self, key: &str) -> Estimate {
        self.sample.describe(self.words.estimate(key))
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
            self.burnout.clients.therapist_model(&self.sample, &columns, &self.last)
        });
        let at = |key: &str, sds: f64| {
            self.estimate(key)
                .fixed_effect(&fit, &[("within", 1.0), ("within_by_burnout", sds * sd)])
                .detail("sd_burnout", sd)
        };
        let product = self.estimate("moderation/A/Y/B/within_by_burnout");
        let product = product.fixed_effect(&fit, &[("within_by_burnout", 1.0)]);
        let low = at("moderation/A/Y/B/low_burnout", -1.0);
        [product, low, at("moderation/A/Y/B/high_burnout", 1.0)].map(|e| self.cautioned(e))
    }

    /// Burnout to outcome through the alliance, between therapists: 2-1-1 on observed means.
    pub(crate) fn mediation(&self) -> ([Estimate; 6], Option<Figure>) {
        let (first, second) = (self.first_path(), self.second_path());
        let burnout = [("burnout", 1.0)];
        let a = self.estimate("mediation/A/Y/B/a").fixed_effect(&first, &burnout);
        let b = self.estimate("mediation/A/Y/B/b_between");
        let b = b.fixed_effect(&second, &[("therapist_mean", 1.0)]);
        let direct = self.estimate("mediation/A/Y/B/direct").fixed_effect(&second, &burnout);

        let effect = product(&a, &b);
        let exact = self
            .estimate("mediation/A/Y/B/indirect")
            .given(effect.as_ref(), |e, found| self.liberal(e.value(found.estimate).ci(found.ci)));
        let by_normal = |key: &str, se: fn(&IndirectEffect) -> f64| {
            self.estimate(key).given(effect.as_ref(), |e, found| {
                let (value, se) = (found.estimate, se(found));
                let half = normal::quantile(0.975) * se;
                let given = e.value(value).se(se).ci([value - half, value + half]);
                let z = value / se;
                let given = given.statistic("z", z, None).p(normal::two_sided(z));
                self.liberal(given).warn_if(z.abs() < NEARLY_NORMAL, self.words.text("warn.skewed"))
            })
        };
        let sobel = by_normal("mediation/A/Y/B/sobel", |found| found.sobel_se);
        let aroian = by_normal("mediation/A/Y/B/aroian", |found| found.aroian_se);
        let figure = self.diagram([&a, &b, &direct, &exact]);
        ([a, b, direct, exact, sobel, aroian].map(|e| self.cautioned(e)), figure)
    }

    /// early ~ burnout + (1 | therapist).
    fn first_path(&self) -> Result<Fit, String> {
        self.parts.as_ref().map_err(Clone::clone)?;
        let columns = [("burnout", &self.score[..])];
        self.burnout.clients.therapist_model(&self.sample, &columns, &self.early)
    }

    /// final ~ baseline + burnout + within + therapist mean + (1 | therapist).
    fn second_path(&self) -> Result<Fit, String> {
        let [between, within] = self.parts.as_ref().map_err(Clone::clone)?;
        let columns = [
            ("baseline", &self.baseline[..]),
            ("burnout", &self.score),
            ("within", within),
            ("therapist_mean", between),
        ];
        self.burnout.clients.therapist_model(&self.sample, &columns, &self.last)
    }

    /// What few therapists do to the observed-mean version.
    fn liberal(&self, estimate: Estimate) -> Estimate {
        let therapists = estimate.n.therapists.unwrap_or(u64::MAX);
        let words = self.words.with("therapists", therapists).with("enough", ENOUGH_THERAPISTS);
        estimate.warn_if(therapists < ENOUGH_THERAPISTS, words.text("warn.liberal"))
    }

    /// `None` if a path has no interval.
    fn diagram(&self, [a, b, direct, indirect]: [&Estimate; 4]) -> Option<Figure> {
        let edge = |label: &str, e: &Estimate| {
            let [low, high] = e.ci?;
            let value = Ranged { estimate: e.estimate?, low, high };
            Some(PathEdge { label: label.to_owned(), value })
        };
        let [predictor, alliance, outcome] = self.names.clone();
        let plot = PathDiagram {
            predictor,
            mediator: format!("early {alliance}"),
            outcome: format!("final {outcome}"),
            a: edge("a", a)?,
            b: edge("b", b)?,
            direct: edge("c′", direct),
            indirect: edge("a × b", indirect)?,
        };
        let words = self.words.of("indirect", indirect);
        Some(words.figure("mediation-A-Y-B", indirect.n, Plot::Path(plot)))
    }
}

/// The product of two paths, or the reason of the one that is missing.
fn product(one: &Estimate, two: &Estimate) -> Result<IndirectEffect, String> {
    let missing = || {
        let reason = one.refused.as_deref().or(two.refused.as_deref());
        reason.unwrap_or("a path has no standard error").to_owned()
    };
    let (a, a_se) = one.estimate.zip(one.se).ok_or_else(missing)?;
    let (b, b_se) = two.estimate.zip(two.se).ok_or_else(missing)?;
    indirect_effect(a, a_se, b, b_se).map_err(|e| e.to_string())
}
