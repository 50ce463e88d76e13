//! Every number of every key file equals the table of the sources; every check row scores as computed in R.

use std::collections::BTreeMap;

use dyad_instruments::{Key, KeyError, Overrides, builtin, find, recognised};
use dyad_model::Direction;

/// The rows of `instruments.csv`, which has quoted cells with commas, but no quotes or line ends in them.
fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let cells = |line: &str| -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                other => cells.last_mut().expect("a cell").push(other),
            }
        }
        cells
    };
    let mut lines = text.lines();
    let names = cells(lines.next().expect("a header"));
    lines.map(|line| names.iter().cloned().zip(cells(line)).collect()).collect()
}

fn list(numbers: &[usize]) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_number_equals_the_table() {
    let rows = table(include_str!("instruments.csv"));
    let mut compared = 0;
    for row in rows.iter().filter(|row| !row["items"].is_empty()) {
        let key = find(&row["instrument"]).unwrap();
        assert_eq!(key.name, row["instrument"]);
        assert_eq!(key.items.to_string(), row["n_items"]);
        assert_eq!(
            key.item_range.map(|v| v.to_string()).to_vec(),
            [&row["item_min"][..], &row["item_max"]]
        );
        assert_eq!(key.source, row["source"]);
        let subscale = key.subscales.iter().find(|s| s.id == row["subscale"]).unwrap();
        assert_eq!(list(&subscale.items), row["items"]);
        assert_eq!(list(&subscale.reversed), row["reversed_items"]);
        assert_eq!(subscale.aggregate.as_str(), row["aggregate"]);
        assert_eq!(
            subscale.range.map(|v| v.to_string()).to_vec(),
            [&row["score_min"][..], &row["score_max"]]
        );
        assert_eq!(subscale.better == Direction::Higher, row["better"] == "higher");
        assert_eq!(subscale.missing_rule.to_string(), row["missing_rule"]);
        assert_eq!(subscale.cutoff.map(|c| c.to_string()).unwrap_or_default(), row["cutoff"]);
        let change = subscale.reliable_change.map(|c| c.to_string()).unwrap_or_default();
        assert_eq!(change, row["reliable_change"]);
        assert_eq!(subscale.confidence.text, row["confidence"]);
        compared += 1;
    }
    let in_files: usize = builtin().iter().map(|id| find(id).unwrap().subscales.len()).sum();
    assert_eq!(compared, in_files, "nothing in the files that is not in the table");
    for row in rows.iter().filter(|row| row["items"].is_empty()) {
        let error = find(&row["instrument"]).unwrap_err().to_string();
        assert!(error.contains("not public"), "{error}");
        assert!(recognised().iter().any(|r| r.name == row["instrument"]));
    }
}

#[test]
fn every_key_holds_the_rows_computed_in_r() {
    let rows = table(include_str!("checks.csv"));
    for row in &rows {
        let key = find(&row["instrument"]).unwrap();
        let items: Vec<Option<f64>> =
            row["items"].split(',').map(|cell| cell.trim().parse().ok()).collect();
        let at = key.subscales.iter().position(|s| s.id == row["subscale"]).unwrap();
        let score = key.score(&items)[at];
        match (row["score"].parse::<f64>(), score) {
            (Ok(expected), Some(score)) if !expected.is_nan() => {
                assert!((expected - score).abs() < 1e-11, "{row:?}: {score}");
            }
            (_, None) => assert!(["NA", "NaN"].contains(&&row["score"][..]), "{row:?}"),
            _ => panic!("{row:?}: {score:?}"),
        }
        // The file carries the same rows.
        assert!(key.checks.iter().any(|check| check.items == items), "{row:?}");
    }
}

