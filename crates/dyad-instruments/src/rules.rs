//! How answered items become a score, and when too few are answered.

use std::{fmt, str::FromStr};

/// How the items of a subscale are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
    /// Ten times their mean, the clinical score of the CORE family.
    MeanX10,
}

impl Aggregate {
    /// The score of a mean of `n` items.
    #[must_use]
    pub fn of_mean(self, mean: f64, n: usize) -> f64 {
        match self {
            Self::Sum => mean * n as f64,
            Self::Mean => mean,
            Self::MeanX10 => 10.0 * mean,
        }
    }

    /// The word in key files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::MeanX10 => "mean_x10",
        }
    }
}

impl FromStr for Aggregate {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Sum, Self::Mean, Self::MeanX10].into_iter().find(|a| a.as_str() == word).ok_or(())
    }
}

/// What happens to unanswered items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingRule {
    /// A score needs every item.
    Complete,
    /// The mean of the answered items stands for all, if at least so many are answered.
    MinAnswered(usize),
    /// The same, if at most this percentage is missing.
    MaxMissing(u8),
    /// A blank becomes the mean of the subscale's answered items, rounded to a whole number, halves up.
    SubscaleMeanRounded,
    /// The sum of the scored subscales; missing if one of them is.
    FromSubscales,
}

impl MissingRule {
    /// Whether `answered` of `n` items suffice.
    #[must_use]
    pub fn suffices(self, answered: usize, n: usize) -> bool {
        match self {
            Self::Complete => answered == n,
            Self::MinAnswered(k) => answered >= k.max(1),
            Self::MaxMissing(percent) => {
                answered > 0 && (n - answered) * 100 <= usize::from(percent) * n
            }
            Self::SubscaleMeanRounded => answered > 0,
            Self::FromSubscales => false,
        }
    }

    /// The rule as a sentence for people.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::Complete => "none allowed: a score needs every item".to_owned(),
            Self::MinAnswered(k) => {
                format!("the mean of the answered items stands for all, from {k} answers on")
            }
            Self::MaxMissing(percent) => {
                format!("the mean of the answered items stands for all, up to {percent}% blanks")
            }
            Self::SubscaleMeanRounded => {
                "a blank becomes the rounded mean of the subscale's answered items".to_owned()
            }
            Self::FromSubscales => "as the subscales, which are added".to_owned(),
        }
    }
}

impl fmt::Display for MissingRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete => f.write_str("complete"),
            Self::MinAnswered(k) => write!(f, "min_answered={k}"),
            Self::MaxMissing(percent) => write!(f, "max_missing={percent}%"),
            Self::SubscaleMeanRounded => f.write_str("subscale_mean_rounded"),
            Self::FromSubscales => f.write_str("from_subscales"),
        }
    }
}

impl FromStr for MissingRule {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        if let Some(k) = word.strip_prefix("min_answered=") {
            return k.parse().map(Self::MinAnswered).map_err(|_| ());
        }
        if let Some(percent) = word.strip_prefix("max_missing=") {
            let percent = percent.strip_suffix('%').ok_or(())?.parse().map_err(|_| ())?;
            return if percent < 100 { Ok(Self::MaxMissing(percent)) } else { Err(()) };
        }
        [Self::Complete, Self::SubscaleMeanRounded, Self::FromSubscales]
            .into_iter()
            .find(|rule| rule.to_string() == word)
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::MissingRule;

    #[test]
    fn each_rule_at_its_limit_and_one_beyond() {
        let rule = |word: &str| word.parse::<MissingRule>().unwrap();
        for (word, n, enough) in [
            ("complete", 9, 9),
            ("min_answered=7", 9, 7),
            ("max_missing=10%", 10, 9),
            ("max_missing=10%", 34, 31),
            ("max_missing=10%", 6, 6),
            ("subscale_mean_rounded", 9, 1),
        ] {
            assert!(rule(word).suffices(enough, n), "{word}");
            assert!(!rule(word).suffices(enough - 1, n), "{word}");
            assert_eq!(rule(word).to_string(), word);
        }
        for word in ["", "min_answered=", "min_answered=x", "max_missing=10", "max_missing=100%"] {
            assert_eq!(word.parse::<MissingRule>(), Err(()), "{word}");
        }
    }
}
