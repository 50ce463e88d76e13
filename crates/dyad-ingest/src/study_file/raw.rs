//! The study file as it stands in the text, before its parts are compared with each other.

use std::collections::BTreeMap;

use dyad_model::{Direction, LowerLimits, Norm, Rater, Replication, Role};
use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::{DataFiles, Profile, QuasiIdentifiers, StructureColumns};

/// TOML tables carry no order of their own; the place of a key in the text does.
pub(super) type InOrder<T> = BTreeMap<Spanned<String>, Spanned<T>>;

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "study.toml")]
pub(super) struct RawStudy {
    #[schemars(with = "u64")]
    pub(super) version: Spanned<u64>,
    pub(super) study: RawHeader,
    #[schemars(with = "DataFiles")]
    pub(super) data: Spanned<DataFiles>,
    #[schemars(with = "StructureColumns")]
    pub(super) columns: Spanned<StructureColumns>,
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawMeasure>")]
    pub(super) measures: InOrder<RawMeasure>,
    #[serde(default)]
    pub(super) missing: RawMissing,
    #[serde(default)]
    pub(super) release: RawRelease,
    #[serde(default)]
    pub(super) analyses: BTreeMap<String, RawAnalysis>,
    #[serde(default)]
    #[schemars(with = "Vec<Replication>")]
    pub(super) replications: Vec<Spanned<Replication>>,
    #[serde(default)]
    pub(super) quasi_identifiers: QuasiIdentifiers,
    #[serde(default)]
    pub(super) deidentification: RawDeidentification,
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHeader {
    pub(super) title: String,
    pub(super) seed: u64,
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) primary: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) simulated: bool,
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMeasure {
    pub(super) role: Role,
    pub(super) rater: Option<Rater>,
    #[schemars(with = "Option<String>")]
    pub(super) column: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    pub(super) instrument: Option<Spanned<String>>,
    #[schemars(with = "Option<String>")]
    pub(super) items: Option<Spanned<String>>,
    #[schemars(with = "Option<[f64; 2]>")]
    pub(super) range: Option<Spanned<[f64; 2]>>,
    pub(super) better: Option<Direction>,
    pub(super) unit: Option<String>,
    #[schemars(with = "Option<f64>")]
    pub(super) reliability: Option<Spanned<f64>>,
    #[schemars(with = "Option<Norm>")]
    pub(super) functional: Option<Spanned<Norm>>,
    pub(super) cutoff: Option<f64>,
    #[serde(default)]
    pub(super) cutoffs: BTreeMap<String, f64>,
    #[schemars(with = "Option<f64>")]
    pub(super) reliable_change: Option<Spanned<f64>>,
    pub(super) missing: Option<Vec<String>>,
    #[schemars(with = "Option<String>")]
    pub(super) aggregate: Option<Spanned<String>>,
    #[schemars(with = "Option<[f64; 2]>")]
    pub(super) item_range: Option<Spanned<[f64; 2]>>,
    #[schemars(with = "Option<String>")]
    pub(super) missing_rule: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) already_reversed: bool,
}

#[derive(Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMissing {
    #[serde(default)]
    pub(super) codes: Vec<String>,
}

#[derive(Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRelease {
    #[serde(default)]
    pub(super) profile: Profile,
}

/// The settings are the plugin's business, so any key may stand here.
#[derive(Deserialize, schemars::JsonSchema)]
pub(super) struct RawAnalysis {
    #[serde(default = "enabled")]
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) limits: LowerLimits,
    #[serde(flatten)]
    pub(super) settings: Map<String, Value>,
}

fn enabled() -> bool {
    true
}

#[derive(Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDeidentification {
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) allow: BTreeMap<String, Spanned<String>>,
}
