//! How often who is at higher risk leaves earlier.

use std::ops::Range;

use super::cox::{Intervals, check};
use crate::distributions::normal;
use crate::{Result, StatsError};

/// Concordance of a risk with the order of the events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concordance {
    /// (concordant + tied/2)/comparable: 0.5 is chance.
    pub estimate: f64,
    /// From the infinitesimal jackknife over clusters.
    pub se: f64,
    /// 95 % interval.
    pub ci: [f64; 2],
    /// Pairs in which the higher risk had the event earlier.
    pub concordant: f64,
    /// Pairs in which the lower risk had it earlier.
    pub discordant: f64,
    /// Pairs with the same risk.
    pub tied: f64,
}

/// Returns the concordance of `risk` with the event times; the covariates of `data` are not looked at.
///
/// A pair is comparable if one has the event while the other is at risk and goes on. For a Cox model the risk is x'β.
///
/// # Shape and units
/// `risk`: one value per row, any unit, higher means earlier. `clusters`: contiguous ranges of rows that belong together and cover all
/// rows; none: every row for itself.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - [`StatsError::UnequalLengths`], [`StatsError::NotFinite`].
/// - [`StatsError::NoEvents`] without a comparable pair.
///
/// # Source
/// `[@harrell1982]`. Checked against R `survival::concordance`: `golden/stats/survival.R`.
pub fn concordance(
    data: &Intervals,
    risk: &[f64],
    clusters: &[Range<usize>],
) -> Result<Concordance> {
    check(data)?;
    if risk.len() != data.stop.len() {
        return Err(StatsError::UnequalLengths {
            what: "intervals and risks",
            left: data.stop.len(),
            right: risk.len(),
        });
    }
    if !risk.iter().all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the risk".into() });
    }
    let ranks = Ranks::of(risk);
    let rows: Vec<Pairs> = count(data, &ranks);
    // Every pair is counted at both of its rows.
    let sum = |part: fn(&Pairs) -> u64| rows.iter().map(part).sum::<u64>() as f64 / 2.0;
    let (concordant, discordant, tied) =
        (sum(|p| p.concordant), sum(|p| p.discordant), sum(|p| p.tied));
    let comparable = concordant + discordant + tied;
    if comparable <= 0.0 {
        return Err(StatsError::NoEvents { what: "comparable pair" });
    }
    let estimate = (concordant + 0.5 * tied) / comparable;
    let influence = |pairs: &Pairs| {
        let all = (pairs.concordant + pairs.discordant + pairs.tied) as f64;
        (pairs.concordant as f64 + 0.5 * pairs.tied as f64 - estimate * all) / comparable
    };
    let variance: f64 = if clusters.is_empty() {
        rows.iter().map(|pairs| influence(pairs).powi(2)).sum()
    } else {
        clusters
            .iter()
            .map(|range| rows[range.clone()].iter().map(influence).sum::<f64>().powi(2))
            .sum()
    };
    let se = variance.sqrt();
    let half = normal::quantile(0.975) * se;
    Ok(Concordance {
        estimate,
        se,
        ci: [(estimate - half).max(0.0), (estimate + half).min(1.0)],
        concordant,
        discordant,
        tied,
    })
}

/// The comparable pairs of one row.
#[derive(Clone, Copy, Default)]
struct Pairs {
    concordant: u64,
    discordant: u64,
    tied: u64,
}

/// The rank of each row's risk among the distinct ones, from 0.
struct Ranks {
    of_row: Vec<usize>,
    distinct: usize,
}

impl Ranks {
    fn of(risk: &[f64]) -> Self {
        let mut sorted: Vec<f64> = risk.iter().map(|r| r + 0.0).collect();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let of_row = risk.iter().map(|r| sorted.partition_point(|s| s < r)).collect();
        Self { of_row, distinct: sorted.len() }
    }
}

/// How many rows of each rank are in, as a binary indexed tree: both questions cost log n.
struct Tree {
    sums: Vec<i64>,
    all: i64,
}

impl Tree {
    fn new(ranks: usize) -> Self {
        Self { sums: vec![0; ranks + 1], all: 0 }
    }

    fn add(&mut self, rank: usize, by: i64) {
        self.all += by;
        let mut at = rank + 1;
        while at < self.sums.len() {
            self.sums[at] += by;
            at += at & at.wrapping_neg();
        }
    }

    /// How many have a rank below this one.
    fn below(&self, rank: usize) -> i64 {
        let (mut at, mut sum) = (rank, 0);
        while at > 0 {
            sum += self.sums[at];
            at &= at - 1;
        }
        sum
    }

    /// How many are below, at and above a rank.
    fn around(&self, rank: usize) -> [i64; 3] {
        let (below, upto) = (self.below(rank), self.below(rank + 1));
        [below, upto - below, self.all - upto]
    }
}

