//! Series drawn from a fitted autoregression.

use super::Generator;
use super::ar1::{Ar1, Series};
use super::gap_sums::step;

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

#[cfg(test)]
mod tests {
    use super::super::ar1::tests::layout;
    use super::*;
    use crate::resample::ar1;

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
}
