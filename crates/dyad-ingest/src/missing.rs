//! Codes that stand for "no value".

use crate::number;

/// The missing codes of one measure, compared as text after trimming, then as a number (`-9` and `-9.0` are one code).
#[derive(Clone, Debug, Default)]
pub(crate) struct MissingCodes {
    texts: Vec<String>,
    numbers: Vec<u64>,
}

impl MissingCodes {
    pub(crate) fn new(codes: &[String]) -> Self {
        let texts: Vec<String> = codes.iter().map(|code| code.trim().to_owned()).collect();
        let numbers = texts
            .iter()
            .filter_map(|code| number::parse(code, b'.').ok())
            .map(f64::to_bits)
            .collect();
        Self { texts, numbers }
    }

    /// Whether a trimmed cell is a code.
    pub(crate) fn has_text(&self, cell: &str) -> bool {
        self.texts.iter().any(|code| code == cell)
    }

    /// Whether a number is a code.
    pub(crate) fn has_number(&self, value: f64) -> bool {
        self.numbers.contains(&value.to_bits())
    }
}

#[cfg(test)]
mod tests {
    use super::MissingCodes;

    #[test]
    fn a_code_is_text_or_a_number() {
        let codes = MissingCodes::new(&["NA".into(), " -9 ".into(), "0".into()]);
        assert!(codes.has_text("NA") && codes.has_text("-9") && !codes.has_text("na"));
        assert!(codes.has_number(-9.0) && codes.has_number(0.0) && !codes.has_number(9.0));
    }
}
