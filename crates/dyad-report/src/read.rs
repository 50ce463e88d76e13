//! Reads a report's folder back, to render it again without analysing.

use std::fs;
use std::path::Path;

use dyad_model::{Provenance, Results};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::release::Audit;
use crate::{Profile, ReportError};

/// What a report was made from.
#[derive(Clone, Debug)]
pub struct Saved {
    /// The results as they were released.
    pub results: Results,
    /// The provenance as it was released.
    pub provenance: Provenance,
    /// The profile they were released under.
    pub profile: Profile,
    /// What the gate did then.
    pub audit: Audit,
}

#[derive(Deserialize)]
struct Version {
    schema_version: u32,
    #[serde(default)]
    release: Header,
}

#[derive(Default, Deserialize)]
struct Header {
    #[serde(default)]
    profile: String,
}

/// Reads `results.json`, `run.json` and `release.json` of a report's folder.
///
/// To render them again use [`crate::Options`] with the saved profile and `released: Some(audit)`: what was rounded once must not
/// be judged again by rounded counts.
///
/// # Errors
/// - [`ReportError::NoFolder`] if there is no such folder.
/// - [`ReportError::Io`] if a file cannot be read.
/// - [`ReportError::SchemaVersion`] if another version of the program wrote it.
/// - [`ReportError::Profile`] if the results were released under a profile it does not know.
/// - [`ReportError::Json`] if a file is not what this program writes.
pub fn read(dir: &Path) -> Result<Saved, ReportError> {
    if !dir.is_dir() {
        return Err(ReportError::NoFolder { path: dir.to_owned() });
    }
    let path = dir.join("results.json");
    let version: Version = json(&path)?;
    if version.schema_version != Results::SCHEMA_VERSION {
        return Err(ReportError::SchemaVersion {
            found: version.schema_version,
            expected: Results::SCHEMA_VERSION,
        });
    }
    let profile = match version.release.profile.as_str() {
        "" => Profile::Internal,
        name => {
            name.parse().map_err(|source| ReportError::Profile { path: path.clone(), source })?
        }
    };
    let provenance = json(&dir.join("run.json"))?;
    let audit = json(&dir.join("release.json"))?;
    Ok(Saved { results: json(&path)?, provenance, profile, audit })
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, ReportError> {
    let text = fs::read_to_string(path).map_err(|source| ReportError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_str(&text)
        .map_err(|source| ReportError::Json { path: path.to_owned(), source })
}
