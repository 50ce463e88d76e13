//! How far the answers depend on the choices: every detector, window and threshold that could be defended.

use dyad_plugin::apa;
use dyad_plugin::derived::Clients;
use dyad_plugin::figure::{Axis, Figure, Plot, Ranged, Specification, SpecificationRow};
use dyad_plugin::prelude::*;
use dyad_stats::sequence::Rupture;

use crate::at_risk::AtRisk;
use crate::detectors::Judged;
use crate::outcome::Groups;
use crate::{Settings, dropout};

/// One way to do it, and what came out.
struct Choice {
    choices: Vec<String>,
    estimate: Estimate,
}

/// Adds `sensitivity/A/hazard_ratio`: the dropout model over thresholds of the drop.
pub(crate) fn of_dropout(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    rows: &mut Result<AtRisk, String>,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    for &drop in &run.settings().drop_thresholds {
        let is_default = drop.to_bits() == run.settings().fixed_drop.to_bits();
        let known = findings.get(&format!("dropout/{}/hazard_ratio", alliance.id));
        let estimate = match known.filter(|_| is_default) {
            Some(known) => known.clone(),
            None => dropout::hazard_ratio(run, clients, (alliance, drop), rows)?.0,
        };
        all.push(Choice { choices: vec![format!("{drop} points")], estimate });
    }
    let estimate = Estimate::new(
        format!("sensitivity/{}/hazard_ratio", alliance.id),
        format!("Hazard ratio of dropout after a drop of {}, median over thresholds", alliance.name()),
    )
    .method(format!(
        "the model of dropout/{}/hazard_ratio under each of the drop_thresholds; median, no interval",
        alliance.id
    ))
    .source("simonsohn2020");
    let title = format!("Dropout after a drop of {}, by threshold", alliance.name());
    summarise(findings, estimate, all, ("Hazard ratio", 1.0), &["Drop of"], title);
    Ok(())
}

/// Adds `sensitivity/A/Y/unrepaired`: the outcome model over detectors and windows of repair.
pub(crate) fn of_outcome(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    (alliance, outcome): (&Measure, &Measure),
    judged: &Judged,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    let mut groups = Groups::of(run, clients, outcome, judged)?;
    for (at, detector) in judged.detectors.iter().enumerate().filter(|(_, d)| d.rule.is_ok()) {
        for &window in &run.settings().repair_windows {
            groups.split(judged, |series| {
                let (found, x, s) = (&series.ruptures[at], &series.ratings, &series.sessions);
                let is_repaired = |r: &Rupture| r.repaired_within(x, s, window).is_some();
                (!found.is_empty(), found.iter().all(is_repaired))
            });
            let estimate = groups.against_none(Estimate::new("", ""), clients, "unrepaired");
            let choices = vec![detector.name.replace('_', " "), format!("{window} sessions")];
            all.push(Choice { choices, estimate });
        }
    }
    let name = outcome.name();
    let estimate = Estimate::new(
        format!("sensitivity/{}/{}/unrepaired", alliance.id, outcome.id),
        format!(
            "Final {name} with an unrepaired rupture of {}, against none, median over rules",
            alliance.name()
        ),
    )
    .method(format!(
        "the model of outcome/{}/{}/unrepaired under each detector and each of the repair_windows; median, no interval",
        alliance.id, outcome.id
    ))
    .source("simonsohn2020");
    let title = format!("Final {name} and unrepaired ruptures of {}, by rule", alliance.name());
    let axis = format!("Difference in final {name}");
    summarise(findings, estimate, all, (&axis, 0.0), &["Detector", "Repair within"], title);
    Ok(())
}

/// The median over the choices that could be fitted, and all of them as a figure.
fn summarise(
    findings: &mut Findings,
    estimate: Estimate,
    all: Vec<Choice>,
    (axis, null): (&str, f64),
    dimensions: &[&str],
    title: String,
) {
    let tried = all.len();
    let reason = all.iter().find_map(|c| c.estimate.refused.clone());
    let n = all.iter().map(|c| c.estimate.n).next().unwrap_or_default();
    let mut rows: Vec<SpecificationRow> = all
        .into_iter()
        .filter_map(|c| {
            let ci = c.estimate.ci?;
            let value = Ranged { estimate: c.estimate.estimate?, low: ci[0], high: ci[1] };
            Some(SpecificationRow { choices: c.choices, value })
        })
        .collect();
    rows.sort_by(|a, b| a.value.estimate.total_cmp(&b.value.estimate));
    let estimate = estimate.counts(n);
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        let reason = reason.unwrap_or_else(|| "no choice is declared".to_owned());
        findings.estimates.push(estimate.refused(reason));
        return;
    };
    let (lowest, highest) = (first.value.estimate, last.value.estimate);
    let middle = rows.len() / 2;
    let median = if rows.len() % 2 == 1 {
        rows[middle].value.estimate
    } else {
        f64::midpoint(rows[middle - 1].value.estimate, rows[middle].value.estimate)
    };
    let outside = |r: &&SpecificationRow| r.value.low > null || r.value.high < null;
    let excluding = rows.iter().filter(outside).count();
    let alt = format!(
        "Specification curve of {} analyses, sorted; the choices behind each below. Estimates go from {} to {}, and {excluding} of {} intervals \
         exclude no difference.",
        rows.len(),
        apa::number(lowest, 2),
        apa::number(highest, 2),
        rows.len()
    );
    let caption = format!(
        "Each column is one analysis with its 95 % interval; {} of {tried} could be fitted. They share their data: the number that exclude no \
         difference is no test.",
        rows.len()
    );
    let id = estimate.id.replace('/', "-");
    findings.estimates.push(
        estimate
            .value(median)
            .detail("lowest", lowest)
            .detail("highest", highest)
            .detail("fitted", rows.len() as f64)
            .detail("tried", tried as f64)
            .detail("exclude_no_difference", excluding as f64),
    );
    let plot = Specification {
        y: Axis::new(axis),
        dimensions: dimensions.iter().map(|&d| d.to_owned()).collect(),
        rows,
        null,
    };
    findings.figures.push(Figure::new(id, title, caption, alt, n, Plot::Specification(plot)));
}
