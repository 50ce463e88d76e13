//! A sheet in pixels, drawn on through plotters.

use std::cell::RefCell;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle, ShapeStyle, TextStyle};
use plotters_backend::text_anchor::{HPos, Pos, VPos};

use super::backend::{GRID, Sheet, escape, put, to_grid};
use super::mark::{Drawing, Mark};
use super::{Drawn, Ink, SvgBackend};

/// How a line is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen {
    ink: Ink,
    width: f64,
    dash: Option<&'static str>,
}

impl Pen {
    /// A solid line of `width` pixels.
    pub(crate) fn new(ink: Ink, width: f64) -> Self {
        Self { ink, width, dash: None }
    }

    /// The same line, dashed.
    pub(crate) fn dashed(mut self) -> Self {
        self.dash = Some("5 4");
        self
    }

    /// The same line, dotted.
    pub(crate) fn dotted(mut self) -> Self {
        self.dash = Some("1.5 3");
        self
    }
}

/// Which point of a text is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// How a text is set. Its y coordinate is the middle of its height.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label {
    ink: Ink,
    size: f64,
    anchor: Anchor,
    bold: bool,
}

impl Label {
    /// Text of 12 pixels in the text ink.
    pub(crate) fn new(anchor: Anchor) -> Self {
        Self { ink: Ink::Text, size: 12.0, anchor, bold: false }
    }

    /// Text of 12 pixels in the muted ink.
    pub(crate) fn muted(anchor: Anchor) -> Self {
        Self { ink: Ink::Muted, ..Self::new(anchor) }
    }

    /// The same text in another ink.
    pub(crate) fn ink(mut self, ink: Ink) -> Self {
        self.ink = ink;
        self
    }

    /// The same text in another size.
    pub(crate) fn size(mut self, size: f64) -> Self {
        self.size = size;
        self
    }

    /// The same text in semi-bold.
    pub(crate) fn bold(mut self) -> Self {
        self.bold = true;
        self
    }
}

/// A sheet in pixels, from its top left corner.
pub(crate) struct Canvas {
    area: DrawingArea<SvgBackend, Shift>,
    sheet: Rc<RefCell<Sheet>>,
    width: u32,
    height: u32,
}

/// The style of a filled shape.
fn filled(ink: Ink, opacity: f64) -> ShapeStyle {
    ink.key(opacity).filled()
}

/// Pixels as a coordinate of the drawing grid.
pub(crate) fn grid([x, y]: [f64; 2]) -> (i32, i32) {
    (to_grid(x), to_grid(y))
}

impl Canvas {
    /// An empty sheet.
    pub(crate) fn new(width: u32, height: u32) -> Self {
        let sheet = Rc::new(RefCell::new(Sheet::default()));
        let backend = SvgBackend::new(Rc::clone(&sheet), (width * 100, height * 100));
        Self { area: backend.into_drawing_area(), sheet, width, height }
    }

    /// The area plotters draws on.
    pub(crate) fn area(&self) -> &DrawingArea<SvgBackend, Shift> {
        &self.area
    }

    /// Draws inside a group with these attributes.
    pub(crate) fn group(&self, attributes: &[(&str, &str)], draw: impl FnOnce() -> Drawn) -> Drawn {
        let mut text = String::new();
        for (name, value) in attributes {
            let gap = if text.is_empty() { "" } else { " " };
            put(&mut text, format_args!("{gap}{name}=\"{}\"", escape(value)));
        }
        self.sheet.borrow_mut().marks.push(Mark::Open(text));
        let drawn = draw();
        self.sheet.borrow_mut().marks.push(Mark::Close);
        drawn
    }

    /// A line through points.
    pub(crate) fn line(&self, points: &[[f64; 2]], pen: Pen) -> Drawn {
        if points.len() < 2 {
            return Ok(());
        }
        let points: Vec<(i32, i32)> = points.iter().copied().map(grid).collect();
        let width = u32::try_from(to_grid(pen.width)).unwrap_or(100);
        self.sheet.borrow_mut().dash(pen.dash);
        let drawn = self.area.draw(&PathElement::new(points, pen.ink.key(1.0).stroke_width(width)));
        self.sheet.borrow_mut().dash(None);
        drawn
    }

    /// A filled rectangle between two corners.
    pub(crate) fn rect(&self, from: [f64; 2], to: [f64; 2], ink: Ink, opacity: f64) -> Drawn {
        self.area.draw(&Rectangle::new([grid(from), grid(to)], filled(ink, opacity)))
    }

    /// The outline of a rectangle between two corners.
    pub(crate) fn frame(&self, [x0, y0]: [f64; 2], [x1, y1]: [f64; 2], pen: Pen) -> Drawn {
        self.line(&[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]], pen)
    }

    /// A filled polygon.
    pub(crate) fn polygon(&self, points: &[[f64; 2]], ink: Ink, opacity: f64) -> Drawn {
        if points.len() < 3 {
            return Ok(());
        }
        let points: Vec<(i32, i32)> = points.iter().copied().map(grid).collect();
        self.area.draw(&Polygon::new(points, filled(ink, opacity)))
    }

    /// A filled circle.
    pub(crate) fn disc(&self, at: [f64; 2], radius: f64, ink: Ink, opacity: f64) -> Drawn {
        self.area.draw(&Circle::new(grid(at), to_grid(radius), filled(ink, opacity)))
    }

    /// The outline of a circle.
    pub(crate) fn ring(&self, at: [f64; 2], radius: f64, pen: Pen) -> Drawn {
        let width = u32::try_from(to_grid(pen.width)).unwrap_or(100);
        let style = pen.ink.key(1.0).stroke_width(width);
        self.area.draw(&Circle::new(grid(at), to_grid(radius), style))
    }

    /// A text; `at` is its anchor and the middle of its height.
    pub(crate) fn text(&self, at: [f64; 2], text: &str, label: Label) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        let style = if label.bold { FontStyle::Bold } else { FontStyle::Normal };
        let horizontal = match label.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = TextStyle {
            font: FontDesc::new(FontFamily::SansSerif, label.size * GRID, style),
            color: label.ink.key(1.0).to_backend_color(),
            pos: Pos::new(horizontal, VPos::Center),
        };
        self.area.draw_text(text, &style, grid(at))
    }

    /// Lines of text below one another, 1.35 sizes apart; returns the y coordinate below the last.
    pub(crate) fn lines(
        &self,
        [x, y]: [f64; 2],
        lines: &[String],
        label: Label,
    ) -> Result<f64, super::DrawError> {
        let mut at = y;
        for line in lines {
            self.text([x, at], line, label)?;
            at += 1.35 * label.size;
        }
        Ok(at)
    }

    /// A triangle that points where something was cut off, in a group that says so.
    pub(crate) fn cut(&self, [x, y]: [f64; 2], [dx, dy]: [f64; 2], ink: Ink) -> Drawn {
        let tip = [x + 7.0 * dx, y + 7.0 * dy];
        let base = [[x - 4.0 * dy, y + 4.0 * dx], [x + 4.0 * dy, y - 4.0 * dx]];
        self.group(&[("data-cut", "")], || self.polygon(&[tip, base[0], base[1]], ink, 1.0))
    }

    /// The finished drawing.
    pub(crate) fn finish(self) -> Drawing {
        drop(self.area);
        let marks = std::mem::take(&mut self.sheet.borrow_mut().marks);
        Drawing { marks, width: self.width, height: self.height, head: 0 }
    }
}
