//! Turns findings into figures, tables, text and one HTML page.

mod error;
mod figures;
mod svg;

pub use error::ReportError;
pub use figures::{figure_data, render_figure};
pub use svg::{Ink, Svg, Theme};
