//! A page, or a drawing of its own: its tables, its sentences, and the numbers that stand alone in its drawings.

use crate::cells::Grid;

/// What can be read in a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Its tables.
    pub(crate) tables: Vec<Grid>,
    /// Its words outside tables, block by block; titles, descriptions and labels of drawings too.
    pub(crate) words: Vec<String>,
    /// Words that stand in drawings outside of axes, with the drawing's title.
    pub(crate) labels: Vec<(String, String)>,
}

/// Elements within a line: they end no word and no sentence.
const INLINE: [&str; 9] = ["a", "b", "i", "em", "strong", "code", "span", "sup", "sub"];

/// Reads a page or a drawing.
pub(crate) fn read(markup: &str) -> Page {
    let mut page = Page::default();
    let (mut text, mut caption, mut title) = (String::new(), String::new(), String::new());
    let (mut lines, mut line): (Vec<Vec<String>>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut in_table, mut axis, mut groups, mut style) = (false, None, 0_usize, false);
    for part in markup.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').expect("a tag ends");
        let name = tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap_or("");
        let ends = tag.starts_with('/');
        if INLINE.contains(&name) {
            text.push_str(rest);
            continue;
        }
        let said = unescape(text.trim());
        match (name, ends) {
            ("table", false) => in_table = true,
            ("table", true) => {
                page.tables.push(Grid::of_lines(&caption, std::mem::take(&mut lines)));
                in_table = false;
            }
            ("caption", true) => caption.clone_from(&said),
            ("td" | "th", true) => line.push(said.clone()),
            // "not given" stands in the place of several cells.
            ("tr", true) => lines.push(std::mem::take(&mut line)),
            ("style", _) => style = !ends,
            ("title", true) => title.clone_from(&said),
            ("g", false) => {
                groups += 1;
                if tag.contains("aria-hidden") && axis.is_none() {
                    axis = Some(groups);
                }
            }
            ("g", true) => {
                if axis == Some(groups) {
                    axis = None;
                }
                groups -= 1;
            }
            ("text", true) if axis.is_none() => page.labels.push((title.clone(), said.clone())),
            _ => {}
        }
        let elsewhere = in_table || axis.is_some() || (name == "style" && ends);
        if !said.is_empty() && !elsewhere {
            page.words.push(said);
        }
        text = if style { String::new() } else { rest.to_owned() };
    }
    page
}

fn unescape(text: &str) -> String {
    let mut text = text.replace('\u{a0}', " ");
    for (entity, letter) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&amp;", "&"),
        ("&#38;", "&"),
    ] {
        text = text.replace(entity, letter);
    }
    text
}

#[test]
fn tables_words_and_labels_are_found_and_ticks_are_not() {
    let page = read(
        "<html><p>Of <b>7</b> clients</p><table><caption>T</caption><tr><th scope=\"col\">n</th></tr><tr><td>3</td></tr></table>\
         <svg><title>F</title><g aria-hidden=\"true\"><g><text>5</text></g></g><g><text>4 &lt; 5</text></g></svg></html>",
    );
    assert_eq!(page.tables, [Grid::of_lines("T", vec![vec!["n".into()], vec!["3".into()]])]);
    assert!(page.words.contains(&"Of 7 clients".to_owned()));
    assert_eq!(page.labels, [("F".to_owned(), "4 < 5".to_owned())]);
}
