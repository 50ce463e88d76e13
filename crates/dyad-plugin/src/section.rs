//! A section of the findings: about which measures, over whom. What a statistic gives is added under the id it has in `words.toml`.

mod added;
mod found;

use std::fmt::Display;
use std::ops::{Deref, Range};
use std::rc::Rc;

use dyad_model::figure::{Axis, Bar, Marks, Plot, Reference};
use dyad_model::{Cell, Counts, Estimate, Measure, Note, NoteKind, Table};
use dyad_stats::mixed::Fit;

use crate::derived::{Clients, Sample, Variable};
use crate::designs::models::Regression;
use crate::reported::Reported;
use crate::study::Ledger;
use crate::words::{Fill, Words};
use crate::{Basis, Given};

pub use added::Added;

/// A section of the findings. It is cheap to make another one from it: about a further measure, over other clients.
#[derive(Clone)]
pub struct Section<'s> {
    words: Words<'s>,
    /// All clients of the study.
    pub clients: &'s Clients<'s>,
    /// Those the section is over.
    sample: Rc<[usize]>,
    /// Texts that every estimate with an interval gets, where it rests on fewer therapists, or always.
    cautions: Vec<(&'static str, Option<u64>)>,
    ledger: &'s Ledger,
}

/// Its words: texts, ids and numbers bound so far.
impl<'s> Deref for Section<'s> {
    type Target = Words<'s>;

    fn deref(&self) -> &Words<'s> {
        &self.words
    }
}

impl<'s> Section<'s> {
    pub(crate) fn new(words: Words<'s>, clients: &'s Clients<'s>, ledger: &'s Ledger) -> Self {
        Self { words, clients, sample: Rc::new([]), cautions: Vec::new(), ledger }
    }

    fn saying(&self, words: Words<'s>) -> Self {
        Self { words, ..self.clone() }
    }

    /// A section about a measure, too, under this letter of the ids.
    #[must_use]
    pub fn about(&self, letter: &'static str, measure: &Measure) -> Self {
        self.saying(self.words.about(letter, measure))
    }

    /// Gives a placeholder its text, number, interval or estimate.
    #[must_use]
    pub fn with(&self, name: &'static str, value: impl Into<Fill>) -> Self {
        self.saying(self.words.with(name, value))
    }

