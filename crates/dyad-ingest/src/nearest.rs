//! "Did you mean …?"

/// The candidate closest to `name`, if it is close enough to be a slip: case and separators do not count, and at most a
/// third of the letters may differ.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = plain(name);
    let limit = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let names = ["alliance_client", "symptom", "session"];
        assert_eq!(nearest("aliance_client", names), Some("alliance_client"));
        assert_eq!(nearest("Alliance Client", names), Some("alliance_client"));
        assert_eq!(nearest("sesion", names), Some("session"));
        assert_eq!(nearest("burnout", names), None);
    }
}
