//! The correlation within clients over their sessions.

use std::ops::Range;

use super::pearson::{Correlation, check_pairs};
use crate::moments::Cross;
use crate::{Result, SCORE_TOLERANCE, StatsError};

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
    let mut within = Cross::default();
    for rows in clients {
        within.merge_within(&Cross::of(&x[rows.clone()], &y[rows.clone()]));
    }
    let (rows, k) = (clients.iter().map(ExactSizeIterator::len).sum::<usize>(), clients.len());
    if !clients.iter().any(|rows| rows.len() > 1) {
        return Err(StatsError::TooFew {
            unit: "clients with two complete sessions",
            needed: 1,
            found: 0,
        });
    }
    let n = rows as f64;
    for (squares, name) in [(within.xx, "the first variable"), (within.yy, "the second variable")] {
        if squares <= SCORE_TOLERANCE * SCORE_TOLERANCE * n {
            return Err(StatsError::NoVariation { what: format!("{name} within clients").into() });
        }
    }
    if rows < k + 3 {
        return Err(StatsError::TooFew {
            unit: "sessions beyond one per client",
            needed: 3,
            found: rows - k,
        });
    }
    let r = (within.xy / within.xx.sqrt() / within.yy.sqrt()).clamp(-1.0, 1.0);
    let df = (rows - k - 1) as f64;
    let se = (df > 1.0).then(|| 1.0 / (df - 1.0).sqrt());
    Ok(Correlation::new(r, rows, df, se))
}
