//! No public statistic without a golden value: what the source declares, against what the records name.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Statistics whose values stand in the record of another name: a reader of a result, or one of several that are computed together.
const UNDER_ANOTHER_NAME: [(&str, &str); 63] = [
    ("change/gain", "change/classes"),
    ("change/classify", "change/classes"),
    ("change/change", "change/classes"),
    ("change/cutoff_a", "change/cutoff"),
    ("change/cutoff_b", "change/cutoff"),
    ("change/cutoff_c", "change/cutoff"),
    // Compared as estimates of the practice network.
    ("correlation/between", "practice-network.json"),
    // Compared as estimates of the practice network.
    ("growth/turning_point", "practice-network.json"),
    ("growth/value", "practice-network.json"),
    ("linear/clustered_mean", "proportions/clustered_share"),
    ("linear/coefficient", "linear/glm"),
    ("linear/mean_at", "linear/line"),
    // Compared as the slopes beside a moderator's estimate.
    ("linear/simple_slopes", "moderators.json"),
    ("meta/df", "meta/test"),
    // Compared as estimates of the practice network: sites, the published value beside them, and the 90 % interval of equivalence.
    ("meta/compared_with", "practice-network.json"),
    ("meta/group_correlations", "practice-network.json"),
    ("meta/interval", "practice-network.json"),
    ("meta/difference_from", "practice-network.json"),
    ("mixed/interval", "mixed/coefficient"),
    ("mixed/contrast", "mixed/coefficient"),
    ("mixed/design", "stats/null_recovery.json"),
    ("mixed/rows", "stats/null_recovery.json"),
    ("mixed/rows_of", "stats/null_recovery.json"),
    // Of a contrast of two coefficients, whose standard error holds it.
    ("mixed/covariance", "mixed/coefficient"),
    ("mixed/slope_variance", "mixed/fit"),
    ("mixed/icc_of_clusters", "mixed/icc"),
    ("mixed/random_intercepts", "mixed/random_effects"),
    // Compared as an estimate of the practice network.
    ("mixed/reliabilities", "practice-network.json"),
    // Compared as estimates of the practice network, and as shares of simulated studies.
    ("mixed/icc_interval", "practice-network.json"),
    ("mixed/null_recovery", "stats/null_recovery.json"),
    ("mixed/null_recovery_drift", "stats/null_recovery.json"),
    // Compared as estimates of the practice network.
    ("mixed/truth_and_bias", "practice-network.json"),
    // Compared as estimates of the practice network.
    ("moments/centred", "practice-network.json"),
    ("moments/group_means", "practice-network.json"),
    ("moments/limits_of_agreement", "practice-network.json"),
    ("moments/median", "practice-network.json"),
    ("moments/standardised", "practice-network.json"),
    ("multiplicity/intersection_union", "practice-network.json"),
    ("multiplicity/specification_curve", "practice-network.json"),
    ("proportions/funnel_plot", "practice-network.json"),
    ("proportions/share_test", "practice-network.json"),
    ("proportions/coverage_if_unlike", "proportions/share_coverage"),
    ("replication/ci", "replication/coverage"),
    ("replication/statistic", "replication/same_direction"),
    ("resample/ar1_complete", "resample/ar1"),
    // Compared as estimates of the practice network.
    ("sequence/complete", "practice-network.json"),
    ("sequence/contrasts", "practice-network.json"),
    ("sequence/moments", "practice-network.json"),
    // Compared as estimates of the practice network: agreement, counts, rate and shapes by detector,
    // dropout after the first drop, and the outcome by repair.
    ("sequence/agreement", "practice-network.json"),
    ("sequence/against", "practice-network.json"),
    ("sequence/count", "practice-network.json"),
    ("sequence/first_drop", "practice-network.json"),
    ("sequence/log_rate", "practice-network.json"),
    // Of observed and expected ruptures, each with a record.
    ("sequence/ratio", "sequence/expected_ruptures"),
    ("sequence/shapes", "practice-network.json"),
    ("sequence/slowest_repair", "practice-network.json"),
    ("sequence/votes", "practice-network.json"),
    ("sequence/repaired_within", "sequence/ruptures"),
    ("sequence/series", "sequence/ruptures"),
    ("sequence/autocorrelation", "resample/ar1"),
    ("sequence/against_noise", "sequence/expected_ruptures"),
    ("survival/at", "survival/kaplan_meier"),
    // Compared as estimates of the practice network.
    ("survival/log_odds_ratio", "practice-network.json"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The public functions of a file that return a number, or something made of numbers.
fn statistics(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("pub fn ") {
        let line_start = code[..at].rfind('\n').map_or(0, |end| end + 1);
        if !code[line_start..at].trim().is_empty() {
            continue;
        }
        let head = code[at + 7..].split('{').next().unwrap();
        let name = head.split(['(', '<']).next().unwrap().trim();
        let returned = head.rsplit_once("->").map_or("", |(_, returned)| returned.trim());
        let returned = returned.split("where").next().unwrap().trim();
        let no_number = returned.starts_with("impl ") || returned.starts_with('&');
        let plain = ["", "Self", "Result<Self>", "Result<()>", "usize", "u64", "bool"];
        if !no_number && !plain.contains(&returned) {
            found.push(name.to_owned());
        }
    }
    found
}

#[test]
fn every_public_statistic_has_a_golden_value() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = root.join("../../tests/golden");
    let mut recorded: BTreeSet<String> = BTreeSet::new();
    for entry in golden.join("stats").read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "json") {
            let json: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let records = json["records"].as_array();
            let names = records.into_iter().flatten().filter_map(|r| r["statistic"].as_str());
            recorded.extend(names.map(str::to_owned));
        }
    }
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    files.sort();
    let (mut declared, mut missing) = (BTreeSet::new(), Vec::new());
    for path in &files {
        let inside = path.strip_prefix(root.join("src")).unwrap();
        let family = inside.iter().next().unwrap().to_str().unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        for name in statistics(&fs::read_to_string(path).unwrap()) {
            // The functions of a distribution have the same names in every one.
            let name = if family == "distributions" { format!("{stem}_{name}") } else { name };
            let name = format!("{family}/{name}");
            let other = UNDER_ANOTHER_NAME.iter().find(|(own, _)| *own == name);
            let covered = match other {
                None => recorded.contains(&name),
                Some((_, file)) if Path::new(file).extension().is_some() => {
                    golden.join(file).is_file()
                }
                Some((_, record)) => recorded.contains(*record),
            };
            if !covered {
                missing.push(name.clone());
            }
            declared.insert(name);
        }
    }
    assert!(
        declared.len() > 100,
        "only {} statistics found: is the source elsewhere?",
        declared.len()
    );
    assert!(missing.is_empty(), "public statistics without a golden value: {missing:#?}");
    let stale: Vec<_> =
        UNDER_ANOTHER_NAME.iter().filter(|(own, _)| !declared.contains(*own)).collect();
    assert!(stale.is_empty(), "statistics that are no longer there: {stale:#?}");
}

#[test]
fn a_statistic_is_told_from_what_builds_it() {
    let text = "pub fn new(a: f64) -> Self {\n    pub fn push(&mut self, v: f64) {\n}\npub fn n(&self) -> usize {\n\
                pub fn mean(&self) -> Result<f64> {\npub(crate) fn inner() -> f64 {\npub fn both<T>(t: T) -> (f64, f64) {\n\
                // pub fn commented() -> f64 {\n#[cfg(test)]\npub fn tested() -> f64 {";
    assert_eq!(statistics(text), ["mean", "both"]);
}
