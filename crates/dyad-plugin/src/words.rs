//! Text as data: what a reader of the report sees stands in a plugin's `words.toml`, so that its Rust names ids and reads like the
//! method.
//!
//! ```toml
//! [estimate."early/A/Y/pearson"]
//! label  = "Pearson correlation, early {A} and final {Y}"
//! method = "mean of sessions {early_window.0} to {early_window.1}; Fisher z interval"
//! source = ["pearson1896", "fisher1921"]
//! symbol = { bounded = "r" }          # how sentences write it; without one they leave it out
//! in_methods = "Associations were Pearson correlations [@fisher1921]."    # said in the methods where it was given
//! ```
//!
//! A figure has `title`, `caption` and `alt`, and `x` and `y` for the titles of its axes; a table `title`, `note` and `columns`, or the
//! `rows` it sums up; a list of `[reported]` ids with what a sentence says of each; everything else that is said stands under `[text]`.
//!
//! `run.words().about("A", alliance).about("Y", outcome).estimate("early/A/Y/pearson")` is that estimate: in an id, a part between
//! `/` or `-` that was bound is the measure's id; in a text, `{A}` is its name and `{A.id}` its id. A placeholder may also name what
//! [`Words::with`] bound and any setting. After a colon stands how a number or an interval is written: `{x:2}` with two decimals,
//! `{x:.2}` without a leading zero, `{x:%1}` in per cent, `{x:p}` as a p value, `{x:client}` as "1 client", "2 clients". Of an estimate
//! bound by [`Words::of`] there are `{x}`, `{x.label}`, `{x.ci}`, `{x.benefit}`, `{x.benefit_ci}`, `{x.p}`, `{x.clients}`,
//! `{x.therapists}`, `{x.reason}`, `{x.lost}`, and its details by name: `{x.criterion}`.

mod file;
mod fill;

use std::cell::RefCell;

use dyad_model::figure::{Axis, Bar, Bars, Figure, Plot, Reference};
use dyad_model::{Column, Counts, Estimate, Findings, Measure, Table};
use serde::Serialize;
use serde_json::Value;

use crate::sentence::{Symbol, reported};
use crate::{Basis, Failure, summary};
use file::File;
pub use fill::Fill;

/// The `words.toml` of a plugin with the settings of a run.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    file: File,
    settings: Value,
    /// What a text asked for and nobody gave.
    lacking: RefCell<Vec<String>>,
}

impl Dictionary {
    pub(crate) fn of(text: &str, settings: &impl Serialize) -> Result<Self, Failure> {
        let broken = |e: String| Failure::internal(format!("the words do not parse: {e}"));
        let file = toml::from_str(text).map_err(|e| broken(e.to_string()))?;
        let settings = serde_json::to_value(settings).map_err(|e| broken(e.to_string()))?;
        Ok(Self { file, settings, lacking: RefCell::default() })
    }

    /// A word that is missing is a fault of the plugin: found by its tests, and not worth a report in the field.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let lacking = self.lacking.borrow();
        if cfg!(debug_assertions) && !lacking.is_empty() {
            return Err(Failure::internal(format!("words.toml lacks: {}", lacking.join("; "))));
        }
        Ok(())
    }

    fn lacks(&self, what: String) {
        self.lacking.borrow_mut().push(what);
    }

    fn known<'d, T>(&'d self, found: Option<&'d T>, kind: &str, key: &str) -> Option<&'d T> {
        if found.is_none() {
            self.lacks(format!("{kind} {key}"));
        }
        found
    }
}

/// The words of a plugin about some measures and numbers.
#[derive(Clone, Debug)]
pub struct Words<'d> {
    dictionary: &'d Dictionary,
    fills: Vec<(&'static str, Fill)>,
    basis: Basis,
}

impl<'d> Words<'d> {
    pub(crate) fn new(dictionary: &'d Dictionary) -> Self {
        Self { dictionary, fills: Vec::new(), basis: Basis::default() }
    }

    /// Says what the estimates rest on, and what was left out.
    #[must_use]
    pub fn over(&self, basis: impl Into<Basis>) -> Self {
        Self { basis: basis.into(), ..self.clone() }
    }

    /// Says which measure a letter of an id stands for.
    #[must_use]
    pub fn about(&self, letter: &'static str, measure: &Measure) -> Self {
        self.with(letter, measure)
    }

    /// Gives a placeholder its text, number or interval.
    #[must_use]
    pub fn with(&self, name: &'static str, value: impl Into<Fill>) -> Self {
        let mut more = self.clone();
        more.fills.push((name, value.into()));
        more
    }

