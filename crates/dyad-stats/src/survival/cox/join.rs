//! Intervals that follow one another without a change, as one.

use std::ops::Range;

use super::Intervals;

/// The same risk sets in fewer rows.
///
/// A row that ends without an event where the next one of its cluster starts, with the same covariates, is at risk where the two
/// together are: the likelihood of the joined row is theirs. Rows per session become one row per change of a covariate.
pub(super) struct Joined {
    start: Vec<f64>,
    stop: Vec<f64>,
    event: Vec<bool>,
    columns: Vec<Vec<f64>>,
    pub(super) clusters: Vec<Range<usize>>,
}

impl Joined {
    pub(super) fn of(data: &Intervals, clusters: &[Range<usize>]) -> Self {
        let n = data.stop.len();
        let mut apart = vec![false; n + 1];
        for cluster in clusters {
            apart[cluster.start] = true;
            apart[cluster.end] = true;
        }
        let mut joined = Self {
            start: Vec::new(),
            stop: Vec::new(),
            event: Vec::new(),
            columns: vec![Vec::new(); data.columns.len()],
            clusters: Vec::new(),
        };
        // Joined rows before each row.
        let mut before = Vec::with_capacity(n + 1);
        for row in 0..n {
            let continues = row > 0
                && !apart[row]
                && !data.event[row - 1]
                && data.start[row - 1] < data.stop[row - 1]
                && data.start[row] < data.stop[row]
                && same(data.stop[row - 1], data.start[row])
                && data.columns.iter().all(|(_, column)| same(column[row - 1], column[row]));
            before.push(joined.stop.len());
            if let (true, Some(stop), Some(event)) =
                (continues, joined.stop.last_mut(), joined.event.last_mut())
            {
                (*stop, *event) = (data.stop[row], data.event[row]);
                continue;
            }
            joined.start.push(data.start[row]);
            joined.stop.push(data.stop[row]);
            joined.event.push(data.event[row]);
            for (own, (_, column)) in joined.columns.iter_mut().zip(data.columns) {
                own.push(column[row]);
            }
        }
        before.push(joined.stop.len());
        // A hazard ratio does not know where a column begins; the sums over risk sets would lose digits to a large mean.
        for column in &mut joined.columns {
            let mean = column.iter().sum::<f64>() / column.len().max(1) as f64;
            for value in column {
                *value -= mean;
            }
        }
        joined.clusters = clusters.iter().map(|c| before[c.start]..before[c.end]).collect();
        joined
    }

    /// The columns under their names.
    pub(super) fn columns<'a>(&'a self, data: &Intervals<'a>) -> Vec<(&'a str, &'a [f64])> {
        let names = data.columns.iter().map(|(name, _)| *name);
        names.zip(self.columns.iter().map(Vec::as_slice)).collect()
    }

    pub(super) fn intervals<'a>(&'a self, columns: &'a [(&'a str, &'a [f64])]) -> Intervals<'a> {
        Intervals { start: &self.start, stop: &self.stop, event: &self.event, columns }
    }
}

/// Exactly the same number.
fn same(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq()
}

#[cfg(test)]
mod tests {
    use super::super::{Ties, cox, fit};
    use super::*;

    #[test]
    fn joined_rows_give_the_fit_of_the_rows() {
        // Two persons by session, with an exposure that begins; two whole; a gap; a cluster's end in the middle of a person.
        let start = [0.0, 1.0, 2.0, 0.0, 1.0, 0.0, 0.0, 2.0, 0.0, 1.0, 3.0];
        let stop = [1.0, 2.0, 3.0, 1.0, 2.0, 4.0, 1.0, 3.0, 1.0, 2.0, 5.0];
        let event = [false, false, true, false, true, true, false, true, false, true, true];
        let x = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.5, 0.5, 1.0, 1.0, 0.2];
        let z = [0.3, 0.3, 0.3, 1.1, 1.1, -0.4, 0.6, 0.6, -1.0, -1.0, 0.1];
        let columns = [("x", &x[..]), ("z", &z[..])];
        let data = Intervals { start: &start, stop: &stop, event: &event, columns: &columns };
        let clusters = [0..4, 4..6, 6..8, 8..11];
        let joined = Joined::of(&data, &clusters);
        assert_eq!(joined.stop.len(), 9);
        assert_eq!(joined.clusters, [0..3, 3..5, 5..7, 7..9]);
        for ties in [Ties::Efron, Ties::Breslow] {
            let (a, b) =
                (cox(&data, &clusters, ties).unwrap(), fit(&data, &clusters, ties).unwrap());
            assert!((a.log_likelihood[1] - b.log_likelihood[1]).abs() < 1e-12);
            for (a, b) in a.coefficients.iter().zip(&b.coefficients) {
                assert!((a.estimate - b.estimate).abs() < 1e-12 && (a.se - b.se).abs() < 1e-12);
                assert!((a.robust_se.unwrap() - b.robust_se.unwrap()).abs() < 1e-12);
            }
        }
    }
}