fn count(data: &Intervals, ranks: &Ranks) -> Vec<Pairs> {
    let n = data.stop.len();
    let mut pairs = vec![Pairs::default(); n];
    // An empty interval is never at risk.
    let mut by_stop: Vec<usize> = (0..n).filter(|&row| data.start[row] < data.stop[row]).collect();
    let mut by_start = by_stop.clone();
    by_stop.sort_by(|&a, &b| data.stop[a].total_cmp(&data.stop[b]));
    by_start.sort_by(|&a, &b| data.start[a].total_cmp(&data.start[b]));
    let events: Vec<usize> = by_stop.iter().copied().filter(|&row| data.event[row]).collect();

    // For each event: those at risk that go on beyond it. Times descend; a row enters below its stop and leaves at its start.
    let mut tree = Tree::new(ranks.distinct);
    let (mut entering, mut leaving) =
        (by_stop.iter().rev().peekable(), by_start.iter().rev().peekable());
    for group in events.chunk_by(|&a, &b| data.stop[a].total_cmp(&data.stop[b]).is_eq()).rev() {
        let time = data.stop[group[0]];
        // Who is censored at the time goes on beyond it.
        while let Some(&row) = entering.next_if(|&&row| data.stop[row] >= time) {
            // An event at this very time does not go on: it is added after the group has been counted.
            if data.stop[row] > time || !data.event[row] {
                tree.add(ranks.of_row[row], 1);
            }
        }
        while let Some(&row) = leaving.next_if(|&&row| data.start[row] >= time) {
            tree.add(ranks.of_row[row], -1);
        }
        for &row in group {
            let [below, same, above] = tree.around(ranks.of_row[row]).map(i64::unsigned_abs);
            let own = &mut pairs[row];
            own.concordant += below;
            own.tied += same;
            own.discordant += above;
        }
        for &row in group {
            tree.add(ranks.of_row[row], 1);
        }
    }

    // For each row: the events it outlived, those before its stop less those before its start.
    let mut tree = Tree::new(ranks.distinct);
    let mut happened = events.iter().peekable();
    let outlives = |event: usize, row: usize| {
        data.stop[event] < data.stop[row]
            || (data.stop[event] <= data.stop[row] && !data.event[row])
    };
    // Events of the same time as a censored row come before it, those of the time of an event after it.
    let mut queries: Vec<usize> = by_stop;
    queries.sort_by(|&a, &b| {
        data.stop[a].total_cmp(&data.stop[b]).then(data.event[b].cmp(&data.event[a]))
    });
    for row in queries {
        while let Some(&event) = happened.next_if(|&&event| outlives(event, row)) {
            tree.add(ranks.of_row[event], 1);
        }
        add_outlived(&mut pairs[row], tree.around(ranks.of_row[row]), 1);
    }
    let mut tree = Tree::new(ranks.distinct);
    let mut happened = events.iter().peekable();
    for row in by_start {
        while let Some(&event) = happened.next_if(|&&event| data.stop[event] <= data.start[row]) {
            tree.add(ranks.of_row[event], 1);
        }
        add_outlived(&mut pairs[row], tree.around(ranks.of_row[row]), -1);
    }
    pairs
}

/// Earlier events of a higher rank are concordant with a row that went on.
fn add_outlived(pairs: &mut Pairs, [below, same, above]: [i64; 3], sign: i64) {
    pairs.concordant = pairs.concordant.saturating_add_signed(sign * above);
    pairs.tied = pairs.tied.saturating_add_signed(sign * same);
    pairs.discordant = pairs.discordant.saturating_add_signed(sign * below);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair looked at.
    fn listed(data: &Intervals, risk: &[f64]) -> [u64; 3] {
        let n = risk.len();
        let mut found = [0; 3];
        for event in (0..n).filter(|&i| data.event[i]) {
            let t = data.stop[event];
            for other in 0..n {
                let goes_on = data.stop[other] > t || (data.stop[other] >= t && !data.event[other]);
                if other != event && data.start[other] < t && goes_on {
                    let at = match risk[event].total_cmp(&risk[other]) {
                        std::cmp::Ordering::Greater => 0,
                        std::cmp::Ordering::Less => 1,
                        std::cmp::Ordering::Equal => 2,
                    };
                    found[at] += 1;
                }
            }
        }
        found
    }

    #[test]
    fn counting_agrees_with_listing_every_pair() {
        for seed in 0..40_u64 {
            let draw =
                |i: u64, k: u64, m: u64| (seed * 7919 + i * 104_729 + k * 31) % 1_000_003 % m;
            let n = 17;
            let start: Vec<f64> = (0..n).map(|i| draw(i, 1, 4) as f64).collect();
            let stop: Vec<f64> =
                (0..n).map(|i| draw(i, 1, 4) as f64 + 1.0 + draw(i, 2, 6) as f64).collect();
            let event: Vec<bool> = (0..n).map(|i| draw(i, 3, 3) > 0).collect();
            let risk: Vec<f64> = (0..n).map(|i| draw(i, 4, 7) as f64).collect();
            let data = Intervals { start: &start, stop: &stop, event: &event, columns: &[] };
            let expected = listed(&data, &risk);
            let found = concordance(&data, &risk, &[]).unwrap();
            let counts = [found.concordant, found.discordant, found.tied];
            for (found, expected) in counts.into_iter().zip(expected) {
                assert!((found - expected as f64).abs() < 0.1, "{seed}");
            }
        }
    }

    #[test]
    fn refusals() {
        let data =
            Intervals { start: &[0.0; 2], stop: &[1.0, 1.0], event: &[true; 2], columns: &[] };
        assert!(concordance(&data, &[1.0, 2.0], &[]).is_err());
        assert!(concordance(&data, &[1.0], &[]).is_err());
        assert!(concordance(&data, &[1.0, f64::NAN], &[]).is_err());
    }
}
