//! How a delivered estimate is compared with what R gives.

use serde_json::Value;

/// How far two numbers may be apart.
struct Tolerance {
    relative: f64,
    absolute: f64,
}

impl Tolerance {
    fn holds(&self, expected: f64, found: f64) -> bool {
        (found - expected).abs() <= self.absolute.max(self.relative * expected.abs())
    }
}

/// What differs between a record of `practice-network.json` and the estimate delivered under its name; nothing if all is
/// well. A field that R does not give (`null`) is not compared; one that R gives and `results.json` lacks differs.
#[must_use]
pub fn differences(record: &Value, delivered: &Value) -> Vec<String> {
    let rejected = ["refused", "error"].iter().find_map(|key| record[key].as_str());
    if let Some(reason) = rejected {
        let is_refused = delivered["estimate"].is_null() && delivered["refused"].is_string();
        return if is_refused { vec![] } else { vec![format!("must be refused: {reason}")] };
    }
    if let Some(reason) = delivered["refused"].as_str() {
        return vec![format!("refused: {reason}")];
    }
    let mut problems = Vec::new();
    let floor = record["tolerance_abs"].as_f64().unwrap_or(0.0);
    let relative = |field: &str| match field {
        "estimate" | "benefit" => record["tolerance"].as_f64(),
        _ => record["tolerances"][field].as_f64(),
    };
    let mut compare = |field: &str, expected: &Value, found: &Value, monte_carlo: &Value| {
        let Some(expected) = expected.as_f64() else { return };
        let Some(relative) = relative(field) else {
            problems.push(format!("{field}: the record gives no tolerance"));
            return;
        };
        let absolute = floor.max(monte_carlo.as_f64().unwrap_or(0.0));
        match found.as_f64() {
            None => problems.push(format!("{field}: not given, R gives {expected}")),
            Some(found) if !(Tolerance { relative, absolute }).holds(expected, found) => {
                problems
                    .push(format!("{field}: {found}, R gives {expected} (within {relative:e})"));
            }
            Some(_) => {}
        }
    };

    let none = Value::Null;
    let statistic = &delivered["statistic"];
    compare("estimate", &record["estimate"], &delivered["estimate"], &none);
    compare("benefit", &record["benefit"], &delivered["benefit"], &none);
    compare("se", &record["se"], &delivered["se"], &none);
    compare("statistic", &record["statistic"], &statistic["value"], &none);
    // At the boundary of the parameter space R's own df, p and interval depend on the optimiser.
    if record["singular"] != true {
        // Degrees of freedom without a statistic have no place in results.json.
        if !record["statistic"].is_null() {
            compare("df", &record["df"], &statistic["df"], &none);
            compare("df", &record["df2"], &statistic["df2"], &none);
        }
        compare("p", &record["p"], &delivered["p"], &record["p_tolerance_abs_monte_carlo"]);
        for limit in 0..2 {
            let found = &delivered["ci"][limit];
            compare("ci", &record["ci"][limit], found, &record["ci_tolerance_abs_monte_carlo"]);
        }
    }
    // Numbers of the record's own details are those of the estimate's details, under the same names.
    for (name, expected) in record["details"].as_object().into_iter().flatten() {
        compare("details", expected, &delivered["details"][name], &none);
    }
    for unit in ["rows", "clients", "therapists", "sites"] {
        let (expected, found) = (&record["n"][unit], &delivered["n"][unit]);
        if !expected.is_null() && expected.as_u64() != found.as_u64() {
            problems.push(format!("n.{unit}: {found}, R used {expected}"));
        }
    }
    problems
}

