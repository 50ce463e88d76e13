//! Figures as data. A plugin describes what is drawn; `dyad-report` draws it.
//!
//! Every figure needs a title, a caption, an alternative text (two sentences: type and axes, then the message) and n: they are
//! arguments of [`Figure::new`], so a figure without them does not compile. A figure whose marks are persons says so
//! ([`Marks`]), carries no identifier and brings its binned form, which every release profile but `internal` draws.

mod course;
mod estimates;
mod groups;
mod relation;

pub use course::{
    ControlChart, CumulativeIncidence, IncidenceEnd, IncidenceStep, Missingness, MissingnessCell,
    Survival, SurvivalCurve, SurvivalStep, Trajectory, TrajectoryPoint, TrajectorySeries,
};
pub use estimates::{
    Caterpillar, Forest, ForestRow, Funnel, FunnelKind, PathDiagram, PathEdge, Specification,
    SpecificationRow,
};
pub use groups::{Bar, Bars, Cloud, FlowBox, FlowChart, Raincloud};
pub use relation::{JacobsonTruax, ResponseSurface, Scatter};

use serde::{Deserialize, Serialize};

use crate::{Counts, Estimate};

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

    /// Leaves out marks that are not drawn because there are too many of them ([`MOST_MARKS`]) and bins, or a density, stand in their
    /// place: a million clients are megabytes that nobody sees.
    pub fn thin(&mut self) {
        fn clear<M>(marks: &mut Vec<M>, has_bins: bool) {
            if has_bins && marks.len() > MOST_MARKS {
                *marks = Vec::new();
            }
        }
        match &mut self.plot {
            Plot::Scatter(plot) => clear(&mut plot.points, !plot.bins.is_empty()),
            Plot::JacobsonTruax(plot) => clear(&mut plot.points, !plot.bins.is_empty()),
            Plot::ResponseSurface(plot) => clear(&mut plot.points, !plot.bins.is_empty()),
            Plot::Caterpillar(plot) => clear(&mut plot.units, !plot.bins.is_empty()),
            Plot::Raincloud(plot) => {
                plot.groups.iter_mut().for_each(|group| clear(&mut group.points, true));
            }
            _ => {}
        }
    }

    /// Says that single marks are persons or sites.
    #[must_use]
    pub fn marks(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }
}

/// More marks than these are drawn as bins: nobody sees points any more.
pub const MOST_MARKS: usize = 2_000;

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
    /// Ends that compete with one another: the share that each has had so far.
    CumulativeIncidence(CumulativeIncidence),
    /// What a model predicts over two scores.
    ResponseSurface(ResponseSurface),
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

    /// The same axis with fixed ends.
    #[must_use]
    pub fn within(self, range: Option<[f64; 2]>) -> Self {
        Self { range, ..self }
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

/// A labelled line across a plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is.
    pub label: String,
    /// Where.
    pub value: f64,
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

impl Ranged {
    /// The number of an estimate with its interval; `None` without one of them.
    #[must_use]
    pub fn of(estimate: &Estimate) -> Option<Self> {
        let [low, high] = estimate.ci?;
        Some(Self { estimate: estimate.estimate?, low, high })
    }

    /// An estimate with an interval that reaches as far up as down.
    #[must_use]
    pub fn around(estimate: f64, half: f64) -> Self {
        Self { estimate, low: estimate - half, high: estimate + half }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_nobody_sees_are_left_out() {
        let scatter = |n: usize, bins: Vec<Bin2>| {
            let axis = || Axis::new("x");
            let points = vec![[1.0, 2.0]; n];
            let (line, annotation) = (Vec::new(), String::new());
            let plot = Scatter { x: axis(), y: axis(), points, bins, line, annotation };
            let mut figure =
                Figure::new("a", "A", "A.", "A.", Counts::default(), Plot::Scatter(plot));
            figure.thin();
            let Plot::Scatter(plot) = figure.plot else { unreachable!("it stays a scatter") };
            plot.points.len()
        };
        let bins = || vec![Bin2 { x: [0.0, 2.0], y: [1.0, 3.0], count: 5 }];
        assert_eq!(scatter(MOST_MARKS, bins()), MOST_MARKS);
        assert_eq!(scatter(MOST_MARKS + 1, bins()), 0);
        assert_eq!(scatter(MOST_MARKS + 1, Vec::new()), MOST_MARKS + 1);
    }
}
