//! What simulated or permuted data say about an observed statistic.

use crate::{Result, StatsError};

/// Which values of a statistic speak against the null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Large ones.
    Greater,
    /// Small ones.
    Less,
    /// Those far from 0: for statistics that lie about 0 under the null.
    TwoSided,
}

/// A Monte-Carlo test.
#[derive(Clone, Debug, PartialEq)]
pub struct MonteCarlo {
    /// The statistic of the data.
    pub observed: f64,
    /// Replicates at least as far out, those without a value included.
    pub hits: usize,
    /// Replicates.
    pub replicates: usize,
    /// Replicates in which the statistic has no value; they count as hits.
    pub undefined: usize,
    /// (1 + hits)/(replicates + 1): never 0, and valid whatever the number of replicates.
    pub p: f64,
    /// Its Monte-Carlo standard error √(p(1 − p)/replicates): how far another seed may move it.
    pub p_se: f64,
    /// Mean of the statistic under the null.
    pub null_mean: f64,
    /// Where its central 95 % lie under the null; `None` below 199 replicates.
    pub null_band: Option<[f64; 2]>,
}

/// Counts. Values closer than 1e-9 of the largest are tied, and a tie is a hit: the same sum in another order differs in its last bits.
pub(super) fn count(observed: f64, mut values: Vec<f64>, tail: Tail) -> Result<MonteCarlo> {
    let replicates = values.len();
    if replicates == 0 {
        return Err(StatsError::TooFew { unit: "replicates", needed: 1, found: 0 });
    }
    values.retain(|t| t.is_finite());
    let undefined = replicates - values.len();
    let largest = values.iter().map(|t| t.abs()).fold(observed.abs(), f64::max);
    let slack = crate::SCORE_TOLERANCE * largest;
    let hit = |t: &&f64| match tail {
        Tail::Greater => **t >= observed - slack,
        Tail::Less => **t <= observed + slack,
        Tail::TwoSided => t.abs() >= observed.abs() - slack,
    };
    let hits = undefined + values.iter().filter(hit).count();
    let p = (1 + hits) as f64 / (replicates + 1) as f64;
    // In units of the largest, so that no sum overflows.
    let unit = if largest > 0.0 { largest } else { 1.0 };
    let mean = values.iter().map(|t| t / unit).sum::<f64>() / values.len().max(1) as f64;
    Ok(MonteCarlo {
        observed,
        hits,
        replicates,
        undefined,
        p,
        p_se: (p * (1.0 - p) / replicates as f64).sqrt(),
        null_mean: unit * mean,
        null_band: super::percentile(&values).ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_and_the_undefined_are_hits() {
        let values = vec![1.0, 2.0, 3.0 - 1e-12, 4.0, f64::NAN];
        let found = count(3.0, values.clone(), Tail::Greater).unwrap();
        assert_eq!((found.hits, found.replicates, found.undefined), (3, 5, 1));
        assert!((found.p - 4.0 / 6.0).abs() < 1e-15);
        assert!((found.p_se - (4.0 / 6.0 * (2.0 / 6.0) / 5.0_f64).sqrt()).abs() < 1e-15);
        assert_eq!(count(3.0, values.clone(), Tail::Less).unwrap().hits, 4);
        assert_eq!(count(-4.0, values, Tail::TwoSided).unwrap().hits, 2);
        assert!(count(1.0, Vec::new(), Tail::Less).is_err());
    }
}
