//! A rate: who is in its denominator and who counts; its Wilson interval, and the interval that knows who belongs together.

use std::fmt::Display;
use std::ops::Range;

use dyad_model::{Cell, Estimate, Row, Spread, Table};
use dyad_stats::linear::clustered_mean;

use crate::Given;
use crate::derived::Clients;
use crate::reported::{Reported, Share, interval_by_site, with_site};
use crate::section::{Added, Section};
use crate::words::Words;

/// Who is in the denominator of a rate, and who counts.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    units: Vec<usize>,
    /// 1 for who counts, else 0.
    hits: Vec<f64>,
}

impl FromIterator<(usize, bool)> for Rate {
    fn from_iter<I: IntoIterator<Item = (usize, bool)>>(units: I) -> Self {
        let mut rate = Self::default();
        units.into_iter().for_each(|(unit, counts)| rate.push(unit, counts));
        rate
    }
}

impl Rate {
    /// Adds a client or therapist to the denominator, in ascending order, and says whether it counts.
    pub fn push(&mut self, unit: usize, counts: bool) {
        self.units.push(unit);
        self.hits.push(if counts { 1.0 } else { 0.0 });
    }

    /// Those in the denominator.
    #[must_use]
    pub fn units(&self) -> &[usize] {
        &self.units
    }

    /// The denominator.
    #[must_use]
    pub fn of(&self) -> u64 {
        self.hits.len() as u64
    }

    /// The numerator.
    #[must_use]
    pub fn count(&self) -> u64 {
        count(&self.hits)
    }

    /// Numerator and denominator of every run of units.
    #[must_use]
    pub fn by(&self, ranges: &[Range<usize>]) -> Vec<(u64, u64)> {
        ranges.iter().map(|range| (count(&self.hits[range.clone()]), range.len() as u64)).collect()
    }

    /// The cluster-robust 95 % interval over these runs of units: CR2, Bell–McCaffrey df; `None` if nobody or everybody counts, or in
    /// fewer than two clusters. It may leave 0 to 1.
    #[must_use]
    pub fn clustered(&self, clusters: &[Range<usize>]) -> Option<[f64; 2]> {
        Some(clustered_mean(&self.hits, clusters).ok()?.ci)
    }

    /// The interval of a rate that knows that clients share therapists, where there is one.
    #[must_use]
    pub fn clustered_of(rate: &Estimate) -> Option<[f64; 2]> {
        Some([rate.number("clustered_low")?, rate.number("clustered_high")?])
    }

    /// The same within 0 and 1, else Wilson's: the one to speak of.
    #[must_use]
    pub fn interval_of(rate: &Estimate) -> Option<[f64; 2]> {
        Self::clustered_of(rate).map(|[low, high]| [low.max(0.0), high.min(1.0)]).or(rate.ci)
    }

    /// How far single therapists stand behind those who count, or behind everybody, whichever is more.
    fn spread(&self, clients: &Clients<'_>) -> Option<Spread> {
        let counted = self.units.iter().zip(&self.hits).filter(|(_, hit)| **hit > 0.5);
        let counted: Vec<usize> = counted.map(|(client, _)| *client).collect();
        let all = clients.spread(&self.units)?;
        let Some(counted) = clients.spread(&counted) else { return Some(all) };
        let [first, second] = [0, 1].map(|i| all.therapists[i].max(counted.therapists[i]));
        Some(Spread { therapists: [first, second], sites: None })
    }
}

/// A rate of clients: share, Wilson interval, numerator and denominator; where there is one, the interval by therapist among the details,
/// with a caution about Wilson's, and the interval by site.
impl Reported for Rate {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        let clients = section.clients;
        let estimate = estimate.counts(clients.counts(&self.units)).spread(self.spread(clients));
        let Ok(share) = Share::of(self.count(), self.of()) else {
            return estimate.refused("the denominator is 0");
        };
        let given = share.onto(estimate, section);
        let therapists = clients.therapist_ranges(&self.units).ok();
        let Some([low, high]) = therapists.and_then(|of| self.clustered(&of)) else { return given };
        let by_site = interval_by_site(clients, &self.units, &self.hits);
        with_site(given.details([("clustered_low", low), ("clustered_high", high)]), by_site).warn(
            "the interval takes clients as independent: where they share therapists it is too narrow; the one by therapist stands beside it",
        )
    }
}

