//! Ruptures in one client's series of alliance ratings, and whether they were repaired.

use std::cell::OnceCell;

use crate::change::reliable_change;
use crate::moments::Moments;
use crate::{Result, SCORE_TOLERANCE, StatsError};

/// Bias of the mean and the median moving range of two normal values, relative to their standard deviation.
const MEAN_RANGE: f64 = 1.128;
const MEDIAN_RANGE: f64 = 0.954;

/// How sigma is estimated from the moving ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovingRange {
    /// Mean moving range/1.128. Ruptures inflate it, so it misses what it should find.
    Mean,
    /// Median moving range/.954.
    Median,
}

/// What counts as a rupture at session s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// A rating below the client's mean by more than `k` sigma (strict), sigma from the moving ranges over consecutive sessions.
    Chart {
        /// Multiple of sigma.
        k: f64,
        /// Where sigma comes from.
        range: MovingRange,
    },
    /// A drop between consecutive sessions of at least `k` residual standard deviations about the client's own line.
    ResidualDrop {
        /// Multiple of the residual standard deviation.
        k: f64,
    },
    /// A drop between consecutive sessions of at least this many scale points.
    Drop(f64),
}

impl Rule {
    /// A drop beyond the measurement error of two ratings, z(.975)·SD·√(2(1 − reliability)).
    ///
    /// # Shape and units
    /// `first`: the first rating of each client, whose standard deviation it is; in scale points.
    ///
    /// # Errors
    /// Those of [`reliable_change`]; [`StatsError::TooFew`] below two clients.
    ///
    /// # Source
    /// As [`reliable_change`].
    pub fn beyond_error(first: &[f64], reliability: f64) -> Result<Self> {
        let sd = Moments::of(first).sd()?;
        if sd <= 0.0 {
            return Err(StatsError::NoVariation { what: "the first ratings of clients".into() });
        }
        Ok(Self::Drop(reliable_change(sd, reliability)?.criterion))
    }
}

/// What counts as repaired: a rating with session number in (s, s + `window`] that reaches the target. The target of a chart is the
/// client's mean; that of a drop is the rating it fell from, less `tolerance`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repair {
    /// Sessions after the rupture that count.
    pub window: i64,
    /// Scale points by which a drop's origin may be missed.
    pub tolerance: f64,
}

/// One rupture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rupture {
    /// Position in the series.
    pub at: usize,
    /// How far the rating lies below the target of its repair.
    pub depth: f64,
    /// Session number of the repair; `None` if it was not repaired.
    pub repaired_at: Option<i64>,
    /// Whether the series ends inside the window: not repaired may mean not seen.
    pub censored: bool,
}

impl Rupture {
    /// Session number of the repair under another window: where a rating first comes back to the target.
    ///
    /// # Shape and units
    /// The series in which the rupture was found.
    #[must_use]
    pub fn repaired_within(&self, ratings: &[f64], sessions: &[i64], window: i64) -> Option<i64> {
        let target = ratings.get(self.at)? + self.depth;
        let end = sessions.get(self.at)?.saturating_add(window);
        let later = ratings.iter().zip(sessions).skip(self.at + 1);
        later
            .take_while(|&(_, &session)| session <= end)
            .find(|&(&rating, _)| rating >= target - SCORE_TOLERANCE)
            .map(|(_, &session)| session)
    }
}

/// Returns the ruptures of one series. A series that gives no limit (no variation, no consecutive sessions) has none.
///
/// # Shape and units
/// `ratings`: non-missing ratings; `sessions`: their session numbers, ascending. "Consecutive" means that the number differs by 1: a
/// step over a gap is neither a moving range nor a drop.
///
/// # Missing values
/// Left out before, with their session numbers.
///
/// # Source
/// `[@shewhart1931]`, `[@lipner2022]`; rules in full in the report's definitions. Checked against R: the counting rules of
/// `tests/golden/golden.R`.
#[must_use]
pub fn ruptures(ratings: &[f64], sessions: &[i64], rule: Rule, repair: Repair) -> Vec<Rupture> {
    RatedSeries::new(ratings, sessions).ruptures(rule, repair)
}

/// One client's series under several rules: what they share is found once.
#[derive(Clone, Debug)]
pub struct RatedSeries<'a> {
    ratings: &'a [f64],
    sessions: &'a [i64],
    mean: f64,
    by_mean_range: OnceCell<Option<f64>>,
    by_median_range: OnceCell<Option<f64>>,
    residual_sd: OnceCell<Option<f64>>,
}

