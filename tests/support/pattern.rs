//! Patterns of estimate names.

/// Whether a name fits a pattern: `*` stands for any text within one segment, at most once per segment.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), name.split('/').collect());
    pattern.len() == name.len() && pattern.iter().zip(&name).all(|(p, s)| segment(p, s))
}

fn segment(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => {
            text.len() >= head.len() + tail.len() && text.starts_with(head) && text.ends_with(tail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stays_within_its_segment() {
        assert!(matches(
            "early-peak/mean/*/session_*",
            "early-peak/mean/alliance_client/session_3"
        ));
        assert!(!matches("early-peak/*/session_3", "early-peak/mean/alliance_client/session_3"));
        assert!(!matches("p/a", "p/a/b"));
    }
}
