//! What the likelihood of a first-order autoregression needs to know of the series, whatever ρ is.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::ops::Range;

/// Sums over the steps of one gap, all clients together: x the rating, y the one before.
#[derive(Clone, Copy, Debug, Default)]
struct Steps {
    count: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

/// The clients whose steps have the same gaps, in whatever order.
///
/// 1'R⁻¹x of such a client is a linear form of z = (first rating, per gap: Σx, Σy), with weights that ρ gives: the sum of its squares over
/// the clients is a quadratic form of Σzz'.
#[derive(Clone, Debug)]
struct Pattern {
    clients: f64,
    /// Σzz', row after row, lower triangle used.
    products: Vec<f64>,
}

/// Sums of series about their client's mean, from which the restricted likelihood follows for every ρ without a look at the ratings.
#[derive(Clone, Debug)]
pub(super) struct GapSums {
    df: usize,
    /// Σ of the squared first ratings.
    first: f64,
    gaps: BTreeMap<u16, Steps>,
    /// By gap and how many steps have it.
    patterns: BTreeMap<Vec<(u16, u32)>, Pattern>,
}

/// The likelihood at one ρ, σ² and the levels at their best.
pub(super) struct Profile {
    pub(super) df: usize,
    pub(super) squares: f64,
    log_determinants: f64,
}

impl Profile {
    pub(super) fn criterion(&self) -> f64 {
        let df = self.df as f64;
        // Series that ρ predicts without error have no likelihood: the least that is not 0 stands for it.
        let variance = (self.squares / df).max(f64::MIN_POSITIVE);
        df * (1.0 + (TAU * variance).ln()) + self.log_determinants
    }
}

impl GapSums {
    /// One pass over the ratings. Session numbers ascend within a client.
    pub(super) fn of(sessions: &[u16], values: &[f64], clients: &[Range<usize>]) -> Self {
        let mut sums = Self { df: 0, first: 0.0, gaps: BTreeMap::new(), patterns: BTreeMap::new() };
        let (mut pattern, mut z) = (Vec::new(), Vec::new());
        for rows in clients.iter().filter(|rows| !rows.is_empty()) {
            let first = values[rows.start];
            sums.first += first * first;
            sums.df += rows.len() - 1;
            pattern.clear();
            z.clear();
            z.push(first);
            for row in rows.start + 1..rows.end {
                let (x, y) = (values[row], values[row - 1]);
                let gap = sessions[row] - sessions[row - 1];
                let steps = sums.gaps.entry(gap).or_default();
                steps.count += 1.0;
                steps.xx += x * x;
                steps.xy += x * y;
                steps.yy += y * y;
                let at = pattern.binary_search_by_key(&gap, |(gap, _)| *gap).unwrap_or_else(|at| {
                    pattern.insert(at, (gap, 0));
                    let place = 2 * at + 1;
                    z.splice(place..place, [0.0; 2]);
                    at
                });
                pattern[at].1 += 1;
                z[2 * at + 1] += x;
                z[2 * at + 2] += y;
            }
            if let Some(known) = sums.patterns.get_mut(pattern.as_slice()) {
                known.add(&z);
            } else {
                let mut new = Pattern { clients: 0.0, products: vec![0.0; z.len() * z.len()] };
                new.add(&z);
                sums.patterns.insert(pattern.clone(), new);
            }
        }
        sums
    }

    /// The likelihood at ρ: 1'R⁻¹1 = 1 + Σ(1 − φ)/(1 + φ), 1'R⁻¹x = first + Σ(x − φy)/(1 + φ), x'R⁻¹x = first² + Σ(x − φy)²/(1 − φ²).
    pub(super) fn at(&self, rho: f64) -> Profile {
        let (mut squares, mut log_determinants) = (self.first, 0.0);
        for (&gap, steps) in &self.gaps {
            let phi = rho.powi(i32::from(gap));
            let left = (1.0 - phi) * (1.0 + phi);
            squares += (steps.xx - 2.0 * phi * steps.xy + phi * phi * steps.yy) / left;
            log_determinants += steps.count * left.ln();
        }
        let mut weights = Vec::new();
        for (gaps, pattern) in &self.patterns {
            let mut ones = 1.0;
            weights.clear();
            weights.push(1.0);
            for &(gap, count) in gaps {
                let phi = rho.powi(i32::from(gap));
                ones += f64::from(count) * (1.0 - phi) / (1.0 + phi);
                weights.extend([1.0 / (1.0 + phi), -phi / (1.0 + phi)]);
            }
            squares -= pattern.squared(&weights) / ones;
            log_determinants += pattern.clients * ones.ln();
        }
        Profile { df: self.df, squares, log_determinants }
    }
}

impl Pattern {
    fn add(&mut self, z: &[f64]) {
        self.clients += 1.0;
        for (i, row) in self.products.chunks_exact_mut(z.len()).enumerate() {
            row.iter_mut().zip(z).take(i + 1).for_each(|(sum, other)| *sum += z[i] * other);
        }
    }

    /// Σ(w'z)².
    fn squared(&self, weights: &[f64]) -> f64 {
        let rows = self.products.chunks_exact(weights.len()).zip(weights).enumerate();
        rows.map(|(i, (row, weight))| {
            let left: f64 = row.iter().zip(weights).take(i).map(|(sum, w)| sum * w).sum();
            weight * (2.0 * left + row[i] * weight)
        })
        .sum()
    }
}

/// ρ^gap.
pub(super) fn step(rho: f64, before: u16, now: u16) -> f64 {
    rho.powi(i32::from(now) - i32::from(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The likelihood as it is defined, client after client and step after step.
    fn stepwise(sessions: &[u16], values: &[f64], clients: &[Range<usize>], rho: f64) -> [f64; 2] {
        let (mut squares, mut log_determinants) = (0.0, 0.0);
        for rows in clients.iter().filter(|rows| !rows.is_empty()) {
            let first = values[rows.start];
            let (mut ones, mut crossed, mut own) = (1.0, first, first * first);
            for row in rows.start + 1..rows.end {
                let phi = step(rho, sessions[row - 1], sessions[row]);
                let left = 1.0 - phi * phi;
                let x = values[row] - phi * values[row - 1];
                ones += (1.0 - phi).powi(2) / left;
                crossed += (1.0 - phi) * x / left;
                own += x * x / left;
                log_determinants += left.ln();
            }
            log_determinants += ones.ln();
            squares += own - crossed * crossed / ones;
        }
        [squares, log_determinants]
    }

    #[test]
    fn the_sums_give_what_the_steps_give() {
        let sessions = [1, 2, 3, 5, 6, 7, 1, 3, 4, 2, 3, 9, 10, 11, 4, 1, 2, 3, 4];
        let values: Vec<f64> = (0..19).map(|k| f64::from(k * k % 11) / 5.0 - 1.0).collect();
        let clients = [0..6, 6..9, 9..14, 14..15, 15..15, 15..19];
        let sums = GapSums::of(&sessions, &values, &clients);
        for rho in [-0.9, -0.3, 0.0, 0.4, 0.99] {
            let found = sums.at(rho);
            let [squares, log_determinants] = stepwise(&sessions, &values, &clients, rho);
            assert!((found.squares - squares).abs() < 1e-10 * squares, "{rho}");
            assert!((found.log_determinants - log_determinants).abs() < 1e-10, "{rho}");
        }
        assert_eq!(sums.df, 14);
    }
}
