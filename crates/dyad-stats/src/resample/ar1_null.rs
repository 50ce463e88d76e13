//! What drift alone does to a statistic.

use super::ar1::{Ar1, Series, ar1, step};
use super::cluster_bootstrap::defined;
use super::monte_carlo::{MonteCarlo, Tail, count};
use super::{Generator, Plan};
use crate::Result;

impl Ar1 {
    /// Fills `values` with series of this model: the levels, session numbers and gaps of `series`, new noise.
    ///
    /// e₁ = σz, eₖ = φeₖ₋₁ + σ√(1 − φ²)·z. Rows of no client are left as they are.
    ///
    /// # Source
    /// `[@pinheiro2000]`.
    pub fn simulate(&self, series: &Series<'_>, generator: &mut Generator, values: &mut [f64]) {
        for (rows, level) in series.clients.iter().zip(&self.levels) {
            let (mut noise, mut before) = (0.0, None);
            for (value, &session) in
                values[rows.clone()].iter_mut().zip(&series.sessions[rows.clone()])
            {
                let phi = before.map_or(0.0, |before| step(self.rho, before, session));
                noise = phi * noise + self.sd * (1.0 - phi * phi).sqrt() * generator.normal();
                *value = level + noise;
                before = Some(session);
            }
        }
    }
}

/// Returns the parametric-bootstrap test of a statistic against series that only drift.
///
/// p = (1 + b)/(B + 1) over B sets of series simulated from the fitted autoregression, which stand at the same sessions as the data.
/// Where a client's highest rating falls depends on the autocorrelation: with ρ = .6 and five sessions it falls on the first or the
/// last with probability .24 and on the third with .17, not .2. This is the null for a peak that a permutation test does not give.
/// Simulated ratings are not rounded: they have no ties. A trend that all clients share counts as drift and pulls ρ up, which makes the
/// test of a rise or fall conservative.
///
/// # Shape and units
/// As [`ar1`]; `statistic` is given one value per row of the series, `None` where it is undefined.
///
/// # Missing values
/// None accepted: leave the row out.
///
/// # Errors
/// - As [`ar1`].
/// - [`StatsError::TooFew`](crate::StatsError::TooFew) without a replicate.
/// - [`StatsError::Refused`](crate::StatsError::Refused) if the statistic is undefined for the data.
///
/// # Source
/// `[@davison1997]`. Checked against orthant probabilities of the multivariate normal: `golden/stats/resample.R`.
pub fn ar1_null(
    series: &Series<'_>,
    statistic: impl Fn(&[f64]) -> Option<f64> + Sync,
    tail: Tail,
    plan: &Plan<'_>,
) -> Result<(Ar1, MonteCarlo)> {
    let fit = ar1(series)?;
    let observed = defined(statistic(series.values), "for the data")?;
    let replicates = plan.run(
        || series.values.to_vec(),
        |generator, values| {
            fit.simulate(series, generator, values);
            statistic(values).unwrap_or(f64::NAN)
        },
    );
    Ok((fit, count(observed, replicates, tail)?))
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;

    /// Clients with six sessions each, the fourth missed.
    fn layout(clients: usize) -> (Vec<u16>, Vec<Range<usize>>) {
        let sessions = [1, 2, 3, 5, 6, 7].repeat(clients);
        (sessions, (0..clients).map(|k| 6 * k..6 * k + 6).collect())
    }

    #[test]
    fn what_is_simulated_is_found_again() {
        let (sessions, clients) = layout(2000);
        for rho in [-0.5, 0.0, 0.7] {
            let truth = Ar1 {
                rho,
                sd: 2.0,
                levels: (0..2000).map(|k| f64::from(k % 7)).collect(),
                criterion: 0.0,
                n: 12_000,
                clients: 2000,
            };
            let mut values = vec![0.0; 12_000];
            let series = Series { sessions: &sessions, values: &[], clients: &clients };
            truth.simulate(&series, &mut Generator::new(1, "ar1", 0), &mut values);
            let found = ar1(&Series { values: &values, ..series }).unwrap();
            // About four standard errors.
            assert!((found.rho - rho).abs() < 0.06, "{found:?}");
            assert!((found.sd - 2.0).abs() < 0.2, "{}", found.sd);
            assert_eq!((found.n, found.clients), (12_000, 2000));
        }
    }

    #[test]
    fn threads_change_nothing_and_drift_itself_is_no_surprise() {
        let (sessions, clients) = layout(40);
        let truth =
            Ar1 { rho: 0.6, sd: 1.0, levels: vec![4.0; 40], criterion: 0.0, n: 240, clients: 40 };
        let mut values = vec![0.0; 240];
        let series = Series { sessions: &sessions, values: &[], clients: &clients };
        truth.simulate(&series, &mut Generator::new(2, "drift", 0), &mut values);
        let rise = |values: &[f64]| Some(values.chunks(6).map(|v| (v[5] - v[0]) / 40.0).sum());
        let run = |values: &[f64], threads| {
            let plan = Plan { seed: 1, purpose: "rise", replicates: 999, threads };
            ar1_null(&Series { values, ..series }, rise, Tail::TwoSided, &plan).unwrap().1
        };
        assert_eq!(run(&values, 1), run(&values, 3));
        assert!(run(&values, 1).p > 0.01);
        for (value, &session) in values.iter_mut().zip(&sessions) {
            *value += 0.2 * f64::from(session);
        }
        assert!(run(&values, 1).p < 0.01);
    }
}
