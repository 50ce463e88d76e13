//! The few lines one wants after a run.

use std::collections::BTreeSet;

use dyad_model::{Analysis, Results, Status, apa};

/// What a terminal shows: one line per analysis, its answer, and where the report is.
///
/// `cached`: the plugins whose findings are those of an earlier run.
pub(crate) fn text(results: &Results, cached: &BTreeSet<String>, report: &str) -> String {
    let mut lines = vec![format!(
        "{}: {}, {}, {}, {}",
        results.study.title,
        apa::counted(results.flow.rows_used, "session"),
        apa::counted(results.flow.clients, "client"),
        apa::counted(results.flow.therapists, "therapist"),
        apa::counted(results.flow.sites, "site")
    )];
    let width = results.analyses.iter().map(|a| a.plugin.chars().count()).max().unwrap_or(0);
    for analysis in &results.analyses {
        let cached = if cached.contains(&analysis.plugin) { " (cached)" } else { "" };
        lines.push(format!("  {:width$}  {}{cached}", analysis.plugin, outcome(analysis)));
        if analysis.status == Status::Ok {
            let room = WIDTH.saturating_sub(width + 4);
            let answer = wrapped(&analysis.findings.text.answer, room);
            lines.extend(answer.into_iter().map(|line| format!("  {:width$}  {line}", "")));
        }
    }
    let rows = dyad_report::headlines(results);
    if !rows.is_empty() {
        lines.push(String::new());
        lines.extend(table(["", "estimate", "95 % CI", "p", "n"], rows));
        lines.push(String::new());
    }
    lines.push(format!("report: {report}"));
    lines.join("\n")
}

/// Columns of text that a terminal of usual width holds.
const WIDTH: usize = 100;

/// Breaks a sentence at its spaces; a no-break space holds.
fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split([' ', '\n']).filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A table with its first column to the left and the others to the right; a name that is too long ends in "…".
fn table(head: [&str; 5], rows: Vec<[String; 5]>) -> Vec<String> {
    let all: Vec<[String; 5]> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let width =
        |column: usize| all.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let others: usize = (1..5).map(|column| width(column) + 2).sum();
    let first = width(0).min(WIDTH.saturating_sub(others + 2));
    all.iter()
        .map(|row| {
            let mut name: String = row[0].chars().take(first).collect();
            if row[0].chars().count() > first {
                name.pop();
                name.push('…');
            }
            let mut line = format!("  {name:first$}");
            for column in 1..5 {
                let (cell, width) = (&row[column], width(column));
                line = format!("{line}  {cell:>width$}");
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// "ok, 12 estimates, 3 refused", or why there are none.
fn outcome(analysis: &Analysis) -> String {
    if analysis.status != Status::Ok {
        let reason = analysis.reason.as_deref().unwrap_or("no reason given");
        return format!("{}: {reason}", analysis.status.as_str());
    }
    let refused = analysis.findings.estimates.iter().filter(|e| e.refused.is_some()).count();
    let given = analysis.findings.estimates.len() - refused;
    format!("ok, {given} estimates, {refused} refused")
}

/// The same for a program.
pub(crate) fn json(
    results: &Results,
    cached: &BTreeSet<String>,
    out: &str,
    exit: u8,
) -> serde_json::Value {
    let analyses: Vec<_> = results
        .analyses
        .iter()
        .map(|a| {
            serde_json::json!({
                "plugin": a.plugin, "status": a.status, "reason": a.reason,
                "cached": cached.contains(&a.plugin),
                "estimates": a.findings.estimates.len(),
                "refused": a.findings.estimates.iter().filter(|e| e.refused.is_some()).count(),
                "answer": a.findings.text.answer,
            })
        })
        .collect();
    serde_json::json!({ "schema_version": 1, "out": out, "exit": exit, "flow": results.flow, "analyses": analyses })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_wrapped_and_numbers_stand_below_one_another() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("27\u{a0}% of all", 6), ["27\u{a0}%", "of all"]);
        assert_eq!(wrapped("27\u{a0}% of all", 7), ["27\u{a0}% of", "all"]);
        let row = |name: &str, value: &str| {
            [name.into(), value.into(), "[.01, .36]".into(), ".040".into(), "119".into()]
        };
        let lines = table(
            ["", "estimate", "95 % CI", "p", "n"],
            vec![row("r", ".19"), row("long name", "−1.02")],
        );
        assert_eq!(lines[1], "  r               .19  [.01, .36]  .040  119");
        assert_eq!(lines[2], "  long name     −1.02  [.01, .36]  .040  119");
        let long = table(["", "estimate", "95 % CI", "p", "n"], vec![row(&"x".repeat(200), "1")]);
        assert!(long[1].chars().count() <= WIDTH && long[1].contains('…'));
    }
}