    /// Gives several placeholders their numbers.
    #[must_use]
    pub fn numbers<const N: usize>(&self, numbers: [(&'static str, f64); N]) -> Self {
        let mut more = self.clone();
        more.fills.extend(numbers.map(|(name, number)| (name, number.into())));
        more
    }

    /// Gives a placeholder an estimate.
    #[must_use]
    pub fn of(&self, name: &'static str, estimate: &Estimate) -> Self {
        self.with(name, estimate)
    }

    /// An estimate with its label, method and sources, resting on what was said by [`over`](Self::over); the id is written as in
    /// `words.toml`.
    #[must_use]
    pub fn estimate(&self, key: &str) -> Estimate {
        let found = self.dictionary.file.estimate.get(key);
        let Some(words) = self.dictionary.known(found, "estimate", key) else {
            return Estimate::new(self.id(key), key);
        };
        let Basis { n, dropped } = self.basis.clone();
        let estimate = Estimate::new(self.id(key), self.fill(&words.label));
        let estimate = Estimate { n, dropped, ..estimate };
        words.source.iter().fold(estimate.method(self.fill(&words.method)), |e, key| e.source(key))
    }

    /// A figure with its title, caption and alternative text. Its axes, horizontal and vertical, have the titles `x` and `y` of
    /// `words.toml`; a plot without axes leaves them.
    #[must_use]
    pub fn figure(&self, key: &str, n: Counts, plot: impl FnOnce([Axis; 2]) -> Plot) -> Figure {
        let words = self.dictionary.file.figure.get(key);
        let words = self.dictionary.known(words, "figure", key);
        let [title, caption, alt, x, y] = words.map_or_else(Default::default, |words| {
            [&words.title, &words.caption, &words.alt, &words.x, &words.y]
                .map(|text| self.fill(text))
        });
        Figure::new(self.id(key), title, caption, alt, n, plot([x, y].map(Axis::new)))
    }

    /// Bars, with a line to compare with if there is one.
    #[must_use]
    pub fn bars(
        &self,
        key: &str,
        n: Counts,
        bars: Vec<Bar>,
        reference: Option<Reference>,
    ) -> Figure {
        self.figure(key, n, |[x, y]| Plot::Bars(Bars { x, y, bars, reference }))
    }

    /// A table without rows, with its title, note and columns.
    #[must_use]
    pub fn table(&self, key: &str) -> Table {
        let found = self.dictionary.file.table.get(key);
        let Some(words) = self.dictionary.known(found, "table", key) else {
            return Table::new(self.id(key), key);
        };
        let mut table =
            Table::new(self.id(key), self.fill(&words.title)).note(self.fill(&words.note));
        table.columns.extend(words.columns.iter().map(|(id, label, kind)| Column {
            id: id.clone(),
            label: self.fill(label),
            kind: *kind,
        }));
        table
    }

    /// The table of the estimates below the folders that `words.toml` names as its `rows`; `None` if all of them are refused.
    #[must_use]
    pub fn summary(&self, key: &str, findings: &Findings) -> Option<Table> {
        let words = self.dictionary.known(self.dictionary.file.table.get(key), "table", key)?;
        let rows: Vec<&Estimate> = self.rows_of(key, findings);
        summary::table(self.id(key), self.fill(&words.title), &self.fill(&words.note), &rows)
    }

    /// The estimates below the folders that `words.toml` names as the `rows` of a table.
    #[must_use]
    pub fn rows_of<'f>(&self, key: &str, findings: &'f Findings) -> Vec<&'f Estimate> {
        let words = self.dictionary.known(self.dictionary.file.table.get(key), "table", key);
        let folders = words.into_iter().flat_map(|words| &words.rows);
        let folders: Vec<String> = folders.map(|folder| self.id(folder)).collect();
        let inside = |e: &&Estimate| folders.iter().any(|folder| file::begins(folder, &e.id));
        findings.estimates.iter().filter(inside).collect()
    }