    /// Gives several placeholders their numbers.
    #[must_use]
    pub fn numbers<const N: usize>(&self, numbers: [(&'static str, f64); N]) -> Self {
        self.saying(self.words.numbers(numbers))
    }

    /// Gives a placeholder a text of `words.toml`.
    #[must_use]
    pub fn with_text(&self, name: &'static str, key: &str) -> Self {
        self.with(name, self.words.text(key))
    }

    /// Adds the caution of this key to every estimate with an interval, where it holds.
    #[must_use]
    pub fn caution_if(&self, holds: bool, key: &'static str) -> Self {
        let mut more = self.clone();
        more.cautions.extend(holds.then_some((key, None)));
        more
    }

    /// Adds the caution of this key to every estimate with an interval that rests on fewer therapists than `enough`; it may name both, as
    /// `{therapists}` and `{enough}`.
    #[must_use]
    pub fn few_therapists(&self, enough: u64, key: &'static str) -> Self {
        let mut more = self.clone();
        more.cautions.push((key, Some(enough)));
        more
    }

    fn cautioned(&self, estimate: Estimate) -> Estimate {
        if estimate.ci.is_none() {
            return estimate;
        }
        let n = estimate.n.therapists.unwrap_or(u64::MAX);
        let holding = self.cautions.iter().filter(|(_, below)| below.is_none_or(|below| n < below));
        holding.fold(estimate, |estimate, (key, below)| {
            let words = self.words.with("therapists", n).with("enough", below.unwrap_or_default());
            estimate.warn(words.text(key))
        })
    }

    /// Says what the estimates rest on, and what was left out. This is what is said: [`sample`](Section::sample) stays as it was.
    #[must_use]
    pub fn over(&self, basis: impl Into<Basis>) -> Self {
        self.saying(self.words.over(basis))
    }

    /// Says how many further clients were left out, and why.
    #[must_use]
    pub fn without(&self, lacks: &str, clients: u64) -> Self {
        self.over(self.words.basis().clone().without(self.words.text(lacks), clients))
    }

    /// Says how many sites were left out, and why.
    #[must_use]
    pub fn without_sites(&self, lacks: &str, sites: u64) -> Self {
        self.over(self.words.basis().clone().without_sites(self.words.text(lacks), sites))
    }

    /// Says which clients the estimates rest on, in ascending order, and why the others were left out.
    #[must_use]
    pub fn over_clients(&self, clients: Vec<usize>, lacks: impl Into<String>) -> Self {
        let lost = (self.clients.len() - clients.len()) as u64;
        let basis = Basis::from(self.clients.counts(&clients)).without(lacks, lost);
        Self { words: self.words.over(basis), sample: clients.into(), ..self.clone() }
    }

    /// A variable of the clients; `lacks` is the text that says what a client without it lacks.
    #[must_use]
    pub fn variable(&self, values: Vec<Option<f64>>, lacks: &str) -> Variable {
        Variable::new(values, self.words.text(lacks))
    }

    /// A variable that every client of the section has; `lacks` is the text that says what another client lacks.
    #[must_use]
    pub fn of_sample(&self, value: impl Fn(usize) -> f64, lacks: &str) -> Variable {
        let mut values = vec![None; self.clients.len()];
        self.sample.iter().for_each(|&client| values[client] = Some(value(client)));
        self.variable(values, lacks)
    }

    /// The section over the clients with a value of every variable, and these values.
    #[must_use]
    pub fn complete<const N: usize>(&self, variables: [&Variable; N]) -> (Self, [Vec<f64>; N]) {
        let sample = self.clients.complete(&variables);
        let values = variables.map(|variable| sample.pick(variable));
        (self.over_sample(sample), values)
    }

    /// [`complete`](Section::complete), of any number of variables.
    #[must_use]
    pub fn complete_of(&self, variables: &[&Variable]) -> (Self, Vec<Vec<f64>>) {
        let sample = self.clients.complete(variables);
        let values = variables.iter().map(|variable| sample.pick(variable)).collect();
        (self.over_sample(sample), values)
    }

    fn over_sample(&self, sample: Sample) -> Self {
        Self { words: self.words.over(&sample), sample: sample.clients.into(), ..self.clone() }
    }

    /// The clients the section is over.
    #[must_use]
    pub fn sample(&self) -> &[usize] {
        &self.sample
    }

    /// The positions in the sample that share a therapist.
    ///
    /// # Errors
    /// The sentence to refuse with, if the study names no therapists.
    pub fn therapists(&self) -> Result<Vec<Range<usize>>, String> {
        Ok(self.clients.therapist_ranges(&self.sample)?)
    }

    /// How many clients of the sample each therapist has.
    ///
    /// # Errors
    /// The sentence to refuse with, if the study names no therapists.
    pub fn caseloads(&self) -> Result<Vec<u32>, String> {
        Ok(self.clients.caseloads(&self.sample)?)
    }

    /// y ~ columns by least squares over the sample: see [`Clients::regression`].
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn regression(&self, columns: &[(&str, &[f64])], y: &[f64]) -> Result<Regression, String> {
        self.clients.regression(&self.sample, columns, y)
    }

    /// y ~ columns + (1 | therapist) over the sample: see [`Clients::therapist_model`].
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn therapist_model(&self, columns: &[(&str, &[f64])], y: &[f64]) -> Result<Fit, String> {
        self.clients.therapist_model(&self.sample, columns, y)
    }

    /// Each client's therapist mean, and what the client deviates from it: see [`Clients::between_and_within`].
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn between_and_within(&self, values: &[f64]) -> Result<[Vec<f64>; 2], String> {
        self.clients.between_and_within(&self.sample, values)
    }

    /// Adds the estimate of this key: what a statistic found, or the refusal in its own words.
    pub fn add<T: Reported, E: Display>(&self, key: &str, found: Result<T, E>) -> Added<'_, 's> {
        self.push(self.estimated(key, found))
    }

    /// The estimate that [`add`](Section::add) would add.
    #[must_use]
    pub fn estimated<T: Reported, E: Display>(&self, key: &str, found: Result<T, E>) -> Estimate {
        self.words.estimate(key).given(found, |estimate, found| found.onto(estimate, self))
    }

    /// Adds the estimate of this key, written by hand.
    pub fn add_as<T, E: Display>(
        &self,
        key: &str,
        found: Result<T, E>,
        write: impl FnOnce(Estimate, T) -> Estimate,
    ) -> Added<'_, 's> {
        self.push(self.words.estimate(key).given(found, write))
    }

    /// Adds a coefficient of a mixed model, or a weighted sum of several: see [`Given::fixed_effect`].
    pub fn effect<C: Display>(
        &self,
        key: &str,
        fit: &Result<Fit, String>,
        weights: &[(C, f64)],
    ) -> Added<'_, 's> {
        self.push(self.words.estimate(key).fixed_effect(fit, weights))
    }

    /// Adds the estimate of this key, refused.
    #[expect(clippy::must_use_candidate, reason = "it stands among the findings already")]
    pub fn refuse(&self, key: &str, reason: &str) -> Added<'_, 's> {
        self.push(self.words.estimate(key).refused(reason))
    }

    /// What was found; where it was not, the estimates of these keys are added, refused.
    pub fn or_refuse<T>(&self, found: Result<T, String>, keys: &[&str]) -> Option<T> {
        let reason = match found {
            Ok(found) => return Some(found),
            Err(reason) => reason,
        };
        for key in keys {
            self.refuse(key, &reason);
        }
        None
    }

    /// Adds a finished estimate.
    #[expect(clippy::must_use_candidate, reason = "it stands among the findings already")]
    pub fn push(&self, estimate: Estimate) -> Added<'_, 's> {
        let mut findings = self.ledger.findings.borrow_mut();
        findings.estimates.push(self.cautioned(estimate));
        Added { section: self, at: findings.estimates.len() - 1 }
    }

    /// Adds a note of this kind.
    pub fn note(&self, kind: NoteKind, key: &str) {
        self.ledger.findings.borrow_mut().notes.push(Note { kind, text: self.words.text(key) });
    }

    /// Says among the limitations what does not follow, once.
    pub fn limit(&self, key: &str) {
        let (text, mut limits) = (self.words.text(key), self.ledger.limits.borrow_mut());
        if !limits.contains(&text) {
            limits.push(text);
        }
    }

    /// [`limit`](Section::limit), where it holds.
    pub fn limit_if(&self, holds: bool, key: &str) {
        if holds {
            self.limit(key);
        }
    }

    /// Says among the limitations what follows from the first estimate so far whose id ends like this and that is so, as `{e}`.
    pub fn limit_where(&self, tail: &str, is_so: impl Fn(&Estimate) -> bool, key: &str) {
        if let Some(estimate) = self.like("", tail).into_iter().find(is_so) {
            self.with("e", &estimate).limit(key);
        }
    }

    /// Adds a table with these rows.
    pub fn table<const N: usize>(
        &self,
        key: &str,
        rows: impl IntoIterator<Item = (Counts, [Cell; N])>,
    ) {
        self.push_table(self.words.table(key).with_rows(rows));
    }

    pub(crate) fn push_table(&self, table: Table) {
        self.ledger.findings.borrow_mut().tables.push(table);
    }

    /// Adds the table of estimates so far that `words.toml` describes: see [`Words::summary`].
    pub fn summary(&self, key: &str) {
        let table = self.words.summary(key, &self.ledger.findings.borrow());
        self.ledger.findings.borrow_mut().tables.extend(table);
    }

    /// Adds a figure, with its marks; the plot gets the axes that `words.toml` names, or none.
    pub fn figure(&self, key: &str, marks: Marks, plot: impl FnOnce([Axis; 2]) -> Plot) {
        let figure = self.words.figure(key, self.n(), plot).marks(marks);
        self.ledger.findings.borrow_mut().figures.push(figure);
    }

    /// Adds bars, with a line to compare with if there is one.
    pub fn bars(&self, key: &str, bars: Vec<Bar>, reference: Option<Reference>) {
        let figure = self.words.bars(key, self.n(), bars, reference);
        self.ledger.findings.borrow_mut().figures.push(figure);
    }
}

#[cfg(test)]
mod tests {
    use dyad_stats::correlation::pearson;

    use super::*;
    use crate::{Failure, Study, made};

    const WORDS: &str = r#"
[estimate."early/A/Y/pearson"]
label = "{A} and {Y}"
symbol.bounded = "r"

[estimate."mean"]
label = "Mean"

[text]
nobody = "no {A}"
high = "above {top}"
refused = "{e.label}: {e.reason}"
lost = "{e.label}: {e.lost}"
"#;

    fn about<'s>(study: &'s Study<'_, ()>) -> Result<(Section<'s>, [Variable; 2]), Failure> {
        let measures: Vec<&Measure> = study.measures().iter().collect();
        let s = study.about("A", measures[0]).about("Y", measures[1]);
        let early = study.clients.mean(&study.scores(measures[0])?);
        let last = study.clients.last(&study.scores(measures[1])?);
        let variables = [s.variable(early, "nobody"), s.variable(last, "nobody")];
        Ok((s, variables))
    }

    #[test]
    fn a_statistic_is_added_with_its_words_and_its_clients() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let (s, [early, last]) = about(&study).unwrap();
        let (s, [x, y]) = s.complete([&early, &last]);
        assert_eq!((s.sample(), x.len(), y.len()), (&[0, 2, 3, 4, 5][..], 5, 5));
        let found = pearson(&x, &y);
        let r = found.clone().unwrap().r;
        let added = s.add("early/A/Y/pearson", found).warn_if(false, "nobody").warn("nobody");
        let added = added.details([("top", 6.0)]).estimate();
        assert_eq!((added.id.as_str(), added.label.as_str()), ("early/a/y/pearson", "a and y"));
        assert_eq!((added.estimate, added.benefit), (Some(r), Some(-r)));
        assert_eq!((added.n.clients, added.n.therapists), (Some(5), Some(3)));
        assert_eq!((added.dropped[0].clients, added.dropped[0].reason.as_str()), (Some(1), "no a"));
        assert_eq!(
            (&added.warnings[..], added.number("top")),
            (&["no a".to_owned()][..], Some(6.0))
        );
        assert_eq!(s.number("early/A/Y/pearson"), Some(r));
        assert_eq!(s.therapists().unwrap(), [0..1, 1..3, 3..5]);
    }

