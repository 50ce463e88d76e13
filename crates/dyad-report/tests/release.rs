//! What leaves under each profile, looked at as an attacker would: in every file of the output folder.

use std::fs;
use std::path::Path;

use dyad_model::{
    Cell, ColumnKind, Counts, Estimate, Figure, Marks, Note, NoteKind, Plot, Provenance, Results,
    Table,
};
use dyad_report::release::{self, Action};
use dyad_report::{Options, Profile, write};

const RELEASING: [(Profile, u64); 3] =
    [(Profile::Opensafely, 8), (Profile::Acro, 10), (Profile::Nhs, 8)];

fn fixture() -> (Results, Provenance) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let read = |name: &str| fs::read_to_string(dir.join(name)).expect("the fixture is there");
    (
        serde_json::from_str(&read("results.json")).expect("results"),
        serde_json::from_str(&read("run.json")).expect("provenance"),
    )
}

fn options(profile: Profile) -> Options {
    Options { profile, ..Options::default() }
}

/// Every file of the output, with its name.
fn files(results: &Results, provenance: &Provenance, profile: Profile) -> Vec<(String, String)> {
    let dir = tempfile::tempdir().expect("a folder");
    let written = write(results, provenance, &options(profile), dir.path()).expect("a report");
    assert_eq!(written.undrawn, Vec::<String>::new());
    written
        .files
        .into_iter()
        .map(|file| {
            let bytes = fs::read(dir.path().join(&file.name)).expect("the file");
            (file.name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of persons")]
fn whole(value: f64) -> u64 {
    assert!(value >= 0.0);
    value.round() as u64
}

fn all_counts(n: &Counts) -> impl Iterator<Item = u64> {
    [n.rows, n.clients, n.therapists].into_iter().flatten()
}

#[test]
fn internal_changes_nothing() {
    let (results, _) = fixture();
    let released = release::apply(&results, Profile::Internal);
    assert_eq!(released.results, results);
    // … and says what another profile would do.
    assert!(released.audit.withheld() > 0);
}

#[test]
fn no_count_of_persons_below_the_threshold_leaves() {
    let (results, _) = fixture();
    for (profile, threshold) in RELEASING {
        let released = release::apply(&results, profile).results;
        let check = |n: u64, place: &str| {
            assert!(n == 0 || n >= threshold, "{}: {n} at {place}", profile.as_str());
            if profile != Profile::Acro {
                assert!(n.is_multiple_of(5), "{}: {n} at {place} is not rounded", profile.as_str());
            }
        };
        let flow = &released.flow;
        for n in [flow.clients, flow.therapists, flow.rows_read, flow.rows_used] {
            check(n, "flow");
        }
        assert!(flow.adds_up());
        for analysis in &released.analyses {
            for e in &analysis.findings.estimates {
                all_counts(&e.n).for_each(|n| check(n, &e.id));
                for d in &e.dropped {
                    [d.rows, d.clients, d.therapists]
                        .into_iter()
                        .flatten()
                        .for_each(|n| check(n, &e.id));
                }
                assert!(e.details.is_empty());
                // A share of persons is a ratio of counts that may be shown.
                let share = ["recovered", "improved", "unchanged", "deteriorated"]
                    .iter()
                    .any(|c| e.id.ends_with(c));
                if let (true, Some(share), Some(n)) = (share, e.estimate, e.n.clients) {
                    check(whole(share * n as f64), &e.id);
                }
            }
            for table in &analysis.findings.tables {
                for row in &table.rows {
                    all_counts(&row.n).for_each(|n| check(n, &table.id));
                    for (index, (cell, column)) in row.cells.iter().zip(&table.columns).enumerate()
                    {
                        if let (Cell::Number(n), ColumnKind::Count, true) =
                            (cell, column.kind, index > 0)
                        {
                            check(whole(*n), &table.id);
                        }
                    }
                }
            }
            for figure in &analysis.findings.figures {
                all_counts(&figure.n).for_each(|n| check(n, &figure.id));
            }
        }
    }
}

#[test]
fn no_single_person_is_drawn() {
    let (results, _) = fixture();
    for (profile, threshold) in RELEASING {
        let released = release::apply(&results, profile).results;
        for figure in released.analyses.iter().flat_map(|a| &a.findings.figures) {
            assert_eq!(figure.marks, Marks::Groups, "{}", figure.id);
            match &figure.plot {
                Plot::Scatter(plot) => {
                    assert!(plot.points.is_empty());
                    assert!(plot.bins.iter().all(|bin| bin.count >= threshold));
                    // The ends of the line are single persons.
                    let exact = results
                        .analyses
                        .iter()
                        .flat_map(|a| &a.findings.figures)
                        .find(|f| f.id == figure.id);
                    let Some(Plot::Scatter(exact)) = exact.map(|f| &f.plot) else {
                        panic!("the figure was there")
                    };
                    let ends = [exact.line.first().unwrap().x, exact.line.last().unwrap().x];
                    assert!(plot.line.iter().all(|p| p.x > ends[0] && p.x < ends[1]));
                }
                Plot::JacobsonTruax(plot) => {
                    assert!(plot.points.is_empty());
                    assert!(plot.bins.iter().all(|bin| bin.count >= threshold));
                    assert!(plot.classes.iter().all(|(_, n, _)| *n >= threshold));
                }
                Plot::Caterpillar(plot) => assert!(plot.units.is_empty()),
                Plot::Raincloud(plot) => assert!(plot.groups.iter().all(|g| g.points.is_empty())),
                Plot::Trajectory(plot) => {
                    assert!(plot.samples.is_empty());
                    assert!(plot.series.iter().flat_map(|s| &s.points).all(|p| p.n >= threshold));
                }
                Plot::Forest(plot) => {
                    assert!(profile != Profile::Opensafely || plot.rows.is_empty());
                }
                Plot::Survival(plot) => {
                    assert!(
                        plot.curves
                            .iter()
                            .flat_map(|c| &c.steps)
                            .all(|s| s.at_risk >= threshold.min(9))
                    );
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_planted_secret_is_in_no_file() {
    let (mut results, provenance) = fixture();
    // Numbers nobody would print by chance: a mean of three clients, in every place an analysis can put it.
    let (secret, words) = (73.315_977, "73.315977");
    let few = Counts { clients: Some(3), therapists: Some(2), rows: Some(12), sites: Some(1) };
    let findings = &mut results.analyses[0].findings;
    findings.estimates.push(
        Estimate::new("secret/mean", "A mean")
            .value(secret)
            .se(secret)
            .ci([secret, secret])
            .counts(few)
            .detail("secret", secret)
            .warn(words),
    );
    let enough =
        Counts { clients: Some(60), therapists: Some(20), rows: Some(400), sites: Some(6) };
    findings.estimates.push(
        Estimate::new("secret/large", "Another")
            .value(1.0)
            .counts(enough)
            .detail("secret", secret)
            .warn(format!("it was {words}")),
    );
    findings.tables.push(
        Table::new("secret", "A table")
            .note(words)
            .column("m", "Mean", ColumnKind::Number)
            .column("max", "Max", ColumnKind::Number)
            .row(few, [Cell::Number(secret), Cell::Missing])
            .row(enough, [Cell::Missing, Cell::Number(secret)]),
    );
    findings.notes.push(Note { kind: NoteKind::Warning, text: format!("The mean was {words}.") });
    findings.text.answer = format!("It is {words}.");
    findings.text.limitations = format!("Only three clients. They had {words}.");
    results.notes.push(Note { kind: NoteKind::Info, text: words.into() });
    let mut figure: Figure = results.analyses[0].findings.figures[0].clone();
    figure.id = "secret".into();
    figure.caption = format!("The mean is {words}.");
    figure.alt = format!("A scatter plot. Its middle is {words}.");
    if let Plot::Scatter(plot) = &mut figure.plot {
        plot.annotation = words.into();
        plot.points.push([3.0, secret]);
    }
    results.analyses[0].findings.figures.push(figure);
    for (profile, _) in RELEASING {
        for (name, text) in files(&results, &provenance, profile) {
            assert!(!text.contains("73.3"), "{} under {}", name, profile.as_str());
        }
    }
    // The test can see it: where nothing is withheld it is everywhere.
    let seen = files(&results, &provenance, Profile::Internal);
    assert!(seen.iter().filter(|(_, text)| text.contains("73.3")).count() >= 5);
}

#[test]
fn suppressed_is_neither_zero_nor_silent() {
    let (results, provenance) = fixture();
    let released = release::apply(&results, Profile::Acro);
    let estimate = released
        .results
        .analyses
        .iter()
        .flat_map(|a| &a.findings.estimates)
        .find(|e| e.id == "symptom/deteriorated")
        .unwrap();
    assert_eq!(estimate.estimate, None);
    assert_eq!(estimate.release.as_deref(), Some("suppressed_primary"));
    assert!(estimate.refused.as_ref().unwrap().starts_with("suppressed"));
    let audit = files(&results, &provenance, Profile::Acro)
        .into_iter()
        .find(|(name, _)| name == "release.json")
        .unwrap()
        .1;
    assert!(audit.contains("symptom/deteriorated") && audit.contains("suppressed_primary"));
    assert!(!audit.contains("0.041"));
}

#[test]
fn what_a_class_gives_away_goes_with_it() {
    // recovered + improved + unchanged + deteriorated = everybody: one hole would be known.
    let (results, _) = fixture();
    let released = release::apply(&results, Profile::Acro);
    let gone: Vec<&str> = released
        .results
        .analyses
        .iter()
        .flat_map(|a| &a.findings.estimates)
        .filter(|e| e.release.is_some() && e.id.starts_with("symptom/"))
        .map(|e| e.id.as_str())
        .collect();
    assert!(gone.len() >= 2, "{gone:?}");
    assert!(released.audit.entries.iter().any(|e| e.action == Action::SuppressedSecondary));
}

#[test]
fn counts_that_leave_without_rounding_never_differ_by_a_few() {
    let (results, _) = fixture();
    let released = release::apply(&results, Profile::Acro).results;
    let mut clients: Vec<u64> = vec![released.flow.clients];
    for analysis in &released.analyses {
        clients.extend(analysis.findings.estimates.iter().filter_map(|e| e.n.clients));
        clients.extend(analysis.findings.figures.iter().filter_map(|f| f.n.clients));
    }
    clients.sort_unstable();
    clients.dedup();
    assert!(clients.windows(2).all(|pair| pair[1] - pair[0] >= 10), "{clients:?}");
}

#[test]
fn files_that_may_not_leave_are_not_written() {
    let (results, provenance) = fixture();
    let names = |profile| -> Vec<String> {
        files(&results, &provenance, profile).into_iter().map(|f| f.0).collect()
    };
    let of_kind = |profile, kind: &str| {
        names(profile)
            .iter()
            .filter(|name| Path::new(name).extension() == Some(kind.as_ref()))
            .count()
    };
    assert_eq!(of_kind(Profile::Acro, "svg"), 0);
    assert!(of_kind(Profile::Acro, "png") > 5);
    assert!(of_kind(Profile::Opensafely, "svg") > 5);
    assert_eq!(of_kind(Profile::Opensafely, "png"), 0);
}
