//! R2 and R3: what a single cell can betray by its shape.

use std::{net::Ipv6Addr, sync::LazyLock};

use regex::{Regex, RegexSet};

use super::checksums;

/// Something a cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pattern {
    Email,
    Url,
    Ip,
    Mac,
    Iban,
    Ssn,
    Postcode,
    Phone,
    Date,
    /// Initials with a birth date: only an identifier column is judged by it.
    Initials,
}

impl Pattern {
    /// Its name in a message.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Email => "an e-mail address",
            Self::Url => "a web address",
            Self::Ip => "an IP address",
            Self::Mac => "a MAC address",
            Self::Iban => "a bank account number (IBAN)",
            Self::Ssn => "a US social security number",
            Self::Postcode => "a full UK postcode",
            Self::Phone => "a phone number",
            Self::Date => "a full date",
            Self::Initials => "initials with a birth date",
        }
    }
}

const MONTH: &str =
    r"(?:jan|feb|mar|m\x{e4}r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*";

/// The first look: which patterns are possible at all, in one pass.
static POSSIBLE: LazyLock<Vec<(Pattern, Regex)>> = LazyLock::new(|| {
    let date = format!(
        concat!(
            r"(?i)\b(?:1[89]|20)\d\d(?:-|/|\.)(?:0?[1-9]|1[0-2])(?:-|/|\.)(?:0?[1-9]|[12]\d|3[01])(?:\b|T)",
            r"|\b(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:1[89]|20)\d\d\b",
            r"|\b(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])/\d\d\b",
            r"|^(?:0[1-9]|[12]\d|3[01])(?:-|\.)(?:0[1-9]|[12]\d|3[01])(?:-|\.)\d\d$",
            r"|\b\d{{1,2}}(?:st|nd|rd|th)?[-. ]{{1,2}}{month}[-. ,]{{1,2}}\d{{2,4}}\b",
            r"|\b{month} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b",
        ),
        month = MONTH
    );
    let sources: [(Pattern, &str); 10] = [
        (Pattern::Email, r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"),
        (Pattern::Url, r"(?i)\b(?:https?|ftp)://\S+|\bwww\.[\w-]+\.\w+"),
        (Pattern::Ip, r"(?:^|[^\w.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:$|[^\w.])"),
        (
            Pattern::Mac,
            r"\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b|\b(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}\b",
        ),
        (Pattern::Iban, r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}"),
        (
            Pattern::Ssn,
            r"\b(?:(\d{3})-(\d{2})-(\d{4})|(\d{3}) (\d{2}) (\d{4})|(\d{3})\.(\d{2})\.(\d{4}))\b",
        ),
        (Pattern::Postcode, r"(?i)\b(?:[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}|GIR 0AA)\b"),
        (
            Pattern::Phone,
            concat!(
                r"(?:^|[^\w.+])\+\d{1,3}(?:[ ().-]{0,2}\d){7,12}(?:$|\D)",
                r"|(?:^|\s)\(\d{2,5}\)[ -]?\d{3,4}[ -]?\d{3,5}(?:$|\D)",
                r"|(?:^|[^\w.-])\d{3}[-. ]\d{3}[-. ]\d{4}(?:$|[^\w.-])",
                r"|(?:^|[^\w.-])0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}(?:$|[^\w.-])",
            ),
        ),
        (Pattern::Date, &date),
        (Pattern::Initials, r"^[A-Z]{2,3}[0-9]{6,8}$"),
    ];
    // A pattern that does not compile would be missed by every test of this module.
    sources.into_iter().filter_map(|(p, source)| Some((p, Regex::new(source).ok()?))).collect()
});

static ANY: LazyLock<Option<RegexSet>> =
    LazyLock::new(|| RegexSet::new(POSSIBLE.iter().map(|(_, regex)| regex.as_str())).ok());

/// Whether a cell is too short and too plain for any pattern: letters and digits with at most one point, comma or sign.
pub(super) fn is_plain(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    bytes.len() <= 7
        && bytes.iter().filter(|b| !b.is_ascii_alphanumeric()).count() <= 1
        && !bytes.iter().any(|b| matches!(b, b'@' | b':' | b' ' | b'/'))
}

/// Whether a longer cell is one word that no pattern can match: letters and digits, too few for an account number and no
/// initials with a date, or a number with at most a sign and one decimal mark.
pub(super) fn is_quiet(cell: &str) -> bool {
    const ACCOUNT: usize = 15;
    const NUMBER: usize = 25;
    let bytes = cell.as_bytes();
    let digits = |bytes: &[u8]| bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    if bytes.len() < ACCOUNT && bytes.iter().all(u8::is_ascii_alphanumeric) {
        let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let rest = bytes.len() - letters;
        let dated = (2..=3).contains(&letters) && (6..=8).contains(&rest);
        return !(dated && digits(&bytes[letters..]) == rest || bytes.is_empty());
    }
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let mut at = sign + digits(&bytes[sign..]);
    if at > sign && matches!(bytes.get(at), Some(b'.' | b',')) {
        at += 1 + digits(&bytes[at + 1..]);
    }
    at == bytes.len() && (sign + 1..=NUMBER).contains(&at)
}

/// Everything a cell looks like.
pub(super) fn patterns(cell: &str) -> Vec<Pattern> {
    if is_plain(cell) || is_quiet(cell) { Vec::new() } else { matching(cell) }
}

/// The same, with no cell passed over.
fn matching(cell: &str) -> Vec<Pattern> {
    let mut found = Vec::new();
    if let Some(any) = ANY.as_ref() {
        for i in any.matches(cell) {
            let (pattern, regex) = &POSSIBLE[i];
            if confirmed(*pattern, regex, cell) {
                found.push(*pattern);
            }
        }
    }
    let has_ipv6 = cell.contains(':')
        && cell
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '[' | ']' | '/'))
            .any(|token| token.len() > 5 && token.parse::<Ipv6Addr>().is_ok());
    if has_ipv6 && !found.contains(&Pattern::Ip) {
        found.push(Pattern::Ip);
    }
    found
}

