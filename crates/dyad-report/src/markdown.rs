//! The report as Markdown: answers, estimates, what could not be said. For pasting where HTML cannot go.

use dyad_model::{Analysis, NoteKind, Provenance, Results, Status, Table, apa};

use crate::svg::put;
use crate::{files, words};

/// Renders the results.
pub(crate) fn render(results: &Results, provenance: &Provenance) -> String {
    let flow = &results.flow;
    let mut text = format!(
        "# {}\n\n{} of {} session rows used: {}, {}, {}.\n",
        safe(&results.study.title),
        flow.rows_used,
        flow.rows_read,
        apa::counted(flow.clients, "client"),
        apa::counted(flow.therapists, "therapist"),
        apa::counted(flow.sites, "site")
    );
    for dropped in &flow.dropped {
        put(&mut text, format_args!("- left out: {}\n", safe(&words::dropped(dropped))));
    }
    for note in &results.notes {
        put(&mut text, format_args!("- {}{}\n", mark(note.kind), safe(&note.text)));
    }
    for sentence in words::overrides(provenance) {
        put(&mut text, format_args!("- {}{}\n", mark(NoteKind::Warning), safe(&sentence)));
    }
    for table in &results.tables {
        write_table(&mut text, table);
    }
    for analysis in &results.analyses {
        section(&mut text, analysis);
    }
    text
}

fn mark(kind: NoteKind) -> &'static str {
    if kind == NoteKind::Warning { "**Warning:** " } else { "" }
}

fn section(text: &mut String, analysis: &Analysis) {
    let title = if analysis.title.is_empty() { &analysis.plugin } else { &analysis.title };
    put(text, format_args!("\n## {}\n\n", safe(title)));
    if analysis.status != Status::Ok {
        let reason = analysis.reason.as_deref().unwrap_or("no reason was given");
        put(text, format_args!("{}: {}\n", words::status(analysis.status), safe(reason)));
    }
    let findings = &analysis.findings;
    for part in [&findings.text.question, &findings.text.answer] {
        if !part.is_empty() {
            put(text, format_args!("{}\n\n", safe(part)));
        }
    }
    for note in &findings.notes {
        put(text, format_args!("- {}{}\n", mark(note.kind), safe(&note.text)));
    }
    for table in &findings.tables {
        write_table(text, table);
    }
    if !findings.estimates.is_empty() {
        text.push_str(
            "\n| Estimate | Value | 95 % CI | Test | p | n |\n|---|---:|---:|---:|---:|---|\n",
        );
    }
    for e in &findings.estimates {
        let value = match &e.refused {
            Some(reason) => format!("not given: {reason}"),
            None => words::value(e),
        };
        let cells = [
            e.label.clone(),
            value,
            words::interval(e),
            words::statistic(e),
            words::p(e.p),
            words::counts(&e.n).join(", "),
        ];
        put(text, format_args!("| {} |\n", cells.map(|c| safe(&c)).join(" | ")));
    }
    for figure in &findings.figures {
        let file = files::name(&analysis.plugin, &figure.id);
        let (title, caption) = (safe(&figure.title), safe(&figure.caption));
        let alt = safe(&figure.alt);
        put(text, format_args!("\n![{alt}](figures/{file}.svg)\n\n*{title}.* {caption}\n"));
    }
}

fn write_table(text: &mut String, table: &Table) {
    put(text, format_args!("\n**{}**\n\n", safe(&table.title)));
    let heads: Vec<String> = table.columns.iter().map(|c| safe(&c.label)).collect();
    put(text, format_args!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len())));
    for row in &table.rows {
        let cells: Vec<String> = row
            .cells
            .iter()
            .zip(&table.columns)
            .map(|(cell, column)| safe(&words::cell(cell, column.kind)))
            .collect();
        put(text, format_args!("| {} |\n", cells.join(" | ")));
    }
    if !table.note.is_empty() {
        put(text, format_args!("\n{}\n", safe(&table.note)));
    }
}

/// Words that cannot become Markdown or HTML of their own.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => safe.push(' '),
            '|' | '`' | '*' | '_' | '#' | '!' => {
                safe.push('\\');
                safe.push(character);
            }
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        assert_eq!(safe("a|b <i>*x*\n"), "a\\|b &lt;i&gt;\\*x\\* ");
    }
}