    #[test]
    fn a_refused_estimate_keeps_its_reason_and_nothing_else() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section().with("top", 3.0);
        let refused = s.add("mean", Err::<f64, _>("too few")).warn("high").details([("top", 1.0)]);
        let refused = refused.estimate();
        assert_eq!(refused.refused.as_deref(), Some("too few"));
        assert!(refused.warnings.is_empty() && refused.details.is_empty());
        assert_eq!(s.or_refuse(Ok(2), &["mean"]), Some(2));
        assert_eq!(s.or_refuse(Err::<u8, _>("none".to_owned()), &["mean"]), None);
        assert_eq!(s.like("", "mean").len(), 2);
    }

    #[test]
    fn a_caution_goes_with_intervals_that_rest_on_few_therapists() {
        let run = made::six_clients(&format!("{WORDS}few = \"{{therapists}} of {{enough}}\""));
        let study = Study::of(&run).unwrap();
        let s = study.section().with("top", 3.0).over_clients((0..6).collect(), "");
        let of = |s: &Section<'_>| {
            let estimate = s.words.estimate("mean").value(1.0).ci([0.0, 2.0]);
            s.push(estimate).estimate().warnings
        };
        let cautious = s.few_therapists(3, "few").caution_if(true, "high").few_therapists(4, "few");
        assert_eq!(of(&cautious), ["above 3", "3 of 4"]);
        assert!(of(&s.caution_if(false, "high")).is_empty());
        let alone = cautious.add("mean", Ok::<_, String>(1.0)).estimate();
        assert!(alone.warnings.is_empty(), "it has no interval that could be unreliable");
    }

    #[test]
    fn limitations_are_said_once_and_where_they_hold() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section().with("top", 3.0);
        s.limit("high");
        s.limit_if(true, "high");
        s.limit_if(false, "nobody");
        s.add("mean", Ok::<_, String>(1.5));
        s.limit_where("mean", |e| e.refused.is_some(), "refused");
        s.over_clients(vec![1, 2], "late").refuse("mean", "none");
        s.limit_where("mean", |e| e.refused.is_some(), "refused");
        s.limit_where("mean", |e| !e.dropped.is_empty(), "lost");
        let limits = study.close(String::new(), Vec::new(), "mean").text.limitations;
        assert_eq!(limits, "above 3 Mean: none Mean: 4 clients: late");
    }
}
