//! What a run needs to write its report, computed, or taken from an earlier run that read the same bytes.

use std::collections::BTreeSet;
use std::time::UNIX_EPOCH;

use dyad_host::{Cache, Catalogue, run_key};
use dyad_ingest::{Fingerprint, Stage, StudyFile};
use dyad_model::Results;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::run::Plan;

/// Everything the report is made of.
pub(crate) struct Computed {
    pub(crate) file: StudyFile,
    pub(crate) text: String,
    pub(crate) kept: Kept,
    /// The stages of reading; none if nothing was read.
    pub(crate) stages: Vec<Stage>,
    /// Plugins whose findings are those of an earlier run.
    pub(crate) cached: BTreeSet<String>,
}

/// The part that is kept for the next run.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) results: Results,
    /// Per plugin, for `run.json`.
    pub(crate) records: Vec<Map<String, Value>>,
    pub(crate) inputs: Vec<Map<String, Value>>,
    pub(crate) overrides: Vec<Map<String, Value>>,
    /// Warnings for the terminal.
    pub(crate) warnings: Vec<String>,
}

/// Where a whole run is kept, if it can be.
pub(crate) struct Place<'a> {
    cache: &'a Cache,
    key: String,
    fingerprint: Fingerprint,
}

impl<'a> Place<'a> {
    /// Hashes what the run would read. `None`: there is no cache, or reading must say what is wrong.
    pub(crate) fn of(plan: &Plan, catalogue: &Catalogue, cache: Option<&'a Cache>) -> Option<Self> {
        let cache = cache.filter(|_| plan.debug.is_none())?;
        let fingerprint = dyad_ingest::fingerprint(&plan.study).ok()?;
        let data = format!("{} {:?}", fingerprint.sha256, plan.only);
        let key = run_key(catalogue, &data, &program()?)?;
        Some(Self { cache, key, fingerprint })
    }

    /// The run that is kept there. Its records say that they are an earlier run's.
    pub(crate) fn find(&self) -> Option<Computed> {
        let mut kept: Kept = serde_json::from_slice(&self.cache.read(&self.key)?).ok()?;
        let delivered = |record: &&mut Map<String, Value>| record.contains_key("cached");
        for record in kept.records.iter_mut().filter(delivered) {
            record.insert("cached".to_owned(), Value::Bool(true));
        }
        let cached = kept.records.iter().filter(|r| r.contains_key("cached"));
        let cached = cached.filter_map(|r| r.get("id")?.as_str().map(str::to_owned)).collect();
        let Fingerprint { file, text, .. } = self.fingerprint.clone();
        Some(Computed { file, text, kept, stages: Vec::new(), cached })
    }

    /// Keeps a run in which every analysis delivered or was skipped, if the data are still what was hashed.
    pub(crate) fn keep(&self, plan: &Plan, computed: &Computed) {
        let fine = computed.kept.results.analyses.iter().all(|a| a.status.is_fine());
        let unchanged = || {
            dyad_ingest::fingerprint(&plan.study).is_ok_and(|f| f.sha256 == self.fingerprint.sha256)
        };
        if fine
            && unchanged()
            && let Ok(body) = serde_json::to_vec(&computed.kept)
        {
            self.cache.write(&self.key, &body);
        }
    }
}

/// This program as it is on the disk: another build may read the same data otherwise.
fn program() -> Option<String> {
    let metadata = std::env::current_exe().ok()?.metadata().ok()?;
    let built = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", env!("CARGO_PKG_VERSION"), metadata.len(), built.as_nanos()))
}
