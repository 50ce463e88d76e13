//! Every record of `survival.json` (made by `survival.R`) against `dyad_stats::survival`.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the helpers of a test fail it by panicking; what is cast is a small code"
)]

use std::ops::Range;

use dyad_stats::linear::Glm;
use dyad_stats::survival::{
    Cox, Fate, HazardLink, Intervals, LifeTable, SurvivalInterval, Ties, TimeScale, concordance,
    cox, cumulative_incidence, discrete_hazard, kaplan_meier, log_rank,
};
use serde_json::Value;

use crate::support::{self, Found, Table, clusters_of, named, number, numbers, word, words};

fn events(table: &Table) -> Vec<bool> {
    table.column("event").iter().map(|e| *e > 0.5).collect()
}

/// The ranges of rows with the same cluster, if the record asks for them.
fn clusters(input: &Value, table: &Table) -> Vec<Range<usize>> {
    if input["robust"].as_bool().unwrap() { clusters_of(table.column("cluster")) } else { vec![] }
}

fn curve(input: &Value, table: &Table) -> Found {
    let interval = match word(input, "interval") {
        "log" => SurvivalInterval::Log,
        _ => SurvivalInterval::LogLog,
    };
    let life = LifeTable::of(table.column("time"), &events(table)).unwrap();
    let curve = kaplan_meier(&life, interval).unwrap();
    let mut found = Found::new();
    for time in numbers(input, "times") {
        let step = curve.steps.iter().rev().find(|step| step.time <= time).unwrap();
        assert!((curve.at(time) - step.survival).abs() < 1e-15);
        let mut put = |what: &str, value: f64| found.push((format!("{time}/{what}"), value));
        put("survival", step.survival);
        put("at_risk", life.at_risk(time) as f64);
        if let (Some(se), Some(ci)) = (step.se, step.ci) {
            put("se", se);
            put("low", ci[0]);
            put("high", ci[1]);
        }
    }
    let median = [curve.median, curve.median_ci[0], curve.median_ci[1]];
    for (name, value) in ["median", "median_low", "median_high"].into_iter().zip(median) {
        found.extend(value.map(|value| (name.to_owned(), value)));
    }
    found
}

fn groups(table: &Table) -> Found {
    let (time, event, group) = (table.column("time"), events(table), table.column("group"));
    let last = group.iter().copied().fold(0.0, f64::max) as usize;
    let tables: Vec<LifeTable> = (1..=last)
        .map(|k| {
            let rows: Vec<usize> =
                (0..time.len()).filter(|&row| group[row] as usize == k).collect();
            let times: Vec<f64> = rows.iter().map(|&row| time[row]).collect();
            let events: Vec<bool> = rows.iter().map(|&row| event[row]).collect();
            LifeTable::of(&times, &events).unwrap()
        })
        .collect();
    let test = log_rank(&tables).unwrap();
    let mut found = named([("chi_square", test.chi_square), ("p", test.p)]);
    found.extend(support::listed("observed", test.groups.iter().map(|g| g.observed as f64)));
    found.extend(support::listed("expected", test.groups.iter().map(|g| g.expected)));
    found
}

fn fitted(input: &Value, table: &Table, names: &[&str]) -> Cox {
    let columns: Vec<(&str, &[f64])> =
        names.iter().map(|name| (*name, table.column(name))).collect();
    let event = events(table);
    let (start, stop) = (table.column("start"), table.column("stop"));
    let data = Intervals { start, stop, event: &event, columns: &columns };
    let ties = match word(input, "ties") {
        "efron" => Ties::Efron,
        "breslow" => Ties::Breslow,
        _ => Ties::Exact,
    };
    cox(&data, &clusters(input, table), ties).unwrap()
}

fn hazards(input: &Value, table: &Table) -> Found {
    let names = words(input, "columns");
    let fit = fitted(input, table, &names);
    let mut found = named([
        ("log_likelihood_0", fit.log_likelihood[0]),
        ("log_likelihood", fit.log_likelihood[1]),
        ("events", fit.events as f64),
    ]);
    for (name, b) in names.iter().zip(&fit.coefficients) {
        let robust = b.robust_se.map(|se| ("robust_se", se));
        let values = [
            ("estimate", b.estimate),
            ("se", b.se),
            ("z", b.z),
            ("p", b.p),
            ("low", b.ci[0]),
            ("high", b.ci[1]),
        ];
        let all = values.into_iter().chain(robust);
        found.extend(all.map(|(what, value)| (format!("{name}/{what}"), value)));
    }
    found
}

