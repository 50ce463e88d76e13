//! How much of the outcome lies between therapists, what of it is burnout, and whether single therapists can be told apart.

use dyad_plugin::binned;
use dyad_plugin::derived::{Clients, Variable};
use dyad_plugin::figure::{Caterpillar, Marks, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Fit, RandomIntercept, farthest_intercept, reliabilities};
use dyad_stats::power::detectable_icc;

use crate::Settings;
use crate::burnout::{Burnout, few};

/// Below this, there is no therapist variance to explain.
const NO_VARIANCE: f64 = 1e-8;
/// With fewer therapists than these an interval of their share of the variance that ends at 0 holds the truth more often than it says.
const FEW_FOR_INTERVAL: u64 = 20;
/// Bins of the histogram.
const BINS: usize = 8;

/// The final scores of an outcome and who treated whom.
pub(crate) struct Therapists<'r> {
    run: &'r Run<Settings>,
    clients: &'r Clients<'r>,
    words: Words<'r>,
    last: Variable,
    baseline: Variable,
}

impl<'r> Therapists<'r> {
    pub(crate) fn of(
        run: &'r Run<Settings>,
        clients: &'r Clients<'r>,
        outcome: &Measure,
    ) -> Result<Self, Failure> {
        let baseline = clients.baseline(run, outcome)?;
        let words = run.words().about("Y", outcome).with("baseline", &baseline.source);
        let last = Variable::new(clients.last(&run.scores(outcome)?), words.text("lacks.last"));
        Ok(Self { run, clients, words, last, baseline: baseline.into() })
    }

    /// (tau² without burnout − tau² with burnout)/tau² without, both given baseline, same clients.
    pub(crate) fn explained(&self, burnout: &Burnout<'_>) -> Estimate {
        let (sample, [last, baseline, score]) =
            self.clients.complete_cases([&self.last, &self.baseline, &burnout.score]);
        let words = self.words.about("B", burnout.measure).over(&sample);
        let columns = [("baseline", &baseline[..]), ("burnout", &score)];
        let fit =
            |count: usize| self.clients.therapist_model(&sample.clients, &columns[..count], &last);
        let pair = burnout.usable.clone().and_then(|()| {
            let [without, with] = [fit(1)?, fit(2)?].map(|fit| fit.variances.cluster);
            let none = without <= NO_VARIANCE;
            if none { Err(words.text("refuse.no_variance")) } else { Ok((without, with)) }
        });
        let estimate = words.estimate("therapist/Y/B/variance_explained");
        let estimate = estimate.given(pair, |e, (without, with)| {
            e.value((without - with) / without)
                .details([("variance_without", without), ("variance_with", with)])
                .warn(words.text("warn.imprecise"))
        });
        few(&self.words, estimate, self.run.settings().min_therapists, "warn.few")
    }

    /// Adds the shares of the variance, the smallest that would have been found, and what can be said of single therapists.
    pub(crate) fn add(&self, findings: &mut Findings) {
        let (all, [last]) = self.clients.complete_cases([&self.last]);
        let words = self.words.over(&all);
        let plain = self.clients.therapist_model(&all.clients, &[], &last);
        findings.estimates.push(self.share(words.estimate("therapist/Y/icc"), &plain));
        let (sample, [last, baseline]) = self.clients.complete_cases([&self.last, &self.baseline]);
        let adjusted = self.words.over(&sample);
        let fit = self.clients.therapist_model(&sample.clients, &[("baseline", &baseline)], &last);
        findings.estimates.push(self.share(adjusted.estimate("therapist/Y/icc_adjusted"), &fit));

        let caseloads = self.clients.caseloads(&all.clients).map_err(str::to_owned);
        let smallest = caseloads.and_then(|n| Ok(detectable_icc(&n, self.run.settings().power)?));
        let detectable = words.estimate("therapist/Y/detectable");
        findings.estimates.push(detectable.given(smallest, Estimate::value));

        let singles = ["therapist/Y/reliability", "therapist/Y/deviating"];
        let singles = singles.map(|key| adjusted.estimate(key));
        match fit.and_then(|fit| Ok((fit.random_intercepts()?, fit.singular))) {
            Err(reason) => findings.estimates.extend(singles.map(|e| e.refused(&reason))),
            Ok((effects, singular)) => {
                let told_apart = self.told_apart(singles, &effects);
                findings.figures.extend(self.caterpillar(&told_apart, &effects, sample.n));
                findings.estimates.extend(told_apart);
                findings.notes.extend(self.normality(&effects).filter(|_| !singular));
            }
        }
    }

