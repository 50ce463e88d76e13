//! How many ruptures there would be if there were none: false positives of a rule in stationary noise.

use super::{RatedSeries, Rule};
use crate::moments::Moments;
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

impl<'a> NoiseSeries<'a> {
    /// Noise like these ratings; without a mean or a standard deviation those are 0.
    #[must_use]
    pub fn like(sessions: &'a [i64], ratings: &[f64]) -> Self {
        let moments = Moments::of(ratings);
        let (mean, sd) = (moments.mean().unwrap_or(0.0), moments.sd().unwrap_or(0.0));
        Self { sessions, mean, sd }
    }
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
    /// Simulated studies.
    pub replicates: u64,
}

/// Returns how many ruptures, and clients with ruptures, each rule finds in series without any.
///
/// Each client's series is drawn anew as stationary normal noise with its sessions, mean and standard deviation; neighbouring sessions
/// correlate with `rho` (0: independent), sessions further apart with rho^distance. All rules look at the same noise. Study r draws
/// client i from the generator (seed, purpose, i·replicates + r). A study simulates `most` clients at most: with more of them every
/// k-th, each study beginning at another, and its counts stand for all.
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
    (replicates, most): (u64, usize),
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
    let step = series.len().div_ceil(most.max(1)).max(1);
    let studies = usize::try_from(replicates).unwrap_or(usize::MAX);
    let (mut ratings, mut kept) = (Vec::new(), Vec::new());
    // Of each study and rule: ruptures, and clients with one.
    let mut totals = vec![[0.0; 2]; studies * rules.len()];
    for (client, one) in series.iter().enumerate() {
        let in_studies = (client % step..studies).step_by(step);
        if client % step >= studies {
            continue;
        }
        remembered(one.sessions, rho, &mut kept);
        for study in in_studies {
            let index = client as u64 * replicates + study as u64;
            noise(&mut Generator::new(seed, purpose, index), one, &kept, &mut ratings);
            let drawn = RatedSeries::new(&ratings, one.sessions);
            let of_study = &mut totals[study * rules.len()..(study + 1) * rules.len()];
            for (total, rule) in of_study.iter_mut().zip(rules) {
                let count = drawn.count(*rule);
                total[0] += count as f64;
                total[1] += f64::from(u8::from(count > 0));
            }
        }
    }
    let mut moments = vec![[Moments::new(), Moments::new()]; rules.len()];
    for study in 0..studies {
        let simulated = series.len().saturating_sub(study % step).div_ceil(step).max(1);
        let scale = series.len() as f64 / simulated as f64;
        for (rule, moments) in moments.iter_mut().enumerate() {
            let total = totals[study * rules.len() + rule];
            moments.iter_mut().zip(total).for_each(|(moments, total)| moments.push(scale * total));
        }
    }
    let of_rule = |moments: &[Moments; 2]| {
        let [ruptures, clients] = [moments[0].mean()?, moments[1].mean()?];
        let errors = [moments[0].se()?, moments[1].se()?];
        Ok(ExpectedRuptures { ruptures, clients, errors, replicates })
    };
    moments.iter().map(of_rule).collect()
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
        let of =
            |one, rho, n| expected_ruptures(&[one], rho, &[Rule::Drop(1.0)], (1, "test"), (n, 9));
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
            expected_ruptures(&[one; 3], 0.4, rules, (seed, "test"), (200, 9)).unwrap()
        };
        assert_eq!(of(1, &rules), of(1, &rules));
        assert_ne!(of(1, &rules), of(2, &rules));
        // What other rules look at changes nothing.
        assert_eq!(of(1, &rules)[1], of(1, &rules[1..])[0]);
    }

    #[test]
    fn studies_of_a_few_clients_stand_for_all() {
        // Short and long courses in turn, so that every k-th client alone would be another study.
        let (short, long): (Vec<i64>, Vec<i64>) = ((1..=5).collect(), (1..=20).collect());
        let series: Vec<NoiseSeries<'_>> = (0..301)
            .map(|i| {
                let sessions = if i % 3 == 0 { &long } else { &short };
                NoiseSeries { sessions, mean: 5.0, sd: 0.8 }
            })
            .collect();
        let of = |most| {
            let rules = [Rule::Drop(1.0)];
            expected_ruptures(&series, 0.3, &rules, (3, "few"), (200, most)).unwrap()[0]
        };
        let (all, few) = (of(301), of(60));
        let apart = all.errors[0].hypot(few.errors[0]);
        assert!((all.ruptures - few.ruptures).abs() < 3.0 * apart, "{all:?} {few:?}");
        assert!((all.clients - few.clients).abs() < 3.0 * all.errors[1].hypot(few.errors[1]));
        assert!(few.errors[0] > all.errors[0] && few.errors[0] < 0.1 * few.ruptures);
    }
}
