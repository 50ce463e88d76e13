//! Sentences of analyses as HTML: escaped, with citations that lead to the reference list.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::bib::{Library, Span, spans};

/// Renders sentences and remembers what they cite.
pub(crate) struct Sentences<'a> {
    library: &'a Library,
    cited: RefCell<BTreeSet<String>>,
}

impl<'a> Sentences<'a> {
    /// Nothing cited yet.
    pub(crate) fn new(library: &'a Library) -> Self {
        Self { library, cited: RefCell::default() }
    }

    /// A sentence with `[@key]` turned into "(Author, year)".
    pub(crate) fn html(&self, text: &str) -> String {
        spans(text)
            .into_iter()
            .map(|span| match span {
                Span::Text(text) => escape(&tidy(&text)),
                Span::Cite(keys) => {
                    format!("({})", self.keys(keys.iter().map(String::as_str)).join("; "))
                }
            })
            .collect()
    }

    /// Links to references; a key without entry is printed as it is.
    pub(crate) fn keys<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Vec<String> {
        keys.map(|key| {
            self.cited.borrow_mut().insert(key.to_owned());
            let key_text = escape(key);
            match self.library.get(key) {
                Some(entry) => {
                    format!("<a href=\"#ref-{key_text}\">{}</a>", escape(&entry.cited()))
                }
                None => key_text,
            }
        })
        .collect()
    }

    /// Every key seen so far.
    pub(crate) fn cited(&self) -> BTreeSet<String> {
        self.cited.borrow().clone()
    }
}

/// A sentence without its citations, for places without links.
pub(crate) fn plain(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for span in spans(text) {
        match span {
            Span::Text(text) => words.push_str(&text),
            Span::Cite(_) => words.truncate(words.trim_end().len()),
        }
    }
    tidy(words.trim())
}

/// Keeps together what a line must not break: "27 %", "p = .040", "[.01, .36]".
fn tidy(text: &str) -> String {
    let text = text
        .replace(" %", "\u{a0}%")
        .replace(" = ", "\u{a0}=\u{a0}")
        .replace(" < ", "\u{a0}<\u{a0}");
    let mut whole = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('[') {
        whole.push_str(before);
        whole.push('[');
        rest = after;
        if let Some((inside, after)) = after.split_once(']')
            && inside.chars().count() < 24
            && inside.contains(|c: char| c.is_ascii_digit())
        {
            whole.push_str(&inside.replace(' ', "\u{a0}"));
            whole.push(']');
            rest = after;
        }
    }
    whole.push_str(rest);
    whole
}

/// A phrase as a sentence: a capital at its beginning and a stop at its end.
pub(crate) fn sentence(phrase: &str) -> String {
    let mut letters = phrase.chars();
    let mut whole: String = letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    if !whole.ends_with(['.', '!', '?', '…']) {
        whole.push('.');
    }
    whole
}

/// Text as HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_become_links_and_are_remembered() {
        let library = Library::embedded();
        let sentences = Sentences::new(&library);
        assert_eq!(
            sentences.html("By <REML> [@bates2015; @nobody1900]."),
            "By &lt;REML&gt; (<a href=\"#ref-bates2015\">Bates et al., 2015</a>; nobody1900)."
        );
        assert_eq!(sentences.cited().len(), 2);
        assert_eq!(plain("Done by REML [@bates2015]."), "Done by REML.");
        assert_eq!(plain("r = .19 in 5 %."), "r\u{a0}=\u{a0}.19 in 5\u{a0}%.");
        assert_eq!(plain("r [.01, .36] [not given]"), "r [.01,\u{a0}.36] [not given]");
        assert_eq!(sentence("few clients"), "Few clients.");
    }
}
