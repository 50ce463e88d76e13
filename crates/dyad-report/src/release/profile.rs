//! The rule sets. The thresholds are those of the bodies named; the unit of counting, persons at every level, is ours.

use std::str::FromStr;

use dyad_model::{Caseloads, Spread};

use super::dominance::{Dominance, judge};
use super::rounded::Rounding;

/// Whose rules a report obeys before it leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// For the people who hold the data: nothing is changed, nothing is checked.
    #[default]
    Internal,
    /// Counts of 1 to 7 redacted, all others rounded to 5.
    Opensafely,
    /// Cells below 10 and zeros withheld, with complementary suppression; no rounding.
    Acro,
    /// Counts of 1 to 7 withheld, all others rounded to 5; totals counted, then rounded.
    Nhs,
}

/// A word that names no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no release profile `{0}`: choose internal, opensafely, acro or nhs")]
pub struct UnknownProfile(pub String);

impl Profile {
    /// Every profile, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Internal, Self::Opensafely, Self::Acro, Self::Nhs];

    /// Its name in the study file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Opensafely => "opensafely",
            Self::Acro => "acro",
            Self::Nhs => "nhs",
        }
    }

    /// Whether SVG files may leave under it; if not, figures stay inside the page and their data beside it.
    pub(crate) fn lets_svg_out(self) -> bool {
        self.rules().is_none_or(|rules| rules.svg)
    }

    /// Its rules; `None` for `internal`, which has none.
    pub(crate) fn rules(self) -> Option<Rules> {
        let rounding = Rules {
            clients: 8,
            therapists: 5,
            zeros_fail: false,
            base: Some(5),
            models: true,
            organisations: false,
            margins: Margins::SumOfRounded,
            complementary: false,
            svg: true,
            dominance: true,
            caseloads: None,
        };
        match self {
            Self::Internal => None,
            Self::Opensafely => Some(rounding),
            Self::Acro => Some(Rules {
                clients: 10,
                zeros_fail: true,
                base: None,
                organisations: true,
                margins: Margins::AsCounted,
                complementary: true,
                svg: false,
                ..rounding
            }),
            Self::Nhs => Some(Rules {
                models: false,
                organisations: true,
                margins: Margins::AsCounted,
                dominance: false,
                ..rounding
            }),
        }
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.as_str() == name)
            .ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

/// What stands in a margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Margins {
    /// The sum of the cells as they are released.
    SumOfRounded,
    /// The count, rounded if the profile rounds.
    AsCounted,
}

/// One rule set.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one published rule")]
pub(crate) struct Rules {
    /// T: fewest clients of a cell.
    pub(crate) clients: u64,
    /// Fewest therapists of a cell.
    pub(crate) therapists: u64,
    /// Whether a zero is as bad as a small count.
    pub(crate) zeros_fail: bool,
    /// Counts are rounded to multiples of it.
    pub(crate) base: Option<u64>,
    /// Whether models need ten residual degrees of freedom.
    pub(crate) models: bool,
    /// Whether results of single organisations may leave.
    pub(crate) organisations: bool,
    /// What stands in a margin.
    pub(crate) margins: Margins,
    /// Whether suppressed cells are protected by suppressing others.
    pub(crate) complementary: bool,
    /// Whether SVG files may leave.
    pub(crate) svg: bool,
    /// Whether nobody may dominate a cell.
    pub(crate) dominance: bool,
    /// The largest caseloads of the study, if they are known.
    pub(crate) caseloads: Option<Caseloads>,
}

impl Rules {
    /// Whether a count of persons may not be shown.
    pub(crate) fn hides(&self, count: u64) -> bool {
        count < self.clients && (count > 0 || self.zeros_fail)
    }

    /// Whether somebody dominates a cell of so many clients; always no where the profile does not ask.
    pub(crate) fn dominance(&self, spread: Option<&Spread>, clients: Option<u64>) -> Dominance {
        if self.dominance {
            judge(spread, clients, self.caseloads.as_ref())
        } else {
            Dominance::Passes
        }
    }

    /// How it rounds, if it does.
    pub(crate) fn rounding(&self) -> Option<Rounding> {
        let counted_totals = self.margins == Margins::AsCounted;
        self.base.map(|base| Rounding { base, threshold: self.clients, counted_totals })
    }

    /// A count as it is released.
    pub(crate) fn round(&self, count: u64) -> u64 {
        self.base.map_or(count, |base| (count + base / 2) / base * base)
    }
}

/// A count rounded so that 1 to 6 become 3, 7 to 12 become 9, and so on.
pub(crate) fn midpoint6(count: u64) -> u64 {
    if count == 0 { 0 } else { count.div_ceil(6) * 6 - 3 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        let opensafely = Profile::Opensafely.rules().unwrap();
        assert!(opensafely.hides(6) && opensafely.hides(7) && !opensafely.hides(8));
        assert_eq!(opensafely.round(8), 10);
        assert!(!opensafely.hides(0));
        let acro = Profile::Acro.rules().unwrap();
        assert!(acro.hides(0) && acro.hides(9) && !acro.hides(10));
        assert_eq!(acro.round(11), 11);
        assert_eq!([0, 1, 6, 7, 12, 13].map(midpoint6), [0, 3, 3, 9, 9, 15]);
    }

    #[test]
    fn profiles_are_named() {
        for profile in Profile::ALL {
            assert_eq!(profile.as_str().parse(), Ok(profile));
        }
        assert!("ACRO".parse::<Profile>().unwrap_err().to_string().contains("choose internal"));
    }
}
