//! The paragraphs that need a decision: plain answer, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::side;

use crate::Settings;

/// What a detector counts among the noise below this many times is most likely noise.
const WEAK: f64 = 1.5;

pub(crate) fn close(study: Study<'_, Settings>) -> Findings {
    let s = study.section();
    let each = study.sections([("A", Role::Alliance)]).into_iter();
    let each = each.map(|s| s.with("detector", s.id("xmr/A/k2_median"))).collect::<Vec<_>>();
    let answer = each.first().map_or_else(String::new, answer);
    let results = each.iter().filter_map(counted).chain(s.each_result()).collect();

    // What the facts of this run do not allow to say.
    let noise = s.like("", "/expected_autocorrelated");
    let ratios = noise.iter().filter_map(|e| e.number("observed_over_expected"));
    let weak = ratios.filter(|ratio| *ratio < WEAK).count();
    s.limit("limits.always");
    s.with("weak", weak).with("all", noise.len()).limit_if(weak > 0, "limits.noise");
    for s in &each {
        let tried = s.id("sensitivity/A/hazard_ratio");
        s.limit_where(&tried, |tried| tried.estimate.is_some(), "limits.thresholds");
    }
    study.close(answer, results, "/any_rupture")
}

/// One sentence for a clinician, from the first alliance measure and the default detector.
fn answer(s: &Section<'_>) -> String {
    let clients = s.with_given([("clients", "{detector}/clients")]);
    let Some((s, [low, high])) = clients.zip(s.range("/clients")) else {
        return s.text("answer.refused");
    };
    let noise = ("noise", "{detector}/expected_autocorrelated");
    let noise = s.with_given([("ruptures", "{detector}/ruptures"), noise]);
    let hazard = s.get("dropout/A/hazard_ratio/by_therapist").and_then(|hazard| {
        let verdict = format!("leave.{}", side(hazard.ci?, 1.0));
        Some(s.with("hazard", &hazard).with_text("verdict", &verdict).text("answer.hazard"))
    });
    let said = [
        s.numbers([("low", low), ("high", high)]).text("answer.clients"),
        noise.map_or_else(String::new, |s| s.text("answer.noise")),
        hazard.unwrap_or_default(),
    ];
    said.concat() + "."
}

/// What the default detector counted, and what noise would give.
fn counted(s: &Section<'_>) -> Option<String> {
    let correlated = s.with_given([("expected", "{detector}/expected_autocorrelated")]);
    let s = s.with_given([
        ("clients", "{detector}/clients"),
        ("ruptures", "{detector}/ruptures"),
        ("repaired", "{detector}/repaired"),
        ("independent", "{detector}/expected_independent"),
    ])?;
    let correlated = correlated.map_or_else(String::new, |s| s.text("correlated"));
    Some(s.with("correlated", correlated).text("results"))
}
