//! Sentences that leave: a number in a generated sentence cannot be checked, so the sentence stays behind.

use dyad_model::{Estimate, Text, apa};

use crate::bib::{Span, spans};
use crate::words;

/// Percentages that name a level or a convention and no data.
const LEVELS: [&str; 7] = ["80 %", "90 %", "95 %", "99 %", "99.8 %", "50 %", "10–90 %"];

/// Whether a sentence has a digit outside its citations and the usual levels.
fn has_number(sentence: &str) -> bool {
    let mut words: String = spans(sentence)
        .into_iter()
        .filter_map(|span| match span {
            Span::Text(text) => Some(text),
            Span::Cite(_) => None,
        })
        .collect();
    words = words.replace('\u{a0}', " ");
    for level in LEVELS {
        words = words.replace(level, "");
    }
    let mut after_session = false;
    words.split_whitespace().any(|word| {
        // "session 3", "sessions 3 to 5": settings name sessions, and a session is no person. "36 sessions" is a count.
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        if matches!(word, "session" | "sessions" | "Session" | "Sessions") {
            after_session = true;
            return false;
        }
        let number = word.chars().any(char::is_numeric);
        let allowed = after_session && (number && word.len() <= 7 || matches!(word, "to" | "and"));
        after_session = allowed;
        number && !allowed
    })
}

/// The sentences of a text: they end with a stop, a question mark or an exclamation mark and a space.
fn sentences(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for index in 0..bytes.len() {
        let ends = matches!(bytes[index], b'.' | b'?' | b'!' | b';');
        if ends && bytes.get(index + 1).is_none_or(|&next| next == b' ') {
            parts.push(text[start..=index].trim());
            start = index + 1;
        }
    }
    if !text[start..].trim().is_empty() {
        parts.push(text[start..].trim());
    }
    parts
}

/// The sentences without a number, and whether any was left out.
pub(crate) fn without_numbers(text: &str) -> (String, bool) {
    let all = sentences(text);
    let kept: Vec<&str> = all.iter().copied().filter(|sentence| !has_number(sentence)).collect();
    (kept.join(" "), kept.len() < all.len())
}

/// Replaces the paragraphs that state results by what the released estimates say.
pub(crate) fn paragraphs(text: &mut Text, estimates: &[Estimate]) -> bool {
    let mut changed = false;
    for part in [&mut text.question, &mut text.methods, &mut text.limitations] {
        let (kept, left_out) = without_numbers(part);
        changed |= left_out;
        *part = kept;
    }
    let given: Vec<&Estimate> = estimates.iter().filter(|e| e.estimate.is_some()).collect();
    if has_number(&text.answer) {
        changed = true;
        let best = given.iter().find(|e| e.ci.is_some()).or(given.first());
        text.answer = best.map_or_else(String::new, |first| stated(first));
    }
    if has_number(&text.results) {
        changed = true;
        text.results = given.iter().map(|e| stated(e)).collect::<Vec<_>>().join(" ");
    }
    changed
}

/// "Early alliance and final outcome: −.19, 95 % CI [−.36, −.01], p = .040."
fn stated(estimate: &Estimate) -> String {
    let mut parts =
        vec![format!("{}: {}", without_numbers_or(&estimate.label), words::value(estimate))];
    if estimate.ci.is_some() {
        parts.push(format!("95 % CI {}", words::interval(estimate)));
    }
    if let Some(p) = estimate.p {
        parts.push(apa::p_value(p));
    }
    format!("{}.", parts.join(", "))
}

/// A label names sessions and measures; it is short enough to be kept whole.
fn without_numbers_or(label: &str) -> &str {
    label.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_with_numbers_stay_behind() {
        let text = "Each mark is a client. 36 of 120 clients lack a rating. The band is the 95 % interval [@fisher1921].";
        let (kept, left_out) = without_numbers(text);
        assert_eq!(kept, "Each mark is a client. The band is the 95 % interval [@fisher1921].");
        assert!(left_out);
        assert!(!without_numbers("Nothing to count.").1);
        assert_eq!(without_numbers("r = −.19, n = 119").0, "");
        assert!(!without_numbers("Early means sessions 3 to 5, late means session 9.").1);
        assert!(without_numbers("In sessions 3 to 5 were 12 clients.").1);
        assert!(without_numbers("It used 36 sessions.").1);
    }

    #[test]
    fn answers_are_said_again_from_what_is_released() {
        let mut text = Text { answer: "n = 119 clients.".into(), ..Text::default() };
        let estimate = Estimate::new("early/a/y/pearson", "Early alliance").value(-0.19).p(0.04);
        assert!(paragraphs(&mut text, &[estimate]));
        assert_eq!(text.answer, "Early alliance: −.19, p = .040.");
    }
}
