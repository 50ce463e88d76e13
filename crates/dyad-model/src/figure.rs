//! Figures as data. A plugin describes what is drawn; `dyad-report` draws it.
//!
//! Every figure needs a title, a caption, an alternative text (two sentences: type and axes, then the message) and n: they are
//! arguments of [`Figure::new`], so a figure without them does not compile. A figure whose marks are persons says so
//! ([`Marks`]), carries no identifier and brings its binned form, which every release profile but `internal` draws.

use serde::{Deserialize, Serialize};

use crate::Counts;

/// Whether single marks stand for persons.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Marks {
    /// Marks stand for groups, estimates or bins.
    #[default]
    Groups,
    /// Each mark is a client.
    Clients,
    /// Each mark is a therapist.
    Therapists,
    /// Each mark is a site.
    Sites,
}

/// A figure of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its name below the plugin's: the files are `figures/<plugin>-<id>.svg` and `.csv`.
    pub id: String,
    /// What is shown.
    pub title: String,
    /// What marks, bars and bands are.
    pub caption: String,
    /// Type and axes in one sentence, the message in a second.
    pub alt: String,
    /// Persons and rows behind it.
    pub n: Counts,
    /// Whether marks are persons.
    #[serde(default)]
    pub marks: Marks,
    /// What is drawn.
    pub plot: Plot,
}

impl Figure {
    /// A figure; the texts are required.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        caption: impl Into<String>,
        alt: impl Into<String>,
        n: Counts,
        plot: Plot,
    ) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            caption: caption.into(),
            alt: alt.into(),
            n,
            marks: Marks::Groups,
            plot,
        }
    }

    /// Says that single marks are persons or sites.
    #[must_use]
    pub fn marks(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }
}

/// What is drawn: one variant per kind, one file per kind in `dyad-report/src/figures/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Plot {
    /// Two scores against each other, with a line and its band.
    Scatter(Scatter),
    /// A mean over sessions, with ribbon and n strip.
    Trajectory(Trajectory),
    /// Bars, with a reference line or a null band.
    Bars(Bars),
    /// Sorted estimates of unnamed units with intervals.
    Caterpillar(Caterpillar),
    /// Where rows and persons went.
    Flow(FlowChart),
    /// Estimates of studies or sites with their pooled value.
    Forest(Forest),
    /// A rate against caseload with exact limits, or an effect against its standard error.
    Funnel(Funnel),
    /// Survival curves with a risk table.
    Survival(Survival),
    /// Pre against post with the regions of reliable and clinically significant change.
    JacobsonTruax(JacobsonTruax),
    /// Density, quantiles and points of a score by group.
    Raincloud(Raincloud),
    /// An individuals chart of one simulated series.
    ControlChart(ControlChart),
    /// A mediation path diagram.
    Path(PathDiagram),
    /// Observed, missing and ended sessions.
    Missingness(Missingness),
    /// An estimate under many defensible choices.
    Specification(Specification),
}

/// An axis: its label and, if the scale has ends, its range.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// What it measures.
    pub label: String,
    /// Lowest and highest value to show; `None`: from the data.
    #[serde(default)]
    pub range: Option<[f64; 2]>,
}

impl Axis {
    /// An axis that fits its data.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), range: None }
    }

    /// An axis with fixed ends.
    #[must_use]
    pub fn ranged(label: impl Into<String>, range: Option<[f64; 2]>) -> Self {
        Self { label: label.into(), range }
    }
}

/// A rectangle of a plane with the number of marks in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bin2 {
    /// Lower and upper limit in x.
    pub x: [f64; 2],
    /// Lower and upper limit in y.
    pub y: [f64; 2],
    /// Marks in it.
    pub count: u64,
}

/// A stretch of a line with the number of marks in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bin1 {
    /// Lower and upper limit.
    pub x: [f64; 2],
    /// Marks in it.
    pub count: u64,
}

/// A point of a line with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BandPoint {
    /// Where.
    pub x: f64,
    /// The line.
    pub y: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

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

/// One occasion of a trajectory.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrajectoryPoint {
    /// Session number.
    pub x: f64,
    /// Mean.
    pub mean: f64,
    /// Lower limit of its interval; `None` where there are too few.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Clients with a rating.
    pub n: u64,
    /// 10 % and 90 % quantile, if given.
    #[serde(default)]
    pub spread: Option<[f64; 2]>,
}

/// One line of a trajectory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrajectorySeries {
    /// Its name, written at its end.
    pub label: String,
    /// Its occasions.
    pub points: Vec<TrajectoryPoint>,
}

/// Means over sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trajectory {
    /// Session axis.
    pub x: Axis,
    /// Score axis.
    pub y: Axis,
    /// One or a few lines.
    pub series: Vec<TrajectorySeries>,
    /// A few seeded clients, drawn under `internal` only.
    #[serde(default)]
    pub samples: Vec<Vec<[f64; 2]>>,
    /// The line stops where n is below this.
    pub min_n: u64,
}

/// One bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
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

/// A labelled line across a plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is.
    pub label: String,
    /// Where.
    pub value: f64,
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

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ranged {
    /// The estimate.
    pub estimate: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

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

/// One step of a survival curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurvivalStep {
    /// Session number.
    pub time: f64,
    /// Share still in treatment after it.
    pub survival: f64,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// At risk just before it.
    pub at_risk: u64,
    /// Events at it.
    pub events: u64,
    /// Censored at it.
    pub censored: u64,
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurvivalCurve {
    /// Its name.
    pub label: String,
    /// Its steps.
    pub steps: Vec<SurvivalStep>,
}

/// Survival curves with a risk table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Survival {
    /// Time axis.
    pub x: Axis,
    /// Share axis, from 0.
    pub y: Axis,
    /// One or a few curves.
    pub curves: Vec<SurvivalCurve>,
    /// Draw 1 − S, rising, instead of S.
    #[serde(default)]
    pub cumulative_incidence: bool,
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

/// An individuals chart: only of a simulated series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlChart {
    /// Session axis.
    pub x: Axis,
    /// Score axis.
    pub y: Axis,
    /// The series (session, score).
    pub points: Vec<[f64; 2]>,
    /// Centre line.
    pub centre: f64,
    /// Sigma from the moving range.
    pub sigma: f64,
    /// Sessions flagged by the rule.
    pub flagged: Vec<f64>,
    /// The rule, named.
    pub rule: String,
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

/// What one session number looks like over all clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingnessCell {
    /// Row: a measure.
    pub row: String,
    /// Session number.
    pub session: u64,
    /// Clients with a value.
    pub observed: u64,
    /// Clients still in treatment without a value.
    pub missing: u64,
    /// Clients whose treatment has ended.
    pub ended: u64,
}

/// Observed, missing and ended sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Missingness {
    /// Session axis.
    pub x: Axis,
    /// The cells.
    pub cells: Vec<MissingnessCell>,
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
