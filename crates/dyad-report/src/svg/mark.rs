//! What a drawing consists of, in the order in which it is painted. SVG, pixels and PDF are three ways of writing it down.

use super::Ink;

/// A point on the drawing grid: hundredths of a pixel of the style sheet.
pub(crate) type Spot = (i32, i32);

/// How an outline is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outline {
    /// Its ink.
    pub(crate) ink: Ink,
    /// Its width in grid steps.
    pub(crate) width: i32,
    /// Its dashes in pixels, as SVG writes them.
    pub(crate) dash: Option<&'static str>,
}

/// How a shape is filled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fill {
    /// Its ink.
    pub(crate) ink: Ink,
    /// 0 to 1.
    pub(crate) opacity: f64,
}

/// A shape's paint.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Paint {
    /// Filled.
    Filled(Fill),
    /// Its outline alone.
    Drawn(Outline),
}

/// A text on one line.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// Its anchor, unturned.
    pub(crate) at: Spot,
    /// How far below the anchor its baseline lies.
    pub(crate) drop: i32,
    /// Share of its width left of the anchor: 0, 0.5 or 1.
    pub(crate) before: f64,
    /// Its size in pixels.
    pub(crate) size: f64,
    /// Its ink.
    pub(crate) ink: Ink,
    /// Whether it is semi-bold.
    pub(crate) bold: bool,
    /// Clockwise, in degrees, around the anchor.
    pub(crate) turn: u16,
    /// What it says.
    pub(crate) text: String,
}

/// One thing on the sheet.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A group begins; its attributes are already escaped.
    Open(String),
    /// The innermost group ends.
    Close,
    /// A line through points.
    Line(Vec<Spot>, Outline),
    /// A filled polygon.
    Area(Vec<Spot>, Fill),
    /// A rectangle between its upper left and lower right corner.
    Rect(Spot, Spot, Paint),
    /// A circle.
    Circle(Spot, i32, Paint),
    /// A text.
    Text(Words),
}

/// A whole drawing.
#[derive(Debug)]
pub(crate) struct Drawing {
    /// What is on it.
    pub(crate) marks: Vec<Mark>,
    /// Its width in pixels of the style sheet.
    pub(crate) width: u32,
    /// Its height in pixels of the style sheet.
    pub(crate) height: u32,
    /// How far it reaches above y = 0, where its title stands.
    pub(crate) head: u32,
}

impl Drawing {
    /// The same with a title above it.
    pub(crate) fn titled(mut self, title: &str) -> Self {
        let lines = super::wrap(title, 15.0, f64::from(self.width) - 8.0);
        let Ok(count) = i32::try_from(lines.len()) else { return self };
        let head = if count == 0 { 0 } else { count * 21 + 17 };
        let title = lines.into_iter().zip(0_i32..).map(|(text, index)| {
            Mark::Text(Words {
                at: (400, 100 * (21 * index - head + 17)),
                drop: 0,
                before: 0.0,
                size: 15.0,
                ink: Ink::Text,
                bold: true,
                turn: 0,
                text,
            })
        });
        self.marks.splice(0..0, title);
        self.head = u32::try_from(head).unwrap_or(0);
        self
    }
}