    /// A text of `[text]`; a dot leads into a table: `answer.above`.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        let mut found = self.dictionary.file.text.get(key);
        if let Some((table, key)) = key.split_once('.') {
            found = self.dictionary.file.text.get(table).and_then(|texts| texts.get(key));
        }
        if let Some(text) = found.and_then(toml::Value::as_str) {
            return self.fill(text);
        }
        self.dictionary.lacks(format!("text {key}"));
        String::new()
    }

    /// What the estimates rest on.
    #[must_use]
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// How many rows, clients, therapists and sites the estimates rest on.
    #[must_use]
    pub fn n(&self) -> Counts {
        self.basis.n
    }

    /// What turns a number towards benefit, from the outcome these words are about; `None` if they are about none.
    #[must_use]
    pub fn benefit_sign(&self) -> Option<f64> {
        self.fills.iter().rev().find_map(|(_, fill)| match fill {
            Fill::Measure { benefit_sign, .. } => *benefit_sign,
            _ => None,
        })
    }

    /// The ids of the measures these words are about.
    pub(crate) fn measures(&self) -> impl Iterator<Item = &str> {
        self.fills.iter().filter_map(|(_, fill)| match fill {
            Fill::Measure { id, .. } => Some(&id[..]),
            _ => None,
        })
    }

    /// What the methods say where an estimate was given, in the order of the estimates, each sentence once.
    #[must_use]
    pub fn methods(&self, findings: &Findings) -> Vec<String> {
        let mut said = Vec::new();
        for estimate in findings.estimates.iter().filter(|e| e.estimate.is_some()) {
            let words = self.dictionary.file.estimate.iter();
            let words = words.filter(|(key, words)| {
                !words.in_methods.is_empty() && file::fits(key, &estimate.id)
            });
            for (_, words) in words {
                let sentence = self.fill(&words.in_methods);
                if !said.contains(&sentence) {
                    said.push(sentence);
                }
            }
        }
        said
    }

    /// An id: bound letters are the measures' ids.
    #[must_use]
    pub fn id(&self, key: &str) -> String {
        let of = |part: &str| match self.fills.iter().rev().find(|(name, _)| *name == part) {
            Some((_, Fill::Measure { id, .. })) => id.clone(),
            _ => part.to_owned(),
        };
        let by = |text: &str, separator: char| {
            text.split(separator).map(of).collect::<Vec<_>>().join(&separator.to_string())
        };
        self.fill(&by(&by(key, '/'), '-'))
    }

    /// The estimate of this id among the findings.
    #[must_use]
    pub fn get<'f>(&self, findings: &'f Findings, key: &str) -> Option<&'f Estimate> {
        findings.get(&self.id(key))
    }

    /// "Label: b = 0.49, SE = 0.35, …" for every estimate with a number and a symbol.
    #[must_use]
    pub fn results(&self, findings: &Findings) -> String {
        summary::sentences(findings, |id| self.symbol(id))
    }

    /// "Label: b = 0.49, SE = 0.35, …" for one estimate, refused or not; `None` without a symbol.
    #[must_use]
    pub fn sentence(&self, estimate: &Estimate) -> Option<String> {
        let symbol = self.symbol(&estimate.id)?;
        Some(format!("{}: {}.", estimate.label, reported(symbol, estimate)))
    }

    /// "early alliance and final outcome, r = …; ranks, ρ = …": a list of `[reported]`, whose lines are an id and what is said of it.
    #[must_use]
    pub fn reported(&self, list: &str, findings: &Findings) -> String {
        let found = self.dictionary.file.reported.get(list);
        let lines = self.dictionary.known(found, "reported", list).into_iter().flatten();
        let said = lines.filter_map(|(key, name)| {
            let estimate = self.get(findings, key)?;
            let symbol = self.symbol(&estimate.id)?;
            Some(format!("{}, {}", self.fill(name), reported(symbol, estimate)))
        });
        said.collect::<Vec<_>>().join("; ")
    }

    /// "Label: b = 0.49, …", refused or not, for every estimate whose id is one of a list of `[reported]`, in the order of the list.
    #[must_use]
    pub fn each_reported(&self, list: &str, findings: &Findings) -> Vec<String> {
        let found = self.dictionary.file.reported.get(list);
        let keys = self.dictionary.known(found, "reported", list).into_iter().flatten();
        let estimates = keys
            .flat_map(|(key, _)| findings.estimates.iter().filter(move |e| file::fits(key, &e.id)));
        estimates.filter_map(|e| self.sentence(e)).collect()
    }

    /// How the estimate of an id is written in sentences.
    #[must_use]
    pub fn symbol(&self, id: &str) -> Option<Symbol<'d>> {
        let mut fitting =
            self.dictionary.file.estimate.iter().filter(|(key, _)| file::fits(key, id));
        fitting.find_map(|(_, words)| words.symbol.as_ref()).map(file::Written::symbol)
    }

    fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((placeholder, after)) = after.split_once('}') else { break };
            let (path, format) = placeholder.split_once(':').unwrap_or((placeholder, ""));
            match self.value(path).and_then(|value| value.written(format)) {
                Some(written) => out.push_str(&written),
                None => self.dictionary.lacks(format!("a value of {{{placeholder}}} in: {text}")),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// What a placeholder names: something bound, the last one first, or a setting.
    fn value(&self, path: &str) -> Option<Fill> {
        let (name, part) = path.split_once('.').unwrap_or((path, ""));
        if let Some((_, fill)) = self.fills.iter().rev().find(|(known, _)| *known == name) {
            return fill.part(part);
        }
        let setting = self.dictionary.settings.get(name)?;
        match part.parse::<usize>() {
            Ok(index) => setting.get(index)?.as_f64().map(Fill::Number),
            Err(_) => setting.as_f64().map(Fill::Number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[estimate."early/A/Y/pearson"]
label = "Pearson correlation, early {A} and final {Y}"
method = "sessions {window.0} to {window.1}, margin {margin}"
source = ["pearson1896"]
symbol.bounded = "r"

[figure.scatter-A]
title = "{A}"
caption = "{n:client}"
alt = "r = {r:.2} {r.ci:.2}, {r.p:p}"

[figure.bars-A]
title = "{A}"
caption = "Bars."
alt = "Bars."
x = "Session"
y = "Share of {A}"

[table.both-A]
rows = ["early/A/*/"]

[reported]
pair = [["early/A/Y/pearson", "early {A}"]]

[text.answer]
above = "{share:%1} above {x:1}"
"#;

    fn dictionary() -> Dictionary {
        let settings = serde_json::json!({ "window": [3, 5], "margin": 1.0 });
        Dictionary::of(TEXT, &settings).unwrap()
    }

    fn words(dictionary: &Dictionary) -> Words<'_> {
        let measure = |id: &str, role: &str| -> Measure {
            let measure = serde_json::json!({ "id": id, "role": role, "level": "session" });
            serde_json::from_value(measure).unwrap()
        };
        Words::new(dictionary)
            .about("A", &measure("wai_client.bond", "alliance"))
            .about("Y", &measure("symptom", "outcome"))
    }

    #[test]
    fn an_estimate_has_its_words_and_its_id() {
        let dictionary = dictionary();
        let words = words(&dictionary);
        let r = words.estimate("early/A/Y/pearson");
        assert_eq!(r.id, "early/wai_client.bond/symptom/pearson");
        assert_eq!(r.label, "Pearson correlation, early wai client bond and final symptom");
        assert_eq!(r.method, "sessions 3 to 5, margin 1");
        assert_eq!(r.source, ["pearson1896"]);
        let r = r.value(-0.2).ci([-0.4, -0.01]).p(0.04).clients(1);
        let figure = words.of("r", &r).with("n", 1_u64).figure("scatter-A", r.n, |_| {
            Plot::Flow(dyad_model::figure::FlowChart { boxes: Vec::new() })
        });
        assert_eq!(
            (figure.id.as_str(), figure.caption.as_str()),
            ("scatter-wai_client.bond", "1 client")
        );
        assert_eq!(figure.alt, "r = −.20 [−.40, −.01], p = .040");
        let findings = Findings::new().estimate(r);
        assert_eq!(
            words.reported("pair", &findings),
            "early wai client bond, r = −.20, 95 % CI [−.40, −.01], p = .040"
        );
        assert_eq!(words.summary("both-A", &findings).unwrap().rows.len(), 1);
        assert!(dictionary.check().is_ok());
    }

    #[test]
    fn axes_have_their_titles() {
        let dictionary = dictionary();
        let words = words(&dictionary);
        let n = Counts::default();
        let Plot::Bars(bars) = words.bars("bars-A", n, Vec::new(), None).plot else {
            unreachable!("bars are bars")
        };
        assert_eq!([bars.x.label, bars.y.label], ["Session", "Share of wai client bond"]);
        assert!(dictionary.check().is_ok());
        drop(words.bars("bars-B", n, Vec::new(), None));
        assert!(dictionary.check().unwrap_err().to_string().contains("figure bars-B"));
    }

    #[test]
    fn what_is_lacking_is_named() {
        let dictionary = dictionary();
        let words = words(&dictionary);
        let text = words.numbers([("share", 0.274), ("x", -0.25)]).text("answer.above");
        assert_eq!(text, "27.4 % above −0.2");
        assert!(dictionary.check().is_ok());
        drop(words.text("answer.above"));
        drop(words.estimate("early/A/Y/spearman"));
        let lacking = dictionary.check().unwrap_err().to_string();
        assert!(lacking.contains("{share:%1}") && lacking.contains("estimate early/A/Y/spearman"));
    }
}
