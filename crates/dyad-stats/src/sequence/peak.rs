//! Where in a window a client's highest rating falls, and how often by chance.

use crate::{Result, SCORE_TOLERANCE, StatsError};

/// Where clients peak.
#[derive(Clone, Debug, PartialEq)]
pub struct Peaks {
    /// Share of clients per occasion; m tied maxima count 1/m each. They add to 1.
    pub shares: Vec<f64>,
    /// Clients whose maximum is shared by several occasions.
    pub tied_clients: usize,
    /// Clients.
    pub n: usize,
    /// How many clients have 1, 2, … tied maxima.
    ties: Vec<usize>,
    /// Sum of shares per occasion, in units of 1/`unit`.
    sums: Vec<u64>,
    unit: u64,
}

/// Returns where the maxima of complete series fall.
///
/// # Shape and units
/// `ratings`: one row of `occasions` values per client, row after row. Values closer than 1e-9 are tied.
///
/// # Missing values
/// None accepted: only clients with every rating of the window.
///
/// # Errors
/// - [`StatsError::TooFew`] without a client or with fewer than two occasions.
/// - [`StatsError::OutOfDomain`] above 20 occasions, where the unit of the exact null outgrows 64 bits.
///
/// # Source
/// Counting; R: `W >= apply(W, 1, max)`.
pub fn peaks(ratings: &[f64], occasions: usize) -> Result<Peaks> {
    if occasions < 2 {
        return Err(StatsError::TooFew { unit: "occasions", needed: 2, found: occasions });
    }
    if occasions > 20 {
        return Err(StatsError::OutOfDomain {
            what: "the number of occasions",
            expected: "at most 20",
        });
    }
    if ratings.len() < occasions {
        return Err(StatsError::TooFew {
            unit: "clients with every rating of the window",
            needed: 1,
            found: 0,
        });
    }
    let unit = (2..=occasions as u64).fold(1, |lcm, k| lcm / gcd(lcm, k) * k);
    let (mut sums, mut ties) = (vec![0; occasions], vec![0; occasions]);
    let series = ratings.chunks_exact(occasions);
    let n = series.len();
    for values in series {
        let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let top = |v: &f64| *v >= highest - SCORE_TOLERANCE;
        let tied = values.iter().filter(|v| top(v)).count();
        ties[tied - 1] += 1;
        for (sum, _) in sums.iter_mut().zip(values).filter(|(_, v)| top(v)) {
            *sum += unit / tied as u64;
        }
    }
    let shares = sums.iter().map(|&s| s as f64 / (unit as f64 * n as f64)).collect();
    Ok(Peaks { shares, tied_clients: n - ties[0], n, ties, sums, unit })
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl Peaks {
    /// P(share at `occasion` at least as large as observed) if each client's own ratings came in any order.
    ///
    /// Exact. A client with m tied maxima out of k occasions gives 1/m with probability m/k, else nothing; the distribution of the
    /// sum is found by convolution in whole units of 1/lcm(1 … k), the clients with the same number of ties taken together as one
    /// binomial.
    ///
    /// # Source
    /// `[@edgington2007]`. Checked against R: the same convolution client by client.
    #[must_use]
    pub fn permutation_p(&self, occasion: usize) -> f64 {
        let (mass, step) = self.null();
        let observed = index(self.sums[occasion] / step);
        // From the far end, where the terms are small.
        mass[observed.min(mass.len())..].iter().rev().sum::<f64>().min(1.0)
    }

    /// Where the central 95 % of the share of any one occasion lie under that null.
    #[must_use]
    pub fn null_band(&self) -> [f64; 2] {
        let (mass, step) = self.null();
        let share = |at: usize| (at as u64 * step) as f64 / (self.unit as f64 * self.n as f64);
        let (mut below, mut low) = (0.0, None);
        for (at, p) in mass.iter().enumerate() {
            below += p;
            if low.is_none() && below >= 0.025 {
                low = Some(at);
            }
            if below >= 0.975 {
                return [share(low.unwrap_or(0)), share(at)];
            }
        }
        [share(low.unwrap_or(0)), share(mass.len() - 1)]
    }

    /// The distribution of the sum at one occasion, and the units of one step of it.
    fn null(&self) -> (Vec<f64>, u64) {
        let k = self.shares.len() as f64;
        let groups = || self.ties.iter().enumerate().filter(|(_, n)| **n > 0);
        // The largest step that divides every share that occurs keeps the vector short.
        let step = groups().fold(0, |g, (tied, _)| gcd(self.unit / (tied as u64 + 1), g));
        let mut mass = vec![1.0];
        for (tied, &clients) in groups() {
            let m = tied + 1;
            let jump = index(self.unit / m as u64 / step);
            let hits = binomial(clients, m as f64 / k);
            let mut next = vec![0.0; mass.len() + jump * clients];
            for (hit, &p) in hits.iter().enumerate().filter(|(_, p)| **p > 0.0) {
                for (at, &q) in mass.iter().enumerate() {
                    next[at + hit * jump] += p * q;
                }
            }
            mass = next;
        }
        (mass, step)
    }
}

/// A position in the null distribution; what does not fit lies beyond its end.
fn index(units: u64) -> usize {
    usize::try_from(units).unwrap_or(usize::MAX)
}

/// The binomial probabilities of 0 … n hits.
fn binomial(n: usize, p: f64) -> Vec<f64> {
    if p >= 1.0 {
        let mut sure = vec![0.0; n + 1];
        sure[n] = 1.0;
        return sure;
    }
    let ln_choose = |k: f64| {
        libm::lgamma(n as f64 + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n as f64 - k + 1.0)
    };
    let term = |k: usize| {
        let k = k as f64;
        (ln_choose(k) + k * p.ln() + (n as f64 - k) * (-p).ln_1p()).exp()
    };
    (0..=n).map(term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_shared_and_shares_add_to_one() {
        let found = peaks(&[1.0, 3.0, 3.0, 2.0, 1.0, 0.5], 3).unwrap();
        assert_eq!(found.shares, [0.5, 0.25, 0.25]);
        assert_eq!(found.tied_clients, 1);
    }

    #[test]
    fn the_null_agrees_with_listing_every_order() {
        // Two clients, three occasions; one with two tied maxima. All 6 × 6 orders.
        let rows = [[3.0, 3.0, 1.0], [1.0, 2.0, 3.0]];
        let found = peaks(&rows.concat(), 3).unwrap();
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for occasion in 0..3 {
            let share = |row: &[f64; 3], order: &[usize; 3]| {
                let tied = row.iter().filter(|v| **v >= 3.0).count() as f64;
                if row[order[occasion]] >= 3.0 { 1.0 / tied } else { 0.0 }
            };
            let observed = found.shares[occasion] * 2.0;
            let hits = orders
                .iter()
                .flat_map(|a| orders.iter().map(move |b| (a, b)))
                .filter(|(a, b)| share(&rows[0], a) + share(&rows[1], b) >= observed - 1e-9)
                .count();
            assert!((found.permutation_p(occasion) - hits as f64 / 36.0).abs() < 1e-12);
        }
    }

    #[test]
    fn all_ties_leave_nothing_to_chance() {
        let found = peaks(&[2.0; 12], 4).unwrap();
        assert_eq!(found.shares, [0.25; 4]);
        assert!((found.permutation_p(1) - 1.0).abs() < 1e-12);
        assert!(peaks(&[], 4).is_err());
    }
}
