//! No file of a released folder states a number of persons or rows below the threshold of its profile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dyad_tests::{Dyad, Results, StudyFolder};
use serde_json::Value;

use crate::scan::{self, Stated};

/// A profile and its threshold.
const PROFILES: [(&str, u64); 3] = [("opensafely", 8), ("acro", 10), ("nhs", 8)];

/// A few practices: 27 clients, six therapists of whom one has two clients, a site with seven clients, rare classes of change.
fn small_study() -> StudyFolder {
    StudyFolder::practice_network().sessions(|lines| {
        let few = |line: &String| {
            let client = line.split(',').nth(2).unwrap_or("").trim_matches('"');
            client == "client" || client <= "C027"
        };
        lines.into_iter().filter(few).collect()
    })
}

/// The study's output under a profile, with every kind of file.
fn run(study: StudyFolder, profile: &str) -> (StudyFolder, PathBuf) {
    let study = study.study("profile = \"internal\"", &format!("profile = \"{profile}\""));
    let out = study.out();
    let ended = Dyad::built().analyse_with(&study.write(), &out, &["--pdf"]);
    assert!(matches!(ended.code, 0 | 1), "{profile}: {}", ended.stderr);
    (study, out)
}

/// What is below the threshold. No number of persons is: the session at which a slope breaks or half have left, a share that is
/// everybody, and a count of survival under a profile that rounds, which is the middle of six.
fn small(all: &[Stated], threshold: u64, rounds: bool) -> BTreeSet<&Stated> {
    let sessions = ["best_knot", "Knot that fits best", "retention/median", "sessions_median"];
    let is_session = |s: &Stated| sessions.iter().any(|name| s.place.contains(name));
    let is_all = |s: &Stated| s.n == 1 && s.place.contains("service/caseness");
    let is_midpoint = |s: &Stated| {
        let survival = ["retention", "Clients who stay"];
        rounds
            && s.n.is_multiple_of(3)
            && survival.iter().any(|name| s.place.contains(name) || s.file.contains(name))
    };
    all.iter()
        .filter(|s| {
            (1..threshold).contains(&s.n) && !is_session(s) && !is_all(s) && !is_midpoint(s)
        })
        .collect()
}

/// Every share of persons of the exact results that stands for fewer than the threshold, by name.
fn small_shares(exact: &Results, threshold: u64) -> BTreeMap<String, f64> {
    let number = |value: &Value| value.as_f64();
    exact
        .estimates
        .iter()
        .filter(|(name, _)| !name.ends_with("jaccard"))
        .filter_map(|(name, estimate)| {
            let n = number(&estimate["n"]["clients"])
                .or_else(|| number(&estimate["n"]["therapists"]))?;
            let share = number(&estimate["estimate"]).filter(|share| (0.0..1.0).contains(share))?;
            let persons = share * n;
            let small = persons > 0.5 && persons < threshold as f64 - 0.5;
            ((persons - persons.round()).abs() < 1e-9 && small).then(|| (name.clone(), share))
        })
        .collect()
}

fn nothing_small_leaves(make: fn() -> StudyFolder) {
    let (_held, inside) = run(make(), "internal");
    let exact = Results::read(&inside);
    let everything = scan::folder(&inside);
    for (profile, threshold) in PROFILES {
        // The scan sees them where nothing is withheld, in every kind of file: what follows can fail.
        let seen = small(&everything, threshold, false);
        for kind in
            ["report.html", "report.md", "results.json", "figures.pdf", "tables/estimates.csv"]
        {
            assert!(seen.iter().any(|s| s.file == kind), "no small number was seen in {kind}");
        }
        let figures =
            |s: &&Stated| s.file.strip_prefix("figures/").is_some_and(|name| name.contains(".csv"));
        assert!(seen.iter().copied().any(|s| figures(&s)));
        let shares = small_shares(&exact, threshold);
        assert!(shares.len() > 3, "{shares:?}");

        let (_held, outside) = run(make(), profile);
        let found = scan::folder(&outside);
        let left: Vec<&Stated> = small(&found, threshold, profile != "acro").into_iter().collect();
        assert!(left.is_empty(), "{profile}: {left:#?}");
        assert!(found.len() > 300, "{profile}: only {} numbers were seen", found.len());

        let released = Results::read(&outside);
        for (name, share) in &shares {
            let value = &released.estimates[name]["estimate"];
            assert!(value.is_null(), "{profile}: {name} leaves as {value}; it was {share}");
        }
        let rows = small_rows(&inside, threshold);
        assert!(!rows.is_empty());
        let released_rows = scan::rows(&outside);
        for (row, derived) in &rows {
            let Some(now) = released_rows.get(row) else { continue };
            let kept: Vec<&String> = now.iter().filter(|cell| derived.contains(*cell)).collect();
            assert!(kept.is_empty(), "{profile}: {row:?} still says {kept:?}");
        }
    }
}

/// The rows that state a small number, and what else they state with a point or in per cent: it may give the number away.
fn small_rows(folder: &Path, threshold: u64) -> BTreeMap<[String; 3], BTreeSet<String>> {
    let is_derived = |cell: &&String| {
        let number = cell.chars().all(|c| c.is_ascii_digit() || " .,%−[]".contains(c));
        number && cell.contains(['.', '%']) && !matches!(cell.as_str(), "0.0 %" | "100.0 %")
    };
    let is_small = |cell: &String| cell.parse().is_ok_and(|n: u64| (1..threshold).contains(&n));
    // A row of estimates says how many therapists there are beside a slope; its shares are looked at by name.
    let is_count = |row: &[String; 3]| {
        row[0] != "tables/estimates.csv"
            && !["Missing", "Knot"].iter().any(|word| row[1].contains(word))
    };
    scan::rows(folder)
        .into_iter()
        .filter(|(row, cells)| is_count(row) && cells.iter().any(is_small))
        .map(|(row, cells)| (row, cells.iter().filter(is_derived).cloned().collect()))
        .collect()
}

#[test]
fn of_a_small_study() {
    nothing_small_leaves(small_study);
}

#[test]
fn of_a_network() {
    nothing_small_leaves(StudyFolder::practice_network);
}
