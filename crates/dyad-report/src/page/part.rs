//! The three parts of an analysis, in the order in which a reader should meet them.

use dyad_model::figure::FunnelKind;
use dyad_model::{Figure, Plot};

/// Under which heading something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// How good the data are.
    Quality,
    /// What came out.
    Result,
    /// How far it depends on choices and on single studies.
    Robustness,
}

impl Part {
    /// The parts, in order.
    pub(crate) const ALL: [Self; 3] = [Self::Quality, Self::Result, Self::Robustness];
}

/// The part of a figure.
pub(crate) fn of_figure(figure: &Figure) -> Part {
    match &figure.plot {
        Plot::Flow(_) | Plot::Missingness(_) => Part::Quality,
        Plot::Specification(_) => Part::Robustness,
        Plot::Funnel(plot) if plot.funnel == FunnelKind::SmallStudy => Part::Robustness,
        _ => Part::Result,
    }
}

/// The part of the estimates whose ids begin with this; one that nobody foresaw is a result.
pub(crate) fn of_group(head: &str) -> Part {
    match head {
        "reliability" | "missing" | "missingness" => Part::Quality,
        "agreement" | "raters" | "specification" | "sensitivity" | "robustness" | "multiverse"
        | "leave_one_out" | "detectable" | "equivalence" | "influence" => Part::Robustness,
        _ => Part::Result,
    }
}

/// Figures in the order of their parts; within a part, the analysis decides.
pub(crate) fn in_order(figures: &[Figure]) -> Vec<&Figure> {
    let mut ordered: Vec<&Figure> = figures.iter().collect();
    ordered.sort_by_key(|figure| of_figure(figure));
    ordered
}
