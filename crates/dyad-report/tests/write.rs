//! The report of a whole run, written into a folder.

use std::fs;
use std::path::Path;

use dyad_model::{Estimate, NoteKind, Provenance, Results};
use dyad_report::{
    Options, Outcome, Profile, ReportError, compare, read, render_comparison, render_html, write,
};

fn fixture() -> (Results, Provenance) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let read = |name: &str| fs::read_to_string(dir.join(name)).expect("the fixture is there");
    (
        serde_json::from_str(&read("results.json")).expect("results"),
        serde_json::from_str(&read("run.json")).expect("provenance"),
    )
}

#[test]
fn a_report_is_written_whole_and_the_same_twice() {
    let (results, provenance) = fixture();
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = write(&results, &provenance, &Options::default(), a.path()).unwrap();
    let second = write(&results, &provenance, &Options::default(), b.path()).unwrap();
    assert_eq!(first, second);
    assert_eq!(first.undrawn, Vec::<String>::new());
    for name in [
        "report.html",
        "report.md",
        "results.json",
        "run.json",
        "references.bib",
        "tables/estimates.csv",
    ] {
        assert!(first.files.iter().any(|f| f.name == name), "{name}");
    }
    let figures: usize = results.analyses.iter().map(|a| a.findings.figures.len()).sum();
    let ending = |end: &str| {
        first
            .files
            .iter()
            .filter(|f| f.name.starts_with("figures/") && f.name.ends_with(end))
            .count()
    };
    assert_eq!((ending(".svg"), ending(".csv")), (figures + 1, figures + 1));
    for file in &first.files {
        assert_eq!(fs::metadata(a.path().join(&file.name)).unwrap().len(), file.bytes);
    }
    // What is written is what came in, to the last digit.
    let text = fs::read_to_string(a.path().join("results.json")).unwrap();
    assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
}

#[test]
fn the_page_is_sound() {
    let (results, provenance) = fixture();
    let page = render_html(&results, &provenance, &Options::default()).unwrap();
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
    assert!(!page.contains("<script") && !page.contains("javascript:") && !page.contains("<link"));
    // Links lead into the page, to its own files or to a DOI; nothing is fetched.
    for attribute in ["src=\"", "srcset=\"", "@import", "url("] {
        assert!(!page.contains(attribute), "{attribute}");
    }
    for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        match link.strip_prefix('#') {
            Some(id) => assert!(page.contains(&format!("id=\"{id}\"")), "no target for #{id}"),
            None => {
                assert!(!link.contains("://") || link.starts_with("https://doi.org/"), "{link}");
            }
        }
    }
    // Ids are unique in the page, although a dozen drawings share it.
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    // Headings go down one level at a time.
    let mut last = 0;
    for heading in page.split("<h").skip(1).filter_map(|rest| rest.bytes().next()) {
        if (b'1'..=b'6').contains(&heading) {
            let level = heading - b'0';
            assert!(level <= last + 1, "a heading of level {level} after level {last}");
            last = level;
        }
    }
    assert_eq!(page.matches("<h1").count(), 1);
    assert_eq!(page.matches("<table>").count(), page.matches("<caption>").count());
    assert!(
        !page.contains("<th>") && !page.contains("<th class"),
        "every heading cell has a scope"
    );
    // No table is wider than paper.
    for head in page.split("<thead>").skip(1).map(|rest| rest.split("</thead>").next().unwrap()) {
        assert!(head.matches("<th ").count() <= 7, "{head}");
    }
}

