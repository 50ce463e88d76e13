//! Text to number, strictly: what a spreadsheet means by a number and nothing else.

use crate::code::Code;

/// Reads a trimmed, non-empty cell as a number: optional sign, digits, one decimal mark, an exponent. `-0` becomes 0.
///
/// # Errors
/// The kind of thing it is instead.
pub(crate) fn parse(cell: &str, decimal: u8) -> Result<f64, Code> {
    written(cell, decimal).unwrap_or_else(|| Err(kind(cell, decimal)))
}

/// As [`parse`], without a word about a cell that is no number.
pub(crate) fn written(cell: &str, decimal: u8) -> Option<Result<f64, Code>> {
    if let Some(value) = short(cell.as_bytes(), decimal) {
        return Some(Ok(value));
    }
    if !has_number_shape(cell.as_bytes(), decimal) {
        return None;
    }
    let parsed = if decimal == b',' && cell.contains(',') {
        cell.replace(',', ".").parse::<f64>()
    } else {
        cell.parse::<f64>()
    };
    Some(match parsed {
        Ok(value) if value.is_finite() => Ok(value + 0.0),
        Ok(_) => Err(Code::NotFinite),
        Err(_) => Err(Code::TextInNumber),
    })
}

/// A score such as `4`, `27` or `4.25`: up to fifteen digits and one decimal mark. Both numbers of the division are exact, so its
/// result is the number nearest to what is written, as the general parser's is.
fn short(cell: &[u8], decimal: u8) -> Option<f64> {
    const POWERS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if cell.len() > 16 || !cell.first()?.is_ascii_digit() || !cell.last()?.is_ascii_digit() {
        return None;
    }
    let (mut digits, mut count, mut mark) = (0_u64, 0, None);
    for (at, &byte) in cell.iter().enumerate() {
        if byte.is_ascii_digit() {
            digits = digits * 10 + u64::from(byte - b'0');
            count += 1;
        } else if byte == decimal && mark.is_none() {
            mark = Some(cell.len() - at - 1);
        } else {
            return None;
        }
    }
    (count <= 15).then(|| digits as f64 / POWERS[mark.unwrap_or(0)])
}

/// White space off both ends; most cells have none.
pub(crate) fn trimmed(cell: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = cell.as_bytes();
    if plain(bytes.first()) && plain(bytes.last()) { cell } else { cell.trim() }
}

fn has_number_shape(cell: &[u8], decimal: u8) -> bool {
    let digits = |at: usize| cell[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(matches!(cell.first(), Some(b'+' | b'-')));
    let whole = digits(at);
    at += whole;
    let mut fraction = 0;
    if cell.get(at) == Some(&decimal) {
        fraction = digits(at + 1);
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return false;
    }
    if matches!(cell.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(cell.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at);
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == cell.len()
}

/// What a cell that is no number is.
fn kind(cell: &str, decimal: u8) -> Code {
    let bare = cell.trim_start_matches(['+', '-']);
    let lower = bare.to_ascii_lowercase();
    if ["nan", "inf", "infinity"].contains(&lower.as_str()) {
        return Code::NotFinite;
    }
    if looks_like_date(bare) {
        return Code::FullDate;
    }
    let other = if decimal == b'.' { b',' } else { b'.' };
    if has_number_shape(cell.as_bytes(), other) && other == b',' && !grouped(bare, ',') {
        return Code::DecimalComma;
    }
    if [',', '.', '\'', ' ', '\u{a0}', '\u{202f}'].into_iter().any(|mark| grouped(bare, mark)) {
        return Code::ThousandsSeparator;
    }
    Code::TextInNumber
}

/// `1,234` or `12'345.6`: groups of three digits after the first mark, at most one other mark after them.
fn grouped(text: &str, mark: char) -> bool {
    let whole = text.split(|c| (c == '.' || c == ',') && c != mark).next().unwrap_or(text);
    let mut groups = whole.split(mark);
    let first = groups.next().unwrap_or_default();
    let digits = |g: &str| g.bytes().all(|b| b.is_ascii_digit());
    let rest: Vec<&str> = groups.collect();
    (1..=3).contains(&first.len())
        && digits(first)
        && !rest.is_empty()
        && rest.iter().all(|g| g.len() == 3 && digits(g))
}

/// Three groups of digits with the same separator, one of them a year or all of two digits; a time may follow.
pub(crate) fn looks_like_date(text: &str) -> bool {
    let date = text.split([' ', 'T']).next().unwrap_or(text);
    ['-', '/', '.'].into_iter().any(|mark| {
        let parts: Vec<&str> = date.split(mark).collect();
        parts.len() == 3
            && parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
            && match [parts[0].len(), parts[1].len(), parts[2].len()] {
                [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4] => true,
                [1 | 2, 1 | 2, 2] => mark != '.' || parts[2].len() == 2,
                _ => false,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_both_marks() {
        for (text, mark, value) in [
            ("0", b'.', 0.0_f64),
            ("4.2", b'.', 4.2),
            ("4,2", b',', 4.2),
            ("+7", b'.', 7.0),
            (".5", b'.', 0.5),
            ("5.", b'.', 5.0),
            ("1e3", b'.', 1000.0),
            ("-1.5E-2", b'.', -0.015),
        ] {
            assert_eq!(parse(text, mark).unwrap().to_bits(), value.to_bits(), "{text}");
        }
        assert_eq!(parse("-0", b'.').unwrap().to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn what_is_no_number_is_named() {
        for (text, mark, code) in [
            ("NaN", b'.', Code::NotFinite),
            ("-Inf", b'.', Code::NotFinite),
            ("1e400", b'.', Code::NotFinite),
            ("0x10", b'.', Code::TextInNumber),
            ("1_000", b'.', Code::TextInNumber),
            ("very often", b'.', Code::TextInNumber),
            ("-", b'.', Code::TextInNumber),
            ("e5", b'.', Code::TextInNumber),
            ("1,234", b'.', Code::ThousandsSeparator),
            ("1.234,5", b'.', Code::ThousandsSeparator),
            ("12 345", b'.', Code::ThousandsSeparator),
            ("4,25", b'.', Code::DecimalComma),
            ("2024-03-04", b'.', Code::FullDate),
            ("03/04/2024", b'.', Code::FullDate),
            ("2024-03-04 10:00", b'.', Code::FullDate),
        ] {
            assert_eq!(parse(text, mark), Err(code), "{text}");
        }
    }
}
