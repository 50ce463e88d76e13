//! How many detectors mark the same session.

use super::Rupture;

/// Sessions that detectors call a rupture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    /// One detector or more.
    pub by_any: u64,
    /// Two or more.
    pub by_several: u64,
}

impl Votes {
    /// Adds a client: what each detector found in the same series.
    pub fn push(&mut self, by_detector: &[Vec<Rupture>]) {
        let mut marked: Vec<usize> = by_detector.iter().flatten().map(|r| r.at).collect();
        marked.sort_unstable();
        for of_session in marked.chunk_by(|a, b| a == b) {
            self.by_any += 1;
            self.by_several += u64::from(of_session.len() >= 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_counts_once_however_many_mark_it() {
        let at = |at| Rupture { at, depth: 1.0, repaired_at: None, censored: false };
        let mut votes = Votes::default();
        votes.push(&[vec![at(2), at(5)], vec![at(5)], vec![at(5), at(7)]]);
        votes.push(&[Vec::new(), Vec::new(), Vec::new()]);
        assert_eq!(votes, Votes { by_any: 3, by_several: 1 });
    }
}