#[test]
fn what_data_say_cannot_become_markup() {
    let (mut results, provenance) = fixture();
    let hostile = "<script>alert(1)</script>\"'&";
    results.study.title = hostile.into();
    let findings = &mut results.analyses[0].findings;
    findings.estimates.push(Estimate::new("hostile", hostile).refused(hostile).warn(hostile));
    findings.text.answer = hostile.into();
    findings.notes.push(dyad_model::Note { kind: NoteKind::Warning, text: hostile.into() });
    findings.figures[0].title = hostile.into();
    findings.figures[0].alt = format!("{hostile} {hostile}");
    findings.tables.push(dyad_model::Table::new("t", hostile).note(hostile).column(
        "c",
        hostile,
        dyad_model::ColumnKind::Text,
    ));
    let page = render_html(&results, &provenance, &Options::default()).unwrap();
    assert!(!page.contains("<script"));
    assert!(page.matches("&lt;script&gt;").count() + page.matches("&#60;script&#62;").count() >= 8);
}

#[test]
fn a_failed_analysis_and_a_refused_estimate_are_in_the_report() {
    let (results, provenance) = fixture();
    let page = render_html(&results, &provenance, &Options::default()).unwrap();
    assert!(page.contains("SIGSEGV"));
    assert!(page.contains("alpha needs at least two"));
    assert!(page.contains("What could not be said"));
}

#[test]
fn nothing_is_overwritten_and_no_two_parts_share_a_file() {
    let (mut results, provenance) = fixture();
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mine.txt"), "mine").unwrap();
    let error = write(&results, &provenance, &Options::default(), dir.path()).unwrap_err();
    assert!(matches!(error, ReportError::FolderNotEmpty { .. }));
    let error =
        write(&results, &provenance, &Options::default(), &dir.path().join("none")).unwrap_err();
    assert!(matches!(error, ReportError::NoFolder { .. }));
    let twin = results.analyses[0].findings.figures[0].clone();
    results.analyses[0].findings.figures.push(twin);
    let empty = tempfile::tempdir().unwrap();
    let error = write(&results, &provenance, &Options::default(), empty.path()).unwrap_err();
    assert!(matches!(error, ReportError::DuplicateId { .. }));
}

#[test]
fn a_report_is_rendered_again_from_its_own_folder() {
    let (results, provenance) = fixture();
    for profile in Profile::ALL {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { profile, ..Options::default() };
        write(&results, &provenance, &options, dir.path()).unwrap();
        let saved = read(dir.path()).unwrap();
        assert_eq!(saved.profile, profile);
        let again = tempfile::tempdir().unwrap();
        let options = Options { profile, released: Some(saved.audit), ..Options::default() };
        write(&saved.results, &saved.provenance, &options, again.path()).unwrap();
        for name in [
            "report.html",
            "results.json",
            "run.json",
            "release.json",
            "tables/estimates.csv",
            "report.md",
            "references.bib",
        ] {
            let text = |dir: &tempfile::TempDir| fs::read_to_string(dir.path().join(name)).unwrap();
            assert_eq!(text(&dir), text(&again), "{name} under {}", profile.as_str());
        }
    }
}

#[test]
fn another_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("results.json"), "{\"schema_version\": 99}").unwrap();
    assert!(matches!(read(dir.path()).unwrap_err(), ReportError::SchemaVersion { found: 99, .. }));
    fs::write(dir.path().join("results.json"), "nonsense").unwrap();
    assert!(matches!(read(dir.path()).unwrap_err(), ReportError::Json { .. }));
}

#[test]
fn two_runs_stand_side_by_side() {
    let (first, _) = fixture();
    let mut second = first.clone();
    let estimates = &mut second.analyses[0].findings.estimates;
    estimates[0].estimate = Some(-0.2);
    estimates[1].estimate = Some(0.9);
    let gone = estimates.pop().unwrap();
    let comparison = compare(&first, &second);
    let of =
        |outcome: Outcome| comparison.estimates.iter().filter(|c| c.outcome == outcome).count();
    assert_eq!(
        (of(Outcome::WithinInterval), of(Outcome::OutsideInterval), of(Outcome::OnlyFirst)),
        (1, 1, 1)
    );
    assert_eq!(of(Outcome::Changed), 0);
    let page = render_comparison(&comparison).unwrap();
    assert!(page.contains("outside the first interval") && page.contains(&gone.id));
    assert!(!page.contains("<script"));
}