    /// The share of the variance between therapists, from a model that may have been refused.
    fn share(&self, estimate: Estimate, fit: &Result<Fit, String>) -> Estimate {
        let therapists = estimate.n.therapists.unwrap_or(u64::MAX);
        let words = self.words.with("therapists", therapists);
        let estimate = estimate.given(fit.as_ref(), |e, fit| {
            let (ratio, p) = fit.likelihood_ratio();
            let interval = fit.icc_interval(0.95).ok().map(|i| [i.low, i.high]);
            let safe = therapists < FEW_FOR_INTERVAL && interval.is_some_and(|i| i[0] <= 0.0);
            e.value(fit.icc())
                .interval(interval)
                .warn_if(safe, words.text("warn.safe"))
                .statistic("restricted likelihood ratio", ratio, None)
                .p(p)
                .detail("variance_therapist", fit.variances.cluster)
                .detail("variance_residual", fit.variances.residual)
                .detail("criterion", fit.criterion)
                .warn_if(fit.singular, words.text("warn.singular"))
        });
        few(&self.words, estimate, self.run.settings().min_therapists, "warn.few")
    }

    /// The therapists with enough clients, by their predicted deviation.
    fn shown<'e>(&self, effects: &'e [RandomIntercept]) -> Vec<&'e RandomIntercept> {
        let enough = |t: &&RandomIntercept| t.rows >= self.run.settings().min_caseload;
        let mut shown: Vec<_> = effects.iter().filter(enough).collect();
        shown.sort_by(|a, b| a.estimate.total_cmp(&b.estimate));
        shown
    }

    /// The reliability of the predictions and, only where it suffices, how many therapists deviate.
    fn told_apart(&self, estimates: [Estimate; 2], effects: &[RandomIntercept]) -> [Estimate; 2] {
        let [reliability, deviating] = estimates;
        let (found, words) = (reliabilities(effects), &self.words);
        let too_low = found.mean < self.run.settings().min_reliability;
        let reliability = reliability
            .value(found.mean)
            .details([("lowest", found.lowest), ("highest", found.highest)])
            .warn_if(too_low, words.text("warn.unreliable"));
        let shown = self.shown(effects);
        let deviating = if too_low {
            deviating.refused(words.with("mean", found.mean).text("refuse.unreliable"))
        } else if shown.is_empty() {
            deviating.refused(words.text("refuse.small"))
        } else {
            let outside = shown.iter().filter(|t| t.differs()).count();
            deviating.value(outside as f64).detail("therapists_shown", shown.len() as f64)
        };
        [reliability, deviating]
    }

    /// Predicted deviations, unnamed: in order only where therapists can be told apart; `None` without one to show.
    fn caterpillar(
        &self,
        [reliability, deviating]: &[Estimate; 2],
        effects: &[RandomIntercept],
        n: Counts,
    ) -> Option<Figure> {
        let shown = self.shown(effects);
        let estimates: Vec<f64> = shown.iter().map(|t| t.estimate).collect();
        let (left, told_apart) = (effects.len() - shown.len(), deviating.refused.is_none());
        let differ = shown.iter().filter(|t| t.differs()).count();
        let words = self.words.numbers([
            ("shown", shown.len() as f64),
            ("left", left as f64),
            ("lowest", *estimates.first()?),
            ("highest", *estimates.last()?),
            ("reliability", reliability.estimate?),
            ("differ", differ as f64),
        ]);
        let form = if told_apart { "ordered" } else { "binned" };
        let [caption, alt] = [form.to_owned(), format!("{form}_alt")]
            .map(|key| words.text(&format!("caterpillar.{key}")));
        let small = if left > 0 { words.text("caterpillar.small") } else { String::new() };
        let words = words.with("caption", caption).with("alt", alt).with("small", small);
        let ranged = |t: &RandomIntercept| {
            let [low, high] = t.interval();
            Ranged { estimate: t.estimate, low, high }
        };
        let units = shown.into_iter().filter(|_| told_apart).map(ranged).collect();
        let (interval, bins) = (words.text("caterpillar.interval"), binned::line(&estimates, BINS));
        let figure = words.figure_with_axes("therapists-Y", n, |[x, _]| {
            Plot::Caterpillar(Caterpillar { x, units, bins, interval })
        });
        Some(figure.marks(Marks::Therapists))
    }

    /// Whether the predicted deviations look normal.
    fn normality(&self, effects: &[RandomIntercept]) -> Option<Note> {
        let found = farthest_intercept(effects).ok()?;
        let apart = found.distance > found.limit;
        let verdict = self.words.text(if apart { "note.apart" } else { "note.together" });
        let words = self.words.with("verdict", verdict).with("therapists", effects.len());
        let words = words.with("farthest", found.distance).with("limit", found.limit);
        Some(words.note(NoteKind::Assumption, "note.normal"))
    }
}
