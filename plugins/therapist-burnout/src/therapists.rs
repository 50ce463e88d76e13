//! How much of the outcome lies between therapists, what of it is burnout, and whether single therapists can be told apart.

use dyad_plugin::binned;
use dyad_plugin::derived::{Baseline, Clients, Sample};
use dyad_plugin::figure::{Axis, Caterpillar, Marks, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::mixed::{Fit, RandomIntercept, farthest_intercept};
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
    lacks: String,
    last: Vec<Option<f64>>,
    baseline: Baseline,
}

impl<'r> Therapists<'r> {
    pub(crate) fn of(
        run: &'r Run<Settings>,
        clients: &'r Clients<'r>,
        outcome: &Measure,
    ) -> Result<Self, Failure> {
        let baseline = clients.baseline(run, outcome)?;
        let words = run.words().about("Y", outcome).with("baseline", &baseline.source);
        let last = clients.last(&run.scores(outcome)?);
        Ok(Self { run, clients, lacks: words.text("lacks.last"), words, last, baseline })
    }

    /// The clients with a final score and these values.
    fn complete(&self, needs: &[(&[Option<f64>], &str)]) -> Sample {
        self.clients.complete(&[&[(&self.last[..], self.lacks.as_str())], needs].concat())
    }

    /// final ~ columns + (1 | therapist).
    fn fit(&self, sample: &Sample, columns: &[(&str, &[Option<f64>])]) -> Result<Fit, String> {
        let picked: Vec<Vec<f64>> = columns.iter().map(|(_, c)| sample.pick(c)).collect();
        let columns: Vec<(&str, &[f64])> =
            columns.iter().zip(&picked).map(|((name, _), column)| (*name, &column[..])).collect();
        self.clients.therapist_model(sample, &columns, &sample.pick(&self.last))
    }

    /// (tau² without burnout − tau² with burnout)/tau² without, both given baseline, same clients.
    pub(crate) fn explained(&self, burnout: &Burnout<'_>) -> Estimate {
        let columns =
            [("baseline", &self.baseline.values[..]), ("burnout", &burnout.of_client[..])];
        let sample = self.complete(&[
            (columns[0].1, "no baseline"),
            (columns[1].1, "no burnout score of the therapist"),
        ]);
        let tau2 = |count| self.fit(&sample, &columns[..count]).map(|fit| fit.variances.cluster);
        let pair = burnout.usable.clone().and_then(|()| match (tau2(1)?, tau2(2)?) {
            (without, _) if without <= NO_VARIANCE => {
                Err("no therapist variance to explain".into())
            }
            pair => Ok(pair),
        });
        let words = self.words.about("B", burnout.measure);
        let estimate = sample.describe(words.estimate("therapist/Y/B/variance_explained"));
        let estimate = estimate.given(pair, |e, (without, with)| {
            e.value((without - with) / without)
                .details([("variance_without", without), ("variance_with", with)])
                .warn(words.text("warn.imprecise"))
        });
        few(self.run, estimate)
    }

    /// Adds the shares of the variance, the smallest that would have been found, and what can be said of single therapists.
    pub(crate) fn add(&self, findings: &mut Findings) {
        let all = self.complete(&[]);
        let adjusted = self.complete(&[(&self.baseline.values, "no baseline")]);
        let fit = self.fit(&adjusted, &[("baseline", &self.baseline.values)]);
        let share = |sample: &Sample, key: &str, fit: &Result<Fit, String>| {
            let estimate = sample.describe(self.words.estimate(key));
            few(self.run, estimate.given(fit.as_ref(), |e, fit| self.share(e, fit)))
        };
        findings.estimates.push(share(&all, "therapist/Y/icc", &self.fit(&all, &[])));
        findings.estimates.push(share(&adjusted, "therapist/Y/icc_adjusted", &fit));

        let ranges = self.clients.therapist_ranges(&all.clients).map_err(str::to_owned);
        let smallest = ranges.and_then(|ranges| {
            let sizes = ranges.iter().filter_map(|r| u32::try_from(r.len()).ok());
            let sizes: Vec<u32> = sizes.collect();
            detectable_icc(&sizes, self.run.settings().power).map_err(|e| e.to_string())
        });
        let estimate = all.describe(self.words.estimate("therapist/Y/detectable"));
        findings.estimates.push(estimate.given(smallest, Estimate::value));

        let new = |key: &str| adjusted.describe(self.words.estimate(key));
        let (reliability, deviating) =
            (new("therapist/Y/reliability"), new("therapist/Y/deviating"));
        let effects = fit.and_then(|fit| fit.random_intercepts().map_err(|e| e.to_string()));
        match effects {
            Err(reason) => {
                let refused = [reliability, deviating].map(|e| e.refused(reason.as_str()));
                findings.estimates.extend(refused);
            }
            Ok(effects) => {
                let told_apart = self.told_apart([reliability, deviating], &effects);
                findings.figures.extend(self.caterpillar(&told_apart, &effects, adjusted.n));
                findings.estimates.extend(told_apart);
            }
        }
    }