#[test]
fn published_maxima() {
    let at_maximum = |name: &str| -> Vec<(String, f64)> {
        let key = find(name).unwrap();
        let items = vec![Some(key.item_range[1]); key.items];
        let scores = key.score(&items);
        key.subscales.iter().map(|s| s.id.clone()).zip(scores.into_iter().flatten()).collect()
    };
    for (name, scores) in [
        ("WAI-SR", vec![("task", 20.0), ("bond", 20.0), ("goal", 20.0), ("total", 60.0)]),
        ("WAI-S", vec![("task", 28.0), ("bond", 28.0), ("goal", 16.0), ("total", 72.0)]),
        ("WAI-36", vec![("task", 54.0), ("bond", 66.0), ("goal", 48.0), ("total", 168.0)]),
        ("HAq-II", vec![("total", 89.0)]),
        ("CORE-10", vec![("total", 32.0)]),
        ("CBI", vec![("personal", 100.0), ("work", 600.0 / 7.0), ("client", 100.0)]),
        ("OLBI", vec![("disengagement", 20.0), ("exhaustion", 20.0)]),
        (
            "OQ-45.2",
            vec![
                ("symptom_distress", 88.0),
                ("interpersonal_relations", 28.0),
                ("social_role", 28.0),
                ("total", 144.0),
            ],
        ),
    ] {
        for ((id, score), (expected_id, expected)) in at_maximum(name).into_iter().zip(scores) {
            assert_eq!(id, expected_id, "{name}");
            assert!((score - expected).abs() < 1e-9, "{name} {id}: {score}");
        }
    }
}

#[test]
fn reversing_twice_changes_nothing() {
    for id in builtin() {
        let key = find(id).unwrap();
        let [low, high] = key.item_range;
        let step = key.item_step.unwrap_or(1.0);
        let mut answers: Vec<Option<f64>> = Vec::new();
        for i in 0..key.items {
            let value = low + step * ((i * 5 % 7) as f64);
            answers.push(Some(value.min(high)));
        }
        let mut turned = answers.clone();
        for s in key.subscales.iter().filter(|s| !s.is_total() || key.subscales.len() == 1) {
            for &item in &s.reversed {
                turned[item - 1] = turned[item - 1].map(|x| low + high - x);
            }
        }
        let plain = key.clone().with(&Overrides { already_reversed: true, ..Overrides::default() });
        assert_eq!(plain.unwrap().score(&turned), key.score(&answers), "{id}");
    }
}

#[test]
fn a_blank_is_never_a_zero() {
    let phq = find("phq9").unwrap();
    let mut items = vec![Some(2.0); 9];
    items[0] = None;
    items[1] = None;
    assert_eq!(phq.score(&items), [Some(18.0)]);
    items[2] = None;
    assert_eq!(phq.score(&items), [None]);
    let bdi = find("BDI-II").unwrap();
    let mut items = vec![Some(1.0); 21];
    items[20] = None;
    assert_eq!(bdi.score(&items), [None]);
}

#[test]
fn broken_keys_do_not_load() {
    let text = include_str!("../keys/wai-sr.toml");
    assert!(Key::parse(text).is_ok());
    let broken = |from: &str, to: &str| Key::parse(&text.replacen(from, to, 1)).unwrap_err();
    assert_eq!(
        broken("items = [1, 2, 10, 12]", "items = [1, 2, 10, 11]"),
        KeyError::Partition { item: 11, times: 2 }
    );
    assert_eq!(
        broken("items = [1, 2, 10, 12]", "items = [1, 2, 10]"),
        KeyError::Partition { item: 12, times: 0 }
    );
    for (from, to, expected) in [
        ("items = [1, 2, 10, 12]", "items = [1, 2, 10, 13]", "beyond the number"),
        ("aggregate = \"sum\"", "aggregate = \"product\"", "unknown aggregate"),
        ("min_answered=3", "min_answered=many", "unknown missing_rule"),
        ("task = 4", "task = 5", "check 1"),
        ("id = \"task\"", "id = \"Task 1\"", "small letters"),
        ("name =", "nome =", "unknown field"),
    ] {
        let error = broken(from, to).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let error = find("wai-srs1").unwrap_err().to_string();
    assert!(error.contains("did you mean `wai-sr`?"), "{error}");
}

#[test]
fn a_wider_answer_scale_moves_the_ranges() {
    let overrides = Overrides { item_range: Some([1.0, 7.0]), ..Overrides::default() };
    let key = find("wai-sr").unwrap().with(&overrides).unwrap();
    assert_eq!(key.total().unwrap().range.map(|v| v.to_string()), ["12", "84"]);
    assert!(key.is_answer(7.0) && !key.is_answer(8.0));
    assert!(!find("cbi").unwrap().is_answer(3.0) && find("cbi").unwrap().is_answer(75.0));
}
