//! Check digits: what tells a real number from a random one of the same length.

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.bytes().filter(u8::is_ascii_digit).map(|b| u32::from(b - b'0'))
}

/// Luhn's rule: double every second digit from the right, sum of digits divisible by 10.
pub(super) fn luhn(number: &str) -> bool {
    let sum: u32 = digits(number)
        .rev()
        .enumerate()
        .map(|(i, d)| match (i % 2, d * 2) {
            (0, _) => d,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// NHS number: ten digits, weights 10 … 1, sum divisible by 11.
pub(super) fn nhs(number: &str) -> bool {
    digits(number).count() == 10
        && !all_same(number)
        && digits(number).zip((1..=10).rev()).map(|(d, w)| d * w).sum::<u32>() % 11 == 0
}

/// US National Provider Identifier: ten digits, first 1 or 2, Luhn over `80840` and the digits.
pub(super) fn npi(number: &str) -> bool {
    digits(number).count() == 10
        && !all_same(number)
        && matches!(digits(number).next(), Some(1 | 2))
        && luhn(&format!("80840{number}"))
}

/// Payment card: 13 to 19 digits, Luhn.
pub(super) fn card(number: &str) -> bool {
    (13..=19).contains(&digits(number).count()) && !all_same(number) && luhn(number)
}

/// IBAN: the first four characters moved to the end, letters as 10 … 35, remainder 1 modulo 97.
pub(super) fn iban(text: &str) -> bool {
    let plain: Vec<u8> = text.bytes().filter(|b| *b != b' ').collect();
    if !(15..=34).contains(&plain.len())
        || !plain[..2].iter().all(u8::is_ascii_uppercase)
        || !plain[2..4].iter().all(u8::is_ascii_digit)
        || !plain.iter().all(u8::is_ascii_alphanumeric)
    {
        return false;
    }
    let rotated = plain[4..].iter().chain(&plain[..4]);
    rotated.fold(0_u32, |rest, &b| match char::from(b).to_digit(36) {
        Some(value) if value < 10 => (rest * 10 + value) % 97,
        Some(value) => (rest * 100 + value) % 97,
        None => 0,
    }) == 1
}

/// US social security number in its parts: area not 000, 666 or 9xx, group not 00, serial not 0000, no sequence.
pub(super) fn ssn(area: &str, group: &str, serial: &str) -> bool {
    let whole = format!("{area}{group}{serial}");
    let impossible = area == "000"
        || area == "666"
        || area.starts_with('9')
        || group == "00"
        || serial == "0000"
        || all_same(&whole);
    !impossible && !["078051120", "123456789", "987654321"].contains(&whole.as_str())
}

fn all_same(number: &str) -> bool {
    let mut all = digits(number);
    all.next().is_some_and(|first| all.all(|d| d == first))
}

/// P(at least `k` of `n` pass) when each passes with probability `p`.
pub(super) fn chance(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    // The mass at 0 may underflow for large n, but then k beyond 30 % of n is out of reach of chance too.
    let mut mass = (n as f64 * (1.0 - p).ln()).exp();
    let mut below = 0.0;
    for i in 0..k {
        below += mass;
        mass *= (n - i) as f64 / (i + 1) as f64 * p / (1.0 - p);
    }
    if below > 0.0 { (1.0 - below).max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        // NHS: 943 476 5919 of the data dictionary; NPI: 1234567893 of the CMS check digit document;
        // card: 4111 1111 1111 1111; IBAN: the registry's examples.
        assert!(nhs("9434765919") && !nhs("9434765918"));
        assert!(npi("1234567893") && !npi("1234567890"));
        assert!(card("4111111111111111") && !card("4111111111111112"));
        assert!(iban("GB82 WEST 1234 5698 7654 32") && iban("DE89370400440532013000"));
        assert!(!iban("GB82WEST12345698765433") && !iban("gb82"));
        assert!(ssn("219", "09", "9999") && !ssn("666", "12", "3456") && !ssn("078", "05", "1120"));
    }

    #[test]
    fn chance_of_passing() {
        // pbinom(k - 1, n, p, lower.tail = FALSE) in R
        for (k, n, p, expected) in
            [(6, 20, 0.1, 0.011_253_134_164_5), (30, 100, 0.1, 2.445_111_8e-8), (0, 20, 0.1, 1.0)]
        {
            let got = chance(k, n, p);
            assert!((got - expected).abs() < 1e-6 * expected, "{k} of {n}: {got}");
        }
    }
}
