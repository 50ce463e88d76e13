//! A rate: numerator, denominator, Wilson interval, and the interval that knows that clients share therapists.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::linear::{Correction, ols};
use dyad_stats::proportions::wilson;

/// Who is in the denominator of a rate, and who counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Among {
    pub(crate) clients: Vec<usize>,
    /// 1 for who counts, else 0.
    hits: Vec<f64>,
}

impl Among {
    pub(crate) fn push(&mut self, client: usize, counts: bool) {
        self.clients.push(client);
        self.hits.push(if counts { 1.0 } else { 0.0 });
    }

    pub(crate) fn count(&self) -> u64 {
        self.hits.iter().filter(|hit| **hit > 0.5).count() as u64
    }

    pub(crate) fn of(&self) -> u64 {
        self.hits.len() as u64
    }

    /// Numerator and denominator of every run of clients.
    pub(crate) fn by(&self, ranges: &[std::ops::Range<usize>]) -> Vec<(u64, u64)> {
        let hits = |range: &std::ops::Range<usize>| {
            self.hits[range.clone()].iter().filter(|hit| **hit > 0.5).count() as u64
        };
        ranges.iter().map(|range| (hits(range), range.len() as u64)).collect()
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
    pub(crate) fn rate(&self, estimate: Estimate, clients: &Clients<'_>) -> Estimate {
        let estimate = estimate.counts(clients.counts(&self.clients)).spread(self.spread(clients));
        let (x, n) = (self.count(), self.of());
        let Ok(ci) = wilson(x, n) else { return estimate.refused("the denominator is 0") };
        let given = estimate
            .value(x as f64 / n as f64)
            .ci(ci)
            .detail("count", x as f64)
            .detail("denominator", n as f64);
        match self.clustered(clients) {
            Some([low, high]) => {
                let given = given
                    .detail("clustered_low", low)
                    .detail("clustered_high", high)
                    .warn("the interval takes clients as independent: where they share therapists clustered_low and clustered_high are right");
                given.site_interval(clients, &self.clients, &self.hits)
            }
            None => given,
        }
    }

    /// A mean with CR2.
    fn clustered(&self, clients: &Clients<'_>) -> Option<[f64; 2]> {
        let therapists = clients.therapist_ranges(&self.clients).ok()?;
        let mean = ols(&[], &self.hits).ok()?;
        Some(mean.cluster_robust("(intercept)", &therapists, Correction::Cr2).ok()?.ci)
    }
}

/// One row per rate: numerator, denominator, share and both intervals.
pub(crate) fn table(id: String, title: String, note: &str, rates: &[&Estimate]) -> ReportTable {
    let table = ReportTable::new(id, title)
        .column("class", "Rate", ColumnKind::Text)
        .column("n", "Clients", ColumnKind::Count)
        .column("of", "Of", ColumnKind::Count)
        .column("share", "Share", ColumnKind::Share)
        .column("wilson", "95 % CI (Wilson)", ColumnKind::Interval)
        .column("clustered", "95 % CI (by therapist)", ColumnKind::Interval)
        .note(note);
    rates.iter().fold(table, |mut table, estimate| {
        let detail = |name: &str| -> Option<f64> { estimate.details.get(name)?.as_f64() };
        let clustered =
            detail("clustered_low").zip(detail("clustered_high")).map(|(low, high)| [low, high]);
        let cells = [
            Cell::text(&estimate.label),
            Cell::number(detail("count")),
            Cell::number(detail("denominator")),
            Cell::number(estimate.estimate),
            Cell::interval(estimate.ci),
            Cell::interval(clustered),
        ];
        table.rows.push(Row { cells: cells.into(), n: estimate.n, spread: estimate.spread });
        table
    })
}
