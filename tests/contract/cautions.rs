//! An interval that cannot hold the truth in 95 % of cases says so where that is so, and only there.

use dyad_tests::{Dyad, Results};

/// The warnings of a simulated network's estimates.
fn analysed(sites: &str, therapists: &str, clients: &str) -> Results {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (study, out) = (folder.path().join("study"), folder.path().join("out"));
    let path = study.to_str().expect("paths of tests are UTF-8");
    let sizes = ["--sites", sites, "--therapists", therapists, "--clients", clients];
    let simulated =
        Dyad::built().run(&[&["simulate", "--seed", "11", "--out", path], &sizes[..]].concat());
    assert_eq!(simulated.code, 0, "{}", simulated.stderr);
    let ended = Dyad::built().analyse(&study.join("study.toml"), &out);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    Results::read(&out)
}

/// Estimate, and what stands in its warning.
const OF_FEW: [(&str, &str); 8] = [
    ("clinical-change/symptom/pre_post", "a little too narrow"),
    ("clinical-change/symptom/pre_post/by_therapist", "few therapists"),
    ("clinical-change/symptom/mean_change", "few therapists"),
    ("early-peak/mean/alliance_client/session_1/by_therapist", "few therapists"),
    ("alliance-outcome/sites/alliance_client/symptom/pooled", "on the safe side"),
    ("therapist-burnout/therapist/symptom/icc", "ends at 0"),
    ("therapist-burnout/prevalence/burnout/clopper_pearson", "holds a share like this one"),
    ("rupture-repair/dropout/alliance_client/hazard_ratio", "normal quantiles"),
];

/// What holds of any number of therapists: clients of one resemble each other; sites that differ little are hard to predict.
const OF_ANY: [(&str, &str); 5] = [
    ("therapist-burnout/mediation/alliance_client/symptom/burnout/sobel", "is skewed"),
    ("clinical-change/symptom/pre_post", "takes clients as independent"),
    ("clinical-change/symptom/reliable_improvement", "takes clients as independent"),
    ("early-peak/mean/alliance_client/session_1", "takes clients as independent"),
    ("alliance-outcome/sites/alliance_client/symptom/prediction_interval", "another site"),
];

/// Whether an estimate is given and warns with these words.
fn warns(results: &Results, name: &str, words: &str) -> bool {
    let estimate = &results.estimates[name];
    assert!(estimate["estimate"].is_number(), "{name} is not given: {}", estimate["refused"]);
    let warnings = estimate["warnings"].as_array().into_iter().flatten();
    warnings.filter_map(|w| w.as_str()).any(|w| w.contains(words))
}

#[test]
fn few_are_warned_of_and_many_are_not() {
    let (few, many) = (analysed("4", "2", "4"), analysed("20", "10", "2"));
    for (name, words) in OF_FEW {
        assert!(warns(&few, name, words), "{name} with few: {}", few.estimates[name]["warnings"]);
        assert!(
            !warns(&many, name, words),
            "{name} with many: {}",
            many.estimates[name]["warnings"]
        );
    }
    for (name, words) in OF_ANY {
        for results in [&few, &many] {
            assert!(warns(results, name, words), "{name}: {}", results.estimates[name]["warnings"]);
        }
    }
}
