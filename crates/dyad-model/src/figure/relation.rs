//! Figures of two scores against each other.

use serde::{Deserialize, Serialize};

use super::{Axis, BandPoint, Bin2};

/// Two scores against each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scatter {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The marks; above 2,000 the bins are drawn instead.
    #[serde(default)]
    pub points: Vec<[f64; 2]>,
    /// The binned form.
    pub bins: Vec<Bin2>,
    /// The regression line with the interval of the mean, from left to right.
    #[serde(default)]
    pub line: Vec<BandPoint>,
    /// What stands in the corner: "r = −.19 [−.36, −.01], n = 119".
    #[serde(default)]
    pub annotation: String,
}

/// Pre against post.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JacobsonTruax {
    /// Score before.
    pub x: Axis,
    /// Score after, same scale.
    pub y: Axis,
    /// Clients (before, after).
    #[serde(default)]
    pub points: Vec<[f64; 2]>,
    /// The binned form.
    pub bins: Vec<Bin2>,
    /// Reliable change: |after − before| beyond it.
    pub criterion: f64,
    /// Cut-off c, if a functional norm is known.
    #[serde(default)]
    pub cutoff: Option<f64>,
    /// Whether lower scores are better.
    pub lower_is_better: bool,
    /// The classes with n and share: ("recovered", 30, 0.25).
    pub classes: Vec<(String, u64, f64)>,
}

/// What a model predicts over two scores: y for each pair of them. Where nobody is, a surface is an extrapolation; the marks, or
/// their bins, say where the persons are, and the drawing is pale elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseSurface {
    /// First score; the same scale as `y` where agreement of two raters is the question.
    pub x: Axis,
    /// Second score.
    pub y: Axis,
    /// What is predicted; its range, if it has one, fixes the scale of the shades.
    pub z: Axis,
    /// Where along x the model was asked, ascending, at least two.
    pub xs: Vec<f64>,
    /// Where along y, ascending, at least two.
    pub ys: Vec<f64>,
    /// Predictions: one row per element of `ys`, one number per element of `xs`.
    pub predicted: Vec<Vec<f64>>,
    /// The persons (x, y), drawn under `internal` only; above 2,000 the bins are drawn instead.
    #[serde(default)]
    pub points: Vec<[f64; 2]>,
    /// The binned form: how many persons are where.
    pub bins: Vec<Bin2>,
    /// Whether to draw the line of congruence (x = y) and that of incongruence through the middle.
    #[serde(default)]
    pub congruence: bool,
    /// What stands in the corner: "curvature along x = −y: −0.12 [−0.30, 0.06]".
    #[serde(default)]
    pub annotation: String,
}
