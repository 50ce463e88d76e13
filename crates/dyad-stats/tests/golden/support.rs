//! Reading golden records, and comparing what is found with what R gave.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test fail it by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use serde_json::Value;

/// A file beside the golden records.
pub(crate) fn golden(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/stats");
    let file = folder.join(name);
    fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// The columns of a file of numbers beside the records; an empty cell or `NA` is NaN.
pub(crate) fn columns(name: &str) -> Vec<Vec<f64>> {
    let text = golden(name);
    let mut lines = text.lines();
    let mut columns = vec![Vec::new(); lines.next().unwrap().split(',').count()];
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(if matches!(cell, "" | "NA") { f64::NAN } else { cell.parse().unwrap() });
        }
    }
    columns
}

/// A file of numbers beside the records, by the names of its columns.
pub(crate) struct Table {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Table {
    pub(crate) fn read(name: &str) -> Self {
        let text = golden(name);
        let head = text.lines().next().unwrap();
        Self { names: head.split(',').map(str::to_owned).collect(), columns: columns(name) }
    }

    pub(crate) fn column(&self, name: &str) -> &[f64] {
        let at = self.names.iter().position(|own| own == name);
        &self.columns[at.unwrap_or_else(|| panic!("no column {name}"))]
    }
}

/// The ranges of consecutive rows with the same cluster.
pub(crate) fn clusters_of(cluster: &[f64]) -> Vec<Range<usize>> {
    let mut start = 0;
    cluster
        .chunk_by(|a, b| a.total_cmp(b).is_eq())
        .map(|rows| {
            start += rows.len();
            start - rows.len()..start
        })
        .collect()
}

pub(crate) fn words<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value[key].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

pub(crate) fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} is missing"))
}

pub(crate) fn whole(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} is missing"))
}

pub(crate) fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is missing"))
}

pub(crate) fn numbers(value: &Value, key: &str) -> Vec<f64> {
    value[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// Named values of one record.
pub(crate) type Found = Vec<(String, f64)>;

/// Names for values that come as a list: `draw_1`, `draw_2`, ….
pub(crate) fn listed(name: &str, values: impl IntoIterator<Item = f64>) -> Found {
    (1..).zip(values).map(|(k, value)| (format!("{name}_{k}"), value)).collect()
}

/// Names for values.
pub(crate) fn named<const N: usize>(values: [(&str, f64); N]) -> Found {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Runs every record of a file through `find` and fails with all that differ. A record's tolerance is relative, `default` or by name,
/// unless it is called `absolute_NAME`. `statistics` are those that must have a record.
pub(crate) fn every_record_is_reproduced(
    file: &str,
    statistics: &[&str],
    find: impl Fn(&str, &Value) -> Found,
) {
    let json: Value = serde_json::from_str(&golden(file)).unwrap();
    let mut seen: BTreeMap<&str, usize> = statistics.iter().map(|name| (*name, 0)).collect();
    let mut problems = Vec::new();
    for record in json["records"].as_array().unwrap() {
        let statistic = word(record, "statistic");
        *seen.get_mut(statistic).unwrap_or_else(|| panic!("unknown statistic {statistic}")) += 1;
        let found: BTreeMap<String, f64> = find(statistic, &record["input"]).into_iter().collect();
        for (name, wanted) in record["expect"].as_object().unwrap() {
            let wanted = wanted.as_f64().unwrap();
            let place = format!("{statistic} ({}): {name}", word(record, "case"));
            let Some(got) = found.get(name) else {
                problems.push(format!("{place}: not computed"));
                continue;
            };
            let tolerance = &record["tolerance"];
            let allowed = tolerance[format!("absolute_{name}")].as_f64().unwrap_or_else(|| {
                let relative = tolerance[name].as_f64();
                relative.unwrap_or_else(|| number(tolerance, "default")) * wanted.abs()
            });
            // Written so that NaN differs.
            let equal = (got - wanted).abs() <= allowed;
            if !equal {
                problems.push(format!("{place}: expected {wanted:e}, found {got:e}"));
            }
        }
    }
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
    assert!(seen.values().all(|&n| n > 0), "a statistic without a record: {seen:?}");
}
