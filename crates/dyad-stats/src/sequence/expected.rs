//! How many ruptures there would be if there were none: false positives of a rule in stationary noise.

use super::{RatedSeries, Rule};
use crate::resample::Generator;
use crate::{Result, StatsError};

/// One client's series, as noise has to imitate it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseSeries<'a> {
    /// Session numbers of the ratings, ascending.
    pub sessions: &'a [i64],
    /// Mean of the ratings.
    pub mean: f64,
    /// Standard deviation of the ratings.
    pub sd: f64,
}

/// Expected counts, over all clients together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedRuptures {
    /// Ruptures.
    pub ruptures: f64,
    /// Clients with one or more.
    pub clients: f64,
    /// Monte-Carlo standard error of the two.
    pub errors: [f64; 2],
    /// Simulated series per client.
    pub replicates: u64,
}

/// Returns how many ruptures, and clients with ruptures, each rule finds in series without any.
///
/// Each client's series is drawn anew as stationary normal noise with its sessions, mean and standard deviation; neighbouring sessions
/// correlate with `rho` (0: independent), sessions further apart with rho^distance. All rules look at the same noise. Replicate r of
/// client i draws from the generator (seed, purpose, i·replicates + r).
///
/// # Shape and units
/// One series per client; one answer per rule. Observed/expected above 1 is what the rule finds beyond noise.
///
/// # Errors
/// - [`StatsError::OutOfDomain`] if rho is not strictly within −1 and 1, or a standard deviation negative.
/// - [`StatsError::NotFinite`] if a mean or standard deviation is.
/// - [`StatsError::TooFew`] below 20 replicates.
///
/// # Source
/// `[@boxjenkins1970]` for the noise. Checked against R: the exact probability of a drop by `pnorm`, and another simulation for the
/// charts, `golden/stats/sequence.R`.
pub fn expected_ruptures(
    series: &[NoiseSeries<'_>],
    rho: f64,
    rules: &[Rule],
    (seed, purpose): (u64, &str),
    replicates: u64,
) -> Result<Vec<ExpectedRuptures>> {
    if !(rho > -1.0 && rho < 1.0) {
        return Err(StatsError::OutOfDomain {
            what: "the correlation of neighbouring sessions",
            expected: "strictly within -1 and 1",
        });
    }
    if replicates < 20 {
        let found = usize::try_from(replicates).unwrap_or(usize::MAX);
        return Err(StatsError::TooFew { unit: "replicates", needed: 20, found });
    }
    if !series.iter().all(|one| one.mean.is_finite() && one.sd.is_finite()) {
        return Err(StatsError::NotFinite { what: "a mean or standard deviation".into() });
    }
    if series.iter().any(|one| one.sd < 0.0) {
        return Err(StatsError::OutOfDomain {
            what: "a standard deviation",
            expected: "0 or more",
        });
    }
    let (mut ratings, mut kept, n) = (Vec::new(), Vec::new(), replicates as f64);
    let none = ExpectedRuptures { ruptures: 0.0, clients: 0.0, errors: [0.0; 2], replicates };
    let mut all = vec![none; rules.len()];
    // Ruptures, their squares, and replicates with one.
    let mut counts = vec![[0.0; 3]; rules.len()];
    for (client, one) in (0_u64..).zip(series) {
        counts.fill([0.0; 3]);
        remembered(one.sessions, rho, &mut kept);
        for replicate in 0..replicates {
            let mut generator = Generator::new(seed, purpose, client * replicates + replicate);
            noise(&mut generator, one, &kept, &mut ratings);
            let drawn = RatedSeries::new(&ratings, one.sessions);
            for (counts, rule) in counts.iter_mut().zip(rules) {
                let count = drawn.count(*rule) as f64;
                counts[0] += count;
                counts[1] += count * count;
                counts[2] += f64::from(count > 0.0);
            }
        }
        for (all, [found, squares, hit]) in all.iter_mut().zip(&counts) {
            let (mean, share) = (found / n, hit / n);
            all.ruptures += mean;
            all.clients += share;
            all.errors[0] += (squares / n - mean * mean).max(0.0) / n;
            all.errors[1] += share * (1.0 - share) / n;
        }
    }
    for one in &mut all {
        one.errors = one.errors.map(f64::sqrt);
    }
    Ok(all)
}

/// What each session keeps of the one before, however far back it lies: rho^distance; nothing at the first.
fn remembered(sessions: &[i64], rho: f64, into: &mut Vec<f64>) {
    into.clear();
    into.extend(sessions.first().map(|_| 0.0));
    into.extend(sessions.windows(2).map(|pair| {
        i32::try_from(pair[1] - pair[0]).map_or(0.0, |gap| libm::pow(rho, f64::from(gap)))
    }));
}

/// A stationary series: each value from the one before.
fn noise(generator: &mut Generator, series: &NoiseSeries<'_>, kept: &[f64], into: &mut Vec<f64>) {
    into.clear();
    let mut z = 0.0;
    into.extend(kept.iter().map(|kept| {
        z = kept * z + (1.0 - kept * kept).sqrt() * generator.normal();
        series.mean + series.sd * z
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_variation_has_no_rupture_and_parameters_are_checked() {
        let sessions: Vec<i64> = (1..=6).collect();
        let one = NoiseSeries { sessions: &sessions, mean: 5.0, sd: 0.0 };
        let of = |one, rho, n| expected_ruptures(&[one], rho, &[Rule::Drop(1.0)], (1, "test"), n);
        assert!(of(one, 0.0, 50).unwrap()[0].ruptures <= 0.0);
        assert!(of(one, 1.0, 50).is_err() && of(one, 0.0, 5).is_err());
        assert!(of(NoiseSeries { sd: -1.0, ..one }, 0.0, 50).is_err());
        assert!(of(NoiseSeries { sd: f64::NAN, ..one }, 0.0, 50).is_err());
    }

    #[test]
    fn the_same_name_draws_the_same() {
        let sessions: Vec<i64> = (1..=6).collect();
        let one = NoiseSeries { sessions: &sessions, mean: 5.0, sd: 1.0 };
        let rules = [Rule::Drop(1.0), Rule::ResidualDrop { k: 1.0 }];
        let of = |seed, rules: &[Rule]| {
            expected_ruptures(&[one; 3], 0.4, rules, (seed, "test"), 200).unwrap()
        };
        assert_eq!(of(1, &rules), of(1, &rules));
        assert_ne!(of(1, &rules), of(2, &rules));
        // What other rules look at changes nothing.
        assert_eq!(of(1, &rules)[1], of(1, &rules[1..])[0]);
    }
}
