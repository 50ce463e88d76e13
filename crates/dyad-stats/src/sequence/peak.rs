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
    /// binomial. The convolution is made under the exponentially tilted distribution whose mean is what was observed, and turned
    /// back: p = M(θ) Σ P_θ(s) e^(−θs), so that only the neighbourhood of the observed value is needed and a p of 1e-100 keeps its
    /// digits.
    ///
    /// # Source
    /// `[@edgington2007]`; tilting `[@esscher1932]`. Checked against R: the same convolution client by client.
    #[must_use]
    pub fn permutation_p(&self, occasion: usize) -> f64 {
        let observed = self.sums[occasion] as f64 / self.unit as f64;
        let theta = self.tilt(observed);
        let null = self.null(theta);
        let generating: f64 =
            self.groups().map(|g| g.clients as f64 * g.ln_generating(theta)).sum();
        let from = (self.sums[occasion] / null.step).saturating_sub(null.first);
        let mass = null.mass.get(index(from)..).unwrap_or(&[]);
        // From the far end, where the terms are small.
        let terms = mass.iter().enumerate().rev().filter(|(_, p)| **p > 0.0).map(|(at, p)| {
            let sum = (null.first + from + at as u64) * null.step;
            (p.ln() + generating - theta * sum as f64 / self.unit as f64).exp()
        });
        terms.sum::<f64>().min(1.0)
    }

    /// Where the central 95 % of the share of any one occasion lie under that null.
    #[must_use]
    pub fn null_band(&self) -> [f64; 2] {
        let null = self.null(0.0);
        let share = |at: usize| {
            ((null.first + at as u64) * null.step) as f64 / (self.unit as f64 * self.n as f64)
        };
        let (mut below, mut low) = (0.0, None);
        for (at, p) in null.mass.iter().enumerate() {
            below += p;
            if low.is_none() && below >= 0.025 {
                low = Some(at);
            }
            if below >= 0.975 {
                return [share(low.unwrap_or(0)), share(at)];
            }
        }
        [share(low.unwrap_or(0)), share(null.mass.len() - 1)]
    }

    /// The clients by their number of tied maxima.
    fn groups(&self) -> impl Iterator<Item = Group> + '_ {
        let k = self.shares.len() as f64;
        let tied = move |(at, &clients): (usize, &usize)| {
            let m = at as f64 + 1.0;
            Group { tied: at as u64 + 1, clients, share: 1.0 / m, p: m / k }
        };
        self.ties.iter().enumerate().filter(|(_, n)| **n > 0).map(tied)
    }

    /// The tilt under which the sum is `observed` on average; none for what lies below the mean, where p is not small.
    fn tilt(&self, observed: f64) -> f64 {
        let mean = |theta: f64| -> f64 {
            self.groups().map(|g| g.clients as f64 * g.share * g.tilted(theta)).sum()
        };
        let (mut low, mut high) = (0.0, 64.0);
        if observed <= mean(low) {
            return 0.0;
        }
        if observed >= mean(high) {
            return high;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if mean(middle) < observed {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The distribution of the sum at one occasion under a tilt.
    fn null(&self, theta: f64) -> Null {
        // The largest step that divides every share that occurs keeps the vector short.
        let step = self.groups().fold(0, |g, group| gcd(self.unit / group.tied, g));
        let (mut first, mut mass) = (0, vec![1.0]);
        for group in self.groups() {
            let jump = self.unit / group.tied / step;
            let (fewest, hits) = binomial(group.clients, group.tilted(theta));
            let jump_by = index(jump);
            let mut next = vec![0.0; mass.len() + jump_by * (hits.len() - 1)];
            for (at, &q) in mass.iter().enumerate().filter(|(_, q)| **q > 0.0) {
                for (hit, &p) in hits.iter().enumerate() {
                    next[at + hit * jump_by] += p * q;
                }
            }
            first += fewest * jump;
            mass = next;
        }
        Null { first, step, mass }
    }
}

/// Clients with the same number of tied maxima: each gives `share` with probability `p`.
struct Group {
    tied: u64,
    clients: usize,
    share: f64,
    p: f64,
}

impl Group {
    /// ln E e^(θ·share).
    fn ln_generating(&self, theta: f64) -> f64 {
        (self.p * (theta * self.share).exp_m1()).ln_1p()
    }

    /// The probability under the tilt.
    fn tilted(&self, theta: f64) -> f64 {
        if theta <= 0.0 || self.p >= 1.0 {
            return self.p;
        }
        (self.p.ln() + theta * self.share - self.ln_generating(theta)).exp().min(1.0)
    }
}

/// A distribution over first·step, (first + 1)·step, …
struct Null {
    first: u64,
    step: u64,
    mass: Vec<f64>,
}

/// A position in the null distribution; what does not fit lies beyond its end.
fn index(units: u64) -> usize {
    usize::try_from(units).unwrap_or(usize::MAX)
}

/// What is smaller than this share of the largest probability cannot be seen in a sum.
const NEGLIGIBLE: f64 = 1e-40;

/// The binomial probabilities of `first`, `first` + 1, … hits: all that are not negligible.
fn binomial(n: usize, p: f64) -> (u64, Vec<f64>) {
    if p >= 1.0 {
        return (n as u64, vec![1.0]);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of clients times a probability"
    )]
    let mode = (((n + 1) as f64 * p) as usize).min(n);
    // From the largest term outwards by the ratio of neighbours, then to a sum of 1: factorials of large numbers lose digits.
    let odds = p / (1.0 - p);
    let mut terms = Vec::new();
    let mut term = 1.0;
    for k in (0..mode).rev() {
        term *= (k + 1) as f64 / ((n - k) as f64 * odds);
        if term <= NEGLIGIBLE {
            break;
        }
        terms.push(term);
    }
    let first = mode - terms.len();
    terms.reverse();
    terms.push(1.0);
    term = 1.0;
    for k in mode..n {
        term *= (n - k) as f64 / (k + 1) as f64 * odds;
        if term <= NEGLIGIBLE {
            break;
        }
        terms.push(term);
    }
    let sum: f64 = terms.iter().sum();
    for term in &mut terms {
        *term /= sum;
    }
    (first as u64, terms)
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
    fn a_tiny_p_keeps_its_digits() {
        // Everyone peaks at the first of four sessions: p = 4^-n.
        for n in [5, 60, 400] {
            let found = peaks(&[4.0, 3.0, 2.0, 1.0].repeat(n), 4).unwrap();
            let expected = -(n as f64) * 4.0_f64.ln();
            assert!((found.permutation_p(0).ln() / expected - 1.0).abs() < 1e-12, "{n}");
        }
        // With ties, and many clients.
        let many = |n: usize| -> Vec<f64> {
            (0..n)
                .flat_map(|i| [[1.0, 2.0, 0.0], [2.0, 2.0, 1.0], [3.0, 1.0, 2.0]][i % 3])
                .collect()
        };
        let found = peaks(&many(3000), 3).unwrap();
        assert!(found.permutation_p(0) < 1e-50 && found.permutation_p(0) > 0.0);
        let found = peaks(&many(300_000), 3).unwrap();
        assert!((found.permutation_p(2) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn all_ties_leave_nothing_to_chance() {
        let found = peaks(&[2.0; 12], 4).unwrap();
        assert_eq!(found.shares, [0.25; 4]);
        assert!((found.permutation_p(1) - 1.0).abs() < 1e-12);
        assert!(peaks(&[], 4).is_err());
    }
}