fn few_clusters(input: &Value, table: &Table) -> Found {
    let names = words(input, "columns");
    let fit = fitted(input, table, &names);
    let count = clusters(input, table).len();
    let mut found = Found::new();
    for (name, b) in names.iter().zip(&fit.coefficients) {
        let b = b.by_clusters(count).unwrap();
        let values = [
            ("estimate", b.estimate),
            ("se", b.se),
            ("df", b.df),
            ("t", b.t),
            ("p", b.p),
            ("low", b.ci[0]),
            ("high", b.ci[1]),
        ];
        found.extend(values.map(|(what, value)| (format!("{name}/{what}"), value)));
    }
    found
}

fn proportionality(input: &Value, table: &Table) -> Found {
    let names = words(input, "columns");
    let scale = match word(input, "scale") {
        "km" => TimeScale::KaplanMeier,
        "log" => TimeScale::Log,
        _ => TimeScale::Identity,
    };
    let test = fitted(input, table, &names).proportionality(scale).unwrap();
    let mut found = named([("global/chi_square", test.chi_square), ("global/p", test.p)]);
    for (name, (chi_square, p)) in names.iter().zip(test.columns) {
        found.push((format!("{name}/chi_square"), chi_square));
        found.push((format!("{name}/p"), p));
    }
    found
}

fn order(input: &Value, table: &Table) -> Found {
    let event = events(table);
    let (start, stop) = (table.column("start"), table.column("stop"));
    let data = Intervals { start, stop, event: &event, columns: &[] };
    let found = concordance(&data, table.column("risk"), &clusters(input, table)).unwrap();
    named([
        ("estimate", found.estimate),
        ("se", found.se),
        ("concordant", found.concordant),
        ("discordant", found.discordant),
        ("tied", found.tied),
    ])
}

/// Every value of a fitted generalised linear model.
pub(crate) fn coefficients(fit: &Glm) -> Found {
    let mut found = named([
        ("deviance", fit.deviance),
        ("log_likelihood", fit.log_likelihood),
        ("dispersion", fit.dispersion),
    ]);
    for (name, b) in fit.names.iter().zip(&fit.coefficients) {
        let values = [
            ("estimate", b.estimate),
            ("se", b.robust_se.unwrap_or(b.se)),
            ("statistic", b.statistic),
            ("p", b.p),
            ("low", b.ci[0]),
            ("high", b.ci[1]),
        ];
        found.extend(values.map(|(what, value)| (format!("{name}/{what}"), value)));
    }
    found
}

fn hazard_by_session(input: &Value, table: &Table) -> Found {
    let columns: Vec<(&str, &[f64])> =
        words(input, "columns").into_iter().map(|name| (name, table.column(name))).collect();
    let link = match word(input, "link") {
        "logit" => HazardLink::Logit,
        _ => HazardLink::CompLogLog,
    };
    let clusters = clusters(input, table);
    coefficients(&discrete_hazard(&columns, &events(table), link, &clusters).unwrap())
}

fn reasons(input: &Value, table: &Table) -> Found {
    let fate = |&cause: &f64| {
        if cause < 0.5 { Fate::Censored } else { Fate::Event(cause as usize - 1) }
    };
    let fates: Vec<Fate> = table.column("cause").iter().map(fate).collect();
    let life = LifeTable::of_causes(table.column("time"), &fates).unwrap();
    let mut found = Found::new();
    for step in cumulative_incidence(&life, number(input, "cause") as usize).unwrap() {
        let [low, high] = step.ci.unwrap_or([f64::NAN; 2]);
        let values = [("incidence", step.incidence), ("se", step.se), ("low", low), ("high", high)];
        found.extend(values.map(|(what, value)| (format!("{}/{what}", step.time), value)));
    }
    found
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "survival/kaplan_meier",
        "survival/log_rank",
        "survival/cox",
        "survival/by_clusters",
        "survival/proportionality",
        "survival/concordance",
        "survival/discrete_hazard",
        "survival/cumulative_incidence",
    ];
    support::every_record_is_reproduced("survival.json", &statistics, |statistic, input| {
        let table = Table::read(word(input, "rows"));
        match statistic {
            "survival/kaplan_meier" => curve(input, &table),
            "survival/log_rank" => groups(&table),
            "survival/cox" => hazards(input, &table),
            "survival/by_clusters" => few_clusters(input, &table),
            "survival/proportionality" => proportionality(input, &table),
            "survival/concordance" => order(input, &table),
            "survival/discrete_hazard" => hazard_by_session(input, &table),
            _ => reasons(input, &table),
        }
    });
}
