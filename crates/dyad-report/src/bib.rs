//! References: the embedded `references.bib`, citations in sentences and the list at the end.

use std::collections::{BTreeMap, BTreeSet};

/// The references every analysis of the house cites.
const BIBLIOGRAPHY: &str = include_str!("../references.bib");

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// Its fields by name.
    fields: BTreeMap<String, String>,
    /// The entry as it stands in the file.
    pub(crate) source: String,
}

impl Reference {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The address of its DOI, if it has one.
    pub(crate) fn doi_url(&self) -> Option<String> {
        let doi = self.field("doi");
        (!doi.is_empty()).then(|| format!("https://doi.org/{doi}"))
    }

    /// Family and given names, in order; a name in braces has no given name.
    fn authors(&self) -> Vec<(String, String)> {
        self.field("author")
            .split(" and ")
            .map(|name| match name.split_once(", ") {
                Some((family, given)) => (family.to_owned(), given.to_owned()),
                None => (name.trim_matches(['{', '}']).to_owned(), String::new()),
            })
            .collect()
    }

    /// "Bates et al., 2015".
    pub(crate) fn cited(&self) -> String {
        let authors = self.authors();
        let names = match &authors[..] {
            [] => String::new(),
            [(one, _)] => one.clone(),
            [(one, _), (two, _)] => format!("{one} & {two}"),
            [(one, _), ..] => format!("{one} et al."),
        };
        format!("{names}, {}", self.field("year"))
    }

    /// The entry of the reference list, without its DOI: text before the title of the journal or book, that title, and the rest.
    pub(crate) fn listed(&self) -> [String; 3] {
        let names: Vec<String> = self
            .authors()
            .iter()
            .filter(|(family, _)| family != "others")
            .map(|(family, given)| {
                let initials: Vec<String> = given.split([' ', '-']).filter_map(initial).collect();
                if initials.is_empty() {
                    family.clone()
                } else {
                    format!("{family}, {}", initials.join(" "))
                }
            })
            .collect();
        let more = self.authors().iter().any(|(family, _)| family == "others");
        let authors = match &names[..] {
            [] => String::new(),
            [one] => one.clone(),
            [most @ .., last] if !more => format!("{}, & {last}", most.join(", ")),
            all => format!("{}, …", all.join(", ")),
        };
        let (year, title) = (self.field("year"), plain(self.field("title")));
        let stop = if authors.ends_with('.') { "" } else { "." };
        let stop = if authors.ends_with('…') { "" } else { stop };
        let end = if title.ends_with(['?', '!']) { "" } else { "." };
        if self.field("journal").is_empty() {
            let before = format!("{authors}{stop} ({year}). ");
            return [before, title, format!(". {}.", plain(self.field("publisher")))];
        }
        let mut volume = String::new();
        if !self.field("volume").is_empty() {
            volume = format!(", {}", self.field("volume"));
        }
        let number = self.field("number");
        let number = if number.is_empty() { String::new() } else { format!("({number})") };
        let pages = self.field("pages").replace("--", "–");
        let pages = if pages.is_empty() { String::new() } else { format!(", {pages}") };
        [
            format!("{authors}{stop} ({year}). {title}{end} "),
            format!("{}{volume}", plain(self.field("journal"))),
            format!("{number}{pages}."),
        ]
    }
}

fn initial(name: &str) -> Option<String> {
    name.chars().next().map(|c| format!("{c}."))
}

/// A field without its TeX marks.
fn plain(text: &str) -> String {
    text.replace("``", "“").replace("''", "”").replace("\\&", "&").replace(['{', '}'], "")
}

/// The references by key.
#[derive(Debug)]
pub(crate) struct Library(BTreeMap<String, Reference>);

impl Library {
    /// Reads the embedded file: one field per line, `name = {value}`.
    pub(crate) fn embedded() -> Self {
        let mut entries = BTreeMap::new();
        for chunk in BIBLIOGRAPHY.split("\n@") {
            let source = format!("@{}", chunk.trim_start_matches('@').trim_end());
            let mut lines = source.lines();
            let key = lines
                .next()
                .and_then(|head| head.split_once('{'))
                .map(|(_, key)| key.trim_end_matches(',').to_owned());
            let fields = lines
                .filter_map(|line| line.trim().trim_end_matches(',').split_once(" = "))
                .map(|(name, value)| {
                    let value = value.strip_prefix('{').and_then(|v| v.strip_suffix('}'));
                    (name.to_owned(), value.unwrap_or_default().to_owned())
                })
                .collect();
            if let Some(key) = key {
                entries.insert(key, Reference { fields, source });
            }
        }
        Self(entries)
    }

    /// The entry of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Reference> {
        self.0.get(key)
    }

    /// The `.bib` file of these keys.
    pub(crate) fn file(&self, keys: &BTreeSet<String>) -> String {
        let entries: Vec<&str> =
            keys.iter().filter_map(|key| self.get(key)).map(|r| r.source.as_str()).collect();
        if entries.is_empty() { String::new() } else { format!("{}\n", entries.join("\n\n")) }
    }
}

/// A stretch of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// Words.
    Text(String),
    /// Keys cited together: `[@a; @b]`.
    Cite(Vec<String>),
}

/// Splits a sentence at its citations.
pub(crate) fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("[@") {
        let Some(length) = rest[start..].find(']') else { break };
        if start > 0 {
            spans.push(Span::Text(rest[..start].to_owned()));
        }
        let inside = &rest[start + 1..start + length];
        let keys = inside.split(';').map(|k| k.trim().trim_start_matches('@').to_owned());
        spans.push(Span::Cite(keys.collect()));
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        spans.push(Span::Text(rest.to_owned()));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_whole() {
        let library = Library::embedded();
        assert!(library.0.len() > 50);
        for (key, entry) in &library.0 {
            for field in ["author", "year", "title"] {
                assert!(!entry.field(field).is_empty(), "{key}: {field}");
            }
            assert!(
                !entry.field("journal").is_empty() || !entry.field("publisher").is_empty(),
                "{key}"
            );
            let family: String = key.chars().take_while(char::is_ascii_alphabetic).collect();
            assert!(key.ends_with(entry.field("year")), "{key}: year");
            assert!(!family.is_empty());
        }
    }

    #[test]
    fn citations_and_entries_follow_apa() {
        let library = Library::embedded();
        let cited = |key: &str| library.get(key).unwrap().cited();
        assert_eq!(cited("bates2015"), "Bates et al., 2015");
        assert_eq!(cited("hartung2001"), "Hartung & Knapp, 2001");
        assert_eq!(cited("student1908"), "Student, 1908");
        assert_eq!(
            library.get("wilson1927").unwrap().listed().concat(),
            "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. \
             Journal of the American Statistical Association, 22(158), 209–212."
        );
        assert_eq!(
            library.get("shewhart1931").unwrap().listed().concat(),
            "Shewhart, W. A. (1931). Economic control of quality of manufactured product. D. Van Nostrand."
        );
    }

    #[test]
    fn a_sentence_is_split_at_its_citations() {
        assert_eq!(
            spans("Fitted by REML [@bates2015; @kuznetsova2017]."),
            [
                Span::Text("Fitted by REML ".into()),
                Span::Cite(vec!["bates2015".into(), "kuznetsova2017".into()]),
                Span::Text(".".into()),
            ]
        );
        assert_eq!(spans("an open [@bracket"), [Span::Text("an open [@bracket".into())]);
    }
}
