//! The path diagram of the mediation.

use dyad_plugin::apa;
use dyad_plugin::figure::{Figure, PathDiagram, PathEdge, Plot, Ranged};
use dyad_plugin::prelude::*;

/// Describes it; `None` if a path has no interval.
pub(crate) fn diagram(
    (alliance, outcome): (&Measure, &Measure),
    burnout: &Measure,
    [a, b, direct, indirect]: [&Estimate; 4],
) -> Option<Figure> {
    let edge = |label: &str, e: &Estimate| {
        let ci = e.ci?;
        Some(PathEdge {
            label: label.to_owned(),
            value: Ranged { estimate: e.estimate?, low: ci[0], high: ci[1] },
        })
    };
    let plot = PathDiagram {
        predictor: burnout.name(),
        mediator: format!("early {}", alliance.name()),
        outcome: format!("final {}", outcome.name()),
        a: edge("a", a)?,
        b: edge("b", b)?,
        direct: edge("c′", direct),
        indirect: edge("a × b", indirect)?,
    };
    let alt = format!(
        "Path diagram with three boxes: {} to early {} to final {}. Indirect effect {} {}.",
        burnout.name(),
        alliance.name(),
        outcome.name(),
        apa::number(plot.indirect.value.estimate, 2),
        apa::interval([plot.indirect.value.low, plot.indirect.value.high], 2)
    );
    let caption = "Associations between therapists, with 95 % intervals; unstandardised. The second path is that of the therapist means.";
    let title = format!(
        "{} and final {} through early {}",
        burnout.name(),
        outcome.name(),
        alliance.name()
    );
    let id = format!("mediation-{}-{}-{}", alliance.id, outcome.id, burnout.id);
    Some(Figure::new(id, title, caption, alt, indirect.n, Plot::Path(plot)))
}
