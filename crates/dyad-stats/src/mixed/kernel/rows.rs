//! What is kept of the rows: one or two sums per cluster.

use super::super::fit::{self, Fit};
use crate::{Result, StatsError};

/// What is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Restricted maximum likelihood: for variances and for effects of one model.
    Reml,
    /// Maximum likelihood: to compare models with different fixed effects.
    Ml,
}

/// A level of random effects. Further kinds (crossed factors) would be further variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// The clusters that hold the rows: clients, or therapists if the rows are clients.
    Cluster,
    /// The outer clusters that hold the clusters: therapists.
    Outer,
}

/// The column whose slope is random, and where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RandomSlope {
    /// Position in z = (1, columns …, response).
    pub(crate) at: usize,
    pub(crate) levels: Vec<Level>,
}

/// Rows of a mixed model with an intercept, further columns, and one or two levels of nested clusters.
///
/// Feed the rows in sort order: all rows of a cluster one after another, all clusters of an outer cluster one after another. Parts
/// that split between outer clusters can be accumulated apart and merged. Where the parts are those of the data (one per outer
/// cluster, say) and are merged in their order, the result has the same bytes for any number of threads.
///
/// # Shape and units
/// `columns` names the columns besides the intercept. Each row has one value per column and the response.
///
/// # Missing values
/// None accepted: a row lacking a value of the model is left out before, and counted.
///
/// # Examples
/// Four therapists with three clients each; `lme4::lmer(y ~ x + (1 | therapist))` gives the same numbers.
/// ```
/// use dyad_stats::mixed::{Criterion, Rows};
///
/// let scores = [[3.0, 4.0, 4.5], [6.0, 5.5, 7.0], [2.0, 3.5, 3.0], [5.0, 6.0, 5.0]];
/// let mut rows = Rows::in_clusters(&["x"]);
/// for (therapist, clients) in (0..).zip(scores) {
///     for (x, y) in [0.0, 1.0, 2.0].into_iter().zip(clients) {
///         rows.push(0, therapist, &[x], y)?;
///     }
/// }
/// let fit = rows.fit(Criterion::Reml)?;
/// let slope = fit.coefficient("x")?;
/// assert!((slope.estimate - 0.4375).abs() < 1e-9);
/// assert!(slope.df.is_some_and(|df| (df - 7.0).abs() < 1e-3));
/// # Ok::<(), dyad_stats::StatsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rows {
    pub(crate) columns: Vec<String>,
    /// Whether the clusters are nested in outer clusters.
    pub(crate) nested: bool,
    pub(crate) slope: Option<RandomSlope>,
    pub(crate) n: usize,
    /// Subtracted from every row before anything is summed: the first row. Keeps the sums small.
    pub(crate) shift: Vec<f64>,
    /// Σ z z' of the shifted rows, z = (1, columns …, response), row after row; lower triangle.
    pub(crate) total: Vec<f64>,
    /// Rows per cluster.
    pub(crate) sizes: Vec<u32>,
    /// Per cluster M = Z'z: Σ z, and with a random slope of x also Σ x z.
    pub(crate) sums: Vec<f64>,
    /// First cluster of each outer cluster.
    pub(crate) outer: Vec<usize>,
    last: Option<(i64, i64)>,
    z: Vec<f64>,
    /// Σ z z' of the latest rows: sums of sums keep their digits where one long sum would lose three of a million rows.
    block: Vec<f64>,
    in_block: usize,
}