    fn share(&self, estimate: Estimate, fit: &Fit) -> Estimate {
        let (ratio, p) = fit.likelihood_ratio();
        let interval = fit.icc_interval(0.95).ok().map(|i| [i.low, i.high]);
        let therapists = estimate.n.therapists.unwrap_or(u64::MAX);
        let safe = therapists < FEW_FOR_INTERVAL && interval.is_some_and(|i| i[0] <= 0.0);
        estimate
            .value(fit.icc())
            .interval(interval)
            .warn_if(safe, self.words.with("therapists", therapists).text("warn.safe"))
            .statistic("restricted likelihood ratio", ratio, None)
            .p(p)
            .detail("variance_therapist", fit.variances.cluster)
            .detail("variance_residual", fit.variances.residual)
            .detail("criterion", fit.criterion)
            .warn_if(fit.singular, self.words.text("warn.singular"))
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
        let each = || effects.iter().map(|t| t.reliability);
        let mean = each().sum::<f64>() / effects.len() as f64;
        let too_low = mean < self.run.settings().min_reliability;
        let reliability = reliability
            .value(mean)
            .detail("lowest", each().fold(f64::INFINITY, f64::min))
            .detail("highest", each().fold(0.0, f64::max))
            .warn_if(too_low, self.words.text("warn.unreliable"));
        let shown = self.shown(effects);
        let deviating = if too_low {
            deviating.refused(self.words.with("mean", mean).text("refuse.unreliable"))
        } else if shown.is_empty() {
            deviating.refused(self.words.text("refuse.small"))
        } else {
            let z = normal::quantile(0.975);
            let outside = shown.iter().filter(|t| t.estimate.abs() > z * t.se).count();
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
        let z = normal::quantile(0.975);
        let ranged = |t: &&RandomIntercept| Ranged {
            estimate: t.estimate,
            low: t.estimate - z * t.se,
            high: t.estimate + z * t.se,
        };
        let in_order = deviating.refused.is_none();
        let units: Vec<Ranged> =
            if in_order { shown.iter().map(ranged).collect() } else { Vec::new() };
        let left = effects.len() - shown.len();
        let words = self.words.with("shown", shown.len()).with("left", left);
        let words = words.with("lowest", *estimates.first()?).with("highest", *estimates.last()?);
        let words = words.with("reliability", reliability.estimate?);
        let words =
            words.with("differ", units.iter().filter(|u| u.low > 0.0 || u.high < 0.0).count());
        let small = if left > 0 { words.text("caterpillar.small") } else { String::new() };
        let [caption, alt] =
            if in_order { ["ordered", "ordered_alt"] } else { ["binned", "binned_alt"] }
                .map(|key| words.text(&format!("caterpillar.{key}")));
        let plot = Caterpillar {
            x: Axis::new(words.text("caterpillar.axis")),
            units,
            bins: binned::line(&estimates, BINS),
            interval: words.text("caterpillar.interval"),
        };
        let words = words.with("caption", caption).with("alt", alt).with("small", small);
        Some(words.figure("therapists-Y", n, Plot::Caterpillar(plot)).marks(Marks::Therapists))
    }

    /// Whether the predicted deviations look normal.
    pub(crate) fn normality(&self) -> Option<Note> {
        let sample = self.complete(&[(&self.baseline.values, "no baseline")]);
        let fit = self.fit(&sample, &[("baseline", &self.baseline.values)]);
        let effects = fit.ok().filter(|fit| !fit.singular)?.random_intercepts().ok()?;
        let found = farthest_intercept(&effects).ok()?;
        let apart = found.distance > found.limit;
        let verdict = self.words.text(if apart { "note.apart" } else { "note.together" });
        let words = self.words.with("verdict", verdict).with("therapists", effects.len());
        let words = words.with("farthest", found.distance).with("limit", found.limit);
        Some(words.note(NoteKind::Assumption, "note.normal"))
    }
}
