//! How far single therapists or sites stand behind a number.

use arrow_array::{Array as _, Int64Array};
use serde::{Deserialize, Serialize};

use crate::Study;

/// The shares of the largest contributor and of the two largest, of therapists and, in tables over sites, of sites.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Of the clients counted, the largest therapist's share and that of the two largest together.
    pub therapists: [f64; 2],
    /// The same for sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sites: Option<[f64; 2]>,
}

impl Spread {
    /// The spread over therapists, from the number of clients of each; `None` without clients.
    #[must_use]
    pub fn over_therapists(clients: &[u64]) -> Option<Self> {
        let all: u64 = clients.iter().sum();
        let [first, second] = largest(clients.iter().copied());
        let share = |n: u64| n as f64 / all as f64;
        (all > 0).then(|| Self { therapists: [share(first), share(first + second)], sites: None })
    }
}

/// Clients of the largest and of the second largest therapist of a study. A number on n clients cannot be dominated by one
/// therapist who has fewer than n / 2 clients in all, so these two counts settle most cases without asking who is behind a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Caseloads {
    /// Clients of the largest and the second largest therapist.
    pub therapists: [u64; 2],
}

fn largest(counts: impl Iterator<Item = u64>) -> [u64; 2] {
    counts.fold(
        [0, 0],
        |[first, second], n| {
            if n > first { [n, first] } else { [first, second.max(n)] }
        },
    )
}

impl Study {
    /// The two largest caseloads; `None` if the study names no therapists.
    #[must_use]
    pub fn caseloads(&self) -> Option<Caseloads> {
        let column = self.tables.clients.column_by_name("therapist")?;
        let therapists = column.as_any().downcast_ref::<Int64Array>()?;
        let mut clients = vec![0_u64; self.tables.therapists.num_rows()];
        for therapist in therapists.iter().flatten() {
            *usize::try_from(therapist).ok().and_then(|at| clients.get_mut(at))? += 1;
        }
        (!clients.is_empty()).then(|| Caseloads { therapists: largest(clients.into_iter()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_the_largest_and_of_the_two_largest() {
        let spread = Spread::over_therapists(&[2, 5, 3]).unwrap();
        assert!((spread.therapists[0] - 0.5).abs() < 1e-12);
        assert!((spread.therapists[1] - 0.8).abs() < 1e-12);
        assert_eq!(Spread::over_therapists(&[0]), None);
        assert_eq!(largest([4, 4, 1].into_iter()), [4, 4]);
    }
}
