//! How far the answers depend on the choices: every detector, window and threshold that could be defended.

use dyad_plugin::figure::{Plot, Ranged, Specification, SpecificationRow};
use dyad_plugin::prelude::*;
use dyad_stats::multiplicity::specification_curve;
use dyad_stats::sequence::RuptureGroup;

use crate::detectors::{Judged, spaced};
use crate::dropout::{AtRisk, hazard_ratio};
use crate::outcome::Compared;

/// One way to do it, and what came out.
type Choice = (Vec<String>, Estimate);

/// Adds `sensitivity/A/hazard_ratio`: the dropout model over thresholds of the drop.
pub(crate) fn of_dropout(
    findings: &mut Findings,
    judged: &Judged<'_>,
    at_risk: &mut AtRisk,
) -> Result<(), Failure> {
    let mut all: Vec<Choice> = Vec::new();
    for &drop in &judged.run.settings().drop_thresholds {
        let is_default = drop.to_bits() == judged.run.settings().fixed_drop.to_bits();
        let known = judged.words.get(findings, "dropout/A/hazard_ratio");
        let estimate = match known.filter(|_| is_default) {
            Some(known) => known.clone(),
            None => hazard_ratio(judged, at_risk, drop)?.0,
        };
        all.push((vec![format!("{drop} points")], estimate));
    }
    let keys = ["sensitivity/A/hazard_ratio", "sensitivity-A-hazard_ratio"];
    summarise(findings, &judged.words, keys, all, 1.0, &["Drop of"]);
    Ok(())
}

/// Adds `sensitivity/A/Y/unrepaired`: the outcome model over detectors and windows of repair.
pub(crate) fn of_outcome(findings: &mut Findings, clients: &Compared<'_>) {
    let mut all: Vec<Choice> = Vec::new();
    let judged = clients.judged;
    let against = [RuptureGroup::Unrepaired, RuptureGroup::None];
    for (at, detector) in judged.detectors.iter().enumerate().filter(|(_, d)| d.rule.is_ok()) {
        let slowest = judged.series.slowest_repair(at);
        for &window in &judged.run.settings().repair_windows {
            let groups = clients.grouped(&slowest, window);
            let choices = vec![spaced(detector.name), format!("{window} sessions")];
            all.push((choices, clients.compare("outcome/A/Y/unrepaired", &groups, against)));
        }
    }
    let keys = ["sensitivity/A/Y/unrepaired", "sensitivity-A-Y-unrepaired"];
    summarise(findings, &clients.words, keys, all, 0.0, &["Detector", "Repair within"]);
}

/// The median over the choices that could be fitted, and all of them as a figure; `null`: where there is no difference.
fn summarise(
    findings: &mut Findings,
    words: &Words<'_>,
    [key, figure]: [&str; 2],
    all: Vec<Choice>,
    null: f64,
    dimensions: &[&str],
) {
    let tried = all.len();
    let reason = all.iter().find_map(|(_, estimate)| estimate.refused.clone());
    let n = all.first().map(|(_, estimate)| estimate.n).unwrap_or_default();
    let row = |(choices, estimate): Choice| {
        Some(SpecificationRow { choices, value: Ranged::of(&estimate)? })
    };
    let mut rows: Vec<SpecificationRow> = all.into_iter().filter_map(row).collect();
    rows.sort_by(|a, b| a.value.estimate.total_cmp(&b.value.estimate));
    let estimates = rows.iter().map(|row| (row.value.estimate, [row.value.low, row.value.high]));
    let curve = specification_curve(&estimates.collect::<Vec<_>>(), null);
    let estimate = words.over(n).estimate(key);
    let Some(curve) = curve else {
        let reason = reason.unwrap_or_else(|| words.text("refuse.no_choice"));
        findings.estimates.push(estimate.refused(reason));
        return;
    };
    let numbers = [("lowest", curve.lowest), ("highest", curve.highest)];
    let counts = [("fitted", rows.len() as f64), ("tried", tried as f64)];
    let excluding = curve.excluding as f64;
    let given = estimate.value(curve.median).details(numbers).details(counts);
    findings.estimates.push(given.detail("exclude_no_difference", excluding));
    let words = words.numbers(numbers).numbers(counts).with("excluding", excluding);
    let dimensions = dimensions.iter().map(|&d| d.to_owned()).collect();
    findings.figures.push(words.figure_with_axes(figure, n, |[_, y]| {
        Plot::Specification(Specification { y, dimensions, rows, null })
    }));
}
