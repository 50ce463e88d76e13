//! Two runs side by side: a replication beside its original, or an audit cycle beside the one before.

use std::collections::BTreeMap;
use std::path::Path;

use askama::Template;
use dyad_model::{Estimate, Flow, Results};
use serde::Serialize;

use crate::svg::put;
use crate::{ReportError, csv, words};

/// How an estimate fared between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The same number to the last digit.
    Same,
    /// Another number, within the first run's interval.
    WithinInterval,
    /// Another number, outside the first run's interval.
    OutsideInterval,
    /// Another number; the first run gave no interval.
    Changed,
    /// One of the runs gives no number.
    NotGiven,
    /// Only the first run has it.
    OnlyFirst,
    /// Only the second run has it.
    OnlySecond,
}

impl Outcome {
    fn words(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::WithinInterval => "within the first interval",
            Self::OutsideInterval => "outside the first interval",
            Self::Changed => "differs",
            Self::NotGiven => "not given in both",
            Self::OnlyFirst => "only in the first",
            Self::OnlySecond => "only in the second",
        }
    }
}

/// One estimate of two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Its full name: `<plugin>/<id>`.
    pub id: String,
    /// What the first run says.
    pub first: Option<Estimate>,
    /// What the second run says.
    pub second: Option<Estimate>,
    /// Second − first, if both give a number.
    pub difference: Option<f64>,
    /// How it fared.
    pub outcome: Outcome,
}

/// Two runs side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Titles of the two studies.
    pub titles: [String; 2],
    /// Who is in them.
    pub flows: [Flow; 2],
    /// Every estimate of either run, by full name.
    pub estimates: Vec<Compared>,
}

/// Sets two runs side by side. The difference is arithmetic and no test: runs over the same clients are not independent.
#[must_use]
pub fn compare(first: &Results, second: &Results) -> Comparison {
    let mut pairs: BTreeMap<String, [Option<Estimate>; 2]> = BTreeMap::new();
    for (side, results) in [first, second].into_iter().enumerate() {
        for analysis in &results.analyses {
            for estimate in &analysis.findings.estimates {
                let id = format!("{}/{}", analysis.plugin, estimate.id);
                pairs.entry(id).or_default()[side] = Some(estimate.clone());
            }
        }
    }
    let estimates = pairs
        .into_iter()
        .map(|(id, [first, second])| {
            let value = |e: &Option<Estimate>| e.as_ref().and_then(|e| e.estimate);
            let difference = value(&second).zip(value(&first)).map(|(b, a)| b - a);
            let outcome = outcome(first.as_ref(), second.as_ref());
            Compared { id, first, second, difference, outcome }
        })
        .collect();
    Comparison {
        titles: [first, second].map(|r| r.study.title.clone()),
        flows: [first, second].map(|r| r.flow.clone()),
        estimates,
    }
}

fn outcome(first: Option<&Estimate>, second: Option<&Estimate>) -> Outcome {
    match (first, second) {
        (Some(_), None) => Outcome::OnlyFirst,
        (None, _) => Outcome::OnlySecond,
        (Some(a), Some(b)) => match (a.estimate, b.estimate, a.ci) {
            (Some(x), Some(y), _) if x.to_bits() == y.to_bits() => Outcome::Same,
            (Some(_), Some(y), Some([low, high])) if (low..=high).contains(&y) => {
                Outcome::WithinInterval
            }
            (Some(_), Some(_), Some(_)) => Outcome::OutsideInterval,
            (Some(_), Some(_), None) => Outcome::Changed,
            (None, None, _) if a.verdict.is_some() && a.verdict == b.verdict => Outcome::Same,
            (None, None, _) if a.verdict.is_some() && b.verdict.is_some() => Outcome::Changed,
            _ => Outcome::NotGiven,
        },
    }
}

/// A row of the page.
struct RowView {
    id: String,
    label: String,
    sides: [[String; 2]; 2],
    difference: String,
    outcome: &'static str,
}

