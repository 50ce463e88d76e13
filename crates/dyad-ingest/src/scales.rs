//! Instruments of a study: their keys, and the measures that are scored from item columns.

use std::{fs, path::Path};

use dyad_instruments::{Cutoff, Key, Overrides, Subscale, find, recognised};
use dyad_model::{Note, NoteKind, Role};
use rayon::prelude::*;

use crate::{
    error::IngestError,
    map::{Mapped, Rule, Target, Wanted},
    missing::MissingCodes,
    study_file::{MeasureSpec, Source, StudyFile, StudyFileError, StudyFileIssue},
};

/// Rows with all items that a warning about reversed items needs.
const ENOUGH: usize = 20;
/// Rows it looks at: far more than it takes to see the sign of a correlation.
const LOOKED_AT: usize = 20_000;
/// Rows scored at a time.
const STRETCH: usize = 1 << 14;

/// An instrument whose items stand in the data.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// The measure's id in the study file.
    pub(crate) id: String,
    pub(crate) role: Role,
    /// Column names, with `{item}` where the number stands.
    pub(crate) template: String,
    pub(crate) key: Key,
    /// Position of every subscale among the measures.
    pub(crate) measures: Vec<usize>,
    codes: MissingCodes,
}

impl Scale {
    /// What may stand in an item's cells.
    pub(crate) fn rule(&self) -> Rule {
        Rule {
            id: self.id.clone(),
            codes: self.codes.clone(),
            range: Some(self.key.item_range),
            dropout: false,
            step: self.key.item_step,
        }
    }

    /// The column template of an item.
    pub(crate) fn column(&self, item: usize) -> String {
        self.template.replace("{item}", &item.to_string())
    }
}

/// A study file with one measure per score.
pub(crate) struct Expanded {
    pub(crate) file: StudyFile,
    /// The scales that give scores.
    pub(crate) scales: Vec<Scale>,
    /// What is not sure about the keys.
    pub(crate) doubts: Vec<Note>,
}

/// The study file with one measure per score, and the scales that give them.
///
/// A measure with items becomes `id` (the instrument's total, if it has one) and `id.subscale` for the others. What the
/// study file says about the score goes to the total; subscales keep what the key says, and `cutoffs`.
///
/// # Errors
/// If a key is not known, does not load, or contradicts what the study file says about the measure.
pub(crate) fn expand(file: &StudyFile, study: &Path) -> Result<Expanded, IngestError> {
    let mut effective = StudyFile { measures: Vec::new(), ..file.clone() };
    let (mut scales, mut doubts) = (Vec::new(), Vec::new());
    let mut issues = Vec::new();
    for spec in &file.measures {
        let mut wrong = |what: String| issues.push(issue(&spec.id, &what));
        let key = match key(spec, study)? {
            Ok(key) => key,
            Err(what) => {
                wrong(what);
                continue;
            }
        };
        match (&spec.source, key) {
            (Source::Items(template), Some(key)) => {
                contradictions(spec, &key, &mut wrong);
                doubts.extend(doubt(&format!("`{}` is scored", spec.id), &key, &key.subscales));
                let first = effective.measures.len();
                // The total first: it is the measure people mean.
                let mut order: Vec<usize> = (0..key.subscales.len()).collect();
                order.sort_by_key(|&i| !key.subscales[i].is_total());
                let mut measures = vec![0; order.len()];
                for (n, &i) in order.iter().enumerate() {
                    measures[i] = first + n;
                    effective.measures.push(of_subscale(spec, &key.subscales[i]));
                }
                scales.push(Scale {
                    id: spec.id.clone(),
                    role: spec.role,
                    template: template.clone(),
                    codes: MissingCodes::new(&spec.codes(&file.missing_codes)),
                    key,
                    measures,
                });
            }
            (_, key) => {
                let total = key.as_ref().and_then(Key::total);
                let used = |spec: &MeasureSpec| {
                    spec.cutoff.is_none() || spec.reliable_change.is_none() || spec.range.is_none()
                };
                if let (Some(key), Some(total)) = (&key, total.filter(|_| used(spec))) {
                    let what =
                        format!("What the study file does not say of `{}` is taken", spec.id);
                    doubts.extend(doubt(&what, key, std::slice::from_ref(total)));
                }
                let measure = match total {
                    Some(total) => with_defaults(spec.clone(), total),
                    None => spec.clone(),
                };
                if measure.role == Role::Outcome && measure.better.is_none() {
                    wrong("the instrument does not say which end is better: add `better`".into());
                }
                effective.measures.push(measure);
            }
        }
    }
    if issues.is_empty() {
        Ok(Expanded { file: effective, scales, doubts })
    } else {
        Err(StudyFileError { path: study.display().to_string(), issues }.into())
    }
}

