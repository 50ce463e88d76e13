//! A published effect in the study file: nine metrics, each as the formulas of the paper give it from the run's own estimate.

use dyad_tests::{Dyad, Results, StudyFolder};
use serde_json::Value;

const PUBLISHED: &str = r#"
[[replications]]
name = "flueckiger2018"
estimate = "alliance-outcome/sites/alliance_client/symptom/pooled"
r = 0.278
ci = [0.256, 0.299]

[[replications]]
name = "small"
estimate = "alliance-outcome/early/alliance_client/symptom/pearson"
r = 0.35
n = 60

[[replications]]
name = "nothing"
estimate = "alliance-outcome/early/alliance_client/symptom/no_such"
r = 0.35
n = 60

[release]"#;

const METRICS: [&str; 9] = [
    "same_direction",
    "coverage",
    "prediction_interval",
    "q",
    "small_telescopes",
    "equivalence",
    "sceptical",
    "sites",
    "pooled",
];

/// z(.975), as R prints it.
const Z: f64 = 1.959_963_984_540_054;

fn number(estimate: &Value, name: &str) -> f64 {
    estimate[name].as_f64().unwrap_or(f64::NAN)
}

fn close(found: f64, expected: f64, what: &str) {
    assert!(
        (found - expected).abs() <= 1e-10 * expected.abs().max(1.0),
        "{what}: {found} {expected}"
    );
}

#[test]
fn a_published_effect_gets_its_scorecard() {
    let folder = StudyFolder::practice_network().study("\n[release]", PUBLISHED);
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let results = Results::read(&folder.out());
    let get = |id: &str| {
        let found = results.estimates.get(&format!("alliance-outcome/{id}"));
        found.unwrap_or_else(|| unreachable!("no estimate {id}")).clone()
    };
    for name in ["flueckiger2018", "small"] {
        for metric in METRICS {
            let estimate = get(&format!("replication/{name}/{metric}"));
            assert!(estimate["estimate"].is_number(), "{name}/{metric}: {}", estimate["refused"]);
        }
    }
    for metric in METRICS.iter().filter(|m| **m != "sites") {
        let refused = &get(&format!("replication/nothing/{metric}"))["refused"];
        assert!(refused.as_str().is_some_and(|r| r.contains("no_such")), "{refused}");
    }

    // The Pearson correlation of 119 clients beside r = .35 of 60.
    let pearson = get("early/alliance_client/symptom/pearson");
    let (r, n) = (number(&pearson, "benefit"), 119.0_f64);
    let (z, s) = (r.atanh(), 1.0 / (n - 3.0).sqrt());
    let (z0, s0) = (0.35_f64.atanh(), 1.0 / 57.0_f64.sqrt());
    let of = |metric: &str| get(&format!("replication/small/{metric}"));
    close(number(&of("same_direction"), "estimate"), r, "r");
    close(number(&of("q")["statistic"], "value"), (z0 - z) / s0.hypot(s), "q");
    let interval = of("prediction_interval");
    close(number(&interval, "estimate"), r, "r");
    let low = (z0 - Z * s0.hypot(s)).tanh();
    close(interval["ci"][0].as_f64().unwrap_or(f64::NAN), low, "prediction");
    let w = [1.0 / (s0 * s0), 1.0 / (s * s)];
    let pooled = ((w[0] * z0 + w[1] * z) / (w[0] + w[1])).tanh();
    close(number(&of("pooled"), "estimate"), pooled, "pooled");
    assert_eq!(of("sites")["details"]["sites"], 6.0);
}

#[test]
fn the_verdict_says_its_rule() {
    let folder = StudyFolder::practice_network();
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let results = Results::read(&folder.out());
    let verdict =
        results.estimates.get("early-peak/verdict/alliance_client").cloned().unwrap_or_default();
    // Every condition holds here: methods.md C3.3 to C3.6 give p of .0496, 4e-7 and .0038 and a vertex in [3.05, 3.39].
    assert_eq!(verdict["verdict"], "supported");
    assert!(verdict["estimate"].is_null());
    assert!(verdict["method"].as_str().is_some_and(|m| m.contains("[2.5, 3.5]")), "{verdict}");
    let dip = results
        .estimates
        .get("early-peak/growth/alliance_client/knot_dip")
        .cloned()
        .unwrap_or_default();
    assert_eq!(verdict["details"]["joint_p"], dip["p"]);
}
