//! What is kept of the rows: one sum per cluster.

use super::fit::{self, Fit};
use super::profile::Profile;
use crate::{Result, StatsError};

/// What is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Restricted maximum likelihood: for variances and for effects of one model.
    Reml,
    /// Maximum likelihood: to compare models with different fixed effects.
    Ml,
}

/// Rows of a mixed model with an intercept, further columns, and one or two levels of nested clusters.
///
/// Feed the rows in sort order: all rows of a cluster one after another, all clusters of an outer cluster one after another. Parts
/// that split between outer clusters can be accumulated apart and merged.
///
/// # Shape and units
/// `columns` names the columns besides the intercept. Each row has one value per column and the response.
///
/// # Missing values
/// None accepted: a row lacking a value of the model is left out before, and counted.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(super) columns: Vec<String>,
    /// Whether the clusters are nested in outer clusters.
    pub(super) nested: bool,
    pub(super) n: usize,
    /// Subtracted from every row before anything is summed: the first row. Keeps the sums small.
    shift: Vec<f64>,
    /// Σ z z' of the shifted rows, z = (1, columns …, response), row after row.
    pub(super) total: Vec<f64>,
    /// Rows per cluster.
    pub(super) sizes: Vec<u32>,
    /// Σ z per cluster.
    pub(super) sums: Vec<f64>,
    /// First cluster of each outer cluster.
    pub(super) outer: Vec<usize>,
    last: Option<(i64, i64)>,
}

impl Rows {
    /// Rows in clusters: sessions in clients, or clients in therapists.
    #[must_use]
    pub fn in_clusters(columns: &[&str]) -> Self {
        Self::new(columns, false)
    }

    /// Rows in clusters in outer clusters: sessions in clients in therapists.
    #[must_use]
    pub fn in_nested_clusters(columns: &[&str]) -> Self {
        Self::new(columns, true)
    }

    fn new(columns: &[&str], nested: bool) -> Self {
        let q = columns.len() + 2;
        Self {
            columns: columns.iter().map(|&c| c.to_owned()).collect(),
            nested,
            n: 0,
            shift: vec![0.0; q],
            total: vec![0.0; q * q],
            sizes: Vec::new(),
            sums: Vec::new(),
            outer: Vec::new(),
            last: None,
        }
    }

