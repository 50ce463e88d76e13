//! The contract of a plugin, checked over every folder of `plugins/` through the host, in its sandboxed workers.
//!
//! The host gives a plugin the columns that its manifest declares and nothing else: a plugin that delivers here reads no more
//! than it declares.

use dyad_host::{Catalogue, HostError, Options, Request, SandboxMode, run};
use dyad_model::{Analysis, Estimate, Manifest, Role, Status, Study};
use dyad_tests::{Dyad, plugin_ids, root};
use serde_json::{Value, json};

use crate::made_study::{ENOUGH, Shape, study};

/// Columns that are not measures.
const STRUCTURAL: [&str; 5] = ["site", "therapist", "client", "session", "day"];
const TABLES: [&str; 4] = ["sessions", "clients", "therapists", "sites"];

fn catalogue() -> Catalogue {
    let dyad = Dyad::built();
    let folders = Catalogue::folders(dyad.executable());
    Catalogue::discover(&folders[..1], dyad.executable(), SandboxMode::BestEffort)
        .expect("the plugins beside the executable")
}

fn manifest<'a>(catalogue: &'a Catalogue, id: &str) -> &'a Manifest {
    let found = catalogue.get(id).expect("the plugin is found");
    found.manifest.as_ref().expect("it loads and describes itself")
}

fn requests(settings: &Value) -> Vec<Request> {
    let settings = settings.as_object().cloned().unwrap_or_default();
    let request =
        |id| Request { id, enabled: true, settings: settings.clone(), ..Request::default() };
    plugin_ids().into_iter().map(request).collect()
}

/// Every plugin on a study, with default settings; each must end well.
fn delivered(what: &str, study: &Study) -> Vec<Analysis> {
    let outcomes = run(&catalogue(), study, &requests(&json!({})), &Options::default(), &|_| ());
    let outcomes = outcomes.expect("default settings are accepted");
    assert_eq!(outcomes.len(), plugin_ids().len());
    outcomes
        .into_iter()
        .map(|outcome| {
            let analysis = outcome.analysis;
            let (id, reason) = (&analysis.plugin, &analysis.reason);
            assert_eq!(analysis.status, Status::Ok, "{what}: {id}: {reason:?}");
            analysis
        })
        .collect()
}

fn numbers(analysis: &Analysis) -> Vec<&Estimate> {
    analysis.findings.estimates.iter().filter(|e| e.estimate.is_some()).collect()
}

/// No number, and a reason for each. A plugin that needs no measure (one that counts sessions) may count what is there.
fn assert_all_refused(what: &str, study: &Study) {
    let catalogue = catalogue();
    let has_rows = study.flow.rows_used > 0;
    for analysis in delivered(what, study) {
        if has_rows && manifest(&catalogue, &analysis.plugin).needs.is_empty() {
            continue;
        }
        let given: Vec<&str> = numbers(&analysis).iter().map(|e| e.id.as_str()).collect();
        assert!(given.is_empty(), "{what}: {} gives {given:?}", analysis.plugin);
        for estimate in &analysis.findings.estimates {
            let is_answered = estimate.refused.is_some() || estimate.verdict.is_some();
            assert!(is_answered, "{what}: {}/{} says nothing", analysis.plugin, estimate.id);
        }
    }
}

#[test]
fn every_plugin_loads_and_describes_itself() {
    let catalogue = catalogue();
    for id in plugin_ids() {
        let manifest = manifest(&catalogue, &id);
        assert_eq!(manifest.id, id);
        assert!(!manifest.version.is_empty() && !manifest.title.is_empty(), "{id} has no title");
        assert!(!manifest.reads.is_empty(), "{id} reads nothing");
        let roles = [
            Role::Alliance,
            Role::Outcome,
            Role::Baseline,
            Role::Burnout,
            Role::Covariate,
            Role::Dropout,
        ]
        .map(Role::as_str);
        for (table, columns) in &manifest.reads {
            assert!(TABLES.contains(&table.as_str()), "{id} reads a table `{table}`");
            for column in columns {
                let role = column.strip_prefix('@');
                let is_known = column == Manifest::ITEMS
                    || role.map_or(STRUCTURAL.contains(&column.as_str()), |r| roles.contains(&r));
                assert!(is_known, "{id} reads `{column}` of {table}");
            }
        }
        for role in &manifest.needs {
            assert!(roles.contains(&role.as_str()), "{id} needs a role `{role}`");
        }
    }
}

