//! Every record of `tests/golden/stats/multiplicity.json` (made by `multiplicity.R`) against `dyad_stats::multiplicity`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use std::fs;
use std::path::Path;

use dyad_stats::multiplicity::{benjamini_hochberg, holm};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

#[test]
fn adjusted_p_values_equal_r() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/stats/multiplicity.json");
    let file: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let records = file["records"].as_array().unwrap();
    assert_eq!(records.len(), 7);
    for record in records {
        let (p, tolerance) = (numbers(&record["p"]), record["tolerance"].as_f64().unwrap());
        for (name, found) in [("holm", holm(&p).unwrap()), ("bh", benjamini_hochberg(&p).unwrap())]
        {
            let wanted = numbers(&record[name]);
            assert_eq!(found.len(), wanted.len());
            for (found, wanted) in found.iter().zip(wanted) {
                let near = (found - wanted).abs() <= tolerance * wanted;
                assert!(near, "{} {name}: {found:e}, R gives {wanted:e}", record["case"]);
            }
        }
    }
}