    /// Rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n
    }

    /// Whether there is no row yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Clusters so far.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.sizes.len()
    }

    /// 1 + columns + response.
    pub(super) fn width(&self) -> usize {
        self.columns.len() + 2
    }

    /// Adds a row of a cluster (and its outer cluster; any constant if there is none).
    ///
    /// # Errors
    /// - [`StatsError::UnequalLengths`] if the number of values is not that of the columns.
    /// - [`StatsError::NotFinite`] if a value is NaN or infinite.
    pub fn push(&mut self, outer: i64, cluster: i64, x: &[f64], y: f64) -> Result<()> {
        if x.len() != self.columns.len() {
            return Err(StatsError::UnequalLengths {
                what: "columns and values",
                left: self.columns.len(),
                right: x.len(),
            });
        }
        if !y.is_finite() || !x.iter().all(|v| v.is_finite()) {
            return Err(StatsError::NotFinite { what: "a row of the model".into() });
        }
        let q = self.width();
        if self.n == 0 {
            self.shift[1..q - 1].copy_from_slice(x);
            self.shift[q - 1] = y;
        }
        if self.last != Some((outer, cluster)) {
            if self.last.is_none_or(|(o, _)| o != outer) {
                self.outer.push(self.sizes.len());
            }
            self.last = Some((outer, cluster));
            self.sizes.push(0);
            self.sums.resize(self.sums.len() + q, 0.0);
        }
        self.n += 1;
        if let Some(size) = self.sizes.last_mut() {
            *size += 1;
        }
        let start = self.sums.len() - q;
        let sums = &mut self.sums[start..];
        let shift = &self.shift;
        let z = |k: usize| match k {
            0 => 1.0,
            k if k == q - 1 => y - shift[k],
            k => x[k - 1] - shift[k],
        };
        for row in 0..q {
            let value = z(row);
            sums[row] += value;
            for column in 0..=row {
                self.total[row * q + column] += value * z(column);
            }
        }
        Ok(())
    }

    /// Adds the clusters of another part, which must hold other outer clusters.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if the parts have other columns or nesting.
    pub fn merge(&mut self, mut other: Self) -> Result<()> {
        if self.columns != other.columns || self.nested != other.nested {
            return Err(StatsError::Refused("the parts belong to different models".into()));
        }
        if other.n == 0 {
            return Ok(());
        }
        if self.n == 0 {
            *self = other;
            return Ok(());
        }
        let step: Vec<f64> = self.shift.iter().zip(&other.shift).map(|(a, b)| a - b).collect();
        other.subtract(&step);
        let clusters = self.sizes.len();
        self.n += other.n;
        self.total.iter_mut().zip(&other.total).for_each(|(a, b)| *a += b);
        self.outer.extend(other.outer.iter().map(|first| first + clusters));
        self.sizes.append(&mut other.sizes);
        self.sums.append(&mut other.sums);
        self.last = None;
        Ok(())
    }

    /// Subtracts a constant from every value of every row summed so far; `step[0]` is 0.
    fn subtract(&mut self, step: &[f64]) {
        let q = self.width();
        let all: Vec<f64> = (0..q).map(|k| self.sums.iter().skip(k).step_by(q).sum()).collect();
        let n = self.n as f64;
        for row in 0..q {
            for column in 0..=row {
                self.total[row * q + column] += -step[row] * all[column] - step[column] * all[row]
                    + n * step[row] * step[column];
            }
        }
        for (sums, &size) in self.sums.chunks_exact_mut(q).zip(&self.sizes) {
            sums.iter_mut().zip(step).for_each(|(sum, step)| *sum -= f64::from(size) * step);
        }
        self.shift.iter_mut().zip(step).for_each(|(shift, step)| *shift += step);
    }

    /// Fits the model.
    ///
    /// # Errors
    /// - [`StatsError::TooFew`] rows for the columns, or a single cluster.
    /// - [`StatsError::Saturated`] if every row is a cluster of its own, or the model fits every row.
    /// - [`StatsError::NotIdentified`] if every outer cluster holds one cluster.
    /// - [`StatsError::Collinear`] naming the first column that depends on those before it.
    /// - [`StatsError::NotConverged`].
    ///
    /// # Source
    /// `[@bates2015]`. Checked against R `lme4::lmer`, `lmerTest::lmer`.
    pub fn fit(mut self, criterion: Criterion) -> Result<Fit> {
        let (clusters, outer) = (self.sizes.len(), self.outer.len());
        let p = self.columns.len() + 1;
        if self.n < p + 2 {
            return Err(StatsError::TooFew {
                unit: "rows for the model",
                needed: p + 2,
                found: self.n,
            });
        }
        if clusters < 2 {
            return Err(StatsError::TooFew { unit: "clusters", needed: 2, found: clusters });
        }
        if clusters >= self.n {
            return Err(StatsError::Saturated { what: "every row is a cluster of its own".into() });
        }
        if self.nested && outer < 2 {
            return Err(StatsError::TooFew { unit: "therapists", needed: 2, found: outer });
        }
        if self.nested && outer == clusters {
            let what = "with one client per therapist their variances cannot be told apart".into();
            return Err(StatsError::NotIdentified { what });
        }
        // Centre at the means: what the sums of a first row left of the size of the values goes.
        let q = self.width();
        let n = self.n as f64;
        let mut means: Vec<f64> =
            (0..q).map(|k| self.sums.iter().skip(k).step_by(q).sum::<f64>() / n).collect();
        means[0] = 0.0;
        self.subtract(&means);
        let centre = self.shift.clone();
        let profile = Profile::new(&self, criterion);
        fit::fit(self, &profile, centre)
    }
}
