//! What goes to the two streams: results on stdout, messages on stderr.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Format;

/// The two streams, and how much to say on them.
pub(crate) struct Terminal {
    /// How results are printed.
    pub format: Format,
    quiet: u8,
    verbose: u8,
}

impl Terminal {
    /// The streams of this process.
    pub(crate) fn new(format: Format, quiet: u8, verbose: u8) -> Self {
        Self { format, quiet, verbose }
    }

    /// Prints a result. A reader that went away (`dyad … | head`) is no error.
    #[expect(clippy::unused_self, reason = "one place decides what reaches a stream")]
    pub(crate) fn result(&self, text: &str) {
        drop(writeln!(anstream::stdout(), "{text}"));
    }

    /// Prints a message.
    pub(crate) fn message(&self, text: &str) {
        if self.quiet == 0 && self.format == Format::Text {
            drop(writeln!(anstream::stderr(), "{text}"));
        }
    }

    /// Prints a message that only the curious want.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose > 0 {
            drop(writeln!(anstream::stderr(), "{text}"));
        }
    }

    /// Prints an error. `-q` does not silence errors.
    #[expect(clippy::unused_self, reason = "one place decides what reaches a stream")]
    pub(crate) fn error(&self, text: &str) {
        drop(writeln!(anstream::stderr(), "{text}"));
    }

    /// A line that shows that work is going on: on a terminal only, and only if it takes long enough to wonder.
    pub(crate) fn progress(&self, doing: &str) -> Progress {
        if self.quiet > 0 || self.format == Format::Json || !io::stderr().is_terminal() {
            return Progress(None);
        }
        let bar = ProgressBar::new_spinner().with_message(doing.to_owned());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Progress(Some(bar))
    }
}

/// A line that shows that work is going on; it goes when this is dropped.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Says what is being done now.
    pub(crate) fn say(&self, doing: &str) {
        if let Some(bar) = &self.0 {
            bar.set_message(doing.to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