/// Lower triangle of into += zz'.
///
/// A width that the compiler knows is a loop that it unrolls; the sums are the same.
pub(super) fn add_square(into: &mut [f64], z: &[f64]) {
    fn fixed<const Q: usize>(into: &mut [f64], z: &[f64]) -> Option<()> {
        let z: &[f64; Q] = z.try_into().ok()?;
        for (row, to) in into.chunks_exact_mut(Q).enumerate().take(Q) {
            let (to, left): (&mut [f64; Q], f64) = (to.try_into().ok()?, z[row]);
            // The upper triangle is never read: adding to it, too, costs less than stopping at the diagonal.
            for column in 0..Q {
                to[column] += left * z[column];
            }
        }
        Some(())
    }
    let done = match z.len() {
        3 => fixed::<3>(into, z),
        4 => fixed::<4>(into, z),
        5 => fixed::<5>(into, z),
        6 => fixed::<6>(into, z),
        7 => fixed::<7>(into, z),
        8 => fixed::<8>(into, z),
        9 => fixed::<9>(into, z),
        _ => None,
    };
    if done.is_none() {
        for (to, &left) in into.chunks_exact_mut(z.len()).zip(z) {
            to.iter_mut().zip(z).for_each(|(sum, z)| *sum += left * z);
        }
    }
}

