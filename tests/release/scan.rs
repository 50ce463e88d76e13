//! Every number of persons or rows that a folder states.
//!
//! A whole number is taken for such a count unless its column, key or heading is known to hold something else: what is new is
//! suspected, not trusted.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::cells::{Grid, csv, markdown};
use crate::{page, pdf};

/// A number, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stated {
    /// The file, below the folder.
    pub(crate) file: String,
    /// The table, row and column, the path of keys, or the sentence.
    pub(crate) place: String,
    /// The number.
    pub(crate) n: u64,
}

/// Columns, keys and heads that hold no number of persons or rows: scores, sessions and places in a drawing; shares, of which 1 is
/// all; sites and statistics over sites; settings and versions.
const OTHER: &str = "label times session x y x_to y_to xs ys before after before_to after_to time knot samples points line range range_low \
    range_high interval limits cutoff cut-off criterion centre null null_band reliable_change early_window min_n mean low high q10 \
    q90 ci_low ci_high null_low null_high functional reference wilson_high clustered_high \
    share survival weight weight_percent level p p_holm p_bh \
    sites df df2 \
    seed schema_version threads";

/// The rows of all tables of a folder, by file, table and the words that name the row; the cells after them, without those of
/// columns that count nobody.
pub(crate) fn rows(root: &Path) -> BTreeMap<[String; 3], Vec<String>> {
    let mut found = BTreeMap::new();
    let mut files: Vec<_> = root
        .join("tables")
        .read_dir()
        .expect("tables")
        .map(|e| e.expect("an entry").path())
        .collect();
    files.extend([root.join("report.html"), root.join("report.md")]);
    for file in files {
        let text = fs::read_to_string(&file).expect("a text");
        let tables = match file.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => vec![csv(&text)],
            Some("md") => markdown(&text).0,
            _ => page::read(&text).tables,
        };
        for table in tables {
            // Figures and tables are numbered in the order of the page, and some may be missing.
            let name = table
                .name
                .trim_start_matches("Table ")
                .trim_start_matches(|c: char| c.is_ascii_digit());
            for row in table.rows {
                let numeric =
                    row.iter().position(|cell| whole(cell).is_some()).unwrap_or(1).clamp(1, 3);
                let key = [
                    file.strip_prefix(root).expect("below it").display().to_string(),
                    name.to_owned(),
                    row[..numeric.min(row.len())].join(" "),
                ];
                let cells = row
                    .into_iter()
                    .zip(&table.heads)
                    .skip(numeric)
                    .filter(|(_, head)| !is_other(head) || *head == "share");
                found.insert(key, cells.map(|(cell, _)| cell).collect());
            }
        }
    }
    found
}

/// Every number of persons or rows that the files below a folder state.
pub(crate) fn folder(root: &Path) -> Vec<Stated> {
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found
}

fn walk(root: &Path, at: &Path, found: &mut Vec<Stated>) {
    let mut paths: Vec<_> =
        at.read_dir().expect("a folder").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(root, &path, found);
            continue;
        }
        let name = path.strip_prefix(root).expect("below it").to_string_lossy().into_owned();
        let ending = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = fs::read(&path).expect("a file");
        let mut seen = Seen { file: &name, found };
        match ending.as_str() {
            // The pixels of a figure are its drawing, which stands in the page.
            "png" => {}
            "pdf" => pdf::words(&bytes).iter().for_each(|words| seen.sentence(words)),
            _ => seen.text(&ending, &String::from_utf8(bytes).expect("UTF-8")),
        }
    }
}

struct Seen<'a> {
    file: &'a str,
    found: &'a mut Vec<Stated>,
}

