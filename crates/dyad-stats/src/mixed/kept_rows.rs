//! The first rows of a mixed model one by one, beside the sums of all.

use std::borrow::Cow;
use std::ops::Range;

use super::{Design, Rows};
use crate::Result;
use crate::resample::Series;

/// Rows of the first clusters, whole clusters only: for what cannot be had from sums and needs no more rows than these.
#[derive(Clone, Debug)]
pub struct KeptRows<'c> {
    columns: &'c [&'c str],
    most: usize,
    x: Vec<f64>,
    y: Vec<f64>,
    sessions: Vec<u16>,
    clusters: Vec<Range<usize>>,
    outer: Vec<i64>,
    last: Option<usize>,
}

impl<'c> KeptRows<'c> {
    /// Keeps rows with these columns: no cluster is begun once `most` rows are kept.
    #[must_use]
    pub fn new(columns: &'c [&'c str], most: usize) -> Self {
        let (x, y, sessions) = (Vec::new(), Vec::new(), Vec::new());
        Self { columns, most, x, y, sessions, clusters: Vec::new(), outer: Vec::new(), last: None }
    }

    /// Adds a row of a cluster inside an outer one; the rows of a cluster come one after another.
    pub fn push(&mut self, outer: i64, cluster: usize, session: i64, x: &[f64], y: f64) {
        if self.last != Some(cluster) {
            if self.y.len() >= self.most {
                return;
            }
            self.last = Some(cluster);
            self.clusters.push(self.y.len()..self.y.len());
            self.outer.push(outer);
        }
        self.x.extend_from_slice(x);
        self.y.push(y);
        self.sessions.push(u16::try_from(session).unwrap_or(u16::MAX));
        if let Some(range) = self.clusters.last_mut() {
            range.end = self.y.len();
        }
    }

    /// Rows kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// Whether no row is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.y.is_empty()
    }

    /// Clusters kept.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.clusters.len()
    }

    /// Outer clusters among them.
    #[must_use]
    pub fn outer_clusters(&self) -> usize {
        self.outer.chunk_by(|a, b| a == b).count()
    }

    /// The rows as a design.
    #[must_use]
    pub fn design(&self) -> Design<'_> {
        let response =
            Series { sessions: &self.sessions, values: &self.y, clients: &self.clusters };
        Design { columns: self.columns, x: &self.x, response, outer: &self.outer }
    }

    /// The sums of these rows, or those of all where every row is kept: nothing is summed twice.
    ///
    /// # Errors
    /// Those of [`Rows::push`].
    pub fn rows_of<'r>(&self, all: &'r Rows) -> Result<Cow<'r, Rows>> {
        if self.len() == all.len() { Ok(Cow::Borrowed(all)) } else { self.rows().map(Cow::Owned) }
    }

    /// The sums of these rows.
    ///
    /// # Errors
    /// Those of [`Rows::push`].
    pub fn rows(&self) -> Result<Rows> {
        let (mut rows, k) = (Rows::in_nested_clusters(self.columns), self.columns.len());
        for (cluster, (range, outer)) in (0..).zip(self.clusters.iter().zip(&self.outer)) {
            for row in range.clone() {
                rows.push(*outer, cluster, &self.x[row * k..(row + 1) * k], self.y[row])?;
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_that_was_begun_is_kept_whole() {
        let mut kept = KeptRows::new(&["x"], 3);
        for (cluster, session) in [(0, 1), (0, 2), (1, 1), (1, 2), (1, 3), (2, 1)] {
            kept.push(7, cluster, session, &[session as f64], 1.0);
        }
        assert_eq!((kept.len(), kept.clusters(), kept.outer_clusters()), (5, 2, 1));
        let five = kept.rows().unwrap();
        assert_eq!(five.len(), 5);
        assert!(matches!(kept.rows_of(&five), Ok(Cow::Borrowed(_))));
        assert!(matches!(kept.rows_of(&Rows::in_nested_clusters(&["x"])), Ok(Cow::Owned(_))));
        assert_eq!(kept.design().response.clients, [0..2, 2..5]);
    }
}
