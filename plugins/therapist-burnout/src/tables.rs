//! The tables: what burnout goes with, how much therapists matter, and the indirect effect under three intervals.

use dyad_plugin::prelude::*;
use dyad_plugin::summary;

use crate::Settings;

/// Adds the tables; one whose estimates are all refused is left out.
pub(crate) fn add(findings: &mut Findings, run: &Run<Settings>) {
    let mut tables = Vec::new();
    let mut push = |id: String, title: String, note: &str, folders: &[String]| {
        let rows: Vec<&Estimate> = findings
            .estimates
            .iter()
            .filter(|e| folders.iter().any(|folder| e.id.starts_with(folder.as_str())))
            .collect();
        tables.extend(summary::table(id, title, note, &rows));
    };
    for burnout in run.measures_of(Role::Burnout) {
        let b = &burnout.id;
        let mut folders: Vec<String> =
            run.measures_of(Role::Alliance).map(|a| format!("alliance/{}/{b}/", a.id)).collect();
        folders.extend(run.measures_of(Role::Outcome).map(|y| format!("outcome/{}/{b}/", y.id)));
        push(
            format!("burnout-{b}"),
            format!("What goes with {}", burnout.name()),
            "Coefficients of three-level models in points of the scale, and the smallest that this number of therapists would have shown.",
            &folders,
        );
        let pairs = || {
            run.measures_of(Role::Alliance)
                .flat_map(|a| run.measures_of(Role::Outcome).map(move |y| (a, y)))
        };
        let folders: Vec<String> =
            pairs().map(|(a, y)| format!("moderation/{}/{}/{b}/", a.id, y.id)).collect();
        push(
            format!("moderation-{b}"),
            format!("Alliance and outcome at low and high {}", burnout.name()),
            "Coefficients of the within-therapist part of the early alliance; low and high are one SD of the therapists' scores.",
            &folders,
        );
        let folders: Vec<String> =
            pairs().map(|(a, y)| format!("mediation/{}/{}/{b}/", a.id, y.id)).collect();
        push(
            format!("mediation-{b}"),
            format!("Through the alliance: indirect effects of {}", burnout.name()),
            "The normal intervals (Sobel, Aroian) stand beside the exact one to show how far its asymmetry matters.",
            &folders,
        );
    }
    for outcome in run.measures_of(Role::Outcome) {
        push(
            format!("therapists-{}", outcome.id),
            format!("Therapists and final {}", outcome.name()),
            "Shares of the variance, the smallest share this design would have shown, and how reliable single predictions are.",
            &[format!("therapist/{}/", outcome.id)],
        );
    }
    findings.tables.extend(tables);
}
