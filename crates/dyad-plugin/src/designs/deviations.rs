//! How single therapists deviate from the average, as a mixed model predicts it, and what can be said of that without naming anyone.

use dyad_model::figure::{Caterpillar, Marks, Plot, Ranged};
use dyad_model::{Estimate, NoteKind};
use dyad_stats::mixed::{
    Farthest, Fit, RandomIntercept, Reliabilities, farthest_intercept, reliabilities,
};

use crate::reported::Reported;
use crate::section::Section;
use crate::{apa, binned};

/// Bins of the histogram.
const BINS: usize = 8;

/// The predicted deviations of the therapists of y ~ … + (1 | therapist).
#[derive(Clone, Debug)]
pub struct Deviations {
    all: Vec<RandomIntercept>,
    /// Those with enough clients to be shown, in ascending order.
    shown: Vec<RandomIntercept>,
    /// How reliable they are.
    pub reliability: Reliabilities,
    min_caseload: u32,
    min_reliability: f64,
    singular: bool,
}

impl Deviations {
    /// Predicts them. A therapist with fewer clients than `min_caseload` is shown nowhere alone; below a mean reliability of
    /// `min_reliability` therapists are not told apart.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn of(fit: &Fit, min_caseload: u32, min_reliability: f64) -> Result<Self, String> {
        let all = fit.random_intercepts()?;
        let mut shown = all.clone();
        shown.retain(|therapist| therapist.rows >= min_caseload);
        shown.sort_by(|a, b| a.estimate.total_cmp(&b.estimate));
        let (reliability, singular) = (reliabilities(&all), fit.singular);
        Ok(Self { all, shown, reliability, min_caseload, min_reliability, singular })
    }

    /// How many therapists there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether they are too unreliable to tell therapists apart.
    #[must_use]
    pub fn unreliable(&self) -> bool {
        self.reliability.mean < self.min_reliability
    }

    /// How many differ from the average.
    ///
    /// # Errors
    /// The sentence to refuse with, where therapists are not told apart or none may be shown.
    pub fn differing(&self) -> Result<Differing, String> {
        if self.unreliable() {
            let [mean, least] =
                [self.reliability.mean, self.min_reliability].map(|x| apa::bounded(x, 2));
            return Err(format!(
                "the mean reliability of the predictions is {mean}, below {least}: therapists cannot be told apart"
            ));
        }
        if self.shown.is_empty() {
            return Err(format!("no therapist has {} clients", self.min_caseload));
        }
        let differing = self.shown.iter().filter(|therapist| therapist.differs()).count();
        Ok(Differing { differing, shown: self.shown.len() })
    }

    /// How far the farthest lies from the average, if they vary at all.
    #[must_use]
    pub fn farthest(&self) -> Option<Farthest> {
        farthest_intercept(&self.all).ok().filter(|_| !self.singular)
    }
}

/// How many therapists' 95 % intervals exclude the average.
#[derive(Clone, Copy, Debug)]
pub struct Differing {
    /// Those whose interval excludes it.
    pub differing: usize,
    /// Those with enough clients.
    pub shown: usize,
}

impl Reported for Differing {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.value(self.differing as f64).detail("therapists_shown", self.shown as f64)
    }
}

