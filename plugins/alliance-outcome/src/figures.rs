//! The scatter of early alliance and final outcome.

use dyad_plugin::apa;
use dyad_plugin::binned;
use dyad_plugin::figure::{Axis, BandPoint, Figure, Marks, Plot, Scatter};
use dyad_plugin::prelude::*;
use dyad_stats::linear::Line;

/// Points along the line at which its band is given.
const STEPS: usize = 40;

/// Describes the scatter behind one correlation.
pub(crate) fn early(
    alliance: &Measure,
    outcome: &Measure,
    x: &[f64],
    y: &[f64],
    pearson: &Estimate,
) -> Option<Figure> {
    let line = Line::fit(x, y).ok()?;
    let (low, high) = (
        x.iter().copied().fold(f64::INFINITY, f64::min),
        x.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let band = (0..=STEPS)
        .map(|step| {
            let at = low + (high - low) * step as f64 / STEPS as f64;
            let mean = line.mean_at(at);
            BandPoint { x: at, y: mean.estimate, low: mean.ci[0], high: mean.ci[1] }
        })
        .collect();
    let (r, ci) = (pearson.estimate?, pearson.ci?);
    let annotation = format!(
        "r = {} {}, n = {}",
        apa::bounded(r, 2),
        apa::bounded_interval(ci, 2),
        pearson.n.clients.unwrap_or(0)
    );
    let title = format!("Early {} and final {}", alliance.name(), outcome.name());
    let alt = format!(
        "Scatter plot of early {} (horizontal) against final {} (vertical) over {} clients. {annotation}.",
        alliance.name(),
        outcome.name(),
        pearson.n.clients.unwrap_or(0)
    );
    let plot = Scatter {
        x: Axis::ranged(format!("Early {}", alliance.name()), alliance.range),
        y: Axis::ranged(format!("Final {}", outcome.name()), outcome.range),
        points: x.iter().zip(y).map(|(&x, &y)| [x, y]).collect(),
        bins: binned::plane(x, y),
        line: band,
        annotation,
    };
    let caption = "Each mark is a client. The line is the least-squares line, the band the 95 % interval of the mean line (not of \
                   single clients).";
    let id = format!("early-{}-{}", alliance.id, outcome.id);
    Some(Figure::new(id, title, caption, alt, pearson.n, Plot::Scatter(plot)).marks(Marks::Clients))
}
