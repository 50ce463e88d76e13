//! What a study file may not say, although every key and type is right.

use std::ops::Range;

use dyad_model::{Direction, Role};

use super::{
    AnalysisSpec, MeasureSpec, ScoringOverrides, Source, StudyFile,
    error::{Reporter, StudyFileError},
    raw::{RawAnalysis, RawMeasure, RawStudy},
};

/// Names that the tables of a study use themselves.
const RESERVED: [&str; 5] = ["site", "therapist", "client", "session", "day"];
const AGGREGATES: [&str; 3] = ["sum", "mean", "mean_x10"];

/// Compares the parts with each other and gives the checked file.
pub(super) fn checked(
    raw: RawStudy,
    mut report: Reporter<'_>,
) -> Result<StudyFile, StudyFileError> {
    if *raw.version.get_ref() != 1 {
        report.at(
            raw.version.span(),
            "this version of the study file is not known",
            "write `version = 1`",
        );
    }
    let data = raw.data.get_ref();
    if let Some(decimal) = data.decimal
        && !matches!(decimal, '.' | ',')
    {
        report.at(raw.data.span(), "the decimal mark must be `.` or `,`", "");
    }
    if data.delimiter.is_some() && data.delimiter == data.decimal {
        report.at(raw.data.span(), "delimiter and decimal mark are the same character", "");
    }
    if let Some(delimiter) = data.delimiter
        && !matches!(delimiter, ',' | ';' | '\t' | '|')
    {
        report.at(raw.data.span(), "the delimiter must be `,`, `;`, a tab or `|`", "");
    }

    let mut ordered: Vec<_> = raw.measures.iter().collect();
    ordered.sort_by_key(|(key, _)| key.span().start);
    let measures: Vec<MeasureSpec> = ordered
        .into_iter()
        .filter_map(|(key, raw)| measure(key.get_ref(), key.span(), raw.get_ref(), &mut report))
        .collect();
    if raw.measures.is_empty() {
        report.whole(
            "the study file names no measure",
            "add a table such as [measures.alliance_client] with `role` and `column`",
        );
    }

    let primary = primary(&raw, &mut report);
    let replications = raw.replications.iter().map(|r| r.get_ref().clone()).collect();
    for replication in &raw.replications {
        let value = replication.get_ref();
        if !(-1.0..=1.0).contains(&value.r) {
            report.at(replication.span(), "a correlation lies between -1 and 1", "");
        }
        if value.ci.is_none() && value.n.is_none() {
            report.at(
                replication.span(),
                format!("replication `{}` gives neither `n` nor `ci`", value.name),
                "one of them says how precise the published effect is",
            );
        }
    }
    let allow = raw.deidentification.allow;
    for reason in allow.values().filter(|reason| reason.get_ref().trim().len() < 3) {
        report.at(
            reason.span(),
            "an override needs a reason",
            "say in words why this column identifies nobody",
        );
    }

    let file = StudyFile {
        title: raw.study.title,
        seed: raw.study.seed,
        primary,
        simulated: raw.study.simulated,
        data: raw.data.get_ref().clone(),
        columns: raw.columns.get_ref().clone(),
        measures,
        missing_codes: raw.missing.codes,
        profile: raw.release.profile,
        analyses: raw
            .analyses
            .into_iter()
            .map(|(id, a)| {
                let RawAnalysis { enabled, limits, settings } = a;
                (id, AnalysisSpec { enabled, limits, settings })
            })
            .collect(),
        replications,
        quasi_identifiers: raw.quasi_identifiers,
        deidentification_allow: allow
            .into_iter()
            .map(|(column, reason)| (column, reason.into_inner()))
            .collect(),
    };
    structure(&file, raw.columns.span(), &mut report);
    report.finish()?;
    Ok(file)
}

/// The names of the primary estimates: `plugin/…/…`, none twice. Whether a run delivers them is known after it.
fn primary(raw: &RawStudy, report: &mut Reporter<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(raw.study.primary.len());
    for name in &raw.study.primary {
        let text = name.get_ref();
        if text.split('/').count() < 2 || text.split('/').any(str::is_empty) {
            report.at(
                name.span(),
                format!("`{text}` is no full name of an estimate"),
                "write the plugin and the id: \"alliance-outcome/early/alliance_client/symptom/pearson\"",
            );
        } else if names.contains(text) {
            report.at(name.span(), format!("`{text}` is declared twice"), "remove one of them");
        }
        names.push(text.clone());
    }
    names
}

/// The structure columns against each other and against the shape of the file.
fn structure(file: &StudyFile, span: Range<usize>, report: &mut Reporter<'_>) {
    let c = &file.columns;
    if file.is_wide() {
        if c.session.is_some() {
            report.at(
                span.clone(),
                "`session` is named, but a measure has a `{session}` template",
                "in a wide file the session number is in the column names: remove `session`",
            );
        }
        if c.day.is_some() || c.date.is_some() {
            report.at(span.clone(), "a wide file cannot have a `day` or `date` column", "");
        }
    }
    let quasi = &file.quasi_identifiers;
    if !quasi.sensitive.is_empty() && quasi.clients.is_empty() {
        report.at(
            span.clone(),
            "[quasi_identifiers] sensitive is given without clients",
            "name the columns by which a client could be recognised in clients = [\"…\"]",
        );
    }
    if c.day.is_some() && c.date.is_some() {
        report.at(span.clone(), "both `day` and `date` are named", "keep one of them");
    }
    let named = [&c.site, &c.therapist, &c.session, &c.day, &c.date];
    let mut names: Vec<&str> = named.into_iter().flatten().map(String::as_str).collect();
    names.push(&c.client);
    names.sort_unstable();
    for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
        report.at(span.clone(), format!("column `{}` is named twice", pair[0]), "");
    }
}

