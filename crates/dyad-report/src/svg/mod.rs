//! Drawing: `plotters` elements on a backend of our own that writes small, themable, accessible SVG.
//!
//! A drawing never names a colour, only an [`Ink`]; the backend writes it as a class, and the style sheet gives the class its
//! colour on light paper, on dark paper and in print.

mod backend;
mod canvas;
mod clip;
mod ink;
pub(crate) mod mark;
mod markup;
mod measure;
mod panel;
mod style;

pub(crate) use backend::{SvgBackend, put, to_grid as grid_steps};
pub(crate) use canvas::{Anchor, Canvas, Label, Pen};
pub use ink::Ink;
pub(crate) use measure::{spread_apart, text_width, wrap};
pub(crate) use panel::{Edge, Panel, padded, share_label, tick_label, ticks, whole_ticks};
pub(crate) use style::css;

use plotters::drawing::DrawingAreaErrorKind;

/// Why plotters refused to draw. Writing into memory does not fail, so this stands for a defect of a drawing.
pub(crate) type DrawError = DrawingAreaErrorKind<std::convert::Infallible>;

/// What every drawing step returns.
pub(crate) type Drawn = Result<(), DrawError>;

/// Where a drawing will be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Inside the page, whose style sheet gives it its colours; the page prints its title beside it.
    Page,
    /// As a file of its own: it carries its title and its style, light and dark.
    StandAlone,
}

/// A finished drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg {
    /// The `<svg>` element.
    pub markup: String,
    /// Width in pixels of the style sheet.
    pub width: u32,
    /// Height in pixels of the style sheet.
    pub height: u32,
}