impl Seen<'_> {
    fn add(&mut self, place: impl Into<String>, n: u64) {
        self.found.push(Stated { file: self.file.to_owned(), place: place.into(), n });
    }

    fn text(&mut self, ending: &str, text: &str) {
        match ending {
            "csv" => self.grid(&csv(text)),
            "md" => {
                let (tables, words) = markdown(text);
                for table in &tables {
                    self.grid(table);
                }
                for words in &words {
                    self.sentence(words);
                }
            }
            "html" | "svg" => {
                let page = page::read(text);
                for table in &page.tables {
                    self.grid(table);
                }
                for words in &page.words {
                    self.sentence(words);
                }
                for (figure, label) in &page.labels {
                    self.alone(figure, label);
                }
            }
            "json" => {
                let value = serde_json::from_str(text).expect("JSON");
                self.json(&value, "", "");
            }
            "bib" | "log" => text.lines().for_each(|line| self.sentence(line)),
            other => unreachable!("nobody scans `{other}` yet: {}", self.file),
        }
    }

    fn grid(&mut self, grid: &Grid) {
        for (index, row) in grid.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let head = grid.heads.get(column).map_or("", String::as_str);
                let place = || {
                    format!(
                        "{} / {} / {head}",
                        grid.name,
                        row.iter().take(2).cloned().collect::<Vec<_>>().join(" ")
                    )
                };
                // The first column names the row, in numbers too: a session.
                if column > 0
                    && !is_other(head)
                    && let Some(n) = whole(cell)
                {
                    self.add(format!("{} ({index})", place()), n);
                }
                if whole(cell).is_none() {
                    self.sentence(cell);
                }
            }
        }
    }

    /// A word of a drawing: "20", or "110 (10)".
    fn alone(&mut self, figure: &str, label: &str) {
        if let Some(n) = whole(label) {
            self.add(format!("{figure}: {label}"), n);
        } else if let Some((a, b)) = label.strip_suffix(')').and_then(|l| l.split_once(" (")) {
            for n in [a, b].into_iter().filter_map(whole) {
                self.add(format!("{figure}: {label}"), n);
            }
        }
    }

    fn json(&mut self, value: &Value, path: &str, key: &str) {
        match value {
            Value::Object(object) => {
                let name = ["plugin", "id", "label"].iter().find_map(|k| object.get(*k)?.as_str());
                let path = name.map_or_else(|| path.to_owned(), |name| format!("{path}[{name}]"));
                let columns = object.get("columns").and_then(Value::as_array);
                for (key, inner) in object {
                    match (key.as_str(), columns) {
                        ("rows", Some(columns)) => self.rows(columns, inner, &path),
                        // What the user wrote, not what came out.
                        ("study_file" | "settings" | "command", _) => {}
                        _ => self.json(inner, &format!("{path}.{key}"), key),
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|inner| self.json(inner, path, key)),
            Value::Number(number) => {
                let n = number.as_u64().or_else(|| whole(&number.as_f64()?.to_string()));
                if let Some(n) = n.filter(|_| !is_other(key)) {
                    self.add(format!("{path} {key}"), n);
                }
            }
            Value::String(text) => self.sentence(text),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The rows of a table in JSON: the columns say what their cells are, and the first names the row.
    fn rows(&mut self, columns: &[Value], rows: &Value, path: &str) {
        for row in rows.as_array().expect("rows") {
            let cells = row["cells"].as_array().expect("cells");
            for (column, cell) in columns.iter().zip(cells).skip(1) {
                self.json(cell, path, column["id"].as_str().expect("a column has an id"));
            }
            self.json(&row["n"], path, "n");
        }
    }

    /// "3 clients", "n = 3", "3 of 41", "3 (7 %)".
    fn sentence(&mut self, text: &str) {
        static COUNTS: LazyLock<[Regex; 4]> = LazyLock::new(|| {
            [
                r"(?:^|[\s(\[,;:])(\d+) (?:\w+ )?(?:client|therapist|person|patient|session|row|rating|value|rupture|event)s?\b",
                r"\b[nN] ?[=:] ?(\d+)\b",
                r"(?:^|[\s(])(\d+) of (\d+)\b",
                r"(?:^|[\s(])(\d+) \(\d+(?:\.\d+)? ?%\)",
            ]
            .map(|pattern| Regex::new(pattern).expect("a pattern"))
        });
        let text = text.replace('\u{a0}', " ");
        for pattern in COUNTS.iter() {
            for found in pattern.captures_iter(&text) {
                let number = found.get(1).expect("a number");
                // "fewer than 8 clients", "at least 10 persons" are rules; "session 3" is a label.
                let before = text[..number.start()].trim_end();
                let rule = [
                    "than", "least", "under", "below", "session", "sessions", "to", "every",
                    "needs", "need", "within", "order",
                ];
                // A choice of a specification, and a number of specifications.
                let after = text[found.get(0).expect("a match").end()..].trim_start();
                let choice = before.ends_with("Repair within:")
                    || whole(text.split(' ').next().unwrap_or("")).is_some()
                        && text.ends_with(" sessions")
                        && text.len() < 12;
                if rule.iter().any(|word| before.ends_with(word))
                    || choice
                    || after.starts_with("intervals")
                    || after.starts_with("sites")
                {
                    continue;
                }
                for n in found.iter().skip(1).flatten().filter_map(|n| n.as_str().parse().ok()) {
                    self.add(text.chars().take(160).collect::<String>(), n);
                }
            }
        }
    }
}

/// Whether a column, a key or a head is known to count nobody.
fn is_other(head: &str) -> bool {
    let head = head.to_lowercase();
    OTHER.split_whitespace().any(|other| other == head)
}

/// A cell that is a whole number; "1,234" is one too, "4.0 %" is none.
fn whole(cell: &str) -> Option<u64> {
    let digits = cell.replace(['\u{202f}', '\u{2009}'], "");
    digits.parse().ok().filter(|_| !digits.starts_with('+'))
}
