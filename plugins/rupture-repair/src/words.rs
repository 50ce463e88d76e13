//! The paragraphs that need a decision: plain answer, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::apa;
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
    let clients = s.get("{detector}/clients").filter(|e| e.estimate.is_some());
    let Some(clients) = clients else { return s.text("answer.refused") };
    let by_all: Vec<f64> = s.own("/clients").iter().filter_map(|e| e.estimate).collect();
    let low = by_all.iter().copied().fold(f64::INFINITY, f64::min);
    let range = [("low", low), ("high", by_all.into_iter().fold(0.0, f64::max))];
    let mut text = s.with("clients", &clients).numbers(range).text("answer.clients");
    let noise = s.number("{detector}/expected_autocorrelated");
    if let Some((ruptures, noise)) = s.number("{detector}/ruptures").zip(noise) {
        text += &s.numbers([("ruptures", ruptures), ("noise", noise)]).text("answer.noise");
    }
    let hazard = s.get("dropout/A/hazard_ratio/by_therapist");
    if let Some((hazard, ci)) = hazard.and_then(|e| e.ci.map(|ci| (e, ci))) {
        let s = s.saying_of("verdict", &format!("leave.{}", side(ci, 1.0)));
        text += &s.with("hazard", &hazard).text("answer.hazard");
    }
    text + "."
}

/// What the default detector counted, and what noise would give.
fn counted(s: &Section<'_>) -> Option<String> {
    let [ruptures, repaired] = ["{detector}/ruptures", "{detector}/repaired"].map(|k| s.number(k));
    let noise = ["independent", "autocorrelated"].into_iter().filter_map(|how| {
        let expected = s.number(&format!("{{detector}}/expected_{how}"))?;
        Some(format!("{} ({how})", apa::number(expected, 1)))
    });
    let s = s.with("noise", noise.collect::<Vec<_>>().join(" and "));
    let s = s.numbers([("ruptures", ruptures?), ("repaired", repaired?)]);
    Some(s.with("clients", &s.get("{detector}/clients")?).text("results"))
}
