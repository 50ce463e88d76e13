//! Marks as pixels.

use zeno::{Cap, Command, Join, Mask, Point, Stroke, Style};

use super::face::Faces;
use crate::svg::Ink;
use crate::svg::mark::{Drawing, Fill, Mark, Outline, Paint, Spot, Words};

/// Pixels per pixel of the style sheet: 720 become 2,126, which is 180 mm at 300 dpi.
const SCALE: f64 = 2126.0 / 720.0;
/// How far a Bézier handle lies from the end of a quarter circle, in radii.
pub(super) const QUARTER: f64 = 0.552_284_749_8;

/// Red, green and blue, row by row.
pub(super) struct Pixels {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) rgb: Vec<u8>,
}

/// Paints a drawing on white.
pub(super) fn paint(drawing: &Drawing, faces: &Faces) -> Pixels {
    let side = |length: u32| whole(f64::from(length) * SCALE);
    let (width, height) = (side(drawing.width), side(drawing.height + drawing.head));
    let pixels = Pixels { width, height, rgb: vec![255; 3 * width * height] };
    let mut sheet = Sheet { pixels, head: f64::from(drawing.head), path: Vec::new() };
    for mark in &drawing.marks {
        sheet.mark(mark, faces);
    }
    sheet.pixels
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousand pixels")]
fn whole(length: f64) -> usize {
    length.round().max(1.0) as usize
}

/// The red, green and blue of an ink on white paper.
pub(super) fn colour(ink: Ink) -> [u8; 3] {
    let hex = ink.light();
    [1, 3, 5].map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap_or(0))
}

struct Sheet {
    pixels: Pixels,
    head: f64,
    path: Vec<Command>,
}

impl Sheet {
    fn at(&self, (x, y): Spot) -> Point {
        point(SCALE * f64::from(x) / 100.0, SCALE * (f64::from(y) / 100.0 + self.head))
    }

    fn mark(&mut self, mark: &Mark, faces: &Faces) {
        self.path.clear();
        match mark {
            Mark::Open(_) | Mark::Close => {}
            Mark::Line(points, outline) => {
                self.through(points);
                self.stroke(*outline);
            }
            Mark::Area(points, fill) => {
                self.through(points);
                self.path.push(Command::Close);
                self.fill(*fill);
            }
            Mark::Rect(from, to, paint) => {
                let (mut a, mut b) = (self.at(*from), self.at(*to));
                if let Paint::Filled(_) = paint {
                    // On whole pixels, so that no seam shows between neighbours.
                    (a, b) = (
                        Point::new(a.x.round(), a.y.round()),
                        Point::new(b.x.round(), b.y.round()),
                    );
                }
                let corners = [a, Point::new(b.x, a.y), b, Point::new(a.x, b.y)];
                self.path.push(Command::MoveTo(corners[0]));
                self.path.extend(corners[1..].iter().map(|p| Command::LineTo(*p)));
                self.path.push(Command::Close);
                self.paint(*paint);
            }
            Mark::Circle(centre, radius, paint) => {
                self.circle(self.at(*centre), SCALE * f64::from(*radius) / 100.0);
                self.paint(*paint);
            }
            Mark::Text(words) => {
                self.words(words, faces);
                self.fill(Fill { ink: words.ink, opacity: 1.0 });
            }
        }
    }

    fn through(&mut self, points: &[Spot]) {
        for (index, spot) in points.iter().enumerate() {
            let p = self.at(*spot);
            self.path.push(if index == 0 { Command::MoveTo(p) } else { Command::LineTo(p) });
        }
    }

