//! What several rules find in the series of many clients.

use super::{Agreement, NearAgreement, RatedSeries, Repair, Rule, Rupture, Votes};

/// Every rule on the series of every client, one after another in contiguous columns: a study has millions of ratings, and most
/// clients have no rupture.
///
/// # Missing values
/// Left out before, with their session numbers.
#[derive(Clone, Debug)]
pub struct Detections {
    rules: Vec<Option<Rule>>,
    repair: Repair,
    ratings: Vec<f64>,
    sessions: Vec<i64>,
    /// One past the last rating of each series.
    ends: Vec<usize>,
    ruptures: Vec<Rupture>,
    /// One past the last rupture of each series and rule.
    found: Vec<usize>,
}

/// One client's series with what the rules find in it.
#[derive(Clone, Copy, Debug)]
pub struct DetectedSeries<'a> {
    /// Non-missing ratings.
    pub ratings: &'a [f64],
    /// Their session numbers, ascending.
    pub sessions: &'a [i64],
    /// All ruptures before those of this series are `start` many.
    ruptures: &'a [Rupture],
    start: usize,
    ends: &'a [usize],
}

/// How far two rules say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleAgreement {
    /// Positions of the two among the rules.
    pub rules: [usize; 2],
    /// Which sessions both call a rupture.
    pub same: Agreement,
    /// The same where a rupture may be some sessions off.
    pub near: NearAgreement,
}

impl Detections {
    /// No series yet. A rule that cannot be applied is `None`, and finds nothing.
    #[must_use]
    pub fn new(rules: Vec<Option<Rule>>, repair: Repair) -> Self {
        Self {
            rules,
            repair,
            ratings: Vec::new(),
            sessions: Vec::new(),
            ends: Vec::new(),
            ruptures: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Adds a client's session numbers, ascending, with their ratings, and applies every rule; `false`, and nothing added, if they are
    /// fewer than `fewest`.
    pub fn push(&mut self, series: impl Iterator<Item = (i64, f64)>, fewest: usize) -> bool {
        let start = self.ratings.len();
        for (session, rating) in series {
            self.ratings.push(rating);
            self.sessions.push(session);
        }
        if self.ratings.len() - start < fewest {
            self.ratings.truncate(start);
            self.sessions.truncate(start);
            return false;
        }
        let rated = RatedSeries::new(&self.ratings[start..], &self.sessions[start..]);
        for rule in &self.rules {
            if let Some(rule) = rule {
                self.ruptures.extend(rated.found(*rule, self.repair));
            }
            self.found.push(self.ruptures.len());
        }
        self.ends.push(self.ratings.len());
        true
    }

    /// The rules, in the order in which their findings are asked for.
    pub(super) fn rules(&self) -> &[Option<Rule>] {
        &self.rules
    }

    /// The ratings of all series, one after another.
    pub(super) fn ratings(&self) -> &[f64] {
        &self.ratings
    }

    /// How many series there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Ratings of all series.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.ratings.len()
    }

    /// The series at a position.
    #[must_use]
    pub fn series(&self, at: usize) -> DetectedSeries<'_> {
        let rules = self.rules.len();
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        let start = (at * rules).checked_sub(1).map_or(0, |before| self.found[before]);
        let ends = &self.found[at * rules..(at + 1) * rules];
        DetectedSeries {
            ratings: &self.ratings[from..self.ends[at]],
            sessions: &self.sessions[from..self.ends[at]],
            ruptures: &self.ruptures[start..ends.last().copied().unwrap_or(start)],
            start,
            ends,
        }
    }

    /// All series in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = DetectedSeries<'_>> {
        (0..self.len()).map(|at| self.series(at))
    }

    /// Returns how far every two rules agree, each with those after it. Ruptures are few among the sessions: they are counted where they
    /// are, and the sessions that no rule marks are what is left.
    ///
    /// # Shape and units
    /// `within`: sessions by which two ruptures may differ and still be the same in [`RuleAgreement::near`].
    ///
    /// # Source
    /// [`Agreement`] and [`NearAgreement`].
    #[must_use]
    pub fn agreement(&self, within: i64) -> Vec<RuleAgreement> {
        let rules = self.rules.len();
        let pairs: Vec<[usize; 2]> =
            (0..rules).flat_map(|i| (i + 1..rules).map(move |j| [i, j])).collect();
        let mut marked = vec![0_u64; rules];
        let mut both = vec![0_u64; pairs.len()];
        let mut matched = vec![0_u64; pairs.len()];
        for series in self.iter().filter(|series| !series.ruptures.is_empty()) {
            for (rule, marked) in marked.iter_mut().enumerate() {
                *marked += series.ruptures(rule).len() as u64;
            }
            let order = |a: &Rupture, b: &Rupture| {
                NearAgreement::order(series.sessions[a.at], series.sessions[b.at], within)
            };
            for ((pair, both), matched) in pairs.iter().zip(&mut both).zip(&mut matched) {
                let [first, second] = pair.map(|rule| series.ruptures(rule));
                if !first.is_empty() && !second.is_empty() {
                    *both += NearAgreement::pairs(first, second, |a, b| a.at.cmp(&b.at));
                    *matched += NearAgreement::pairs(first, second, order);
                }
            }
        }
        let rated = self.ratings.len() as u64;
        let of = |((pair, both), matched): ((&[usize; 2], u64), u64)| {
            let [first, second] = pair.map(|rule| marked[rule]);
            let same = Agreement {
                both,
                first_only: first - both,
                second_only: second - both,
                neither: rated + both - first - second,
            };
            RuleAgreement { rules: *pair, same, near: NearAgreement { matched, first, second } }
        };
        pairs.iter().zip(both).zip(matched).map(of).collect()
    }

    /// Returns, for every series in order, how long its slowest repair took under one rule: `None` without a rupture.
    ///
    /// # Shape and units
    /// Sessions from the rupture to the first later rating that reaches the target, however late; [`i64::MAX`] if one never does. All
    /// ruptures of a series are repaired within a window if its number is not above the window.
    ///
    /// # Source
    /// [`Rupture::repaired_within`], for all windows at once.
    #[must_use]
    pub fn slowest_repair(&self, rule: usize) -> Vec<Option<i64>> {
        let of = |series: DetectedSeries<'_>| {
            let (x, s) = (series.ratings, series.sessions);
            let took = |rupture: &Rupture| {
                rupture.repaired_within(x, s, i64::MAX).map_or(i64::MAX, |at| at - s[rupture.at])
            };
            series.ruptures(rule).iter().map(took).max()
        };
        self.iter().map(of).collect()
    }

    /// Returns how many sessions one rule or more call a rupture, and how many two or more.
    #[must_use]
    pub fn votes(&self) -> Votes {
        let mut votes = Votes::default();
        let mut marked: Vec<usize> = Vec::new();
        for series in self.iter().filter(|series| !series.ruptures.is_empty()) {
            marked.clear();
            marked.extend(series.ruptures.iter().map(|rupture| rupture.at));
            votes.push(&mut marked);
        }
        votes
    }
}