/// What a reader should know of a key that was used and not checked in every number.
fn doubt(what: &str, key: &Key, subscales: &[Subscale]) -> Option<Note> {
    let mut texts: Vec<&str> = subscales
        .iter()
        .filter(|s| !s.confidence.checked)
        .map(|s| s.confidence.text.as_str())
        .collect();
    texts.dedup();
    let text = format!("{what} by the key of {} ({}): {}.", key.name, key.source, texts.join("; "));
    (!texts.is_empty()).then_some(Note { kind: NoteKind::Info, text })
}

fn issue(measure: &str, what: &str) -> StudyFileIssue {
    StudyFileIssue {
        message: format!("[measures.{measure}]: {what}"),
        line: 0,
        column: 0,
        length: 0,
        source_line: String::new(),
        hint: String::new(),
    }
}

/// The key of a measure, with the study's changes. `Ok(None)`: a score whose instrument has no key here.
fn key(spec: &MeasureSpec, study: &Path) -> Result<Result<Option<Key>, String>, IngestError> {
    let Some(name) = &spec.instrument else { return Ok(Ok(None)) };
    let needed = matches!(spec.source, Source::Items(_));
    let is_file = Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
    let found = if is_file {
        let path = crate::read::resolve(study, name);
        let text = fs::read_to_string(&path).map_err(|source| IngestError::Io {
            what: "key file",
            path,
            source,
        })?;
        Key::parse(&text)
    } else {
        find(name)
    };
    let key = match found {
        Ok(key) => key,
        // A score of an instrument whose key is not public needs no key.
        Err(_) if !needed && recognised().iter().any(|r| r.name.eq_ignore_ascii_case(name)) => {
            return Ok(Ok(None));
        }
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut overrides = Overrides {
        item_range: spec.scoring.item_range,
        already_reversed: spec.scoring.already_reversed,
        ..Overrides::default()
    };
    if let Some(word) = &spec.scoring.aggregate {
        overrides.aggregate = word.parse().ok();
    }
    if let Some(word) = &spec.scoring.missing_rule {
        let Ok(rule) = word.parse() else {
            return Ok(Err(format!(
                "unknown missing_rule `{word}`: complete, min_answered=K, max_missing=P% or subscale_mean_rounded"
            )));
        };
        overrides.missing_rule = Some(rule);
    }
    Ok(key.with(&overrides).map(Some).map_err(|error| error.to_string()))
}

/// What a study file may not say about an instrument.
fn contradictions(spec: &MeasureSpec, key: &Key, wrong: &mut impl FnMut(String)) {
    for name in spec.cutoffs.keys() {
        if key.subscales.iter().all(|s| s.id != *name || s.is_total()) {
            wrong(format!("`cutoffs` names `{name}`, which is no subscale of {}", key.name));
        }
    }
    if key.total().is_some() {
        return;
    }
    let given = [
        ("range", spec.range.is_some()),
        ("better", spec.better.is_some()),
        ("reliability", spec.reliability.is_some()),
        ("functional", spec.functional.is_some()),
        ("cutoff", spec.cutoff.is_some()),
        ("reliable_change", spec.reliable_change.is_some()),
    ];
    for (name, _) in given.into_iter().filter(|(_, given)| *given) {
        let subscales: Vec<&str> = key.subscales.iter().map(|s| s.id.as_str()).collect();
        wrong(format!(
            "`{name}` belongs to a total, and {} has none, only {}",
            key.name,
            subscales.join(", ")
        ));
    }
}

fn with_defaults(mut measure: MeasureSpec, subscale: &Subscale) -> MeasureSpec {
    measure.better = measure.better.or(Some(subscale.better));
    measure.range = measure.range.or(Some(subscale.range));
    measure.cutoff = measure.cutoff.or(subscale.cutoff.map(Cutoff::at_or_beyond));
    measure.reliable_change = measure.reliable_change.or(subscale.reliable_change);
    measure
}

fn of_subscale(spec: &MeasureSpec, subscale: &Subscale) -> MeasureSpec {
    if subscale.is_total() {
        return with_defaults(spec.clone(), subscale);
    }
    let measure = MeasureSpec {
        id: format!("{}.{}", spec.id, subscale.id),
        range: None,
        better: None,
        reliability: None,
        functional: None,
        cutoff: spec.cutoffs.get(&subscale.id).copied(),
        reliable_change: None,
        ..spec.clone()
    };
    with_defaults(measure, subscale)
}

/// Adds the scores of all scales whose items the file holds. Gives the ids of scales whose reversed items seem to have
/// been turned before.
pub(crate) fn score(rows: &mut Mapped, wanted: &mut Vec<Wanted>, scales: &[Scale]) -> Vec<String> {
    let mut suspicious = Vec::new();
    for (s, scale) in scales.iter().enumerate() {
        let columns: Vec<Option<usize>> = (1..=scale.key.items)
            .map(|item| wanted.iter().position(|w| w.target == Target::Item(s, item)))
            .collect();
        let Some(columns) = columns.into_iter().collect::<Option<Vec<usize>>>() else { continue };
        let starts: Vec<usize> = (0..rows.len()).step_by(STRETCH).collect();
        let stretches: Vec<Vec<Vec<f64>>> = starts
            .into_par_iter()
            .map(|start| {
                let mut scores = vec![Vec::with_capacity(STRETCH); scale.key.subscales.len()];
                let mut answers = vec![None; columns.len()];
                for row in start..rows.len().min(start + STRETCH) {
                    for (answer, &column) in answers.iter_mut().zip(&columns) {
                        let value = rows.values[column][row];
                        *answer = (!value.is_nan()).then_some(value);
                    }
                    for (to, score) in scores.iter_mut().zip(scale.key.score(&answers)) {
                        to.push(score.unwrap_or(f64::NAN));
                    }
                }
                scores
            })
            .collect();
        let mut scores: Vec<Vec<f64>> =
            vec![Vec::with_capacity(rows.len()); scale.key.subscales.len()];
        for stretch in stretches {
            for (to, from) in scores.iter_mut().zip(stretch) {
                to.extend(from);
            }
        }
        if is_turned_already(scale, &columns, rows) {
            suspicious.push(scale.id.clone());
        }
        for (&measure, values) in scale.measures.iter().zip(scores) {
            wanted.push(Wanted::new(Target::Measure(measure), usize::MAX, &scale.id));
            rows.values.push(values);
        }
    }
    suspicious
}

/// Whether most reversed items go along with the rest of their subscale before they are reversed.
fn is_turned_already(scale: &Scale, columns: &[usize], rows: &Mapped) -> bool {
    let (mut along, mut all) = (0, 0);
    for subscale in &scale.key.subscales {
        let others: Vec<usize> =
            subscale.items.iter().copied().filter(|i| !subscale.reversed.contains(i)).collect();
        if others.is_empty() {
            continue;
        }
        for &item in &subscale.reversed {
            let pairs: Vec<(f64, f64)> = (0..rows.len().min(LOOKED_AT))
                .map(|row| {
                    let value = |item: usize| rows.values[columns[item - 1]][row];
                    (value(item), others.iter().map(|&other| value(other)).sum::<f64>())
                })
                .filter(|(a, b)| !a.is_nan() && !b.is_nan())
                .collect();
            if pairs.len() >= ENOUGH {
                all += 1;
                along += usize::from(covariance(&pairs) > 0.0);
            }
        }
    }
    all > 0 && along * 2 > all
}

/// Of its sign alone.
fn covariance(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / n, y + b / n));
    pairs.iter().map(|(a, b)| (a - x) * (b - y)).sum()
}
