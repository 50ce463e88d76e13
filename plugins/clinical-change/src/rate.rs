//! A rate: numerator, denominator, Wilson interval, and the interval that knows that clients share therapists.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::linear::clustered_mean;
use dyad_stats::proportions::wilson;

/// Who is in the denominator of a rate, and who counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rate {
    pub(crate) clients: Vec<usize>,
    /// 1 for who counts, else 0.
    hits: Vec<f64>,
}

impl Rate {
    pub(crate) fn push(&mut self, client: usize, counts: bool) {
        self.clients.push(client);
        self.hits.push(if counts { 1.0 } else { 0.0 });
    }

    pub(crate) fn of(&self) -> u64 {
        self.hits.len() as u64
    }

    pub(crate) fn count(&self) -> u64 {
        count(&self.hits)
    }

    /// Numerator and denominator of every run of clients.
    pub(crate) fn by(&self, ranges: &[std::ops::Range<usize>]) -> Vec<(u64, u64)> {
        ranges.iter().map(|range| (count(&self.hits[range.clone()]), range.len() as u64)).collect()
    }

    /// How far single therapists stand behind those who count, or behind everybody, whichever is more.
    fn spread(&self, clients: &Clients<'_>) -> Option<Spread> {
        let counted = self.clients.iter().zip(&self.hits).filter(|(_, hit)| **hit > 0.5);
        let counted: Vec<usize> = counted.map(|(client, _)| *client).collect();
        let all = clients.spread(&self.clients)?;
        let Some(counted) = clients.spread(&counted) else { return Some(all) };
        let [first, second] = [0, 1].map(|i| all.therapists[i].max(counted.therapists[i]));
        Some(Spread { therapists: [first, second], sites: None })
    }

    /// The rate as an estimate: Wilson interval; the clustered interval among the details, unless nobody or everybody counts.
    pub(crate) fn give(&self, e: Estimate, clients: &Clients<'_>, words: &Words<'_>) -> Estimate {
        let estimate = e.counts(clients.counts(&self.clients)).spread(self.spread(clients));
        let (x, n) = (self.count(), self.of());
        let Ok(ci) = wilson(x, n) else { return estimate.refused("the denominator is 0") };
        let given = estimate.value(x as f64 / n as f64).ci(ci);
        let given = given.details([("count", x as f64), ("denominator", n as f64)]);
        let therapists = clients.therapist_ranges(&self.clients).ok();
        match therapists.and_then(|of| Some(clustered_mean(&self.hits, &of).ok()?.ci)) {
            Some([low, high]) => given
                .details([("clustered_low", low), ("clustered_high", high)])
                .warn(words.text("warn.rate"))
                .site_interval(clients, &self.clients, &self.hits),
            None => given,
        }
    }
}

fn count(hits: &[f64]) -> u64 {
    hits.iter().filter(|hit| **hit > 0.5).count() as u64
}

/// The clustered interval of a rate, where there is one.
pub(crate) fn clustered(rate: &Estimate) -> Option<[f64; 2]> {
    let detail = |name: &str| -> Option<f64> { rate.details.get(name)?.as_f64() };
    Some([detail("clustered_low")?, detail("clustered_high")?])
}

/// One row per rate: numerator, denominator, share and both intervals.
pub(crate) fn fill(table: ReportTable, rates: &[Estimate]) -> ReportTable {
    rates.iter().fold(table, |mut table, rate| {
        let detail = |name: &str| -> Option<f64> { rate.details.get(name)?.as_f64() };
        let cells = [
            Cell::text(&rate.label),
            Cell::number(detail("count")),
            Cell::number(detail("denominator")),
            Cell::number(rate.estimate),
            Cell::interval(rate.ci),
            Cell::interval(clustered(rate)),
        ];
        table.rows.push(Row { cells: cells.into(), n: rate.n, spread: rate.spread });
        table
    })
}
