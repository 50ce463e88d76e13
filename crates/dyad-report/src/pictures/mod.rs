//! Figures as files that need no browser: PNG at 300 dpi, and one PDF with all of them. Both are painted from the marks of the
//! drawing with an embedded font, so that their words are there on a machine without fonts.

mod face;
mod pdf;
mod png;
mod raster;

use dyad_model::Figure;

use crate::ReportError;
use crate::figures::{drawing, refused};

use face::Faces;
pub(crate) use pdf::{Plate, book};

/// Which pictures are written beside SVG and data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    /// Every figure as `figures/*.png`.
    pub png: bool,
    /// All figures in one `figures.pdf`.
    pub pdf: bool,
}

/// Draws figures as PNG; the fonts are read once.
pub struct Painter {
    faces: Faces,
}

impl Painter {
    /// Reads the embedded fonts.
    ///
    /// # Errors
    /// - [`ReportError::Font`] if an embedded font cannot be read, which is a defect of the program.
    pub fn new() -> Result<Self, ReportError> {
        Ok(Self { faces: Faces::embedded()? })
    }

    /// Draws a figure on white paper, with its title: 180 mm wide at 300 dpi.
    ///
    /// # Errors
    /// - [`ReportError::Figure`] if the figure cannot be drawn.
    pub fn paint(&self, figure: &Figure) -> Result<Vec<u8>, ReportError> {
        let drawing = drawing(figure)?.titled(&figure.title);
        let pixels = raster::paint(&drawing, &self.faces);
        png::encode(&pixels)
            .map_err(|error| refused(figure, &format!("its pixels cannot be written: {error}")))
    }
}
