//! Every record of `tests/golden/stats/mixed.json` (made by `mixed.R` with lme4 and lmerTest) against `dyad_stats::mixed`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test fail it by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use dyad_stats::mixed::{
    Criterion, Fit, Level, Rows, StandardDeviation, farthest_intercept, likelihood_ratio,
};
use serde_json::Value;

/// Values by name, as the records name them.
type Values = BTreeMap<String, f64>;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/stats")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} is missing"))
}

/// A record's rows with other columns or random effects than it asks for.
struct Model<'a> {
    columns: Vec<&'a str>,
    nested: bool,
    slope: Option<(&'a str, Vec<Level>)>,
    criterion: Criterion,
    file: &'a str,
}

impl<'a> Model<'a> {
    fn of(input: &'a Value) -> Self {
        let columns = input["columns"].as_array().unwrap();
        let levels: Vec<Level> = [("at_cluster", Level::Cluster), ("at_outer", Level::Outer)]
            .into_iter()
            .filter(|(key, _)| input[*key].as_bool().unwrap())
            .map(|(_, level)| level)
            .collect();
        Self {
            columns: columns.iter().map(|c| c.as_str().unwrap()).collect(),
            nested: input["nested"].as_bool().unwrap(),
            slope: input["slope"].as_str().map(|column| (column, levels)),
            criterion: if text(input, "criterion") == "ML" {
                Criterion::Ml
            } else {
                Criterion::Reml
            },
            file: text(input, "rows"),
        }
    }

    fn fit(&self) -> Fit {
        let table = fs::read_to_string(folder().join(self.file)).unwrap();
        let mut lines = table.lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let at: Vec<usize> = self
            .columns
            .iter()
            .map(|column| header.iter().position(|h| h == column).unwrap())
            .collect();
        let mut rows = if self.nested {
            Rows::in_nested_clusters(&self.columns)
        } else {
            Rows::in_clusters(&self.columns)
        };
        if let Some((column, levels)) = &self.slope {
            rows = rows.with_random_slope(column, levels).unwrap();
        }
        for line in lines {
            let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            let x: Vec<f64> = at.iter().map(|&k| cells[k]).collect();
            #[expect(clippy::cast_possible_truncation, reason = "identifiers are whole numbers")]
            let (outer, cluster) = (cells[0] as i64, cells[1] as i64);
            rows.push(outer, cluster, &x, *cells.last().unwrap()).unwrap();
        }
        rows.fit(self.criterion).unwrap_or_else(|e| panic!("{}: {e}", self.file))
    }
}

fn level_name(level: Level) -> &'static str {
    if level == Level::Outer { "outer" } else { "cluster" }
}

fn levels(fit: &Fit) -> Vec<Level> {
    if fit.variances.outer.is_some() {
        vec![Level::Cluster, Level::Outer]
    } else {
        vec![Level::Cluster]
    }
}

fn fit_values(fit: &Fit) -> Values {
    let mut values = Values::new();
    let mut put = |name: String, value: f64| values.insert(name, value);
    put("criterion/criterion".into(), fit.criterion);
    put("residual/variance".into(), fit.variances.residual);
    put("cluster/variance".into(), fit.variances.cluster);
    put("outer/variance".into(), fit.variances.outer.unwrap_or(f64::NAN));
    put("singular/singular".into(), if fit.singular { 1.0 } else { 0.0 });
    for level in levels(fit) {
        if let Some(slope) = fit.slope_variance(level) {
            let name = level_name(level);
            put(format!("{name}/slope/variance"), slope.variance);
            put(format!("{name}/slope/covariance"), slope.covariance);
            put(format!("{name}/slope/correlation"), slope.correlation.unwrap_or(f64::NAN));
        }
    }
    for (name, estimate) in fit.fixed() {
        put(format!("{name}/estimate"), estimate);
        put(format!("{name}/se"), fit.coefficient(name).unwrap().se);
    }
    values
}

fn coefficient_values(fit: &Fit, input: &Value) -> Values {
    let mut values = Values::new();
    let mut asked: Vec<(String, Vec<(&str, f64)>)> =
        fit.fixed().map(|(name, _)| (name.to_owned(), vec![(name, 1.0)])).collect();
    if let Some(contrast) = input["contrast"].as_object() {
        let weights = contrast.iter().map(|(k, w)| (k.as_str(), w.as_f64().unwrap())).collect();
        asked.push(("contrast".to_owned(), weights));
    }
    for (name, weights) in asked {
        let c = fit.contrast(&weights).unwrap();
        let [low, high] = c.ci.unwrap();
        for (key, value) in [
            ("estimate", c.estimate),
            ("se", c.se),
            ("df", c.df.unwrap()),
            ("t", c.t),
            ("p", c.p.unwrap()),
            ("low", low),
            ("high", high),
        ] {
            values.insert(format!("{name}/{key}"), value);
        }
    }
    values
}