struct GroupView {
    plugin: String,
    rows: Vec<RowView>,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    titles: [String; 2],
    samples: Vec<(&'static str, [u64; 2])>,
    counts: Vec<(&'static str, usize)>,
    groups: Vec<GroupView>,
}

/// Renders a comparison as a page of its own.
///
/// # Errors
/// - [`ReportError::Page`] if the template fails.
pub fn render_comparison(comparison: &Comparison) -> Result<String, ReportError> {
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    let mut groups: Vec<GroupView> = Vec::new();
    for compared in &comparison.estimates {
        *counts.entry(compared.outcome).or_insert(0) += 1;
        let plugin = compared.id.split('/').next().unwrap_or("");
        if groups.last().is_none_or(|group| group.plugin != plugin) {
            groups.push(GroupView { plugin: plugin.to_owned(), rows: Vec::new() });
        }
        let known = compared.first.as_ref().or(compared.second.as_ref());
        let side = |e: &Option<Estimate>| match e {
            Some(e) => [words::value(e), words::interval(e)],
            None => [words::MISSING.to_owned(), String::new()],
        };
        if let Some(group) = groups.last_mut() {
            group.rows.push(RowView {
                id: compared.id.clone(),
                label: known.map_or_else(String::new, |e| e.label.clone()),
                sides: [side(&compared.first), side(&compared.second)],
                difference: compared.difference.zip(known).map_or_else(
                    || words::MISSING.to_owned(),
                    |(difference, of)| words::difference(difference, of),
                ),
                outcome: compared.outcome.words(),
            });
        }
    }
    let both = |of: fn(&Flow) -> u64| [of(&comparison.flows[0]), of(&comparison.flows[1])];
    let page = Page {
        samples: vec![
            ("clients", both(|f| f.clients)),
            ("sessions", both(|f| f.rows_used)),
            ("therapists", both(|f| f.therapists)),
            ("sites", both(|f| f.sites)),
        ],
        titles: comparison.titles.clone(),
        counts: counts.into_iter().map(|(outcome, n)| (outcome.words(), n)).collect(),
        groups,
    };
    Ok(page.render()?)
}

/// The comparison as CSV, with every digit.
#[must_use]
pub fn comparison_csv(comparison: &Comparison) -> String {
    let mut text = String::from(
        "id,first,first_low,first_high,second,second_low,second_high,difference,outcome\r\n",
    );
    let some = |value: Option<f64>| value.map_or_else(String::new, csv::number);
    for compared in &comparison.estimates {
        let side = |e: &Option<Estimate>| {
            let (value, ci) = e.as_ref().map_or((None, None), |e| (e.estimate, e.ci));
            format!("{},{},{}", some(value), some(ci.map(|c| c[0])), some(ci.map(|c| c[1])))
        };
        let (id, first, second) =
            (csv::words(&compared.id), side(&compared.first), side(&compared.second));
        let difference = some(compared.difference);
        let outcome = compared.outcome.words();
        put(&mut text, format_args!("{id},{first},{second},{difference},{outcome}\r\n"));
    }
    text
}

/// Writes `compare.html` and `compare.csv` into an existing folder.
///
/// # Errors
/// - [`ReportError::NoFolder`] if there is no such folder.
/// - [`ReportError::Io`] if a file cannot be written.
pub fn write_comparison(comparison: &Comparison, dir: &Path) -> Result<(), ReportError> {
    if !dir.is_dir() {
        return Err(ReportError::NoFolder { path: dir.to_owned() });
    }
    let parts = [
        ("compare.html", render_comparison(comparison)?),
        ("compare.csv", comparison_csv(comparison)),
    ];
    for (name, text) in parts {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(|source| ReportError::Io {
            action: "write",
            path,
            source,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e(value: f64) -> Estimate {
        Estimate::new("a", "A").value(value).ci([0.1, 0.4])
    }

    #[test]
    fn every_way_two_runs_can_differ() {
        let refused = Estimate::new("a", "A").refused("too few");
        let bare = Estimate::new("a", "A").value(0.2);
        assert_eq!(outcome(Some(&e(0.2)), Some(&e(0.2))), Outcome::Same);
        assert_eq!(outcome(Some(&e(0.2)), Some(&e(0.3))), Outcome::WithinInterval);
        assert_eq!(outcome(Some(&e(0.2)), Some(&e(0.5))), Outcome::OutsideInterval);
        assert_eq!(outcome(Some(&bare), Some(&e(0.5))), Outcome::Changed);
        assert_eq!(outcome(Some(&refused), Some(&e(0.5))), Outcome::NotGiven);
        assert_eq!(outcome(Some(&bare), None), Outcome::OnlyFirst);
        assert_eq!(outcome(None, Some(&bare)), Outcome::OnlySecond);
    }
}
