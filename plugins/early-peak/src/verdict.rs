//! The verdict: whether the data support a peak, by a rule that is printed with it.

use dyad_plugin::prelude::*;

use crate::Settings;

/// Below this a p value counts.
const ALPHA: f64 = 0.05;

/// Adds `verdict/A` from the estimates that were made before.
pub(crate) fn add(findings: &mut Findings, run: &Run<Settings>, alliance: &Measure) {
    let session = run.settings().peak_session;
    let (low, high) = (session as f64 - 0.5, session as f64 + 0.5);
    let get = |id: String| findings.get(&id).filter(|e| e.refused.is_none()).cloned();
    let peak = |what: &str| get(format!("peak/{}/{what}", alliance.id));
    let growth = |what: &str| get(format!("growth/{}/{what}", alliance.id));
    let (contrast, permutation) =
        (peak(&format!("contrast_{session}")), peak(&format!("session_{session}_permutation")));
    let (curvature, vertex) = (growth("quadratic"), growth("vertex"));
    let (rise, dip) = (growth("knot_rise"), growth("knot_dip"));

    let mut estimate = Estimate::new(
        format!("verdict/{}", alliance.id),
        format!("An early peak of {} at session {session}", alliance.name()),
    )
    .counts(contrast.as_ref().map_or_else(Counts::default, |e| e.n))
    .method(format!(
        "supported: contrast above 0 with p < .05, permutation p < .05, curvature below 0 with the interval of its vertex inside [{low}, \
         {high}], and a rise up to session {session} and a dip after it, both at p < .05 (intersection–union); not supported: the \
         interval of the contrast at or below 0, or that of the vertex outside [{low}, {high}], or the rise below 0, or the dip above 0, or \
         a curvature above 0 with p < .05; otherwise undecided"
    ))
    .source("horvath1990")
    .source("stevens2007");

    let against = [
        contrast.as_ref().and_then(|e| e.ci).is_some_and(|ci| ci[1] <= 0.0),
        vertex.as_ref().and_then(|e| e.ci).is_some_and(|ci| ci[1] < low || ci[0] > high),
        rise.as_ref().and_then(|e| e.ci).is_some_and(|ci| ci[1] < 0.0),
        dip.as_ref().and_then(|e| e.ci).is_some_and(|ci| ci[0] > 0.0),
        curvature.as_ref().is_some_and(|e| signed(e) > 0.0 && significant(e)),
    ];
    let joint = growth("rise_and_dip").and_then(|e| e.p);
    let for_it = [
        contrast.as_ref().is_some_and(|e| signed(e) > 0.0 && significant(e)),
        permutation.as_ref().is_some_and(significant),
        curvature.as_ref().is_some_and(|e| signed(e) < 0.0),
        vertex.as_ref().and_then(|e| e.ci).is_some_and(|ci| ci[0] >= low && ci[1] <= high),
        joint.is_some_and(|p| p < ALPHA),
    ];
    if let Some(p) = joint {
        estimate = estimate.detail("joint_p", p);
    }
    let given = [&contrast, &permutation, &curvature, &rise].iter().any(|e| e.is_some());
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

fn signed(estimate: &Estimate) -> f64 {
    estimate.estimate.unwrap_or(0.0)
}

fn significant(estimate: &Estimate) -> bool {
    estimate.p.is_some_and(|p| p < ALPHA)
}
