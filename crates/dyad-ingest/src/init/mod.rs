//! A first study file, from the data's own header. A person corrects it; what is only a guess is marked `# ?`.

mod guess;
mod summary;

use std::{collections::BTreeSet, path::Path};

use dyad_model::{Direction, Rater, Role};

use self::guess::{Guess, Measure, Source};
use crate::{
    error::IngestError,
    gate::{self, Gate},
    read::{Input, Options, Table},
    room,
};

/// Writes a commented study file for a sessions file, as text.
///
/// Roles are guessed from column names, item families and value ranges. No value of the file is written: a range is the
/// smallest usual scale that holds the values. Columns that de-identification would refuse are named in a comment.
///
/// # Errors
/// [`IngestError::Io`] if the file cannot be read, [`IngestError::Data`] if it is no table.
pub fn init(data: impl AsRef<Path>) -> Result<String, IngestError> {
    let path = data.as_ref();
    let bytes = room::read(path).map_err(|source| IngestError::Io {
        what: "data file",
        path: path.to_owned(),
        source,
    })?;
    let input = Input { shown: path.display().to_string(), bytes: bytes.into(), path: None };
    let table = Table::open(input, &Options::default())?;
    let columns = summary::summaries(&table)?;
    let guess = guess::guess(&columns);
    let codes: BTreeSet<usize> =
        columns.iter().filter(|c| c.numbers > 0).flat_map(|c| c.codes.iter().copied()).collect();
    let codes: Vec<&str> = codes.into_iter().map(|code| summary::CODES[code]).collect();
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(write(&name, &guess, &codes, &refused(&table, &guess)?))
}

