//! Ruptures in noise, where there are more clients than are needed to know.

use super::{ExpectedRuptures, NoiseSeries, Rule, expected_ruptures};
use crate::Result;
use crate::moments::Moments;

/// Returns [`expected_ruptures`] of all clients from `most` of them at most: evenly spaced ones stand for all, and what they give is
/// multiplied by clients/(clients drawn). Beyond some hundred clients more of them cost time and add no digit.
///
/// # Shape and units
/// `series`: session numbers and ratings of each client; noise takes mean and standard deviation of the ratings, 0 where they have none.
///
/// # Errors
/// As [`expected_ruptures`].
///
/// # Source
/// As [`expected_ruptures`].
pub fn expected_from_spaced<'a>(
    series: impl ExactSizeIterator<Item = (&'a [i64], &'a [f64])>,
    most: usize,
    rho: f64,
    rules: &[Rule],
    named: (u64, &str),
    replicates: u64,
) -> Result<Vec<ExpectedRuptures>> {
    let clients = series.len();
    let step = clients.div_ceil(most.max(1)).max(1);
    let drawn = series.step_by(step).map(|(sessions, ratings)| {
        let moments = Moments::of(ratings);
        let (mean, sd) = (moments.mean().unwrap_or(0.0), moments.sd().unwrap_or(0.0));
        NoiseSeries { sessions, mean, sd }
    });
    let drawn: Vec<NoiseSeries<'_>> = drawn.collect();
    let scale = clients as f64 / drawn.len().max(1) as f64;
    let found = expected_ruptures(&drawn, rho, rules, named, replicates)?;
    let scaled = |one: ExpectedRuptures| ExpectedRuptures {
        ruptures: scale * one.ruptures,
        clients: scale * one.clients,
        errors: one.errors.map(|error| scale * error),
        ..one
    };
    Ok(found.into_iter().map(scaled).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_stand_for_all() {
        let (sessions, ratings): (Vec<i64>, _) =
            ((1..=8).collect(), [4.0, 5.0, 4.5, 6.0, 5.0, 3.5, 5.0, 4.0]);
        let of = |clients: usize, most| {
            let series = (0..clients).map(|_| (&sessions[..], &ratings[..]));
            let found = expected_from_spaced(series, most, 0.2, &[Rule::Drop(1.0)], (1, "t"), 50);
            found.unwrap()[0]
        };
        let (few, all) = (of(10, 10), of(40, 10));
        assert!((all.ruptures - 4.0 * few.ruptures).abs() < 1e-9);
        assert!((all.errors[0] - 4.0 * few.errors[0]).abs() < 1e-9);
        assert!(of(0, 10).ruptures.abs() < 1e-15);
    }
}