fn likelihood_ratio_values(fit: &Fit, input: &Value) -> Values {
    let mut values = Values::new();
    let mut put = |name: &str, ratio: f64, p: f64| {
        values.insert(format!("{name}/ratio"), ratio);
        values.insert(format!("{name}/p"), p);
    };
    let (ratio, p) = fit.likelihood_ratio();
    put("without", ratio, p);
    let model = Model::of(input);
    let smaller = match &model.slope {
        Some((_, levels)) if levels.len() == 1 => {
            Some(("slope", Model { slope: None, ..Model::of(input) }))
        }
        None if model.nested => Some(("outer", Model { nested: false, ..Model::of(input) })),
        _ => None,
    };
    if let Some((name, smaller)) = smaller {
        let test = likelihood_ratio(fit, &smaller.fit()).unwrap();
        put(name, test.ratio, test.p);
    }
    if model.criterion == Criterion::Ml && model.slope.is_none() {
        let mut shorter = Model::of(input);
        shorter.columns.pop();
        let test = likelihood_ratio(fit, &shorter.fit()).unwrap();
        put("last_column", test.ratio, test.p);
    }
    values
}

fn random_effect_values(fit: &Fit) -> Values {
    let mut values = Values::new();
    for level in levels(fit) {
        for (k, effect) in fit.random_effects(level).unwrap().into_iter().enumerate() {
            let name = format!("{}/{k}", level_name(level));
            values.insert(format!("{name}/intercept"), effect.intercept);
            values.insert(format!("{name}/intercept_se"), effect.intercept_se);
            values.insert(format!("{name}/reliability"), effect.reliability);
            values.insert(format!("{name}/slope"), effect.slope.unwrap_or(f64::NAN));
            values.insert(format!("{name}/slope_se"), effect.slope_se.unwrap_or(f64::NAN));
        }
    }
    values
}

fn profile_values(fit: &Fit) -> Values {
    let mut values = Values::new();
    let mut put = |name: &str, of: StandardDeviation| {
        let interval = fit.profile_interval(of, 0.95).unwrap();
        values.insert(format!("{name}/low"), interval.low);
        values.insert(format!("{name}/high"), interval.high);
    };
    put("residual", StandardDeviation::Residual);
    for level in levels(fit) {
        let name = level_name(level);
        put(&format!("{name}/intercept"), StandardDeviation::Intercept(level));
        if fit.slope_variance(level).is_some() {
            put(&format!("{name}/slope"), StandardDeviation::Slope(level));
        }
    }
    values
}

fn values(statistic: &str, fit: &Fit, input: &Value) -> Values {
    match statistic {
        "mixed/fit" => fit_values(fit),
        "mixed/coefficient" => coefficient_values(fit, input),
        "mixed/icc" => Values::from([
            ("outermost".to_owned(), fit.icc()),
            ("clusters".to_owned(), fit.icc_of_clusters()),
        ]),
        "mixed/r_squared" => {
            let r2 = fit.r_squared();
            Values::from([
                ("marginal".to_owned(), r2.marginal),
                ("conditional".to_owned(), r2.conditional),
            ])
        }
        "mixed/likelihood_ratio" => likelihood_ratio_values(fit, input),
        "mixed/random_effects" => random_effect_values(fit),
        "mixed/farthest_intercept" => {
            let farthest = farthest_intercept(&fit.random_intercepts().unwrap()).unwrap();
            Values::from([
                ("distance".to_owned(), farthest.distance),
                ("limit".to_owned(), farthest.limit),
            ])
        }
        "mixed/profile_interval" => profile_values(fit),
        other => panic!("no test for {other}"),
    }
}

/// Relative tolerances by the last part of a name; `absolute` (or `absolute_` and that part) is allowed besides.
fn is_near(name: &str, ours: f64, theirs: f64, tolerance: &Value) -> bool {
    let part = name.rsplit('/').next().unwrap();
    let of = |key: &str| tolerance[key].as_f64();
    let relative = of(part).or(of("default")).unwrap();
    let absolute = of(&format!("absolute_{part}"));
    match absolute {
        Some(absolute) => (ours - theirs).abs() <= absolute,
        None => {
            (ours - theirs).abs() <= (relative * theirs.abs()).max(of("absolute").unwrap_or(1e-9))
        }
    }
}

#[test]
fn every_record_is_lme4s() {
    let json = fs::read_to_string(folder().join("mixed.json")).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    let records = json["records"].as_array().unwrap();
    let (mut compared, mut wrong) = (0, Vec::new());
    for record in records {
        let (statistic, case) = (text(record, "statistic"), text(record, "case"));
        let fit = Model::of(&record["input"]).fit();
        let ours = values(statistic, &fit, &record["input"]);
        for (name, theirs) in record["expect"].as_object().unwrap() {
            let theirs = theirs.as_f64().unwrap();
            let ours = *ours.get(name).unwrap_or_else(|| panic!("{statistic}, {case}: no {name}"));
            compared += 1;
            if !is_near(name, ours, theirs, &record["tolerance"]) {
                wrong.push(format!("{statistic}, {case}: {name} is {ours}, lme4 says {theirs}"));
            }
        }
    }
    assert!(compared > 500, "only {compared} numbers compared");
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}
