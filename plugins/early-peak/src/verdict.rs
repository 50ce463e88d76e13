//! The verdict: whether the data support a peak, by a rule that is printed with it.

use dyad_plugin::prelude::*;

use crate::course::Course;

/// Below this a p value counts.
const ALPHA: f64 = 0.05;

/// Adds `verdict/A` from the estimates that were made before.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let session = course.settings.peak_session as f64;
    let (low, high) = (session - 0.5, session + 0.5);
    let words = course.words.numbers([("low", low), ("high", high)]);
    let get = |key: &str| words.get(findings, key).filter(|e| e.refused.is_none());
    let contrast = get("peak/A/contrast_{peak_session}");
    let permutation = get("peak/A/session_{peak_session}_permutation");
    let (curvature, vertex) = (get("growth/A/quadratic"), get("growth/A/vertex"));
    let (rise, dip) = (get("growth/A/knot_rise"), get("growth/A/knot_dip"));
    let joint = get("growth/A/rise_and_dip").and_then(|e| e.p);

    let value = |e: Option<&Estimate>| e.and_then(|e| e.estimate).unwrap_or(0.0);
    let ci = |e: Option<&Estimate>| e.and_then(|e| e.ci);
    let significant = |e: Option<&Estimate>| e.and_then(|e| e.p).is_some_and(|p| p < ALPHA);
    let against = [
        ci(contrast).is_some_and(|ci| ci[1] <= 0.0),
        ci(vertex).is_some_and(|ci| ci[1] < low || ci[0] > high),
        ci(rise).is_some_and(|ci| ci[1] < 0.0),
        ci(dip).is_some_and(|ci| ci[0] > 0.0),
        value(curvature) > 0.0 && significant(curvature),
    ];
    let for_it = [
        value(contrast) > 0.0 && significant(contrast),
        significant(permutation),
        value(curvature) < 0.0,
        ci(vertex).is_some_and(|ci| ci[0] >= low && ci[1] <= high),
        joint.is_some_and(|p| p < ALPHA),
    ];
    let estimate = words
        .estimate("verdict/A")
        .counts(contrast.map_or_else(Counts::default, |e| e.n))
        .detail_if("joint_p", joint);
    let given = [contrast, permutation, curvature, rise].iter().any(Option::is_some);
    findings.estimates.push(if !given {
        estimate.refused("none of the estimates behind the verdict can be given")
    } else if against.contains(&true) {
        estimate.verdict(Verdict::NotSupported)
    } else if for_it.contains(&false) {
        estimate.verdict(Verdict::Undecided)
    } else {
        estimate.verdict(Verdict::Supported)
    });
}
