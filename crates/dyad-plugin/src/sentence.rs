//! Sentences about estimates, as the APA manual (7th edition, section 6.40) reports statistics.

use dyad_model::{Dropped, Estimate, apa};

/// Characters of the longest paragraph.
const LONGEST: usize = 9_000;

/// How a number is called and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol<'w> {
    /// A correlation or another number within −1 and 1, under this letter: "r(117) = −.19".
    Bounded(&'w str),
    /// Any other number, under this letter: "b = −1.02, SE = 0.49, t(93.7) = −2.09".
    Free(&'w str),
    /// A share, in per cent: "27.4 %".
    Share,
}

/// "r(117) = −.19, 95 % CI \[−.36, −.01\], p = .040"; a refusal gives "not given: fewer than 4 clients".
#[must_use]
pub fn reported(symbol: Symbol<'_>, estimate: &Estimate) -> String {
    let Some(value) = estimate.estimate else {
        let reason = estimate.refused.as_deref().unwrap_or("no estimate");
        return format!("not given: {reason}");
    };
    let df = |df: f64| {
        let whole = (df - df.round()).abs() < 1e-9;
        apa::number(df, usize::from(!whole))
    };
    let test = estimate.statistic.as_ref();
    let mut parts = Vec::new();
    match symbol {
        Symbol::Bounded(letter) => {
            let df = test.and_then(|s| s.df).map_or_else(String::new, |d| format!("({})", df(d)));
            parts.push(format!("{letter}{df} = {}", apa::bounded(value, 2)));
        }
        Symbol::Share => parts.push(apa::percent(value, 1)),
        Symbol::Free(letter) => {
            parts.push(format!("{letter} = {}", apa::number(value, 2)));
            parts.extend(estimate.se.map(|se| format!("SE = {}", apa::number(se, 2))));
            parts.extend(test.filter(|s| s.name.len() <= 4).map(|s| {
                let df = s.df.map_or_else(String::new, |d| format!("({})", df(d)));
                format!("{}{df} = {}", s.name, apa::number(s.value, 2))
            }));
        }
    }
    parts.extend(estimate.ci.map(|ci| {
        let interval = match symbol {
            Symbol::Bounded(_) => apa::bounded_interval(ci, 2),
            Symbol::Free(_) => apa::interval(ci, 2),
            Symbol::Share => {
                format!("[{}, {}]", apa::percent(ci[0], 1), apa::percent(ci[1], 1))
            }
        };
        format!("95 % CI {interval}")
    }));
    parts.extend(estimate.p.map(apa::p_value));
    parts.join(", ")
}

/// Whether an interval lies `above` a value, `below` it, or holds it (`across`).
#[must_use]
pub fn side([low, high]: [f64; 2], value: f64) -> &'static str {
    if low > value {
        "above"
    } else if high < value {
        "below"
    } else {
        "across"
    }
}

/// Sentences one after another, as many as fit a paragraph; what is left out is said.
#[must_use]
pub fn paragraph(sentences: impl IntoIterator<Item = String>) -> String {
    let mut text = String::new();
    let mut left = 0_u64;
    for sentence in sentences.into_iter().filter(|s| !s.is_empty()) {
        if left > 0 || text.chars().count() + sentence.chars().count() > LONGEST {
            left += 1;
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&sentence);
    }
    if left > 0 {
        text += " Further results are in the tables.";
    }
    text
}

/// "1 client: no baseline; 12 session rows: no outcome score"; empty if nobody was left out.
#[must_use]
pub fn left_out(dropped: &[Dropped]) -> String {
    let one = |d: &Dropped| {
        let units = [
            (d.clients, "client"),
            (d.rows, "session row"),
            (d.therapists, "therapist"),
            (d.sites, "site"),
        ];
        let (n, unit) = units.into_iter().find_map(|(n, unit)| n.map(|n| (n, unit)))?;
        Some(format!("{}: {}", apa::counted(n, unit), d.reason))
    };
    dropped.iter().filter_map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn r() -> Estimate {
        Estimate::new("a", "A")
            .value(-0.188_647)
            .ci([-0.356_5, -0.008_96])
            .statistic("t", -2.077_8, Some(117.0))
            .p(0.039_911)
    }

    #[test]
    fn as_the_manual_has_it() {
        assert_eq!(
            reported(Symbol::Bounded("r"), &r()),
            "r(117) = −.19, 95 % CI [−.36, −.01], p = .040"
        );
        let b = r().value(-1.017).se(0.485_8).statistic("t", -2.094, Some(93.72));
        assert_eq!(
            reported(Symbol::Free("b"), &b),
            "b = −1.02, SE = 0.49, t(93.7) = −2.09, 95 % CI [−0.36, −0.01], p = .040"
        );
        let share = Estimate::new("a", "A").value(0.2738).ci([0.19, 0.38]);
        assert_eq!(reported(Symbol::Share, &share), "27.4 %, 95 % CI [19.0 %, 38.0 %]");
    }

    #[test]
    fn a_refusal_is_a_sentence_too() {
        let none = r().refused("fewer than 4 clients");
        assert_eq!(reported(Symbol::Bounded("r"), &none), "not given: fewer than 4 clients");
    }

    #[test]
    fn a_paragraph_ends() {
        let text = paragraph(vec!["One.".to_owned(), String::new(), "Two.".to_owned()]);
        assert_eq!(text, "One. Two.");
        let long = paragraph(vec!["x".repeat(400); 100]);
        assert!(long.chars().count() < LONGEST + 50 && long.ends_with("in the tables."));
    }

    #[test]
    fn who_is_missing_is_counted() {
        let e = r().dropped("no baseline", 1).dropped_rows("no score", 12);
        assert_eq!(left_out(&e.dropped), "1 client: no baseline; 12 session rows: no score");
    }
}
