//! The few lines one wants after a run.

use std::collections::BTreeSet;

use dyad_model::{Analysis, Results, Status};

/// What a terminal shows: one line per analysis, its answer, and where the report is.
///
/// `cached`: the plugins whose findings are those of an earlier run.
pub(crate) fn text(results: &Results, cached: &BTreeSet<String>, report: &str) -> String {
    let mut lines = vec![format!(
        "{}: {} sessions, {} clients, {} therapists, {} sites",
        results.study.title,
        results.flow.rows_used,
        results.flow.clients,
        results.flow.therapists,
        results.flow.sites
    )];
    let width = results.analyses.iter().map(|a| a.plugin.chars().count()).max().unwrap_or(0);
    for analysis in &results.analyses {
        let cached = if cached.contains(&analysis.plugin) { " (cached)" } else { "" };
        lines.push(format!("  {:width$}  {}{cached}", analysis.plugin, outcome(analysis)));
        if analysis.status == Status::Ok && !analysis.findings.text.answer.is_empty() {
            lines.push(format!("  {:width$}  {}", "", analysis.findings.text.answer));
        }
    }
    lines.push(format!("report: {report}"));
    lines.join("\n")
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
