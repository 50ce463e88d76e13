//! Tables as an attacker meets them: heads, rows and cells of CSV, of Markdown and of a page, all in one shape.

/// A table of words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grid {
    /// What it is called: its caption, or nothing.
    pub(crate) name: String,
    /// Its heads.
    pub(crate) heads: Vec<String>,
    /// Its rows.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table from its lines; the first holds the heads.
    pub(crate) fn of_lines(name: &str, mut lines: Vec<Vec<String>>) -> Self {
        let heads = if lines.is_empty() { Vec::new() } else { lines.remove(0) };
        Self { name: name.to_owned(), heads, rows: lines }
    }
}

/// Reads CSV: commas, quotes that are doubled inside quotes, lines that end in CR LF.
pub(crate) fn csv(text: &str) -> Grid {
    let (mut lines, mut line, mut cell, mut quoted) =
        (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    assert!(!quoted && cell.is_empty() && line.is_empty(), "a CSV file ends with a whole line");
    Grid::of_lines("", lines)
}

/// Reads the tables of a Markdown text; what is left over are its other lines.
pub(crate) fn markdown(text: &str) -> (Vec<Grid>, Vec<String>) {
    let (mut tables, mut words, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    let mut name = String::new();
    for line in text.lines().chain([""]) {
        let row = line.strip_prefix('|').and_then(|row| row.strip_suffix('|'));
        match row {
            Some(row) if row.chars().all(|c| matches!(c, '-' | ':' | '|' | ' ')) => {}
            Some(row) => {
                lines.push(row.split('|').map(|cell| cell.trim().replace('\\', "")).collect());
            }
            None => {
                if !lines.is_empty() {
                    tables.push(Grid::of_lines(&name, std::mem::take(&mut lines)));
                }
                if line.starts_with("**") {
                    line.clone_into(&mut name);
                }
                words.push(line.to_owned());
            }
        }
    }
    (tables, words)
}

#[test]
fn what_is_written_in_quotes_is_read_without_them() {
    let grid = csv("a,n\r\n\"x, \"\"y\"\"\",3\r\n,\r\n");
    assert_eq!(grid.heads, ["a", "n"]);
    assert_eq!(grid.rows, [vec!["x, \"y\"", "3"], vec!["", ""]]);
}

#[test]
fn tables_and_sentences_of_a_text_are_told_apart() {
    let (tables, words) =
        markdown("**T**\n\n| a | n |\n|---|--:|\n| x\\_y | 3 |\n\nOf 7 clients, 3 left.\n");
    assert_eq!(tables.len(), 1);
    assert_eq!(
        (tables[0].name.as_str(), &tables[0].rows[0]),
        ("**T**", &vec!["x_y".into(), "3".into()])
    );
    assert!(words.contains(&"Of 7 clients, 3 left.".to_owned()));
}
