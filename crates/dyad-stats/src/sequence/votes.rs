//! How many detectors mark the same session.

/// Sessions that detectors call a rupture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Votes {
    /// One detector or more.
    pub by_any: u64,
    /// Two or more.
    pub by_several: u64,
}

impl Votes {
    /// Adds a client: the position of every rupture by every detector, in any order. They are sorted.
    pub fn push(&mut self, marked: &mut [usize]) {
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
        let mut votes = Votes::default();
        votes.push(&mut [2, 5, 5, 5, 7]);
        votes.push(&mut []);
        assert_eq!(votes, Votes { by_any: 3, by_several: 1 });
    }
}
