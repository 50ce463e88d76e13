//! The correlation within clients over their sessions.

use std::ops::Range;

use super::pearson::{Correlation, check_pairs, coefficient};
use crate::moments::Cross;
use crate::{Result, StatsError};

/// Returns the repeated-measures correlation: the common slope within clients, as a correlation.
///
/// The correlation of the client-centred values; df N − k − 1 (N rows, k clients); t = r·√(df/(1 − r²)); interval
/// tanh(atanh r ± z(.975)/√(df − 1)).
///
/// # Shape and units
/// `x`, `y`: one element per session row, clients contiguous; `clients`: the range of each client's rows. Clients with one
/// row add nothing to r and take nothing from df.
///
/// # Missing values
/// None accepted: a session without both values is left out before, and counted.
///
/// # Errors
/// - [`StatsError::UnequalLengths`], [`StatsError::NotFinite`] as [`pearson`](super::pearson).
/// - [`StatsError::TooFew`] if no client has two rows, or df < 2.
/// - [`StatsError::NoVariation`] if a variable is constant within every client.
///
/// # Source
/// `[@bakdash2017]`. Checked against R: the correlation of client-centred values, which `rmcorr::rmcorr` equals.
pub fn repeated_measures(x: &[f64], y: &[f64], clients: &[Range<usize>]) -> Result<Correlation> {
    check_pairs(x, y, 0)?;
    let (mut within, mut total) = (Cross::default(), Cross::default());
    for rows in clients {
        let own = Cross::of(&x[rows.clone()], &y[rows.clone()]);
        within.merge_within(&own);
        total.merge(&own);
    }
    // Sums about clients' means have no mean of their own; that of the rows says what rounding can leave.
    (within.mean_x, within.mean_y) = (total.mean_x, total.mean_y);
    let (rows, k) = (clients.iter().map(ExactSizeIterator::len).sum::<usize>(), clients.len());
    if !clients.iter().any(|rows| rows.len() > 1) {
        return Err(StatsError::TooFew {
            unit: "clients with two complete sessions",
            needed: 1,
            found: 0,
        });
    }
    let r = coefficient(
        &within,
        ["the first variable within clients", "the second variable within clients"],
    )?;
    if rows < k + 3 {
        return Err(StatsError::TooFew {
            unit: "sessions beyond one per client",
            needed: 3,
            found: rows - k,
        });
    }
    let df = (rows - k - 1) as f64;
    let se = (df > 1.0).then(|| 1.0 / (df - 1.0).sqrt());
    Ok(Correlation::new(r, rows, df, se))
}