/// What differs between an answer of a real data set's reference and the estimate delivered under its name.
#[must_use]
pub fn differs_from_answer(answer: &Value, delivered: &Value) -> Vec<String> {
    let expected = answer["value"].as_f64().unwrap_or(f64::NAN);
    let width = answer["tolerance"]["value"].as_f64().unwrap_or(0.0);
    let tolerance = match answer["tolerance"]["kind"].as_str() {
        Some("exact") => Tolerance { relative: 0.0, absolute: 0.0 },
        Some("relative") => Tolerance { relative: width, absolute: 0.0 },
        Some("absolute") => Tolerance { relative: 0.0, absolute: width },
        _ => return vec!["the answer gives no tolerance".to_owned()],
    };
    let mut problems = Vec::new();
    match delivered["estimate"].as_f64() {
        None => problems.push(format!("not given: {}", delivered["refused"])),
        Some(found) if !tolerance.holds(expected, found) => {
            problems.push(format!("estimate: {found}, R gives {expected}"));
        }
        Some(_) => {}
    }
    // The reference counts rows or clients, whichever the call used.
    let counts = [&delivered["n"]["rows"], &delivered["n"]["clients"]];
    if !answer["n"].is_null() && !counts.iter().any(|n| n.as_u64() == answer["n"].as_u64()) {
        problems.push(format!("n: {}, R used {}", delivered["n"], answer["n"]));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({"estimate": 0.5, "se": 0.1, "ci": [0.3, 0.7], "statistic": 5.0, "df": 10, "p": 0.001,
               "n": {"rows": null, "clients": 12, "therapists": 3, "sites": 1}, "tolerance": 1e-6,
               "tolerances": {"se": 1e-6, "ci": 1e-6, "statistic": 1e-6, "df": 1e-3, "p": 1e-3}})
    }

    fn delivered() -> Value {
        json!({"estimate": 0.5, "se": 0.1, "ci": [0.3, 0.7], "statistic": {"name": "t", "value": 5.0, "df": 10},
               "p": 0.001, "n": {"rows": 99, "clients": 12, "therapists": 3, "sites": 1}})
    }

    fn with(mut value: Value, pointer: &str, new: Value) -> Value {
        *value.pointer_mut(pointer).expect("the pointer leads to a field") = new;
        value
    }

    #[test]
    fn equal_values_do_not_differ() {
        assert!(differences(&record(), &delivered()).is_empty());
    }

    #[test]
    fn every_field_is_compared() {
        for (pointer, new) in [
            ("/estimate", json!(0.500_001)),
            ("/se", json!(0.100_001)),
            ("/se", Value::Null),
            ("/ci/1", json!(0.700_01)),
            ("/statistic/value", json!(5.000_1)),
            ("/statistic/df", json!(10.1)),
            ("/p", json!(0.0011)),
            ("/n/therapists", json!(4)),
        ] {
            let changed = with(delivered(), pointer, new);
            assert_eq!(differences(&record(), &changed).len(), 1, "{pointer} is not compared");
        }
    }

    #[test]
    fn details_are_compared_by_name() {
        let mut record = record();
        record["details"] = json!({"site_low": 0.2});
        record["tolerances"]["details"] = json!(1e-8);
        let mut found = delivered();
        assert_eq!(differences(&record, &found).len(), 1, "a detail that is not given differs");
        found["details"] = json!({"site_low": 0.2, "other": 7.0});
        assert!(differences(&record, &found).is_empty());
        found["details"]["site_low"] = json!(0.21);
        assert_eq!(differences(&record, &found).len(), 1);
    }

    #[test]
    fn what_r_does_not_give_is_not_compared() {
        let record = with(record(), "/se", Value::Null);
        assert!(differences(&record, &with(delivered(), "/se", json!(9.0))).is_empty());
    }

    #[test]
    fn refusals_must_agree() {
        let refusal = json!({"estimate": null, "refused": "too few"});
        assert!(differences(&refusal, &refusal).is_empty());
        assert_eq!(differences(&refusal, &delivered()).len(), 1);
        assert_eq!(differences(&record(), &refusal).len(), 1);
        assert!(differences(&json!({"estimate": null, "error": "singular"}), &refusal).is_empty());
    }

    #[test]
    fn a_singular_fit_is_compared_by_its_estimate() {
        let mut singular = record();
        singular["singular"] = json!(true);
        assert!(differences(&singular, &with(delivered(), "/p", json!(0.5))).is_empty());
        assert_eq!(differences(&singular, &with(delivered(), "/estimate", json!(0.6))).len(), 1);
    }

    #[test]
    fn a_monte_carlo_value_has_its_own_tolerance() {
        let mut exact = record();
        exact["p_tolerance_abs_monte_carlo"] = json!(0.01);
        assert!(differences(&exact, &with(delivered(), "/p", json!(0.009))).is_empty());
        assert_eq!(differences(&exact, &with(delivered(), "/p", json!(0.02))).len(), 1);
    }

    #[test]
    fn answers_name_their_tolerance() {
        let answer =
            json!({"value": 2.0, "tolerance": {"kind": "relative", "value": 1e-6}, "n": 12});
        let found =
            |estimate: f64, clients: u64| json!({"estimate": estimate, "n": {"clients": clients}});
        assert!(differs_from_answer(&answer, &found(2.000_001, 12)).is_empty());
        assert_eq!(differs_from_answer(&answer, &found(2.000_01, 12)).len(), 1);
        assert_eq!(differs_from_answer(&answer, &found(2.0, 13)).len(), 1);
        assert_eq!(differs_from_answer(&json!({"value": 2.0}), &found(2.0, 12)).len(), 1);
    }
}
