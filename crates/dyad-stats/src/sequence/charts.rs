//! Signals of a control chart beyond a single point: runs below the mean, and jumps between sessions.

use crate::{Result, SCORE_TOLERANCE, StatsError};

/// A rule of the Western Electric handbook, on the low side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Run {
    /// One rating more than 3 sigma below the centre.
    OneBeyondThree,
    /// Two of three in a row more than 2 sigma below.
    TwoBeyondTwo,
    /// Four of five in a row more than 1 sigma below.
    FourBeyondOne,
    /// Eight in a row below the centre.
    EightBelow,
}

/// A run and where it is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunSignal {
    /// Position of the rating that completes it; it lies below the limit itself.
    pub at: usize,
    /// Which rule.
    pub run: Run,
}

/// Which rule, how many below, of how many in a row, how many sigma below the centre.
const RULES: [(Run, usize, usize, f64); 4] = [
    (Run::OneBeyondThree, 1, 1, 3.0),
    (Run::TwoBeyondTwo, 2, 3, 2.0),
    (Run::FourBeyondOne, 4, 5, 1.0),
    (Run::EightBelow, 8, 8, 0.0),
];

/// Returns where the runs below a centre are complete, rule by rule.
///
/// Windows hold ratings of consecutive session numbers: a missed session begins a new window.
///
/// # Shape and units
/// `ratings`, `sessions`: as [`ruptures`](super::ruptures). `centre` and `sigma` in scale points.
///
/// # Missing values
/// Left out before, with their session numbers.
///
/// # Errors
/// [`StatsError::UnequalLengths`]; [`StatsError::OutOfDomain`] if sigma is not positive.
///
/// # Source
/// `[@westernelectric1956]`. Checked against R: windows by `embed`, `golden/stats/sequence.R`.
pub fn runs_below(
    ratings: &[f64],
    sessions: &[i64],
    centre: f64,
    sigma: f64,
) -> Result<Vec<RunSignal>> {
    check(ratings, sessions)?;
    if sigma.is_nan() || sigma <= 0.0 {
        return Err(StatsError::OutOfDomain { what: "sigma", expected: "above 0" });
    }
    let mut found = Vec::new();
    let mut first = 0;
    for at in 0..ratings.len() {
        if at > 0 && sessions[at] - sessions[at - 1] != 1 {
            first = at;
        }
        for (run, needed, width, k) in RULES {
            let below = |&row: &usize| ratings[row] < centre - k * sigma - SCORE_TOLERANCE;
            let window = first.max((at + 1).saturating_sub(width))..=at;
            if below(&at) && window.filter(below).count() >= needed {
                found.push(RunSignal { at, run });
            }
        }
    }
    Ok(found)
}

/// Limits of the chart of moving ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct MovingRangeChart {
    /// Mean, and median, of |x_s − x_{s−1}| over consecutive sessions.
    pub mean: f64,
    /// The median.
    pub median: f64,
    /// 3.267 · mean: upper limit.
    pub upper: f64,
    /// 3.865 · median: upper limit that jumps themselves hardly raise.
    pub upper_median: f64,
    /// Positions of the ratings after a jump beyond `upper`, and beyond `upper_median`.
    pub jumps: [Vec<usize>; 2],
}

/// Returns the chart of moving ranges of one client: jumps in either direction.
///
/// # Shape and units
/// As [`ruptures`](super::ruptures).
///
/// # Missing values
/// Left out before, with their session numbers; a step over a gap is no moving range.
///
/// # Errors
/// [`StatsError::UnequalLengths`]; [`StatsError::TooFew`] without two consecutive sessions.
///
/// # Source
/// `[@shewhart1931]`. Checked against R: `golden/stats/sequence.R`.
pub fn moving_range_chart(ratings: &[f64], sessions: &[i64]) -> Result<MovingRangeChart> {
    check(ratings, sessions)?;
    let steps: Vec<(usize, f64)> = (1..ratings.len())
        .filter(|&at| sessions[at] - sessions[at - 1] == 1)
        .map(|at| (at, (ratings[at] - ratings[at - 1]).abs()))
        .collect();
    if steps.is_empty() {
        return Err(StatsError::TooFew { unit: "consecutive sessions", needed: 2, found: 1 });
    }
    let mean = steps.iter().map(|(_, range)| range).sum::<f64>() / steps.len() as f64;
    let mut sorted: Vec<f64> = steps.iter().map(|(_, range)| *range).collect();
    sorted.sort_by(f64::total_cmp);
    let median = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    let (upper, upper_median) = (3.267 * mean, 3.865 * median);
    let beyond = |limit: f64| -> Vec<usize> {
        let far = steps.iter().filter(|(_, range)| *range > limit + SCORE_TOLERANCE);
        far.map(|(at, _)| *at).collect()
    };
    let jumps = [beyond(upper), beyond(upper_median)];
    Ok(MovingRangeChart { mean, median, upper, upper_median, jumps })
}

fn check(ratings: &[f64], sessions: &[i64]) -> Result<()> {
    if ratings.len() != sessions.len() {
        return Err(StatsError::UnequalLengths {
            what: "ratings and sessions",
            left: ratings.len(),
            right: sessions.len(),
        });
    }
    if !ratings.iter().all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the ratings".into() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_fires_and_a_gap_begins_anew() {
        let sessions: Vec<i64> = (1..=8).collect();
        let of = |ratings: &[f64], sessions: &[i64]| -> Vec<(usize, Run)> {
            let found = runs_below(ratings, sessions, 0.0, 1.0).unwrap();
            found.iter().map(|signal| (signal.at, signal.run)).collect()
        };
        assert_eq!(of(&[0.0, -3.1, 0.0], &sessions[..3]), [(1, Run::OneBeyondThree)]);
        assert_eq!(of(&[-2.1, 0.0, -2.1], &sessions[..3]), [(2, Run::TwoBeyondTwo)]);
        assert!(of(&[-2.1, 0.0, -2.1], &[1, 2, 4]).is_empty());
        assert_eq!(of(&[-1.1, -1.1, 0.1, -1.1, -1.1], &sessions[..5]), [(4, Run::FourBeyondOne)]);
        assert_eq!(of(&[-0.1; 8], &sessions), [(7, Run::EightBelow)]);
        assert!(runs_below(&[1.0], &[1], 0.0, 0.0).is_err());
        assert!(runs_below(&[1.0], &[], 0.0, 1.0).is_err());
    }

    /// The worked series of Methods C4.
    #[test]
    fn the_worked_series_has_no_jump_beyond_the_mean_range() {
        let series = [5.2, 5.4, 5.6, 5.5, 4.1, 5.3, 5.6, 5.8, 5.7, 3.9, 4.2, 5.5, 5.9];
        let sessions: Vec<i64> = (1..=13).collect();
        let chart = moving_range_chart(&series, &sessions).unwrap();
        assert!((chart.upper - 2.041_875).abs() < 1e-12 && chart.jumps[0].is_empty());
        assert_eq!(chart.jumps[1], [4, 5, 9, 11]);
        assert!(moving_range_chart(&[1.0, 2.0], &[1, 3]).is_err());
    }
}
