//! Turns findings into figures, tables, text and one HTML page.
//!
//! [`write()`] fills a folder; [`render_html`] and [`render_figure`] give its parts. Nothing here computes a statistic: numbers are
//! printed, never made.

mod bib;
mod compare;
mod csv;
mod error;
mod estimates;
mod figures;
mod files;
mod headlines;
mod markdown;
mod options;
mod page;
mod pictures;
mod read;
pub mod release;
mod svg;
mod words;
mod write;

pub use compare::{
    Compared, Comparison, Outcome, compare, comparison_csv, render_comparison, write_comparison,
};
pub use error::ReportError;
pub use figures::{figure_data, render_figure};
pub use headlines::headlines;
pub use options::Options;
pub use page::render_html;
pub use pictures::{Painter, Pictures};
pub use read::{Saved, read};
pub use release::Profile;
pub use svg::{Ink, Svg, Theme};
pub use write::{Written, WrittenFile, write};