/// Rows summed on their own before they join the total.
const BLOCK: usize = 512;

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
            slope: None,
            n: 0,
            shift: vec![0.0; q],
            total: vec![0.0; q * q],
            sizes: Vec::new(),
            sums: Vec::new(),
            outer: Vec::new(),
            last: None,
            z: vec![0.0; q],
            block: vec![0.0; q * q],
            in_block: 0,
        }
    }

    /// Lets the slope of a column vary between the clusters of these levels, correlated with their intercepts. Before the first row.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column, or no such level, or there are rows already.
    pub fn with_random_slope(mut self, column: &str, levels: &[Level]) -> Result<Self> {
        let refuse = |why: String| Err(StatsError::Refused(why.into()));
        let Some(at) = self.columns.iter().position(|c| c == column) else {
            return refuse(format!("a random slope needs the column {column} among the columns"));
        };
        if levels.is_empty() || (!self.nested && levels.contains(&Level::Outer)) {
            return refuse("a random slope needs a level of the model".to_owned());
        }
        if self.n > 0 {
            return refuse("a random slope is declared before the first row".to_owned());
        }
        self.slope = Some(RandomSlope { at: at + 1, levels: levels.to_vec() });
        Ok(self)
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
    pub(crate) fn width(&self) -> usize {
        self.columns.len() + 2
    }

    /// Sums kept per cluster: intercept, and slope if there is a random one.
    pub(crate) fn effects(&self) -> usize {
        if self.slope.is_some() { 2 } else { 1 }
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
        let (q, r) = (self.width(), self.effects());
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
            self.sums.resize(self.sums.len() + r * q, 0.0);
        }
        self.n += 1;
        if let Some(size) = self.sizes.last_mut() {
            *size += 1;
        }
        self.z[0] = 1.0;
        for ((z, value), shift) in
            self.z[1..].iter_mut().zip(x.iter().chain([&y])).zip(&self.shift[1..])
        {
            *z = value - shift;
        }
        let start = self.sums.len() - r * q;
        let (first, second) = self.sums[start..].split_at_mut(q);
        first.iter_mut().zip(&self.z).for_each(|(sum, z)| *sum += z);
        if let Some(slope) = &self.slope {
            let x = self.z[slope.at];
            second.iter_mut().zip(&self.z).for_each(|(sum, z)| *sum += x * z);
        }
        add_square(&mut self.block, &self.z);
        self.in_block += 1;
        if self.in_block == BLOCK {
            self.close_block();
        }
        Ok(())
    }

    /// Adds the latest rows to the total.
    pub(crate) fn close_block(&mut self) {
        self.total.iter_mut().zip(&self.block).for_each(|(total, sum)| *total += sum);
        self.block.fill(0.0);
        self.in_block = 0;
    }

    /// The same rows with only some of the columns, in the order named: one pass over the data serves several models.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column, or a random slope is declared.
    pub fn with_columns(&self, columns: &[&str]) -> Result<Self> {
        let mut all = self.clone_totals();
        all.close_block();
        let mut kept = vec![0];
        for &column in columns {
            let at = self.columns.iter().position(|c| c == column).filter(|_| self.slope.is_none());
            let refuse = || format!("there is no column {column}, or a random slope is declared");
            kept.push(at.ok_or_else(|| StatsError::Refused(refuse().into()))? + 1);
        }
        kept.push(self.width() - 1);
        let (q, width) = (kept.len(), self.width());
        let mut out = Self::new(columns, self.nested);
        out.n = self.n;
        out.shift = kept.iter().map(|&k| self.shift[k]).collect();
        for (row, &from) in kept.iter().enumerate() {
            for (column, &with) in kept.iter().enumerate().take(row + 1) {
                // The columns may be named in another order, and only the lower triangle is kept.
                out.total[row * q + column] = all.total[from.max(with) * width + from.min(with)];
            }
        }
        out.sums.reserve_exact(self.sizes.len() * q);
        for sums in self.sums.chunks_exact(width) {
            out.sums.extend(kept.iter().map(|&k| sums[k]));
        }
        (out.sizes, out.outer, out.last) = (self.sizes.clone(), self.outer.clone(), self.last);
        Ok(out)
    }

    /// The totals without what is kept per cluster.
    fn clone_totals(&self) -> Self {
        let columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        Self {
            n: self.n,
            total: self.total.clone(),
            block: self.block.clone(),
            in_block: self.in_block,
            ..Self::new(&columns, self.nested)
        }
    }

    /// Adds the clusters of another part, which must hold other outer clusters.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if the parts have other columns, slopes or nesting.
    pub fn merge(&mut self, mut other: Self) -> Result<()> {
        if self.columns != other.columns || self.nested != other.nested || self.slope != other.slope
        {
            return Err(StatsError::Refused("the parts belong to different models".into()));
        }
        if other.n == 0 {
            return Ok(());
        }
        if self.n == 0 {
            *self = other;
            return Ok(());
        }
        self.close_block();
        other.close_block();
        let step: Vec<f64> = self.shift.iter().zip(&other.shift).map(|(a, b)| a - b).collect();
        other.subtract(&step);
        let clusters = self.sizes.len();
        self.n += other.n;
        self.total.iter_mut().zip(&other.total).for_each(|(a, b)| *a += b);
        self.outer.extend(other.outer.iter().map(|first| first + clusters));
        self.sizes.append(&mut other.sizes);
        self.sums.append(&mut other.sums);
        self.last = other.last;
        Ok(())
    }

    /// Σ z over all rows.
    pub(crate) fn overall(&self) -> Vec<f64> {
        let (q, r) = (self.width(), self.effects());
        let mut all = vec![0.0; q];
        for sums in self.sums.chunks_exact(r * q) {
            all.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
        }
        all
    }

    /// Subtracts a constant from every value of every row summed so far; `step[0]` is 0.
    pub(crate) fn subtract(&mut self, step: &[f64]) {
        let (q, r) = (self.width(), self.effects());
        let all = self.overall();
        let n = self.n as f64;
        for row in 0..q {
            for column in 0..=row {
                self.total[row * q + column] += -step[row] * all[column] - step[column] * all[row]
                    + n * step[row] * step[column];
            }
        }
        for (m, &size) in self.sums.chunks_exact_mut(r * q).zip(&self.sizes) {
            let n = f64::from(size);
            let (first, second) = m.split_at_mut(q);
            if let Some(slope) = &self.slope {
                // Σ (x − c)(z − d) = Σ xz − c Σ z − d Σ x + n c d.
                let (c, sum_x) = (step[slope.at], first[slope.at]);
                for ((sum, z), d) in second.iter_mut().zip(&*first).zip(step) {
                    *sum += -c * z - d * sum_x + n * c * d;
                }
            }
            first.iter_mut().zip(step).for_each(|(sum, d)| *sum -= n * d);
        }
        self.shift.iter_mut().zip(step).for_each(|(shift, step)| *shift += step);
    }

    /// Divides every value of every row by the scale of its column.
    pub(crate) fn divide(&mut self, scale: &[f64]) {
        let (q, r) = (self.width(), self.effects());
        for row in 0..q {
            for column in 0..=row {
                self.total[row * q + column] /= scale[row] * scale[column];
            }
        }
        let of_slope = self.slope.as_ref().map_or(1.0, |slope| scale[slope.at]);
        for m in self.sums.chunks_exact_mut(r * q) {
            let (first, second) = m.split_at_mut(q);
            first.iter_mut().zip(scale).for_each(|(sum, s)| *sum /= s);
            second.iter_mut().zip(scale).for_each(|(sum, s)| *sum /= s * of_slope);
        }
    }

    /// Every so many-th cluster, or outer cluster with its clusters, of rows summed to the end. What the rows add to the total within
    /// clusters is not known of each: it is taken in proportion. For a rough look only.
    pub(crate) fn every(&self, step: usize) -> Self {
        let (q, r) = (self.width(), self.effects());
        let mut some = self.clone_totals();
        some.slope.clone_from(&self.slope);
        some.shift.clone_from(&self.shift);
        let firsts: Vec<usize> =
            if self.nested { self.outer.clone() } else { (0..self.sizes.len()).collect() };
        let ends = firsts.iter().skip(1).copied().chain([self.sizes.len()]);
        some.n = 0;
        for (first, end) in firsts.iter().copied().zip(ends).step_by(step.max(1)) {
            some.outer.push(some.sizes.len());
            some.sizes.extend(&self.sizes[first..end]);
            some.sums.extend(&self.sums[first * r * q..end * r * q]);
        }
        if !self.nested {
            some.outer.truncate(1);
        }
        some.n = some.sizes.iter().map(|&size| size as usize).sum();
        let (all_between, all_left) = self.between();
        let (between, left) = some.between();
        let share = left / all_left.max(1.0);
        let parts = self.total.iter().zip(&all_between).zip(&between);
        some.total = parts.map(|((total, all), own)| share * (total - all) + own).collect();
        some
    }

    /// Σ M'(Z'Z)⁻¹M, what the means (and slopes) of the clusters explain, and the rows beyond those.
    fn between(&self) -> (Vec<f64>, f64) {
        let (q, r) = (self.width(), self.effects());
        let (mut explained, mut left) = (vec![0.0; q * q], self.n as f64);
        let mut rest = vec![0.0; q];
        for (m, &size) in self.sums.chunks_exact(r * q).zip(&self.sizes) {
            let size = f64::from(size);
            let (first, second) = m.split_at(q);
            left -= 1.0;
            let spread = self.slope.as_ref().map(|slope| {
                let mean = first[slope.at] / size;
                rest.iter_mut().zip(first.iter().zip(second)).for_each(|(rest, (sum, cross))| {
                    *rest = cross - mean * sum;
                });
                (second[slope.at] - mean * first[slope.at]).max(0.0)
            });
            let spread = spread.filter(|spread| *spread > 1e-10 * size);
            left -= f64::from(u8::from(spread.is_some()));
            for row in 0..q {
                for column in 0..=row {
                    let slope = spread.map_or(0.0, |spread| rest[row] * rest[column] / spread);
                    explained[row * q + column] += first[row] * first[column] / size + slope;
                }
            }
        }
        (explained, left)
    }

    /// Fits the model.
    ///
    /// # Errors
    /// - [`StatsError::TooFew`] rows for the columns, or a single cluster.
    /// - [`StatsError::NoVariation`] if the response is constant.
    /// - [`StatsError::Saturated`] if there are as many random effects as rows, or the model fits every row.
    /// - [`StatsError::NotIdentified`] if every outer cluster holds one cluster, or a random slope has nothing to vary over.
    /// - [`StatsError::Collinear`] naming the first column that depends on those before it.
    /// - [`StatsError::NotConverged`].
    ///
    /// # Source
    /// `[@bates2015]`. Checked against R `lme4::lmer`, `lmerTest::lmer`: `golden/stats/mixed.R`.
    pub fn fit(&self, criterion: Criterion) -> Result<Fit> {
        fit::fit(self, criterion, None)
    }

    /// Fits the model from where that of another response of the same design has its minimum.
    pub(crate) fn fit_near(&self, criterion: Criterion, other: &Fit) -> Result<Fit> {
        fit::fit(self, criterion, Some(&other.solution.theta))
    }
}
