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
        for alliance in run.measures_of(Role::Alliance) {
            for outcome in run.measures_of(Role::Outcome) {
                let (a, y) = (&alliance.id, &outcome.id);
                push(
                    format!("paths-{a}-{y}-{b}"),
                    format!("{}, {} and final {}", burnout.name(), alliance.name(), outcome.name()),
                    "First the alliance at low and high burnout (one SD of the therapists' scores below and above their mean), then the paths through \
                     the alliance; the normal intervals of the indirect effect (Sobel, Aroian) show how far the asymmetry of the exact one matters.",
                    &[format!("moderation/{a}/{y}/{b}/"), format!("mediation/{a}/{y}/{b}/")],
                );
            }
        }
        push(
            format!("prevalence-{b}"),
            format!("Therapists at or beyond the cut-off of {}", burnout.name()),
            "Shares. The Wilson interval is the default; the last row is the difference from the published share.",
            &[format!("prevalence/{b}")],
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