/// The least drop that is a rupture, or the limit below which a rating is one.
#[derive(Clone, Copy)]
enum Threshold {
    Drop(f64),
    Limit(f64),
}

impl<'a> RatedSeries<'a> {
    /// As for [`ruptures`].
    #[must_use]
    pub fn new(ratings: &'a [f64], sessions: &'a [i64]) -> Self {
        Self {
            ratings,
            sessions,
            mean: ratings.iter().sum::<f64>() / ratings.len().max(1) as f64,
            by_mean_range: OnceCell::new(),
            by_median_range: OnceCell::new(),
            residual_sd: OnceCell::new(),
        }
    }

    /// The ruptures by one rule, as [`ruptures`].
    #[must_use]
    pub fn ruptures(&self, rule: Rule, repair: Repair) -> Vec<Rupture> {
        self.found(rule, repair).collect()
    }

    /// The ruptures by one rule, one after another.
    pub(super) fn found(&self, rule: Rule, repair: Repair) -> impl Iterator<Item = Rupture> {
        self.threshold(rule).into_iter().flat_map(move |threshold| {
            let found = (0..self.ratings.len()).filter(move |&at| self.is_rupture(at, threshold));
            found.map(move |at| self.rupture(at, threshold, repair))
        })
    }

    /// How many ruptures there are by one rule.
    #[must_use]
    pub fn count(&self, rule: Rule) -> usize {
        self.threshold(rule).map_or(0, |threshold| {
            (0..self.ratings.len()).filter(|&at| self.is_rupture(at, threshold)).count()
        })
    }

    fn threshold(&self, rule: Rule) -> Option<Threshold> {
        let of_drop = |points: f64| (points > SCORE_TOLERANCE).then_some(Threshold::Drop(points));
        match rule {
            Rule::Drop(points) => of_drop(points),
            Rule::ResidualDrop { k } => {
                let found =
                    self.residual_sd.get_or_init(|| residual_sd(self.ratings, self.sessions));
                found.and_then(|sd| of_drop(k * sd))
            }
            Rule::Chart { k, range } => {
                let cell = match range {
                    MovingRange::Mean => &self.by_mean_range,
                    MovingRange::Median => &self.by_median_range,
                };
                let sigma = cell.get_or_init(|| chart_sigma(self.ratings, self.sessions, range));
                sigma.map(|sigma| Threshold::Limit(self.mean - k * sigma))
            }
        }
    }

    fn is_rupture(&self, at: usize, threshold: Threshold) -> bool {
        match threshold {
            Threshold::Drop(points) => {
                at > 0
                    && self.sessions[at] - self.sessions[at - 1] == 1
                    && self.ratings[at - 1] - self.ratings[at] >= points - SCORE_TOLERANCE
            }
            Threshold::Limit(limit) => self.ratings[at] < limit - SCORE_TOLERANCE,
        }
    }

    fn rupture(&self, at: usize, threshold: Threshold, repair: Repair) -> Rupture {
        let target = match threshold {
            Threshold::Drop(_) => self.ratings[at - 1] - repair.tolerance,
            Threshold::Limit(_) => self.mean,
        };
        let depth = target - self.ratings[at];
        let mut rupture = Rupture { at, depth, repaired_at: None, censored: false };
        rupture.repaired_at = rupture.repaired_within(self.ratings, self.sessions, repair.window);
        let end = self.sessions[at].saturating_add(repair.window);
        rupture.censored =
            rupture.repaired_at.is_none() && self.sessions.last().is_some_and(|&last| last < end);
        rupture
    }
}

/// Sigma of an individuals chart; `None` without a consecutive pair or without variation.
fn chart_sigma(ratings: &[f64], sessions: &[i64], range: MovingRange) -> Option<f64> {
    let pairs = ratings.windows(2).zip(sessions.windows(2));
    let ranges = pairs.filter(|(_, s)| s[1] - s[0] == 1).map(|(x, _)| (x[1] - x[0]).abs());
    let sigma = match range {
        MovingRange::Mean => {
            let (sum, n) = ranges.fold((0.0, 0_usize), |(sum, n), range| (sum + range, n + 1));
            sum / n as f64 / MEAN_RANGE
        }
        // Most series are short: those need no room of their own.
        MovingRange::Median if ratings.len() <= 64 => {
            let (mut room, mut n) = ([0.0; 64], 0);
            for (slot, range) in room.iter_mut().zip(ranges) {
                *slot = range;
                n += 1;
            }
            median(&mut room[..n])? / MEDIAN_RANGE
        }
        MovingRange::Median => median(&mut ranges.collect::<Vec<f64>>())? / MEDIAN_RANGE,
    };
    (sigma > SCORE_TOLERANCE).then_some(sigma)
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { 0.5 * (values[middle - 1] + upper) })
}

