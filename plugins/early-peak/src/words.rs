//! The verdict by a rule that is printed with it, and the paragraphs that need a decision. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::{left_out, side};

use crate::Settings;

/// Below this a p value counts.
const ALPHA: f64 = 0.05;
const CONTRAST: &str = "peak/A/contrast_{peak_session}";
const PERMUTATION: &str = "peak/A/session_{peak_session}_permutation";
const CURVATURE: &str = "growth/A/quadratic";
const VERTEX: &str = "growth/A/vertex";
const RISE: &str = "growth/A/knot_rise";
const RISE_AND_DIP: &str = "growth/A/rise_and_dip";

/// Whether the data support a peak at this session, from the estimates so far.
pub(crate) fn verdict(s: &Section<'_>, session: i64) {
    let (low, high) = (session as f64 - 0.5, session as f64 + 0.5);
    let given = |key: &str| s.get(key).filter(|e| e.refused.is_none());
    let contrast = given(CONTRAST);
    let n = contrast.as_ref().map_or_else(Counts::default, |e| e.n);
    let s = s.over(n).numbers([("low", low), ("high", high)]);
    if contrast.is_none() && [PERMUTATION, CURVATURE, RISE].iter().all(|key| given(key).is_none()) {
        s.refuse("verdict/A", "none of the estimates behind the verdict can be given");
        return;
    }
    // What is refused is neither above nor below anything.
    let ci = |key: &str| given(key).and_then(|e| e.ci).unwrap_or([f64::NAN; 2]);
    let value = |key: &str| s.number(key).unwrap_or(f64::NAN);
    let p = |key: &str| given(key).and_then(|e| e.p);
    let significant = |key: &str| p(key).is_some_and(|p| p < ALPHA);
    let against = [
        ci(CONTRAST)[1] <= 0.0,
        ci(VERTEX)[1] < low || ci(VERTEX)[0] > high,
        ci(RISE)[1] < 0.0,
        ci("growth/A/knot_dip")[0] > 0.0,
        value(CURVATURE) > 0.0 && significant(CURVATURE),
    ];
    let for_it = [
        value(CONTRAST) > 0.0 && significant(CONTRAST),
        significant(PERMUTATION),
        value(CURVATURE) < 0.0,
        ci(VERTEX)[0] >= low && ci(VERTEX)[1] <= high,
        significant(RISE_AND_DIP),
    ];
    s.judge("verdict/A", &against, &for_it).detail_if("joint_p", p(RISE_AND_DIP));
}

pub(crate) fn close(study: Study<'_, Settings>) -> Findings {
    let each = study.sections([("A", Role::Alliance)]);
    let results = each.iter().map(|s| s.with("said", s.reported("alliance")).text("results"));
    let results = results.collect();
    let answer = each.first().and_then(answer).unwrap_or_default();
    study.section().limit("limits.claim");
    for s in &each {
        limits(s, study.settings().peak_session);
    }
    study.close(answer, results, "")
}

/// One or two sentences for a clinician: the verdict on the first alliance measure, and what it rests on.
fn answer(s: &Section<'_>) -> Option<String> {
    let (contrast, share) = (s.get(CONTRAST)?, s.get(PERMUTATION)?);
    let Some((ci, p)) = contrast.ci.zip(share.p) else {
        let lacking = if contrast.refused.is_some() { &contrast } else { &share };
        return Some(s.with("lacking", lacking).text("answer.refused"));
    };
    let shown = match side(ci, 0.0) {
        "above" if p < ALPHA => "more",
        side => side,
    };
    let verdict = s.get("verdict/A")?.verdict.unwrap_or(Verdict::Undecided);
    let s = s.with_text("verdict", &format!("answer.{}", verdict.as_str()));
    let s = s.with("contrast", &contrast).with("share", &share);
    Some(s.with_text("shown", &format!("answer.{shown}")).text("answer.given"))
}

/// What the facts about one measure do not allow to say.
fn limits(s: &Section<'_>, tested: i64) {
    let completers = s.get(CONTRAST).unwrap_or_default();
    let lost = left_out(&completers.dropped);
    let model = s.number("peak/A/contrast_{peak_session}_model");
    let differs = completers.ci.zip(model).is_some_and(|([low, high], b)| b < low || b > high);
    let knot = s.number("growth/A/best_knot").unwrap_or(tested as f64);
    let s = s.with("lost", &lost).with("knot", knot);
    s.limit_if(!lost.is_empty(), "limits.lost");
    s.limit_if(differs, "limits.model");
    s.limit_if((knot - tested as f64).abs() > 0.5, "limits.knot");
}