/// Columns that the gate would refuse, with the reason.
fn refused(table: &Table, guess: &Guess) -> Result<Vec<String>, IngestError> {
    let mut gate = Gate::default();
    for i in 0..table.source.batches() {
        gate.merge(Gate::of(&table.source.batch(i)?, &table.header));
    }
    let position = |name: &Option<String>| {
        name.as_ref().and_then(|name| table.header.iter().position(|h| h == name))
    };
    let identifiers: Vec<usize> =
        [&guess.site, &guess.therapist, &guess.client].into_iter().filter_map(position).collect();
    let subject = gate::Subject {
        header: &table.header,
        identifiers: &identifiers,
        date: position(&guess.date),
        hidden: &table.hidden,
    };
    let findings = gate::judge(&gate, &subject);
    Ok(findings
        .iter()
        .map(|f| f.problem("", &table.header))
        .map(|p| {
            let column = p.location.column.map_or_else(String::new, |c| format!("`{c}`: "));
            format!("{column}{}", p.found)
        })
        .collect())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A line with a comment in a column of its own.
fn with_comment(code: &str, comment: &str) -> String {
    format!("{code:<38}# {comment}")
}

/// The text of the file.
fn write(name: &str, guess: &Guess, codes: &[&str], refused: &[String]) -> String {
    let mut lines: Vec<String> = vec![
        "# Written by `dyad init` from the column names and value ranges of the file. Lines with `# ?` are".into(),
        "# guesses: check them, correct them, remove the mark.".into(),
    ];
    if !refused.is_empty() {
        lines.push("#".into());
        lines.push(
            "# De-identification would refuse this file. Drop these columns (`dyad pseudonymise` writes a copy without"
                .into(),
        );
        lines.push("# them), or give a reason in [deidentification.allow] COLUMN = \"…\":".into());
        lines.extend(refused.iter().map(|text| format!("#   {text}")));
    }
    lines.push("version = 1\n\n[study]".into());
    lines.push(format!("title = {}", quoted(&format!("Study of {name}"))));
    lines.push(with_comment("seed = 1", "every random draw descends from it"));
    lines.push("\n[data]".into());
    lines.push(format!("sessions = {}", quoted(name)));
    lines.push(with_comment(
        "# therapists = \"therapists.csv\"",
        "one row per therapist, joined on the therapist column",
    ));
    lines.push(with_comment("# clients = \"clients.csv\"", "one row per client"));
    if guess.without_session {
        let text = "no_session_number = \"drop\"";
        lines.push(with_comment(text, "? some rows have no session number; \"refuse\" names them"));
    }
    columns(guess, &mut lines);
    let mut ids = BTreeSet::new();
    for measure in &guess.measures {
        one_measure(measure, ids.insert(measure.id.clone()), &mut lines);
    }
    if guess.measures.is_empty() {
        lines.push("\n# ? no column looks like a measure. Add tables such as".into());
        for text in [
            "[measures.alliance_client]",
            "role = \"alliance\"",
            "rater = \"client\"",
            "column = \"…\"",
            "range = [1, 7]",
        ] {
            lines.push(format!("# {text}"));
        }
    }
    if !guess.left.is_empty() {
        lines.push("\n# Columns without a role:".into());
        lines.extend(guess.left.iter().map(|name| format!("#   {}", quoted(name))));
    }
    lines.push("\n[missing]".into());
    let list: Vec<String> = codes.iter().map(|code| quoted(code)).collect();
    let list = format!("codes = [{}]", list.join(", "));
    let seen = if codes.is_empty() {
        "in measures only, besides empty cells"
    } else {
        "? seen in number columns"
    };
    lines.push(with_comment(&list, seen));
    lines.push("\n[release]".into());
    lines.push(with_comment("profile = \"internal\"", "internal | opensafely | acro | nhs"));
    lines.join("\n") + "\n"
}

fn columns(guess: &Guess, lines: &mut Vec<String>) {
    lines.push("\n[columns]".into());
    let mut structure = |key: &str, name: Option<&String>, absent: &str| {
        lines.push(match name {
            Some(name) => format!("{key} = {}", quoted(name)),
            None => with_comment(&format!("# {key} = \"…\""), absent),
        });
    };
    structure("site", guess.site.as_ref(), "one site if absent");
    let absent = "without it estimates that need therapists are refused";
    structure("therapist", guess.therapist.as_ref(), absent);
    let is_template =
        |m: &Measure| matches!(&m.source, Source::Column(c) if c.contains("{session}"));
    let client = guess.client.as_ref().map_or_else(
        || with_comment("client = \"client\"", "? no column looks like a client identifier"),
        |client| format!("client = {}", quoted(client)),
    );
    lines.push(client);
    if !guess.measures.iter().any(is_template) {
        lines.push(match (&guess.session, &guess.unfit_session) {
            (Some(session), _) => format!("session = {}", quoted(session)),
            (None, Some(unfit)) => with_comment(
                &format!("# session = {}", quoted(unfit)),
                "? holds 0 (an intake?), which is no session: without it all rows are numbered in their order",
            ),
            (None, None) => with_comment(
                "# session = \"…\"",
                "numbered by day or in the order of the file if absent",
            ),
        });
    }
    // A day may count from another event, which only a person knows.
    if let Some(day) = &guess.day {
        let text = format!("# day = {}", quoted(day));
        lines.push(with_comment(&text, "? if it counts from the client's first session"));
    }
    if let Some(date) = &guess.date {
        let text = format!("date = {}", quoted(date));
        lines.push(with_comment(&text, "turned into `day` while reading, never kept"));
    }
}

fn one_measure(measure: &Measure, is_new: bool, lines: &mut Vec<String>) {
    let id = if is_new { measure.id.clone() } else { format!("{}_2", measure.id) };
    lines.push(format!("\n[measures.{id}]"));
    lines.push(format!("role = \"{}\"", measure.role.as_str()));
    if let Some(rater) = measure.rater {
        let word = match rater {
            Rater::Client => "client",
            Rater::Therapist => "therapist",
            Rater::Observer => "observer",
        };
        lines.push(with_comment(&format!("rater = \"{word}\""), "?"));
    }
    match &measure.source {
        Source::Column(column) => lines.push(format!("column = {}", quoted(column))),
        Source::Items { template, instrument, fits } => {
            let text = format!("instrument = {}", quoted(instrument));
            lines.push(if *fits {
                text
            } else {
                with_comment(&text, "? some answers lie outside its scale: codes for [missing]?")
            });
            lines.push(format!("items = {}", quoted(template)));
        }
    }
    if let Some(better) = measure.better {
        let word = if better == Direction::Higher { "higher" } else { "lower" };
        lines.push(with_comment(&format!("better = \"{word}\""), "?"));
    }
    if let Some([low, high]) = measure.range {
        let text = format!("range = [{low}, {high}]");
        lines.push(with_comment(&text, "? a usual scale that holds the values"));
    }
    if measure.role == Role::Outcome {
        lines.push(with_comment("# reliability = 0.89", "for reliable change"));
    }
}