/// One measure; `None` if it has no usable source.
fn measure(
    id: &str,
    span: Range<usize>,
    raw: &RawMeasure,
    report: &mut Reporter<'_>,
) -> Option<MeasureSpec> {
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !plain || !id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        report.at(
            span.clone(),
            format!("`{id}` cannot be the id of a measure"),
            "use letters, digits and `_`, beginning with a letter",
        );
    }
    if RESERVED.contains(&id) {
        report.at(
            span.clone(),
            format!("`{id}` is the name of a structure column, not of a measure"),
            "choose another id; the column keeps its name",
        );
    }
    numbers(raw, report);
    if raw.role == Role::Outcome && raw.better.is_none() && raw.instrument.is_none() {
        report.at(
            span.clone(),
            format!("the outcome `{id}` does not say which end of its scale is better"),
            "add better = \"lower\" (symptoms) or better = \"higher\" (functioning)",
        );
    }
    let direction = raw
        .better
        .or((raw.role == Role::Burnout && raw.instrument.is_none()).then_some(Direction::Lower));
    let source = source(id, span, raw, report)?;
    Some(MeasureSpec {
        id: id.to_owned(),
        role: raw.role,
        rater: raw.rater,
        source,
        instrument: raw.instrument.as_ref().map(|i| i.get_ref().clone()),
        unit: raw.unit.clone(),
        range: raw.range.as_ref().map(|r| *r.get_ref()),
        better: direction,
        reliability: raw.reliability.as_ref().map(|r| *r.get_ref()),
        functional: raw.functional.as_ref().map(|f| *f.get_ref()),
        cutoff: raw.cutoff,
        cutoffs: raw.cutoffs.clone(),
        reliable_change: raw.reliable_change.as_ref().map(|c| *c.get_ref()),
        missing: raw.missing.clone(),
        scoring: ScoringOverrides {
            aggregate: raw.aggregate.as_ref().map(|a| a.get_ref().clone()),
            item_range: raw.item_range.as_ref().map(|r| *r.get_ref()),
            missing_rule: raw.missing_rule.as_ref().map(|r| r.get_ref().clone()),
            already_reversed: raw.already_reversed,
        },
    })
}

fn source(
    id: &str,
    span: Range<usize>,
    raw: &RawMeasure,
    report: &mut Reporter<'_>,
) -> Option<Source> {
    match (&raw.column, &raw.items) {
        (Some(column), None) => Some(Source::Column(column.get_ref().clone())),
        (None, Some(items)) => {
            if !items.get_ref().contains("{item}") {
                report.at(
                    items.span(),
                    "the item columns need `{item}` where the item number stands",
                    "for wai_1, wai_2 … write items = \"wai_{item}\"",
                );
            }
            if raw.instrument.is_none() {
                report.at(
                    items.span(),
                    format!("measure `{id}` has items but no instrument to score them by"),
                    "add instrument = \"wai-sr\" or the path of a key file",
                );
            }
            Some(Source::Items(items.get_ref().clone()))
        }
        (Some(_), Some(items)) => {
            report.at(
                items.span(),
                format!("measure `{id}` has both `column` and `items`"),
                "a score comes from one of them: remove the other",
            );
            None
        }
        (None, None) => {
            report.at(
                span,
                format!("measure `{id}` says neither `column` nor `items`"),
                "add column = \"…\" with the name of its column",
            );
            None
        }
    }
}

/// Numbers that cannot be what they are called.
fn numbers(raw: &RawMeasure, report: &mut Reporter<'_>) {
    for range in [&raw.range, &raw.item_range].into_iter().flatten() {
        let [low, high] = *range.get_ref();
        if !(low.is_finite() && high.is_finite() && low < high) {
            report.at(range.span(), "a range goes from a smaller to a larger number", "");
        }
    }
    if let Some(reliability) = &raw.reliability
        && !(0.0..1.0).contains(reliability.get_ref())
    {
        report.at(reliability.span(), "a reliability lies between 0 and 1 (1 excluded)", "");
    }
    if let Some(change) = &raw.reliable_change
        && !(change.get_ref().is_finite() && *change.get_ref() > 0.0)
    {
        report.at(change.span(), "a reliable change is a number of points above 0", "");
    }
    if let Some(norm) = &raw.functional {
        let norm_value = norm.get_ref();
        if !(norm_value.mean.is_finite() && norm_value.sd.is_finite() && norm_value.sd > 0.0) {
            report.at(norm.span(), "the functional population needs a mean and an sd above 0", "");
        }
    }
    if let Some(aggregate) = &raw.aggregate
        && !AGGREGATES.contains(&aggregate.get_ref().as_str())
    {
        report.at(aggregate.span(), "unknown aggregate", "use \"sum\", \"mean\" or \"mean_x10\"");
    }
}
