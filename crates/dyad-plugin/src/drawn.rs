//! Figures from what an analysis has anyway.

mod change;
mod course;
mod detected;
mod matrix;
mod paths;
mod shares;
mod specification;
mod survival;

pub use specification::Choice;

use dyad_model::figure::{BandPoint, Marks, Plot, Scatter};
use dyad_stats::linear::Line;

use crate::binned;
use crate::section::Section;

/// Steps along the line of a scatter at which its band is given.
const STEPS: usize = 40;

impl Section<'_> {
    /// Adds a scatter of clients: each as a mark, the least-squares line and the band of its mean; nothing without a line. `[text]` has
    /// its `annotation`. Each variable comes with the range of its measure, where it has one.
    pub fn scatter(
        &self,
        key: &str,
        (x, across): (&[f64], Option<[f64; 2]>),
        (y, up): (&[f64], Option<[f64; 2]>),
    ) {
        let Ok(line) = Line::fit(x, y) else { return };
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let band = line.along([low, high], STEPS).map(|(at, mean)| BandPoint {
            x: at,
            y: mean.estimate,
            low: mean.ci[0],
            high: mean.ci[1],
        });
        let annotation = self.text("annotation");
        self.with("annotation", &annotation).figure(key, Marks::Clients, |[x_axis, y_axis]| {
            Plot::Scatter(Scatter {
                x: x_axis.within(across),
                y: y_axis.within(up),
                points: x.iter().zip(y).map(|(&x, &y)| [x, y]).collect(),
                bins: binned::plane(x, y),
                line: band.collect(),
                annotation,
            })
        });
    }
}
