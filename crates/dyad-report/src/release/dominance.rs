//! T2: no one or two therapists, or sites, may make up most of a cell.

use dyad_model::{Caseloads, Spread};

/// The largest share one contributor may have, and the two largest together (ABS).
const MOST: [f64; 2] = [0.50, 0.67];

/// What is known about the dominance of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dominance {
    /// Nobody dominates it.
    Passes,
    /// Somebody does.
    Fails,
    /// It is not known who is behind it.
    Unknown,
}

/// Judges a cell of `clients` by who is behind it or, where that is not said, by the largest caseloads of the whole study.
pub(crate) fn judge(
    spread: Option<&Spread>,
    clients: Option<u64>,
    caseloads: Option<&Caseloads>,
) -> Dominance {
    let dominated =
        |shares: [f64; 2]| shares.iter().zip(MOST).any(|(share, most)| *share > most + 1e-12);
    match (spread, clients, caseloads) {
        (Some(spread), ..) => {
            let sites = spread.sites.is_some_and(dominated);
            if dominated(spread.therapists) || sites { Dominance::Fails } else { Dominance::Passes }
        }
        (None, Some(n), Some(caseloads)) if n > 0 => {
            let [first, second] = caseloads.therapists;
            let at_most = [first, first + second].map(|c| c as f64 / n as f64);
            if dominated(at_most) { Dominance::Unknown } else { Dominance::Passes }
        }
        _ => Dominance::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_beyond_the_limit_fails_and_small_caseloads_settle_it() {
        let of = |clients: &[u64]| judge(Spread::over_therapists(clients).as_ref(), None, None);
        assert_eq!(of(&[5, 5]), Dominance::Fails);
        assert_eq!(of(&[5, 3, 2]), Dominance::Fails);
        assert_eq!(of(&[5, 1, 1, 1, 1, 1]), Dominance::Passes);
        assert_eq!(of(&[6, 1, 1, 1, 1, 1]), Dominance::Fails);
        let small = Caseloads { therapists: [5, 5] };
        assert_eq!(judge(None, Some(120), Some(&small)), Dominance::Passes);
        assert_eq!(judge(None, Some(12), Some(&small)), Dominance::Unknown);
        assert_eq!(judge(None, Some(120), None), Dominance::Unknown);
        let mut sites = Spread::over_therapists(&[1, 1, 1, 1]).unwrap();
        sites.sites = Some([0.6, 0.8]);
        assert_eq!(judge(Some(&sites), None, None), Dominance::Fails);
    }
}
