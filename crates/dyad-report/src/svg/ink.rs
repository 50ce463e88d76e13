//! The inks of all figures.

use plotters::style::RGBAColor;

/// An ink. The five colours are those of Okabe and Ito, which the colour-blind can tell apart; shape or label always repeats what
/// a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ink {
    /// Text and the marks that carry the message.
    Text,
    /// Secondary text, axes.
    Muted,
    /// Grid lines and quiet areas.
    Grid,
    /// The page itself: gaps between marks.
    Paper,
    /// Blue: the first series.
    A,
    /// Vermilion: what one looks for, or the second series.
    B,
    /// Green: the third series.
    C,
    /// Purple: the fourth series, benchmarks.
    D,
    /// Orange: the fifth series.
    E,
}

impl Ink {
    /// Every ink.
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Muted,
        Self::Grid,
        Self::Paper,
        Self::A,
        Self::B,
        Self::C,
        Self::D,
        Self::E,
    ];

    /// The ink of the series number `index`; the fifth is followed by the first.
    #[must_use]
    pub fn series(index: usize) -> Self {
        [Self::A, Self::B, Self::C, Self::D, Self::E][index % 5]
    }

    /// The part of the class that names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "ink",
            Self::Muted => "muted",
            Self::Grid => "grid",
            Self::Paper => "paper",
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
            Self::E => "e",
        }
    }

    /// Its colour on light paper.
    #[must_use]
    pub fn light(self) -> &'static str {
        match self {
            Self::Text => "#1F2428",
            Self::Muted => "#5C6670",
            Self::Grid => "#E3E6E8",
            Self::Paper => "#FFFFFF",
            Self::A => "#0072B2",
            Self::B => "#D55E00",
            Self::C => "#009E73",
            Self::D => "#CC79A7",
            Self::E => "#E69F00",
        }
    }

    /// Its colour on dark paper.
    #[must_use]
    pub fn dark(self) -> &'static str {
        match self {
            Self::Text => "#E6E6E6",
            Self::Muted => "#A3ADB6",
            Self::Grid => "#3A3F44",
            Self::Paper => "#16191C",
            Self::A => "#56B4E9",
            Self::B => "#F0803C",
            Self::C => "#2BC79A",
            Self::D => "#DD9CC0",
            Self::E => "#E9B13C",
        }
    }

    /// The key under which it travels through plotters, which knows colours and no classes.
    pub(crate) fn key(self, opacity: f64) -> RGBAColor {
        RGBAColor(0, 0, self as u8, opacity)
    }

    /// The ink behind a key; text for a colour that is none.
    pub(crate) fn from_key((_, _, key): (u8, u8, u8)) -> Self {
        Self::ALL.into_iter().find(|ink| *ink as u8 == key).unwrap_or(Self::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ink_survives_its_way_through_plotters() {
        for ink in Ink::ALL {
            let RGBAColor(r, g, b, _) = ink.key(1.0);
            assert_eq!(Ink::from_key((r, g, b)), ink);
        }
    }

    /// Relative luminance of a `#RRGGBB` colour, as WCAG 2.2 defines it.
    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_and_marks_can_be_seen_in_both_themes() {
        for ink in [Ink::Text, Ink::Muted] {
            assert!(contrast(ink.light(), Ink::Paper.light()) >= 4.5, "{ink:?}");
            assert!(contrast(ink.dark(), Ink::Paper.dark()) >= 4.5, "{ink:?}");
        }
        // Graphics need 3:1. Purple and orange fall short on white, so they never stand alone: a label or a shape repeats them.
        for ink in [Ink::A, Ink::B, Ink::C] {
            assert!(contrast(ink.light(), Ink::Paper.light()) >= 3.0, "{ink:?}");
        }
        for ink in [Ink::A, Ink::B, Ink::C, Ink::D, Ink::E] {
            assert!(contrast(ink.dark(), Ink::Paper.dark()) >= 3.0, "{ink:?}");
        }
    }
}
