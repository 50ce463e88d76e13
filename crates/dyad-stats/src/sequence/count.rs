//! What one rule finds among clients.

use super::Rupture;

/// Clients, ruptures and repairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuptureCount {
    /// Clients with a rupture.
    pub clients: u64,
    /// Ruptures.
    pub ruptures: u64,
    /// Those that were repaired.
    pub repaired: u64,
    /// Those whose series ends inside the window of repair.
    pub censored: u64,
}

impl RuptureCount {
    /// Adds the ruptures of a client.
    pub fn push(&mut self, found: &[Rupture]) {
        self.clients += u64::from(!found.is_empty());
        self.ruptures += found.len() as u64;
        self.repaired += found.iter().filter(|r| r.repaired_at.is_some()).count() as u64;
        self.censored += found.iter().filter(|r| r.censored).count() as u64;
    }
}

impl<'r> FromIterator<&'r [Rupture]> for RuptureCount {
    fn from_iter<I: IntoIterator<Item = &'r [Rupture]>>(clients: I) -> Self {
        let mut count = Self::default();
        clients.into_iter().for_each(|found| count.push(found));
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_counts_once() {
        let rupture = Rupture { at: 3, depth: 1.0, repaired_at: None, censored: true };
        let repaired = Rupture { at: 1, repaired_at: Some(3), censored: false, ..rupture };
        let count: RuptureCount =
            [&[repaired, rupture][..], &[], &[repaired]].into_iter().collect();
        assert_eq!(count, RuptureCount { clients: 2, ruptures: 3, repaired: 2, censored: 1 });
    }
}
