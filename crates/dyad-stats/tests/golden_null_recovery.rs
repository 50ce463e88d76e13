//! How often the lagged effect is found where it is not: `tests/golden/stats/null_recovery.json` (made by `null_recovery.R`, which
//! simulates row by row) against `dyad_stats::mixed::null_recovery`, which draws sums.

use std::fs;
use std::path::PathBuf;

use dyad_stats::mixed::{Rows, null_recovery};
use dyad_stats::resample::Plan;
use serde_json::Value;

#[test]
fn simulated_sums_agree_with_simulated_rows() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/stats");
    let text = fs::read_to_string(folder.join("null_recovery.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    let number = |key: &str| golden[key].as_f64().unwrap();

    let mut rows =
        Rows::in_nested_clusters(&["s1", "aw_lag", "a_client", "a_therapist", "baseline"]);
    let table = fs::read_to_string(folder.join("mixed-lagged.csv")).unwrap();
    for line in table.lines().skip(1) {
        let (ids, values) = line.split_at(line.match_indices(',').nth(1).unwrap().0);
        let ids: Vec<i64> = ids.split(',').map(|id| id.parse().unwrap()).collect();
        let values: Vec<f64> = values[1..].split(',').map(|v| v.parse().unwrap()).collect();
        rows.push(ids[0], ids[1], &values[..5], values[5]).unwrap();
    }
    assert_eq!(Some(rows.len() as u64), golden["rows"].as_u64());
    let plan = Plan { seed: 1, purpose: "golden", replicates: 2000, threads: 1 };
    let found = null_recovery(&rows, "aw_lag", &plan).unwrap();
    let (here, there) = (found.studies as f64, number("studies"));
    // Four standard errors of the difference, both sides being simulated.
    let both = 1.0 / here + 1.0 / there;
    let share = number("share");
    assert!((found.share - share).abs() < 4.0 * (share * (1.0 - share) * both).sqrt());
    let sd = number("sd");
    assert!((found.mean - number("mean")).abs() < 4.0 * sd * both.sqrt(), "{found:?}");
    assert!((found.sd / sd - 1.0).abs() < 4.0 * (both / 2.0).sqrt(), "{found:?}");
    // No effect was simulated, and the estimator has no bias.
    assert!(found.mean.abs() < 4.0 * found.sd / here.sqrt(), "{found:?}");
}