    fn circle(&mut self, centre: Point, radius: f64) {
        let (x, y) = (f64::from(centre.x), f64::from(centre.y));
        let (r, k) = (radius, radius * QUARTER);
        self.path.push(Command::MoveTo(point(x + r, y)));
        for [a, b, c] in [
            [[r, k], [k, r], [0.0, r]],
            [[-k, r], [-r, k], [-r, 0.0]],
            [[-r, -k], [-k, -r], [0.0, -r]],
            [[k, -r], [r, -k], [r, 0.0]],
        ] {
            let to = |[dx, dy]: [f64; 2]| point(x + dx, y + dy);
            self.path.push(Command::CurveTo(to(a), to(b), to(c)));
        }
        self.path.push(Command::Close);
    }

    fn words(&mut self, words: &Words, faces: &Faces) {
        let (line, width) = faces.line(words);
        let anchor = self.at(words.at);
        let scale = SCALE * words.size / f64::from(faces.of(words.bold).units_per_em());
        let (sin, cos) = f64::from(words.turn).to_radians().sin_cos();
        let drop = SCALE * f64::from(words.drop) / 100.0;
        for placed in line {
            let start = SCALE * (placed.x - words.before * width);
            let place = |x: f32, y: f32| {
                let (x, y) = (start + scale * f64::from(x), drop - scale * f64::from(y));
                let (x, y) = (cos * x - sin * y, sin * x + cos * y);
                point(f64::from(anchor.x) + x, f64::from(anchor.y) + y)
            };
            faces.outline(words.bold, placed.glyph, place, &mut self.path);
        }
    }

    fn paint(&mut self, paint: Paint) {
        match paint {
            Paint::Filled(fill) => self.fill(fill),
            Paint::Drawn(outline) => self.stroke(outline),
        }
    }

    fn fill(&mut self, fill: Fill) {
        self.blend(zeno::Fill::NonZero.into(), fill);
    }

    fn stroke(&mut self, outline: Outline) {
        let dashes: Vec<f32> = dashes(outline).map(|d| narrow(SCALE * d)).collect();
        let mut stroke = Stroke::new(narrow(SCALE * f64::from(outline.width) / 100.0));
        stroke.join(Join::Round).cap(Cap::Butt);
        if !dashes.is_empty() {
            stroke.dash(&dashes, 0.0);
        }
        self.blend(stroke.into(), Fill { ink: outline.ink, opacity: 1.0 });
    }

    fn blend(&mut self, style: Style<'_>, fill: Fill) {
        if self.path.len() < 2 {
            return;
        }
        let (mask, placement) = Mask::new(&self.path[..]).style(style).render();
        let ink = colour(fill.ink).map(f64::from);
        let columns = placement.width as usize;
        for (row, line) in mask.chunks_exact(columns.max(1)).enumerate() {
            let Some(y) = inside(placement.top, row, self.pixels.height) else { continue };
            for (column, &cover) in line.iter().enumerate().filter(|(_, cover)| **cover > 0) {
                let Some(x) = inside(placement.left, column, self.pixels.width) else { continue };
                let share = fill.opacity * f64::from(cover) / 255.0;
                let at = 3 * (y * self.pixels.width + x);
                for (channel, ink) in self.pixels.rgb[at..at + 3].iter_mut().zip(ink) {
                    let mixed = f64::from(*channel) * (1.0 - share) + ink * share;
                    *channel = byte(mixed);
                }
            }
        }
    }
}

/// The dashes of an outline in pixels of the style sheet.
pub(super) fn dashes(outline: Outline) -> impl Iterator<Item = f64> {
    outline.dash.into_iter().flat_map(|dash| dash.split(' ')).filter_map(|d| d.parse().ok())
}

fn inside(start: i32, offset: usize, limit: usize) -> Option<usize> {
    let at = i64::from(start) + i64::try_from(offset).ok()?;
    usize::try_from(at).ok().filter(|at| *at < limit)
}

fn point(x: f64, y: f64) -> Point {
    Point::new(narrow(x), narrow(y))
}

#[expect(clippy::cast_possible_truncation, reason = "a thousandth of a pixel is enough")]
pub(super) fn narrow(value: f64) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of two bytes")]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}