/// The second look, where a shape is not enough.
fn confirmed(pattern: Pattern, regex: &Regex, cell: &str) -> bool {
    match pattern {
        Pattern::Ip => regex.captures_iter(cell).any(|c| {
            let parts: Vec<&str> = c.iter().skip(1).flatten().map(|m| m.as_str()).collect();
            let octets = parts.iter().all(|p| p.parse::<u8>().is_ok());
            // 1.2.3.4 is a version, not an address.
            octets && parts.iter().any(|p| p.len() > 1)
        }),
        Pattern::Iban => regex.find_iter(cell).any(|m| {
            let plain: String = m.as_str().chars().filter(|c| *c != ' ').collect();
            // The text after the number may have been caught too: try every length.
            (15..=plain.len().min(34)).any(|n| checksums::iban(&plain[..n])) && (plain.len() <= 34)
        }),
        Pattern::Ssn => regex.captures_iter(cell).any(|c| {
            let parts: Vec<&str> = c.iter().skip(1).flatten().map(|m| m.as_str()).collect();
            matches!(parts.as_slice(), [area, group, serial] if checksums::ssn(area, group, serial))
        }),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]

        #[test]
        fn a_cell_that_is_passed_over_matches_nothing(
            cell in "[A-Z]{0,4}[0-9]{0,12}|-?[0-9]{1,20}[.,]?[0-9]{0,9}|[0-9]{2,4}[-./][0-9]{1,3}([-./][0-9]{2,4})?\
                |[A-Za-z0-9]{1,16}|(20|19)[0-9]{6}|[a-z]{3}[0-9]{1,2}[a-z0-9.,-]{0,8}|0[0-9]{2,4}[-.,][0-9]{6}"
        ) {
            if is_plain(&cell) || is_quiet(&cell) {
                prop_assert_eq!(matching(&cell), []);
            }
        }
    }

    #[test]
    fn what_is_passed_over() {
        for cell in [
            "C0000001",
            "T00012",
            "0123456789",
            "3.14159265",
            "-12,5",
            "4f2e1a",
            "ABC12345",
            "12345678901234567",
        ] {
            assert!(is_quiet(cell), "{cell}");
        }
        for cell in [
            "",
            "-",
            "AB198004",
            "ABC19800412",
            "DE8937040044053201",
            "1.2.3",
            "12-3",
            "a.b",
            "\u{e4}1",
            "1e5-",
        ] {
            assert!(!is_quiet(cell), "{cell}");
        }
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(POSSIBLE.len(), 10);
        assert!(ANY.is_some());
    }

    #[test]
    fn shapes() {
        for (cell, pattern) in [
            ("a.b@clinic.org", Pattern::Email),
            ("see https://x.org/y", Pattern::Url),
            ("10.0.12.7", Pattern::Ip),
            ("fe80::1ff:fe23:4567:890a", Pattern::Ip),
            ("00:1B:44:11:3A:B7", Pattern::Mac),
            ("DE89 3704 0044 0532 0130 00", Pattern::Iban),
            ("219-09-9999", Pattern::Ssn),
            ("SW1A 1AA", Pattern::Postcode),
            ("m1 1ae", Pattern::Postcode),
            ("+44 20 7946 0958", Pattern::Phone),
            ("(555) 123-4567", Pattern::Phone),
            ("030 1234567", Pattern::Phone),
            ("2024-03-04", Pattern::Date),
            ("2024-03-04T10:00:00", Pattern::Date),
            ("4.3.2024", Pattern::Date),
            ("03/04/24", Pattern::Date),
            ("12-Mar-2024", Pattern::Date),
            ("March 4, 2024", Pattern::Date),
            ("AB19800412", Pattern::Initials),
        ] {
            assert!(patterns(cell).contains(&pattern), "{cell}: {:?}", patterns(cell));
        }
        for cell in [
            "4.2",
            "-12.75",
            "v1.2.3",
            "1.2.3.4",
            "12:30:45",
            "Room 12 B",
            "S01-T03-C012",
            "2024",
            "2024-03",
            "session 12",
            "C0012",
            "1e-5",
            "666-12-3456",
            "0123456789",
            "3.14159265",
            "d41d8cd98f00b204e9800998ecf8427e",
            "1-2",
            "3/4",
            "wai_sr",
            "-9",
            "",
        ] {
            assert_eq!(patterns(cell), [], "{cell}");
        }
    }
}