impl<'a> DetectedSeries<'a> {
    /// What one rule finds.
    #[must_use]
    pub fn ruptures(&self, rule: usize) -> &'a [Rupture] {
        let from = rule.checked_sub(1).map_or(0, |before| self.ends[before] - self.start);
        &self.ruptures[from..self.ends[rule] - self.start]
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MovingRange, ruptures};
    use super::*;

    const REPAIR: Repair = Repair { window: 3, tolerance: 0.25 };

    fn rules() -> Vec<Option<Rule>> {
        vec![
            Some(Rule::Drop(1.0)),
            None,
            Some(Rule::Chart { k: 2.0, range: MovingRange::Median }),
            Some(Rule::ResidualDrop { k: 1.0 }),
        ]
    }

    type Rated = (Vec<f64>, Vec<i64>);

    /// Series of pseudo-random halves with gaps, some too short.
    fn all() -> Vec<Rated> {
        let mut state = 7_u64;
        let mut next = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
            (state >> 33) % n
        };
        let series = |_| {
            let n = 2 + next(12).cast_signed();
            let gap = next(12).cast_signed();
            let sessions: Vec<i64> = (0..n).map(|s| s + i64::from(s > gap)).collect();
            (sessions.iter().map(|_| 3.0 + next(9) as f64 / 2.0).collect(), sessions)
        };
        (0..200).map(series).collect()
    }

    fn detected(all: &[Rated]) -> (Detections, Vec<&Rated>) {
        let mut detections = Detections::new(rules(), REPAIR);
        let used = all
            .iter()
            .filter(|(x, s)| detections.push(s.iter().copied().zip(x.iter().copied()), 4));
        let used: Vec<_> = used.collect();
        (detections, used)
    }

    #[test]
    fn every_series_has_what_the_rules_find_in_it_alone() {
        let all = all();
        let (detections, used) = detected(&all);
        assert!(detections.len() == used.len() && used.len() < all.len());
        assert_eq!(detections.rows(), used.iter().map(|(x, _)| x.len()).sum());
        for (series, (x, s)) in detections.iter().zip(used) {
            assert_eq!((series.ratings, series.sessions), (&x[..], &s[..]));
            for (at, rule) in rules().iter().enumerate() {
                let alone = rule.map_or_else(Vec::new, |rule| ruptures(x, s, rule, REPAIR));
                assert_eq!(series.ruptures(at), alone);
            }
        }
    }

    #[test]
    fn a_repair_is_slow_or_within_the_window() {
        let all = all();
        let (detections, _) = detected(&all);
        for rule in 0..4 {
            let slowest = detections.slowest_repair(rule);
            for (series, slowest) in detections.iter().zip(&slowest) {
                let found = series.ruptures(rule);
                assert_eq!(slowest.is_some(), !found.is_empty());
                for window in 1..6 {
                    let mended = |r: &Rupture| {
                        r.repaired_within(series.ratings, series.sessions, window).is_some()
                    };
                    assert_eq!(slowest.is_none_or(|s| s <= window), found.iter().all(mended));
                }
            }
        }
    }

    #[test]
    fn agreement_is_that_of_the_sessions_one_by_one() {
        let all = all();
        let (detections, _) = detected(&all);
        let found = detections.agreement(1);
        assert_eq!(found.len(), 6);
        for RuleAgreement { rules: [i, j], same, near } in found {
            let (mut by_session, mut shifted) = (Agreement::default(), NearAgreement::default());
            for series in detections.iter() {
                let marks =
                    |rule: usize, at: usize| series.ruptures(rule).iter().any(|r| r.at == at);
                for at in 0..series.ratings.len() {
                    by_session.push(marks(i, at), marks(j, at));
                }
                let sessions = |rule| -> Vec<i64> {
                    series.ruptures(rule).iter().map(|r| series.sessions[r.at]).collect()
                };
                shifted.push(&sessions(i), &sessions(j), 1);
            }
            assert_eq!((same, near), (by_session, shifted));
        }
        let votes = detections.votes();
        assert!(votes.by_any > votes.by_several && votes.by_several > 0);
    }
}