impl<'s> Section<'s> {
    /// Adds a rate of clients, of so many; `lacks` is the text that says what those who are in no denominator lack.
    pub fn rate<E: Display>(
        &self,
        key: &str,
        found: Result<Rate, E>,
        of: usize,
        lacks: &str,
    ) -> Added<'_, 's> {
        let others = found.as_ref().map_or(0, |rate| of as u64 - rate.of());
        let estimate = self.without(lacks, others).estimate(key);
        self.push(estimate.given(found, |e, rate| rate.onto(e, self)))
    }

    /// Adds the table of the rates of clients that `words.toml` names as its `rows`, given or refused: label, numerator, denominator, share,
    /// Wilson's interval, and the interval by therapist; nothing if all are refused.
    pub fn rate_table(&self, key: &str) {
        let rates = self.rows_of(key);
        if rates.iter().all(|rate| rate.estimate.is_none()) {
            return;
        }
        let row = |rate: &Estimate| {
            let cells = [
                Cell::text(&rate.label),
                Cell::number(rate.number("count")),
                Cell::number(rate.number("denominator")),
                Cell::number(rate.estimate),
                Cell::interval(rate.ci),
                Cell::interval(Rate::clustered_of(rate)),
            ];
            Row { cells: cells.into(), n: rate.n, spread: rate.spread }
        };
        let table = Words::table(self, key);
        self.push_table(Table { rows: rates.iter().map(row).collect(), ..table });
    }
}

fn count(hits: &[f64]) -> u64 {
    hits.iter().filter(|hit| **hit > 0.5).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    const WORDS: &str = r#"
estimate = { some = {}, all = {}, nobody = {}, few = {} }
text.few = "too few"
table.none = { title = "None", rows = ["nobody"] }
[table.rates]
title = "Rates"
rows = ["some", "nobody"]
columns = [["class", "Rate", "text"], ["n", "n", "count"], ["of", "of", "count"], ["share", "Share", "share"], ["ci", "CI", "interval"], ["by", "CI", "interval"]]
"#;

    #[test]
    fn a_rate_counts_by_cluster() {
        let rate: Rate = (0..12).map(|unit| (unit, unit % 3 == 0)).collect();
        assert_eq!((rate.count(), rate.of()), (4, 12));
        assert_eq!(rate.by(&[0..5, 5..12]), [(2, 5), (2, 7)]);
        let [low, high] = rate.clustered(&[0..3, 3..7, 7..12]).unwrap();
        assert!(low < 1.0 / 3.0 && high > 1.0 / 3.0);
        let nobody: Rate = (0..12).map(|unit| (unit, false)).collect();
        assert!(nobody.clustered(&[0..6, 6..12]).is_none());
    }

    #[test]
    fn a_rate_of_clients_knows_of_therapists_where_it_can() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section();
        let add = |key: &str, rate: Rate| s.add(key, Ok::<_, String>(rate)).estimate();
        let some = add("some", (0..6).map(|client| (client, client < 3)).collect());
        assert_eq!(
            (some.estimate, some.number("count"), some.n.therapists),
            (Some(0.5), Some(3.0), Some(3))
        );
        let [low, high] = Rate::clustered_of(&some).unwrap();
        assert_eq!(Rate::interval_of(&some), Some([low.max(0.0), high.min(1.0)]));
        assert!(some.number("site_low").is_none(), "two sites say nothing");
        let all = add("all", (0..6).map(|client| (client, true)).collect());
        assert!(all.warnings.is_empty() && Rate::interval_of(&all) == all.ci);
        assert!(add("nobody", Rate::default()).refused.is_some());
        s.rate_table("none");
        s.rate_table("rates");
        let few =
            s.rate("few", Ok::<_, String>((0..2).map(|client| (client, true)).collect()), 6, "few");
        assert_eq!(few.estimate().dropped[0].clients, Some(4));
        let tables = study.close(String::new(), Vec::new(), "").tables;
        assert_eq!((tables.len(), tables[0].rows.len()), (1, 2), "a refused rate keeps its row");
    }
}
