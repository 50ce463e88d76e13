//! Figures of estimates with their intervals.

use serde::{Deserialize, Serialize};

use super::{Axis, Bin1, Ranged};

/// Sorted estimates of unnamed units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Caterpillar {
    /// Value axis.
    pub x: Axis,
    /// The units in ascending order, unnamed.
    #[serde(default)]
    pub units: Vec<Ranged>,
    /// The binned form: a histogram of the estimates.
    pub bins: Vec<Bin1>,
    /// What the intervals are: "95 %: differs from the average".
    pub interval: String,
}

/// One row of a forest plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForestRow {
    /// Its label: "Site 1".
    pub label: String,
    /// Clients behind it.
    pub n: u64,
    /// Estimate and interval.
    pub value: Ranged,
    /// Its share of the weight, in per cent.
    #[serde(default)]
    pub weight: Option<f64>,
}

/// Estimates of studies or sites with their pooled value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forest {
    /// Value axis.
    pub x: Axis,
    /// The rows, in the order to draw.
    pub rows: Vec<ForestRow>,
    /// The pooled estimate.
    #[serde(default)]
    pub pooled: Option<ForestRow>,
    /// The prediction interval, with its degrees of freedom named in the label.
    #[serde(default)]
    pub prediction: Option<(String, [f64; 2])>,
    /// A published value to compare with.
    #[serde(default)]
    pub benchmark: Option<(String, Ranged)>,
    /// The line of no effect.
    pub null: f64,
    /// "Q(5) = 15.49, p = .008; τ² = 0.12; I² = 68 %".
    #[serde(default)]
    pub heterogeneity: String,
    /// How the rows are ordered.
    pub order: String,
}

/// Which funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FunnelKind {
    /// Rate against caseload, exact binomial limits.
    Caseload,
    /// Effect against standard error: small-study effects.
    SmallStudy,
}

/// Unlabelled points against their precision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Funnel {
    /// Which one.
    pub funnel: FunnelKind,
    /// Horizontal axis: caseload, or effect.
    pub x: Axis,
    /// Vertical axis: rate, or standard error.
    pub y: Axis,
    /// The points (x, y).
    #[serde(default)]
    pub points: Vec<[f64; 2]>,
    /// The centre: overall rate or pooled effect.
    pub centre: f64,
    /// Limits by x: 95 % low, 95 % high, 99.8 % low, 99.8 % high.
    pub limits: Vec<(f64, [f64; 4])>,
}

/// A path of a mediation diagram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathEdge {
    /// Its letter: a, b, c′.
    pub label: String,
    /// Estimate and interval.
    pub value: Ranged,
}

/// Predictor, mediator, outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathDiagram {
    /// Predictor.
    pub predictor: String,
    /// Mediator.
    pub mediator: String,
    /// Outcome.
    pub outcome: String,
    /// Predictor → mediator.
    pub a: PathEdge,
    /// Mediator → outcome.
    pub b: PathEdge,
    /// Predictor → outcome, given the mediator.
    pub direct: Option<PathEdge>,
    /// a × b.
    pub indirect: PathEdge,
}

/// One specification: what was chosen, and what came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecificationRow {
    /// The choices, one per dimension.
    pub choices: Vec<String>,
    /// Estimate and interval.
    pub value: Ranged,
}

/// An estimate under many defensible choices, sorted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Specification {
    /// Value axis.
    pub y: Axis,
    /// Names of the dimensions of choice.
    pub dimensions: Vec<String>,
    /// The specifications in ascending order of the estimate.
    pub rows: Vec<SpecificationRow>,
    /// The line of no effect.
    pub null: f64,
}