/// Residual standard deviation (n − 2 df) about the line of ratings on session numbers; `None` below three ratings.
fn residual_sd(ratings: &[f64], sessions: &[i64]) -> Option<f64> {
    if ratings.len() < 3 {
        return None;
    }
    let mut cross = crate::moments::Cross::default();
    for (&rating, &session) in ratings.iter().zip(sessions) {
        cross.push(session as f64, rating);
    }
    let residual = (cross.yy - cross.xy * cross.xy / cross.xx).max(0.0);
    Some((residual / (ratings.len() as f64 - 2.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: [f64; 13] = [5.2, 5.4, 5.6, 5.5, 4.1, 5.3, 5.6, 5.8, 5.7, 3.9, 4.2, 5.5, 5.9];
    const REPAIR: Repair = Repair { window: 3, tolerance: 0.25 };

    fn flagged(rule: Rule) -> Vec<i64> {
        let sessions: Vec<i64> = (1..=13).collect();
        ruptures(&SERIES, &sessions, rule, REPAIR).iter().map(|r| sessions[r.at]).collect()
    }

    /// The worked series of Methods C4.
    #[test]
    fn the_worked_series() {
        let chart = |k, range| flagged(Rule::Chart { k, range });
        assert_eq!(chart(2.0, MovingRange::Mean), [10]);
        assert!(chart(3.0, MovingRange::Mean).is_empty());
        assert_eq!(chart(3.0, MovingRange::Median), [5, 10, 11]);
        assert_eq!(flagged(Rule::ResidualDrop { k: 1.0 }), [5, 10]);
        assert_eq!(flagged(Rule::ResidualDrop { k: 2.0 }), [10]);
        assert_eq!(flagged(Rule::Drop(1.0)), [5, 10]);
    }

    #[test]
    fn a_step_over_a_gap_is_no_drop() {
        assert!(ruptures(&[5.0, 3.0], &[1, 3], Rule::Drop(1.0), REPAIR).is_empty());
        assert_eq!(ruptures(&[5.0, 3.0], &[1, 2], Rule::Drop(1.0), REPAIR).len(), 1);
    }

    #[test]
    fn scores_that_are_not_exact_in_binary_reach_the_threshold() {
        // 4.6 − 3.6 is 0.9999999999999996.
        assert_eq!(ruptures(&[4.6, 3.6], &[1, 2], Rule::Drop(1.0), REPAIR).len(), 1);
    }

    #[test]
    fn a_series_that_ends_inside_the_window_is_censored() {
        let cut = ruptures(&[5.0, 3.0, 3.1], &[1, 2, 3], Rule::Drop(1.0), REPAIR);
        assert!(cut[0].repaired_at.is_none() && cut[0].censored);
        let seen = ruptures(&[5.0, 3.0, 3.1, 3.2, 3.3], &[1, 2, 3, 4, 5], Rule::Drop(1.0), REPAIR);
        assert!(seen[0].repaired_at.is_none() && !seen[0].censored);
        let mended = ruptures(&[5.0, 3.0, 4.8], &[1, 2, 3], Rule::Drop(1.0), REPAIR);
        assert_eq!(mended[0].repaired_at, Some(3));
    }

    #[test]
    fn a_drop_beyond_error_needs_first_ratings_that_vary() {
        let Ok(Rule::Drop(points)) = Rule::beyond_error(&[4.0, 5.0, 6.0], 0.9) else {
            panic!("a drop")
        };
        assert!((points - reliable_change(1.0, 0.9).unwrap().criterion).abs() < 1e-15);
        assert!(
            Rule::beyond_error(&[4.0; 3], 0.9).is_err() && Rule::beyond_error(&[4.0], 0.9).is_err()
        );
    }

    #[test]
    fn nothing_varies_nothing_breaks() {
        for rule in [
            Rule::Chart { k: 2.0, range: MovingRange::Mean },
            Rule::ResidualDrop { k: 1.0 },
            Rule::Drop(0.0),
        ] {
            assert!(ruptures(&[4.0; 6], &[1, 2, 3, 4, 5, 6], rule, REPAIR).is_empty());
        }
        assert!(ruptures(&[], &[], Rule::Drop(1.0), REPAIR).is_empty());
    }
}
