//! Agreement of every two detectors on which sessions are ruptures.

use dyad_plugin::prelude::*;
use dyad_stats::sequence::Agreement;

use crate::detectors::Judged;

/// Adds `agreement/A/D1/D2/kappa` for the 21 pairs.
pub(crate) fn add(findings: &mut Findings, alliance: &Measure, judged: &Judged) {
    for (i, first) in judged.detectors.iter().enumerate() {
        for (j, second) in judged.detectors.iter().enumerate().skip(i + 1) {
            let estimate = Estimate::new(
                format!("agreement/{}/{}/{}/kappa", alliance.id, first.name, second.name),
                format!("Agreement of {} and {} on {}", words(first.name), words(second.name), alliance.name()),
            )
            .counts(judged.n)
            .method("Cohen's kappa over the rated sessions of the eligible clients; no interval: sessions cluster in clients")
            .source("cohen1960");
            let unusable = [first, second].into_iter().find_map(|d| d.rule.as_ref().err());
            findings.estimates.push(match unusable {
                Some(reason) => estimate.refused(reason.as_str()),
                None if judged.series.is_empty() => {
                    estimate.refused("no client has enough ratings")
                }
                None => match pair(judged, i, j).kappa() {
                    Ok(kappa) => estimate.value(kappa),
                    Err(reason) => estimate.refused(reason.to_string()),
                },
            });
        }
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// Marks are few among the rated sessions: counted where they are, the rest is what is left.
fn pair(judged: &Judged, first: usize, second: usize) -> Agreement {
    let (mut both, mut by_first, mut by_second, mut rated) = (0, 0, 0, 0);
    for series in &judged.series {
        let (a, b) = (&series.ruptures[first], &series.ruptures[second]);
        rated += series.ratings as u64;
        by_first += a.len() as u64;
        by_second += b.len() as u64;
        both += a.iter().filter(|a| b.iter().any(|b| b.at == a.at)).count() as u64;
    }
    Agreement {
        both,
        first_only: by_first - both,
        second_only: by_second - both,
        neither: rated + both - by_first - by_second,
    }
}
