//! Studies from which little or nothing can be estimated: every plugin ends well, gives a number or says why not.

use std::collections::BTreeSet;

use dyad_tests::{Dyad, Results, StudyFolder, broken_promises};

/// Column positions in the session file of the network.
const SITE: usize = 0;
const THERAPIST: usize = 1;
const CLIENT: usize = 2;
const SESSION: usize = 3;
const DROPOUT: usize = 5;
const BURNOUT: usize = 6;
const BASELINE: usize = 7;
const ALLIANCES: [usize; 2] = [8, 9];
const SYMPTOM: usize = 10;

/// Runs a study and returns its results if every plugin kept its promises.
fn kept(what: &str, folder: &StudyFolder) -> Results {
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{what}: {}", ended.stderr);
    let results = Results::read(&folder.out());
    let problems = broken_promises(&results);
    assert!(problems.is_empty(), "{what}: {problems:#?}");
    results
}

/// The network with some of its sessions.
fn only(keep: impl Fn(&[&str]) -> bool) -> StudyFolder {
    StudyFolder::practice_network().sessions(|lines| {
        let is_kept = |line: &str| keep(&line.split(',').collect::<Vec<_>>());
        let (header, rows) = lines.split_at(1);
        header.iter().chain(rows.iter().filter(|line| is_kept(line))).cloned().collect()
    })
}

/// The network with some cells replaced.
fn with(columns: &[usize], value: &str) -> StudyFolder {
    StudyFolder::practice_network().sessions(|mut lines| {
        for line in lines.iter_mut().skip(1) {
            let mut cells: Vec<&str> = line.split(',').collect();
            for column in columns {
                cells[*column] = value;
            }
            *line = cells.join(",");
        }
        lines
    })
}

fn is_first(cell: &str) -> bool {
    ["\"C001\"", "\"T01\"", "\"S1\"", "1"].contains(&cell)
}

/// The names of estimates with a number.
fn given(results: &Results) -> BTreeSet<&str> {
    let with_number = results.estimates.iter().filter(|(_, e)| e["estimate"].is_number());
    with_number.map(|(name, _)| name.as_str()).collect()
}

#[test]
fn one_client_allows_no_statement_about_clients() {
    let results = kept("one client", &only(|cells| is_first(cells[CLIENT])));
    for name in given(&results) {
        let of_clients = name.contains("/early/") || name.ends_with("/between_client");
        assert!(!of_clients, "{name} is given for one client");
    }
}

#[test]
fn a_single_session_is_enough_to_end_well() {
    kept("one row", &only(|cells| is_first(cells[CLIENT]) && cells[SESSION] == "1"));
    kept("one session each", &only(|cells| cells[SESSION] == "1"));
}

#[test]
fn one_therapist_and_one_site_end_well() {
    kept("one therapist", &only(|cells| is_first(cells[THERAPIST])));
    kept("one site", &only(|cells| is_first(cells[SITE])));
}

#[test]
fn all_missing_gives_no_number_of_what_is_missing() {
    let results = kept("no alliance", &with(&ALLIANCES, ""));
    for name in given(&results) {
        // A count of ruptures among nobody is refused as well.
        assert!(!name.contains("alliance_"), "{name} is given without an alliance rating");
    }
    let results = kept("no outcome", &with(&[SYMPTOM], ""));
    for name in given(&results) {
        let is_of_intake = name.ends_with("/rci_criterion") || name.contains("/cutoff_");
        assert!(is_of_intake || !name.contains("symptom"), "{name} is given without an outcome");
    }
    let all = [&ALLIANCES[..], &[SYMPTOM, BASELINE, BURNOUT, DROPOUT]].concat();
    let results = kept("nothing", &with(&all, ""));
    assert_eq!(given(&results), BTreeSet::new());
}

#[test]
fn constant_scores_allow_no_association() {
    let results = kept("constant alliance", &with(&ALLIANCES, "5"));
    for name in given(&results) {
        let is_association = name.starts_with("alliance-outcome/early/")
            || name.starts_with("alliance-outcome/session/")
            || name.starts_with("alliance-outcome/raters/");
        let is_difference = name.ends_with("/mean_difference");
        assert!(!is_association || is_difference, "{name} is given for a constant alliance");
    }
    kept("constant outcome", &with(&[SYMPTOM], "10"));
    kept("constant burnout", &with(&[BURNOUT], "2.5"));
    kept("constant baseline", &with(&[BASELINE], "16"));
    kept("nobody leaves", &with(&[DROPOUT], "0"));
    kept("everybody leaves", &with(&[DROPOUT], "1"));
    let all = [&ALLIANCES[..], &[SYMPTOM, BASELINE, BURNOUT]].concat();
    kept("all constant", &with(&all, "3"));
}

#[test]
fn without_a_structural_column_its_estimates_are_refused() {
    let without_site = StudyFolder::practice_network().study("site = \"site\"\n", "");
    let results = kept("no site column", &without_site);
    for name in given(&results) {
        assert!(!name.contains("/sites/"), "{name} is given without sites");
    }
    let without_therapist = StudyFolder::practice_network()
        .study("therapist = \"therapist\"\n", "")
        .study("[measures.burnout]\nrole = \"burnout\"\ncolumn = \"burnout\"\ncutoff = 3.0\n", "");
    let results = kept("no therapist column", &without_therapist);
    for name in given(&results) {
        let of_therapists = name.contains("/therapist/")
            || ["/within_therapist", "between_therapist", "/contextual", "/icc_therapist"]
                .iter()
                .any(|end| name.ends_with(end));
        assert!(!of_therapists, "{name} is given without therapists");
    }
}

#[test]
fn without_a_baseline_change_starts_at_the_first_session() {
    let folder = StudyFolder::practice_network()
        .study("[measures.baseline]\nrole = \"baseline\"\ncolumn = \"baseline\"\n", "");
    kept("no baseline", &folder);
}
