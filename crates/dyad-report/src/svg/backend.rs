//! The drawing backend: plotters draws, this notes down what.
//!
//! plotters counts in whole pixels. Here its pixel is a hundredth of ours ([`GRID`]), printed as a decimal, so that nothing
//! visible is lost to rounding.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::rc::Rc;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle, FontTransform,
};

use super::mark::{Fill, Mark, Outline, Paint, Words};
use super::{Ink, text_width};

/// Steps of the drawing grid per pixel.
pub(crate) const GRID: f64 = 100.0;

/// The marks so far, and the state that plotters' styles cannot carry.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) marks: Vec<Mark>,
    dash: Option<&'static str>,
}

impl Sheet {
    /// The dash pattern of the lines to come.
    pub(crate) fn dash(&mut self, dash: Option<&'static str>) {
        self.dash = dash;
    }
}

/// Writes into a string, which cannot fail.
pub(crate) fn put(to: &mut String, arguments: std::fmt::Arguments<'_>) {
    if to.write_fmt(arguments).is_err() {
        unreachable!("writing into a string does not fail");
    }
}

/// Prints a grid coordinate in pixels, without trailing zeros.
pub(crate) fn pixels(value: i32) -> String {
    let (whole, rest) = (value.abs() / 100, value.abs() % 100);
    let sign = if value < 0 { "-" } else { "" };
    match rest {
        0 => format!("{sign}{whole}"),
        _ if rest % 10 == 0 => format!("{sign}{whole}.{}", rest / 10),
        _ => format!("{sign}{whole}.{rest:02}"),
    }
}

/// Escapes a text for element content and attributes; characters XML forbids are left out.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || c == '\u{FFFE}' || c == '\u{FFFF}' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A backend that notes marks on a shared sheet.
pub(crate) struct SvgBackend {
    sheet: Rc<RefCell<Sheet>>,
    size: (u32, u32),
}

impl SvgBackend {
    /// A backend of `size` grid steps.
    pub(crate) fn new(sheet: Rc<RefCell<Sheet>>, size: (u32, u32)) -> Self {
        Self { sheet, size }
    }

    #[expect(clippy::unnecessary_wraps, reason = "what plotters expects of every drawing step")]
    fn note(&self, mark: Mark) -> Done {
        self.sheet.borrow_mut().marks.push(mark);
        Ok(())
    }

    fn outline<S: BackendStyle>(&self, style: &S) -> Outline {
        let width = i32::try_from(style.stroke_width()).unwrap_or(i32::MAX);
        let dash = self.sheet.borrow().dash;
        Outline { ink: Ink::from_key(style.color().rgb), width, dash }
    }

    fn paint<S: BackendStyle>(&self, style: &S, filled: bool) -> Paint {
        if filled { Paint::Filled(fill(style.color())) } else { Paint::Drawn(self.outline(style)) }
    }
}

/// The ink and opacity behind a colour of plotters.
fn fill(color: BackendColor) -> Fill {
    Fill { ink: Ink::from_key(color.rgb), opacity: color.alpha }
}

type Done = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for SvgBackend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Done {
        self.note(Mark::Rect((x, y), (x + 1, y + 1), Paint::Filled(fill(color))))
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Done {
        self.note(Mark::Line(vec![from, to], self.outline(style)))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        filled: bool,
    ) -> Done {
        let (x0, x1) = ordered(upper_left.0, bottom_right.0);
        let (y0, y1) = ordered(upper_left.1, bottom_right.1);
        self.note(Mark::Rect((x0, y0), (x1, y1), self.paint(style, filled)))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        self.note(Mark::Line(path.into_iter().collect(), self.outline(style)))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        filled: bool,
    ) -> Done {
        let radius = i32::try_from(radius).unwrap_or(i32::MAX);
        self.note(Mark::Circle(centre, radius, self.paint(style, filled)))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vertices: I,
        style: &S,
    ) -> Done {
        self.note(Mark::Area(vertices.into_iter().collect(), fill(style.color())))
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Done {
        // Baselines are moved by a share of the size: `dominant-baseline` is not read by every renderer.
        let size = style.size() / GRID;
        let shift = match style.anchor().v_pos {
            VPos::Top => 0.92 * size,
            VPos::Center => 0.35 * size,
            VPos::Bottom => 0.0,
        };
        self.note(Mark::Text(Words {
            at,
            drop: to_grid(shift),
            before: match style.anchor().h_pos {
                HPos::Left => 0.0,
                HPos::Center => 0.5,
                HPos::Right => 1.0,
            },
            size,
            ink: Ink::from_key(style.color().rgb),
            bold: matches!(style.style(), FontStyle::Bold),
            turn: match style.transform() {
                FontTransform::None => 0,
                FontTransform::Rotate90 => 90,
                FontTransform::Rotate180 => 180,
                FontTransform::Rotate270 => 270,
            },
            text: text.to_owned(),
        }))
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size();
        let steps = |value: f64| u32::try_from(to_grid(value / GRID)).unwrap_or(0);
        Ok((steps(text_width(text, size)), steps(size)))
    }

    fn blit_bitmap(&mut self, _: BackendCoord, _: (u32, u32), _: &[u8]) -> Done {
        // No figure has a bitmap: a bitmap has no text a screen reader could read.
        Ok(())
    }
}

fn ordered(a: i32, b: i32) -> (i32, i32) {
    (a.min(b), a.max(b))
}

/// Pixels to grid steps.
#[expect(clippy::cast_possible_truncation, reason = "a figure is some thousand pixels wide")]
pub(crate) fn to_grid(value: f64) -> i32 {
    (value * GRID).round().clamp(-1e9, 1e9) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_decimals() {
        assert_eq!(pixels(1200), "12");
        assert_eq!(pixels(1250), "12.5");
        assert_eq!(pixels(-1205), "-12.05");
        assert_eq!(pixels(-5), "-0.05");
    }

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(escape("<b a=\"1\">&'\u{0}\u{1b}"), "&lt;b a=&quot;1&quot;&gt;&amp;&#39;");
    }
}
