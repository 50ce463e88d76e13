//! Numbers as the APA manual (7th edition, section 6.36) prints them: a real minus sign, no leading zero where the absolute
//! value cannot exceed 1, three decimals for p. For sentences; results and CSV files keep every digit.

/// A number with `decimals` places: "−1.02". Never "−0.00".
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let is_zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if value < 0.0 && !is_zero { format!("−{text}") } else { text }
}

/// A number that cannot exceed 1 in absolute value, without its leading zero: "−.19", "1.00".
#[must_use]
pub fn bounded(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    match text
        .strip_prefix("−0.")
        .map(|rest| ("−", rest))
        .or_else(|| text.strip_prefix("0.").map(|rest| ("", rest)))
    {
        Some((sign, rest)) => format!("{sign}.{rest}"),
        None => text,
    }
}

/// A p value with its relation: "p = .040", "p < .001".
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "p < .001".to_owned() } else { format!("p = {}", bounded(p, 3)) }
}

/// An interval: "\[−0.36, −0.01\]".
#[must_use]
pub fn interval([low, high]: [f64; 2], decimals: usize) -> String {
    format!("[{}, {}]", number(low, decimals), number(high, decimals))
}

/// An interval of a quantity that cannot exceed 1 in absolute value: "\[−.36, −.01\]".
#[must_use]
pub fn bounded_interval([low, high]: [f64; 2], decimals: usize) -> String {
    format!("[{}, {}]", bounded(low, decimals), bounded(high, decimals))
}

/// A share in per cent: "27.4 %".
#[must_use]
pub fn percent(share: f64, decimals: usize) -> String {
    format!("{} %", number(100.0 * share, decimals))
}

/// "1 client", "2 clients".
#[must_use]
pub fn counted(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_leading_zeros() {
        assert_eq!(number(-1.017, 2), "−1.02");
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(bounded(-0.188_647, 2), "−.19");
        assert_eq!(bounded(0.996, 2), "1.00");
        assert_eq!(bounded(-0.999, 2), "−1.00");
        assert_eq!(p_value(0.039_911), "p = .040");
        assert_eq!(p_value(0.0004), "p < .001");
        assert_eq!(bounded_interval([-0.3565, -0.00896], 2), "[−.36, −.01]");
        assert_eq!(percent(0.2738, 1), "27.4 %");
        assert_eq!(counted(1, "client"), "1 client");
    }
}
