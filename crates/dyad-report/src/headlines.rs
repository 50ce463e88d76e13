//! The few numbers one wants to see before the report.

use dyad_model::{Estimate, Family, Results, Status};

use crate::words;

/// At most so many rows for each analysis.
const MOST: usize = 3;

/// Label, estimate, interval, p and n of what the study file declares primary or, for an analysis without such, of its first
/// estimate that has an interval.
#[must_use]
pub fn headlines(results: &Results) -> Vec<[String; 5]> {
    let done = results.analyses.iter().filter(|analysis| analysis.status == Status::Ok);
    done.flat_map(|analysis| {
        let estimates = &analysis.findings.estimates;
        let given = || estimates.iter().filter(|e| e.estimate.is_some());
        let primary: Vec<&Estimate> =
            given().filter(|e| e.family == Some(Family::Primary)).take(MOST).collect();
        let first = || given().find(|e| e.ci.is_some()).into_iter().collect();
        if primary.is_empty() { first() } else { primary }
    })
    .map(|e| {
        let n = words::counts(&e.n).into_iter().next().unwrap_or_default();
        [e.label.clone(), words::value(e), words::interval(e), words::p(e.p), n]
    })
    .collect()
}