impl Section<'_> {
    /// Adds a note on whether the deviations look normal; nothing if they do not vary. `[text.normality]` has it as `note`, whose
    /// `{verdict}` is `apart` or `together`; it may name `{therapists}`, `{farthest}` and `{limit}`.
    pub fn normality(&self, deviations: &Deviations) {
        let Some(Farthest { distance, limit }) = deviations.farthest() else { return };
        let apart = distance > limit;
        self.with_text("verdict", if apart { "normality.apart" } else { "normality.together" })
            .with("therapists", deviations.len())
            .numbers([("farthest", distance), ("limit", limit)])
            .note(NoteKind::Assumption, "normality.note");
    }

    /// Adds the unnamed therapists with enough clients as a caterpillar plot: in order and with intervals only where they can be told
    /// apart, else a histogram; nothing without a therapist to show.
    ///
    /// `[text.caterpillar]` has `ordered` and `ordered_alt`, or `binned` and `binned_alt`, for the `{caption}` and `{alt}` of the figure,
    /// `small` for its `{small}` where therapists were left out, and `interval`. They may name `{shown}`, `{left}`, `{differ}`,
    /// `{lowest}`, `{highest}` and `{reliability}`.
    pub fn caterpillar(&self, key: &str, deviations: &Deviations) {
        let shown = &deviations.shown;
        let values: Vec<f64> = shown.iter().map(|therapist| therapist.estimate).collect();
        let (Some(lowest), Some(highest)) = (values.first(), values.last()) else { return };
        let left = deviations.len() - shown.len();
        let s = self.numbers([
            ("shown", shown.len() as f64),
            ("left", left as f64),
            ("differ", shown.iter().filter(|therapist| therapist.differs()).count() as f64),
            ("lowest", *lowest),
            ("highest", *highest),
            ("reliability", deviations.reliability.mean),
        ]);
        let form = if deviations.unreliable() { "binned" } else { "ordered" };
        let s = s.with_text("caption", &format!("caterpillar.{form}"));
        let s = s.with_text("alt", &format!("caterpillar.{form}_alt"));
        let s =
            if left > 0 { s.with_text("small", "caterpillar.small") } else { s.with("small", "") };
        let ranged = |therapist: &RandomIntercept| {
            let [low, high] = therapist.interval();
            Ranged { estimate: therapist.estimate, low, high }
        };
        let units = shown.iter().filter(|_| !deviations.unreliable()).map(ranged).collect();
        let (interval, bins) = (s.text("caterpillar.interval"), binned::line(&values, BINS));
        s.figure(key, Marks::Therapists, |[x, _]| {
            Plot::Caterpillar(Caterpillar { x, units, bins, interval })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn only_reliable_deviations_tell_therapists_apart() {
        let far = made::therapist_fit(3.0);
        let found = Deviations::of(&far, 6, 0.6).unwrap();
        let Differing { differing, shown } = found.differing().unwrap();
        assert!(found.reliability.mean > 0.9 && shown == 8 && (5..=8).contains(&differing));
        assert!(found.farthest().is_some_and(|farthest| farthest.distance < farthest.limit));
        let stricter = Deviations::of(&far, 6, 0.999).unwrap();
        assert!(stricter.unreliable() && stricter.differing().unwrap_err().contains("below 1.00"));
        let none = Deviations::of(&far, 7, 0.6).unwrap();
        assert_eq!(none.differing().unwrap_err(), "no therapist has 7 clients");
        let near = Deviations::of(&made::therapist_fit(0.0), 6, 0.6).unwrap();
        assert!(near.unreliable() && near.farthest().is_none(), "they do not vary");
    }

    const WORDS: &str = r#"
figure.one = { title = "Therapists", caption = "{caption}{small}", alt = "{alt}", x = "Deviation" }
text.caterpillar = { ordered = "In order", ordered_alt = "{differ} of {shown}", binned = "In bins", binned_alt = "{shown}", small = ".", interval = "95 %" }
text.normality = { note = "{verdict}", apart = "one alone", together = "none alone" }
"#;

    #[test]
    fn therapists_stand_in_order_only_where_they_are_told_apart() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        for (min_caseload, min_reliability) in [(6, 0.6), (6, 0.999), (7, 0.6)] {
            let fit = made::therapist_fit(3.0);
            let found = Deviations::of(&fit, min_caseload, min_reliability).unwrap();
            study.section().caterpillar("one", &found);
            study.section().normality(&found);
        }
        let findings = study.close(String::new(), Vec::new(), "");
        let units = |at: usize| match &findings.figures[at].plot {
            Plot::Caterpillar(plot) => plot.units.clone(),
            _ => unreachable!("a caterpillar plot"),
        };
        assert_eq!(findings.figures.len(), 2, "nobody has seven clients");
        assert!(units(0).windows(2).all(|two| two[0].estimate <= two[1].estimate));
        assert_eq!((units(0).len(), units(1).len()), (8, 0));
        let captions = findings.figures.iter().map(|figure| &figure.caption[..]);
        assert_eq!(captions.collect::<Vec<_>>(), ["In order", "In bins"]);
        assert_eq!((findings.notes.len(), &findings.notes[0].text[..]), (3, "none alone"));
    }
}
