//! Studies from which little or nothing can be estimated: every plugin ends well, gives a number or says why not.

use std::collections::BTreeSet;

use dyad_tests::{Dyad, Results, StudyFolder, broken_promises};

/// The measures that a study file may leave out.
const THERAPIST_RATING: &str = "[measures.alliance_therapist]\nrole = \"alliance\"\nrater = \"therapist\"\ncolumn = \"alliance_therapist\"\nrange = [1, 7]\n";
const BURNOUT_MEASURE: &str =
    "[measures.burnout]\nrole = \"burnout\"\ncolumn = \"burnout\"\ncutoff = 3.0\n";
const DROPOUT_MEASURE: &str = "[measures.dropout]\nrole = \"dropout\"\ncolumn = \"dropout\"\n";

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

/// The network with each cell of some columns replaced by what `value` makes of row number, column and cell.
fn changed(columns: &[usize], value: impl Fn(usize, usize, &[&str]) -> String) -> StudyFolder {
    StudyFolder::practice_network().sessions(|mut lines| {
        for (row, line) in lines.iter_mut().enumerate().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let new = cells.iter().enumerate().map(|(at, cell)| {
                if columns.contains(&at) { value(row, at, &cells) } else { (*cell).to_owned() }
            });
            let new: Vec<String> = new.collect();
            *line = new.join(",");
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
        .study(BURNOUT_MEASURE, "");
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

#[test]
fn clients_who_never_change_allow_nothing_within_clients() {
    // Every rating of a client is the same, and clients differ: all ties within clients.
    let level = |_: usize, _: usize, cells: &[&str]| {
        let client: usize = cells[CLIENT].trim_matches(['"', 'C']).parse().expect("C and a number");
        (2 + client % 5).to_string()
    };
    let results = kept("all ties", &changed(&ALLIANCES, level));
    for name in given(&results) {
        let within = name.ends_with("/rmcorr") || name.ends_with("/lagged_within");
        let drifts = name.contains("/peak/") && name.ends_with("_drift");
        assert!(!within && !drifts, "{name} is given though no client's rating changes");
    }
    let share = &results.estimates["early-peak/peak/alliance_client/share_session_3"];
    let fifth = share["estimate"].as_f64().expect("ties share equally");
    assert!((fifth - 0.2).abs() < 1e-12, "{fifth}");
    assert_eq!(
        results.estimates["early-peak/typology/alliance_client/share_stable"]["estimate"],
        1.0
    );
}

#[test]
fn a_study_may_lack_a_rater_burnout_or_dropout() {
    let one_rater = StudyFolder::practice_network().study(THERAPIST_RATING, "");
    let results = kept("one rater", &one_rater);
    assert!(results.estimates.keys().all(|name| !name.contains("/raters/")));
    assert!(results.estimates.keys().all(|name| !name.contains("/together/")));

    let results = kept("no burnout", &StudyFolder::practice_network().study(BURNOUT_MEASURE, ""));
    for name in given(&results) {
        assert!(!name.contains("/burnout"), "{name} is given without burnout");
    }

    let results = kept("no dropout", &StudyFolder::practice_network().study(DROPOUT_MEASURE, ""));
    for name in given(&results) {
        let of_leaving = name.ends_with("/odds_ratio") || name.ends_with("/hazard_ratio");
        assert!(!of_leaving, "{name} is given though nobody is known to have left");
    }
}

#[test]
fn two_sessions_each_are_no_course() {
    let results = kept("two sessions each", &only(|cells| ["1", "2"].contains(&cells[SESSION])));
    for name in given(&results) {
        let of_course = name.contains("/growth/") || name.contains("/typology/");
        assert!(!of_course, "{name} is given for two sessions");
        assert!(!name.contains("/early/"), "{name} is given without an early rating");
    }
}

#[test]
fn a_client_with_two_therapists_goes_where_the_study_file_says() {
    let other = |row: usize, _: usize, cells: &[&str]| {
        let moves = is_first(cells[CLIENT]) && cells[SESSION].parse::<u32>().is_ok_and(|s| s > 4);
        let therapist = if moves { "\"T02\"" } else { cells[THERAPIST] };
        assert!(row > 0);
        therapist.to_owned()
    };
    let rule = |rule: &str| {
        let key = format!("sessions = \"sessions.csv\"\ntwo_therapists = \"{rule}\"");
        // Burnout is the therapist's, and the moved rows carry the old therapist's.
        changed(&[THERAPIST], other)
            .study("sessions = \"sessions.csv\"", &key)
            .study(BURNOUT_MEASURE, "")
    };
    let clients = |results: &Results| results.document["flow"]["clients"].as_u64();
    for name in ["first", "most"] {
        assert_eq!(clients(&kept(name, &rule(name))), Some(120), "{name}");
    }
    assert_eq!(clients(&kept("episodes", &rule("episodes"))), Some(121));
}

#[test]
fn a_third_missing_loses_precision_and_no_promise() {
    let hole = |row: usize, at: usize, cells: &[&str]| {
        let kept = (row * 7 + at * 3) % 10 >= 3;
        if kept { cells[at].to_owned() } else { String::new() }
    };
    let columns = [&ALLIANCES[..], &[SYMPTOM]].concat();
    let results = kept("30 % missing", &changed(&columns, hole));
    let r = &results.estimates["alliance-outcome/early/alliance_client/symptom/pearson"];
    assert!(r["estimate"].is_number(), "{r}");
    assert!(r["n"]["clients"].as_u64().is_some_and(|n| n < 120), "{r}");
}
