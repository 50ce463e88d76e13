//! Running an analysis in its own unit tests, without a host.

use dyad_model::{Findings, Study, TableName};
use serde_json::{Map, Value};

use crate::entry::parse_settings;
use crate::request::Request;
use crate::words::Dictionary;
use crate::{Analysis, Checked, Failure, Run};

/// Runs an analysis on a study with these settings; an absent key keeps its default. The analysis sees whole tables: that its
/// manifest asks for what it reads is shown by the contract test.
///
/// # Errors
/// The analysis' own [`Failure`], or that of its settings.
pub fn run<A: Analysis>(study: &Study, settings: Map<String, Value>) -> Result<Findings, Failure> {
    let manifest = A::manifest();
    let request = Request::new(settings, study.seed, &manifest.id, study.measures.clone())
        .replicating(&study.replications);
    let settings: A::Settings = parse_settings(request.settings)?;
    settings.check()?;
    let run = Run {
        words: Dictionary::of(A::WORDS, &settings)?,
        settings,
        seed: u64::from_str_radix(&request.seed, 16).unwrap_or_default(),
        measures: request.study.measures,
        replications: request.study.replications,
        tables: TableName::ALL
            .iter()
            .map(|&t| (t.as_str().to_owned(), study.tables.get(t).clone()))
            .collect(),
        progress: Box::new(|_| false),
    };
    let findings = A::analyse(&run)?;
    run.words.check()?;
    Ok(findings)
}
