//! How far the answers depend on the choices: every detector, window and threshold that could be defended.

use dyad_plugin::figure::{Axis, Plot, Ranged, Specification, SpecificationRow};
use dyad_plugin::prelude::*;
use dyad_stats::moments::median;
use dyad_stats::sequence::Rupture;

use crate::detectors::{Judged, spaced};
use crate::dropout::{AtRisk, hazard_ratio};
use crate::outcome::Groups;

/// One way to do it, and what came out.
struct Choice {
    choices: Vec<String>,
    estimate: Estimate,
}

/// What is varied, and where there is no difference.
struct Curve<'c> {
    axis: String,
    null: f64,
    dimensions: &'c [&'c str],
}

/// Adds `sensitivity/A/hazard_ratio`: the dropout model over thresholds of the drop.
pub(crate) fn of_dropout(
    findings: &mut Findings,
    judged: &Judged<'_>,
    rows: &mut Result<AtRisk, String>,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    for &drop in &judged.run.settings().drop_thresholds {
        let is_default = drop.to_bits() == judged.run.settings().fixed_drop.to_bits();
        let known = judged.words.get(findings, "dropout/A/hazard_ratio");
        let estimate = match known.filter(|_| is_default) {
            Some(known) => known.clone(),
            None => hazard_ratio(judged, rows, drop)?.0,
        };
        all.push(Choice { choices: vec![format!("{drop} points")], estimate });
    }
    let curve = Curve { axis: "Hazard ratio".to_owned(), null: 1.0, dimensions: &["Drop of"] };
    let keys = ["sensitivity/A/hazard_ratio", "sensitivity-A-hazard_ratio"];
    summarise(findings, &judged.words, keys, all, curve);
    Ok(())
}

/// Adds `sensitivity/A/Y/unrepaired`: the outcome model over detectors and windows of repair.
pub(crate) fn of_outcome(
    findings: &mut Findings,
    judged: &Judged<'_>,
    outcome: &Measure,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    let mut groups = Groups::of(judged, outcome)?;
    for (at, detector) in judged.detectors.iter().enumerate().filter(|(_, d)| d.rule.is_ok()) {
        for &window in &judged.run.settings().repair_windows {
            groups.split(|series| {
                let (found, x, s) = (&series.ruptures[at], &series.ratings, &series.sessions);
                let is_repaired = |r: &Rupture| r.repaired_within(x, s, window).is_some();
                (!found.is_empty(), found.iter().all(is_repaired))
            });
            let estimate = groups.against_none(Estimate::new("", ""), "unrepaired");
            let choices = vec![spaced(detector.name), format!("{window} sessions")];
            all.push(Choice { choices, estimate });
        }
    }
    let axis = format!("Difference in final {}", outcome.name());
    let curve = Curve { axis, null: 0.0, dimensions: &["Detector", "Repair within"] };
    let keys = ["sensitivity/A/Y/unrepaired", "sensitivity-A-Y-unrepaired"];
    summarise(findings, &judged.words.about("Y", outcome), keys, all, curve);
    Ok(())
}

/// The median over the choices that could be fitted, and all of them as a figure.
fn summarise(
    findings: &mut Findings,
    words: &Words<'_>,
    [key, figure]: [&str; 2],
    all: Vec<Choice>,
    Curve { axis, null, dimensions }: Curve<'_>,
) {
    let tried = all.len();
    let reason = all.iter().find_map(|c| c.estimate.refused.clone());
    let n = all.first().map(|c| c.estimate.n).unwrap_or_default();
    let row = |c: Choice| {
        let ([low, high], estimate) = c.estimate.ci.zip(c.estimate.estimate)?;
        Some(SpecificationRow { choices: c.choices, value: Ranged { estimate, low, high } })
    };
    let mut rows: Vec<SpecificationRow> = all.into_iter().filter_map(row).collect();
    rows.sort_by(|a, b| a.value.estimate.total_cmp(&b.value.estimate));
    let mut values: Vec<f64> = rows.iter().map(|row| row.value.estimate).collect();
    let estimate = words.estimate(key).counts(n);
    let (Some(middle), [lowest, ..], [.., highest]) =
        (median(&mut values), &values[..], &values[..])
    else {
        let reason = reason.unwrap_or_else(|| "no choice is declared".to_owned());
        findings.estimates.push(estimate.refused(reason));
        return;
    };
    let outside = |r: &&SpecificationRow| r.value.low > null || r.value.high < null;
    let excluding = rows.iter().filter(outside).count();
    let words = words.with("fitted", rows.len()).with("tried", tried);
    let words =
        words.with("lowest", *lowest).with("highest", *highest).with("excluding", excluding);
    findings.estimates.push(estimate.value(middle).details([
        ("lowest", *lowest),
        ("highest", *highest),
        ("fitted", rows.len() as f64),
        ("tried", tried as f64),
        ("exclude_no_difference", excluding as f64),
    ]));
    let dimensions = dimensions.iter().map(|&d| d.to_owned()).collect();
    let plot = Specification { y: Axis::new(axis), dimensions, rows, null };
    findings.figures.push(words.figure(figure, n, Plot::Specification(plot)));
}
