//! Every record of `tests/golden/stats/linear.json` (made by `linear.R` with clubSandwich) against `dyad_stats::linear`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test fail it by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use dyad_stats::linear::{Correction, Line, Ols, ols};
use serde_json::Value;

/// Values by name, as the records name them.
type Values = BTreeMap<String, f64>;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/stats")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is missing"))
}

/// The columns of a file by name.
fn read(file: &str) -> BTreeMap<String, Vec<f64>> {
    let table = fs::read_to_string(folder().join(file)).unwrap();
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.parse().unwrap());
        }
    }
    names.into_iter().map(str::to_owned).zip(columns).collect()
}

/// The fit a record asks for, and the ranges of rows that share a cluster.
fn fit(input: &Value) -> (Ols, Vec<Range<usize>>) {
    let table = read(text(input, "rows"));
    let columns: Vec<(&str, &[f64])> = input["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .map(|name| (name, table[name].as_slice()))
        .collect();
    let cluster = &table["cluster"];
    let mut starts: Vec<usize> = vec![0];
    starts.extend((1..cluster.len()).filter(|&k| cluster[k].to_bits() != cluster[k - 1].to_bits()));
    starts.push(cluster.len());
    let clusters = starts.windows(2).map(|pair| pair[0]..pair[1]).collect();
    (
        ols(&columns, &table["y"]).unwrap_or_else(|e| panic!("{}: {e}", text(input, "rows"))),
        clusters,
    )
}

fn ols_values(input: &Value) -> Values {
    let (fit, _) = fit(input);
    let mut values = Values::from([("df".to_owned(), fit.df)]);
    for (k, name) in fit.names.iter().enumerate() {
        values.insert(format!("{name}/estimate"), fit.beta[k]);
        values.insert(format!("{name}/se"), fit.se[k]);
    }
    values
}

fn cluster_robust_values(input: &Value) -> Values {
    let (fit, clusters) = fit(input);
    let correction = match text(input, "correction") {
        "CR0" => Correction::Cr0,
        "CR1" => Correction::Cr1,
        "CR1S" => Correction::Cr1s,
        "CR2" => Correction::Cr2,
        other => panic!("unknown correction {other}"),
    };
    let found = fit.cluster_robust(text(input, "column"), &clusters, correction).unwrap();
    [
        ("estimate", found.estimate),
        ("se", found.se),
        ("df", found.df),
        ("t", found.t),
        ("p", found.p),
        ("low", found.ci[0]),
        ("high", found.ci[1]),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn diagnostics_values(input: &Value) -> Values {
    let found = fit(input).0.diagnostics().unwrap();
    [
        ("cooks_max", found.cooks_max),
        ("influential", found.influential as f64),
        ("high_leverage", found.high_leverage as f64),
        ("residual_max", found.residual_max),
        ("skewness", found.skewness),
        ("kurtosis", found.kurtosis),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn line_values(input: &Value) -> Values {
    let table = read(text(input, "rows"));
    let line = Line::fit(&table["x"], &table["y"]).unwrap();
    let mean = line.mean_at(input["at"].as_f64().unwrap());
    [
        ("intercept", line.intercept),
        ("slope", line.slope),
        ("estimate", mean.estimate),
        ("low", mean.ci[0]),
        ("high", mean.ci[1]),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// What of a record differs by more than its relative tolerance. What may be 0 but for rounding is judged by the size of its
/// parts: an estimate by its standard error if that is larger, t likewise by 1, a limit by the larger of the two limits.
fn differences(record: &Value, found: &Values) -> Vec<String> {
    let expect = record["expect"].as_object().unwrap();
    let tolerance = |name: &str| {
        let kind = name.rsplit('/').next().unwrap();
        let own = record["tolerance"][kind].as_f64();
        own.unwrap_or_else(|| record["tolerance"]["default"].as_f64().unwrap())
    };
    let size = |name: &str| {
        let of = |key: &str| expect[key].as_f64().unwrap().abs();
        match name.rsplit_once('/').unwrap_or(("", name)) {
            ("", "low" | "high") => of("low").max(of("high")),
            ("", "t") => of(name).max(1.0),
            ("", "estimate") if expect.contains_key("se") => of(name).max(of("se")),
            (term, "estimate") if !term.is_empty() => of(name).max(of(&format!("{term}/se"))),
            _ => of(name),
        }
    };
    expect
        .iter()
        .filter_map(|(name, wanted)| {
            let wanted = wanted.as_f64().unwrap();
            let got = found.get(name).copied().unwrap_or(f64::NAN);
            // Written so that NaN differs.
            let equal = (got - wanted).abs() <= tolerance(name) * size(name);
            (!equal)
                .then(|| format!("{}: {name}: expected {wanted:e}, found {got:e}", record["case"]))
        })
        .collect()
}

#[test]
fn every_record_is_reproduced() {
    let json = fs::read_to_string(folder().join("linear.json")).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for record in json["records"].as_array().unwrap() {
        let statistic = text(record, "statistic");
        *seen.entry(statistic).or_default() += 1;
        let found = match statistic {
            "linear/ols" => ols_values(&record["input"]),
            "linear/cluster_robust" => cluster_robust_values(&record["input"]),
            "linear/diagnostics" => diagnostics_values(&record["input"]),
            "linear/variance_inflation" => {
                let (fit, _) = fit(&record["input"]);
                let factor = fit.variance_inflation(text(&record["input"], "column"));
                Values::from([("factor".to_owned(), factor.unwrap())])
            }
            "linear/line" => line_values(&record["input"]),
            other => panic!("unknown statistic {other}"),
        };
        problems.extend(differences(record, &found));
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(seen.len(), 5, "a statistic without a record: {seen:?}");
}