#[test]
fn every_plugin_delivers_what_it_declares() {
    let catalogue = catalogue();
    for analysis in delivered("a good study", &study(ENOUGH)) {
        let id = &analysis.plugin;
        assert!(!numbers(&analysis).is_empty(), "{id} gives no number for a good study");
        let manifest = manifest(&catalogue, id);
        for estimate in &analysis.findings.estimates {
            let name = &estimate.id;
            assert!(!estimate.label.is_empty(), "{id}/{name} has no label");
            let is_declared = manifest.delivers.is_empty() || manifest.explain(name).is_some();
            assert!(is_declared, "{id}/{name} is not declared");
        }
    }
}

/// A plugin that explains its estimates is one of ours and owes a reader more.
#[test]
fn plugins_of_the_house_speak_to_their_readers() {
    let catalogue = catalogue();
    let is_ours = |id: &str| root().join("plugins").join(id).join("explain.toml").is_file();
    let analyses = delivered("a good study", &study(ENOUGH));
    let ours: Vec<&Analysis> = analyses.iter().filter(|a| is_ours(&a.plugin)).collect();
    assert!(!ours.is_empty(), "no plugin explains itself");
    for analysis in ours {
        let id = &analysis.plugin;
        assert!(!manifest(&catalogue, id).delivers.is_empty(), "{id} declares no estimate");
        for estimate in &analysis.findings.estimates {
            let is_explained = estimate.refused.is_some() || !estimate.method.is_empty();
            assert!(is_explained, "{id}/{} does not say how it was computed", estimate.id);
        }
        let text = &analysis.findings.text;
        for (part, text) in [("question", &text.question), ("answer", &text.answer)] {
            assert!(!text.is_empty(), "{id} has no {part}");
        }
        assert!(!analysis.findings.figures.is_empty(), "{id} draws nothing");
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    let bytes = || {
        let analyses = delivered("a good study", &study(ENOUGH));
        analyses.iter().map(|a| serde_json::to_string(a).expect("JSON")).collect::<Vec<_>>()
    };
    let (first, second) = (bytes(), bytes());
    for (id, (a, b)) in plugin_ids().iter().zip(first.iter().zip(&second)) {
        assert!(a == b, "{id} gave other bytes the second time");
    }
}

#[test]
fn empty_tables_are_refused_in_words() {
    assert_all_refused("no row", &study(Shape { sites: 0, ..ENOUGH }));
}

#[test]
fn measures_without_a_value_are_refused_in_words() {
    assert_all_refused("all missing", &study(Shape { measured: false, ..ENOUGH }));
}

#[test]
fn one_client_ends_well() {
    let one = Shape { sites: 1, therapists_per_site: 1, clients_per_therapist: 1, ..ENOUGH };
    delivered("one client", &study(one));
    delivered("one row", &study(Shape { sessions: 1, ..one }));
    delivered("one therapist", &study(Shape { clients_per_therapist: 20, ..one }));
}

#[test]
fn a_setting_no_plugin_has_is_refused_before_anything_runs() {
    let misspelt = requests(&json!({"no_such_setting": 1}));
    for request in misspelt {
        let id = request.id.clone();
        let refused = run(&catalogue(), &study(ENOUGH), &[request], &Options::default(), &|_| ());
        assert!(matches!(refused, Err(HostError::Settings { .. })), "{id} accepts any setting");
    }
}

#[test]
fn a_study_without_the_needed_roles_is_skipped_in_words() {
    let catalogue = catalogue();
    let mut bare = study(ENOUGH);
    bare.measures.clear();
    let outcomes = run(&catalogue, &bare, &requests(&json!({})), &Options::default(), &|_| ());
    for outcome in outcomes.expect("default settings are accepted") {
        let analysis = outcome.analysis;
        let needs = &manifest(&catalogue, &analysis.plugin).needs;
        if needs.is_empty() {
            continue;
        }
        assert_eq!(analysis.status, Status::Skipped, "{}", analysis.plugin);
        let reason = analysis.reason.unwrap_or_default();
        let says_why = needs.iter().any(|role| reason.contains(role.as_str()));
        assert!(says_why, "{}: {reason}", analysis.plugin);
    }
}
