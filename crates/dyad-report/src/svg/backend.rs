//! The drawing backend: plotters draws, this writes SVG.
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

use super::{Ink, text_width};

/// Steps of the drawing grid per pixel.
pub(crate) const GRID: f64 = 100.0;

/// The markup so far, and the state that plotters' styles cannot carry.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    markup: String,
    open: usize,
    dash: Option<&'static str>,
}

impl Sheet {
    /// Opens a group with attributes that are already escaped.
    pub(crate) fn open(&mut self, attributes: &str) {
        self.open += 1;
        put(&mut self.markup, format_args!("<g {attributes}>"));
    }

    /// Closes the innermost group.
    pub(crate) fn close(&mut self) {
        if self.open > 0 {
            self.open -= 1;
            self.markup.push_str("</g>\n");
        }
    }

    /// The dash pattern of the lines to come.
    pub(crate) fn dash(&mut self, dash: Option<&'static str>) {
        self.dash = dash;
    }

    /// The markup, with every group closed.
    pub(crate) fn into_markup(mut self) -> String {
        while self.open > 0 {
            self.close();
        }
        self.markup
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

/// A backend that writes into a shared sheet.
pub(crate) struct SvgBackend {
    sheet: Rc<RefCell<Sheet>>,
    size: (u32, u32),
}

impl SvgBackend {
    /// A backend of `size` grid steps.
    pub(crate) fn new(sheet: Rc<RefCell<Sheet>>, size: (u32, u32)) -> Self {
        Self { sheet, size }
    }

    fn put(&self, arguments: std::fmt::Arguments<'_>) {
        put(&mut self.sheet.borrow_mut().markup, arguments);
    }

    /// The attributes of an outline: class, width, dash.
    fn stroke(&self, color: BackendColor, width: u32) -> String {
        let mut attributes = format!("class=\"dy-s-{}\"", Ink::from_key(color.rgb).name());
        if width != 100 {
            let width = pixels(i32::try_from(width).unwrap_or(i32::MAX));
            put(&mut attributes, format_args!(" stroke-width=\"{width}\""));
        }
        if let Some(dash) = self.sheet.borrow().dash {
            put(&mut attributes, format_args!(" stroke-dasharray=\"{dash}\""));
        }
        attributes
    }
}

/// The attribute of a filled shape: solid, or in one of ten opacities.
fn fill(color: BackendColor) -> String {
    let name = Ink::from_key(color.rgb).name();
    if color.alpha < 1.0 {
        format!("class=\"dy-f-{name}\" fill-opacity=\"{:.2}\"", color.alpha)
    } else {
        format!("class=\"dy-f-{name}\"")
    }
}

/// The `d` attribute of a path through the points.
fn path_data(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut data = String::new();
    for (index, (x, y)) in points.into_iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        put(&mut data, format_args!("{command}{} {}", pixels(x), pixels(y)));
    }
    data
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
        let (x, y, fill) = (pixels(x), pixels(y), fill(color));
        self.put(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\".01\" height=\".01\" {fill}/>\n"));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Done {
        let stroke = self.stroke(style.color(), style.stroke_width());
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(pixels);
        self.put(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {stroke}/>\n"
        ));
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        filled: bool,
    ) -> Done {
        let paint = if filled {
            fill(style.color())
        } else {
            self.stroke(style.color(), style.stroke_width())
        };
        let (x0, x1) = ordered(upper_left.0, bottom_right.0);
        let (y0, y1) = ordered(upper_left.1, bottom_right.1);
        let [x, y, width, height] = [x0, y0, x1 - x0, y1 - y0].map(pixels);
        self.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {paint}/>\n"
        ));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        let points: Vec<BackendCoord> = path.into_iter().collect();
        if let [from, to] = points[..] {
            return self.draw_line(from, to, style);
        }
        let stroke = self.stroke(style.color(), style.stroke_width());
        let data = path_data(points);
        self.put(format_args!("<path d=\"{data}\" {stroke}/>\n"));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        filled: bool,
    ) -> Done {
        let paint = if filled {
            fill(style.color())
        } else {
            self.stroke(style.color(), style.stroke_width())
        };
        let radius = pixels(i32::try_from(radius).unwrap_or(i32::MAX));
        let (x, y) = (pixels(x), pixels(y));
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {paint}/>\n"));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vertices: I,
        style: &S,
    ) -> Done {
        let (data, fill) = (path_data(vertices), fill(style.color()));
        self.put(format_args!("<path d=\"{data}Z\" {fill}/>\n"));
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &T,
        (x, y): BackendCoord,
    ) -> Done {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        // Baselines are moved by a share of the size: `dominant-baseline` is not read by every renderer.
        let size = style.size() / GRID;
        let shift = match style.anchor().v_pos {
            VPos::Top => 0.92 * size,
            VPos::Center => 0.35 * size,
            VPos::Bottom => 0.0,
        };
        let y_shifted = y + to_grid(shift);
        let turn = match style.transform() {
            FontTransform::None => String::new(),
            turned => {
                let degrees = match turned {
                    FontTransform::Rotate90 => 90,
                    FontTransform::Rotate180 => 180,
                    _ => 270,
                };
                format!(" transform=\"rotate({degrees} {} {})\"", pixels(x), pixels(y))
            }
        };
        let weight = match style.style() {
            FontStyle::Bold => " font-weight=\"600\"",
            FontStyle::Italic | FontStyle::Oblique => " font-style=\"italic\"",
            FontStyle::Normal => "",
        };
        let mut attributes = format!("class=\"dy-f-{}\"", Ink::from_key(style.color().rgb).name());
        if (size - 12.0).abs() > 1e-9 {
            put(&mut attributes, format_args!(" font-size=\"{}\"", pixels(to_grid(size))));
        }
        let (x, y, text) = (pixels(x), pixels(y_shifted), escape(text));
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" {attributes}{anchor}{weight}{turn}>{text}</text>\n"
        ));
        Ok(())
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

    #[test]
    fn groups_left_open_are_closed() {
        let mut sheet = Sheet::default();
        sheet.open("id=\"x\"");
        sheet.open("id=\"y\"");
        sheet.close();
        let markup = sheet.into_markup();
        assert_eq!(markup.matches("<g ").count(), markup.matches("</g>").count());
    }
}
