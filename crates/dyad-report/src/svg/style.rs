//! The style sheet that gives classes their colours.

use super::backend::put;
use super::{Ink, Theme};

/// The font families of figures: what the reader's system uses for its own menus, which exists everywhere and is legible small.
pub(crate) const FONTS: &str =
    "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif";

/// The rules of all inks in one theme.
fn inks(color: impl Fn(Ink) -> &'static str) -> String {
    let mut rules = String::new();
    for ink in Ink::ALL {
        let (name, color) = (ink.name(), color(ink));
        put(
            &mut rules,
            format_args!(".dy-s-{name}{{stroke:{color};fill:none}}.dy-f-{name}{{fill:{color}}}"),
        );
    }
    rules
}

/// Returns the style sheet of figures: once in a page, or inside a figure that stands alone.
#[must_use]
pub(crate) fn css(theme: Theme) -> String {
    let base = format!(
        ".dy{{font-family:{FONTS};font-size:12px;font-variant-numeric:tabular-nums;stroke-linejoin:round;stroke-linecap:butt}}"
    );
    let light = inks(Ink::light);
    let dark = inks(Ink::dark);
    match theme {
        Theme::StandAlone => format!(
            "{base}:root{{color-scheme:light dark}}{light}@media (prefers-color-scheme:dark){{{dark}}}"
        ),
        // Printers get the light inks whatever the screen shows.
        Theme::Page => {
            format!("{base}{light}@media screen and (prefers-color-scheme:dark){{{dark}}}")
        }
    }
}
