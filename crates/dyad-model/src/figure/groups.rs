//! Figures of counts and groups.

use serde::{Deserialize, Serialize};

use super::{Axis, Reference};

/// One bar.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    /// Its label.
    pub label: String,
    /// Its height.
    pub value: f64,
    /// The interval of the value, if it has one.
    #[serde(default)]
    pub interval: Option<[f64; 2]>,
    /// Where 95 % of the null distribution lies, if there is one.
    #[serde(default)]
    pub null_band: Option<[f64; 2]>,
    /// Whether it is the one the question is about.
    #[serde(default)]
    pub highlight: bool,
}

/// Bars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bars {
    /// Category axis.
    pub x: Axis,
    /// Value axis; starts at 0.
    pub y: Axis,
    /// The bars.
    pub bars: Vec<Bar>,
    /// A line to compare with.
    #[serde(default)]
    pub reference: Option<Reference>,
}

/// One group of a raincloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cloud {
    /// Its name.
    pub label: String,
    /// Persons in it.
    pub n: u64,
    /// Density (score, height), trimmed at the data.
    pub density: Vec<[f64; 2]>,
    /// 10, 25, 50, 75 and 90 % quantiles.
    pub quantiles: [f64; 5],
    /// The points, drawn under `internal` only.
    #[serde(default)]
    pub points: Vec<f64>,
}

/// Distributions of a score by group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raincloud {
    /// Score axis.
    pub x: Axis,
    /// The groups, from top to bottom.
    pub groups: Vec<Cloud>,
}

/// One box of a flow chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowBox {
    /// What is in it.
    pub label: String,
    /// How many.
    pub n: u64,
    /// Of what: "session rows", "clients".
    pub unit: String,
    /// Those who leave below this box, by reason: n = n of the next box of this unit + Σ excluded.
    #[serde(default)]
    pub excluded: Vec<(String, u64)>,
}

/// Where rows and persons went, from top to bottom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowChart {
    /// The boxes.
    pub boxes: Vec<FlowBox>,
}
