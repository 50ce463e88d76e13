//! The shapes of the ruptures: how they came and how they went.

use dyad_plugin::prelude::*;
use dyad_stats::sequence::{RuptureShape as Shape, rupture_course};

use crate::Settings;
use crate::detectors::Judged;

const SHAPES: [(Shape, &str, &str); 6] = [
    (Shape::V, "v", "fell in one session, came back in the next"),
    (Shape::GradualFall, "gradual_fall", "fell over several sessions, came back in the next"),
    (Shape::GradualRepair, "gradual_repair", "fell in one session, came back over several"),
    (Shape::Trough, "trough", "fell over several sessions, came back over several"),
    (Shape::Unrepaired, "unrepaired", "did not come back within the window"),
    (Shape::Censored, "censored", "the ratings ended inside the window"),
];

/// Adds `shape/A/…`, counts of the default detector's ruptures by shape, and their table.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    alliance: &Measure,
    judged: &Judged,
) {
    let window = run.settings().repair_window;
    let counted = judged.default().map(|detector| {
        let ruptures = judged.series.iter().flat_map(|series| {
            let of = |r| rupture_course(&series.ratings, &series.sessions, r, window).shape;
            series.ruptures[detector].iter().map(of)
        });
        ruptures.collect::<Vec<Shape>>()
    });
    let mut table = ReportTable::new(
        format!("shapes-{}", alliance.id),
        format!("How ruptures of {} came and went", alliance.name()),
    )
    .column("shape", "Shape", ColumnKind::Text)
    .column("ruptures", "Ruptures", ColumnKind::Count)
    .column("share", "Share", ColumnKind::Share)
    .note("Ruptures by the default detector; each has one shape. The counting rule is this program's own.");
    let total = counted.as_ref().map_or(0, Vec::len);
    for (which, id, described) in SHAPES {
        let estimate = Estimate::new(
            format!("shape/{}/{id}", alliance.id),
            format!("Ruptures of {}: {described}", alliance.name()),
        )
        .counts(judged.n)
        .method("default detector; the fall goes from the last rating at the target to the lowest point, the way back from there to the repair, in rated sessions; one is sudden")
        .source("gumz2012");
        findings.estimates.push(match &counted {
            Err(reason) => estimate.refused(reason.as_str()),
            Ok(_) if total == 0 => estimate.refused("no rupture by the default detector"),
            Ok(shapes) => {
                let n = shapes.iter().filter(|s| **s == which).count();
                let share = n as f64 / total as f64;
                let cells =
                    [Cell::text(described), Cell::count(n as u64), Cell::number(Some(share))];
                table =
                    std::mem::replace(&mut table, ReportTable::new("", "")).row(judged.n, cells);
                estimate.value(n as f64).detail("ruptures", total as f64)
            }
        });
    }
    if total > 0 {
        findings.tables.push(table);
    }
}
