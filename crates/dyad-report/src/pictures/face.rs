//! The embedded fonts: which glyph stands for a character, how wide it is, and its outline.

use ttf_parser::{Face, GlyphId, OutlineBuilder};
use zeno::{Command, Point};

use crate::ReportError;
use crate::svg::mark::Words;

/// DejaVu Sans: free, and with the signs that statistics needs (−, ², τ, ′).
pub(super) const REGULAR: &[u8] = include_bytes!("../../fonts/DejaVuSans.ttf");
/// Its bold.
pub(super) const BOLD: &[u8] = include_bytes!("../../fonts/DejaVuSans-Bold.ttf");

/// Both weights.
pub(super) struct Faces {
    regular: Face<'static>,
    bold: Face<'static>,
}

/// A glyph on its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    /// The character it stands for.
    pub(super) character: char,
    /// The glyph.
    pub(super) glyph: GlyphId,
    /// Where its origin is, right of the text's start, in pixels.
    pub(super) x: f64,
}

impl Faces {
    /// The fonts that are part of the program.
    pub(super) fn embedded() -> Result<Self, ReportError> {
        let parse = |data| Face::parse(data, 0).map_err(|e| ReportError::Font(e.to_string()));
        Ok(Self { regular: parse(REGULAR)?, bold: parse(BOLD)? })
    }

    /// The face of a weight.
    pub(super) fn of(&self, bold: bool) -> &Face<'static> {
        if bold { &self.bold } else { &self.regular }
    }

    /// The glyphs of a text and its whole width, in pixels. A character that the font lacks is its box for "no such glyph".
    pub(super) fn line(&self, words: &Words) -> (Vec<Placed>, f64) {
        let face = self.of(words.bold);
        let scale = words.size / f64::from(face.units_per_em());
        let mut x = 0.0;
        let mut placed = Vec::with_capacity(words.text.len());
        for character in words.text.chars().filter(|c| !c.is_control()) {
            let glyph = face.glyph_index(character).unwrap_or_default();
            placed.push(Placed { character, glyph, x });
            x += scale * f64::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        }
        (placed, x)
    }

    /// The outline of a glyph, each point moved by `place` (x to the right, y upwards, in font units).
    pub(super) fn outline(
        &self,
        bold: bool,
        glyph: GlyphId,
        place: impl Fn(f32, f32) -> Point,
        into: &mut Vec<Command>,
    ) {
        // A blank has no outline.
        self.of(bold).outline_glyph(glyph, &mut Pen { place, into });
    }
}

struct Pen<'a, F> {
    place: F,
    into: &'a mut Vec<Command>,
}

impl<F: Fn(f32, f32) -> Point> OutlineBuilder for Pen<'_, F> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.into.push(Command::MoveTo((self.place)(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.into.push(Command::LineTo((self.place)(x, y)));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.into.push(Command::QuadTo((self.place)(x1, y1), (self.place)(x, y)));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let [a, b, c] = [(x1, y1), (x2, y2), (x, y)].map(|(x, y)| (self.place)(x, y));
        self.into.push(Command::CurveTo(a, b, c));
    }

    fn close(&mut self) {
        self.into.push(Command::Close);
    }
}
