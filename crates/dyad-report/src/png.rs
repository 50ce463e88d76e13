//! Figures as pixels: 300 dpi at 180 mm, with an embedded font, so that text is there on a machine without fonts.

use std::fs;
use std::path::Path;

use dyad_model::{Figure, Results};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use crate::figures::of_study;
use crate::svg::Theme;
use crate::{Options as ReportOptions, ReportError, files, render_figure};

const REGULAR: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/DejaVuSans-Bold.ttf");

/// Pixels per pixel of the style sheet: 720 become 2,126, which is 180 mm at 300 dpi.
const SCALE: f32 = 2126.0 / 720.0;

/// Draws figures as PNG; the fonts are read once.
pub struct Painter {
    options: Options<'static>,
}

impl Default for Painter {
    fn default() -> Self {
        Self::new()
    }
}

impl Painter {
    /// Reads the embedded fonts.
    #[must_use]
    pub fn new() -> Self {
        let mut options = Options { font_family: "DejaVu Sans".to_owned(), ..Options::default() };
        let fonts = options.fontdb_mut();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        fonts.set_sans_serif_family("DejaVu Sans");
        Self { options }
    }

    /// Draws a figure on white paper, with its title.
    ///
    /// # Errors
    /// - [`ReportError::Figure`] if the figure cannot be drawn.
    pub fn paint(&self, figure: &Figure) -> Result<Vec<u8>, ReportError> {
        let refused = |what: String| ReportError::Figure { id: figure.id.clone(), what };
        let svg = render_figure(figure, "figure", Theme::Paper)?;
        let tree = Tree::from_str(&svg.markup, &self.options).map_err(|error| {
            refused(format!("its drawing cannot be turned into pixels: {error}"))
        })?;
        let size = tree.size().to_int_size().scale_by(SCALE);
        let mut pixmap = size
            .and_then(|size| Pixmap::new(size.width(), size.height()))
            .ok_or_else(|| refused("it has no size".to_owned()))?;
        pixmap.fill(Color::WHITE);
        resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
        pixmap
            .encode_png()
            .map_err(|error| refused(format!("its pixels cannot be written: {error}")))
    }
}

/// Writes every figure as `figures/*.png` into a report's folder, after disclosure control; returns the names written. A figure
/// that cannot be drawn is passed over: the page says why.
///
/// # Errors
/// - [`ReportError::NoFolder`] if the folder has no `figures`.
/// - [`ReportError::Io`] if a file cannot be written.
pub fn write_png(
    results: &Results,
    options: &ReportOptions,
    dir: &Path,
) -> Result<Vec<String>, ReportError> {
    let figures = dir.join("figures");
    if !figures.is_dir() {
        return Err(ReportError::NoFolder { path: figures });
    }
    let released = options.release(results).results;
    let study = of_study(&released.flow);
    let of_analyses = released.analyses.iter().flat_map(|analysis| {
        let named = |figure| (analysis.plugin.as_str(), figure);
        analysis.findings.figures.iter().map(named)
    });
    let painter = Painter::new();
    let mut names = Vec::new();
    for (plugin, figure) in std::iter::once(("study", &study)).chain(of_analyses) {
        let Ok(png) = painter.paint(figure) else { continue };
        let name = format!("figures/{}.png", files::name(plugin, &figure.id));
        let path = dir.join(&name);
        fs::write(&path, png).map_err(|source| ReportError::Io {
            action: "write",
            path,
            source,
        })?;
        names.push(name);
    }
    Ok(names)
}
