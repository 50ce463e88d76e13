//! Series that only drift: lag-1 autocorrelation about a level of one's own.

use std::ops::Range;

use super::gap_sums::{GapSums, step};
use super::permutation::check;
use crate::{Result, StatsError};

/// Fewest ratings beyond the first of each client from which an autocorrelation is estimated.
const FEWEST_STEPS: usize = 10;
/// An autocorrelation beyond ± this is not told from one of ± 1, where the level is not identified.
const LIMIT: f64 = 0.999;

/// Ratings in the order of the sessions, client after client.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// The session number of each rating, ascending within a client.
    pub sessions: &'a [u16],
    /// The ratings.
    pub values: &'a [f64],
    /// The rows of each client, ascending and apart.
    pub clients: &'a [Range<usize>],
}

/// A fitted autoregression.
#[derive(Clone, Debug, PartialEq)]
pub struct Ar1 {
    /// Correlation of two ratings one session apart, about the client's level.
    pub rho: f64,
    /// Standard deviation of the ratings about the client's level.
    pub sd: f64,
    /// The level of each client; 0 for one without a rating.
    pub levels: Vec<f64>,
    /// −2 times the restricted log-likelihood.
    pub criterion: f64,
    /// Ratings.
    pub n: usize,
    /// Clients with a rating.
    pub clients: usize,
}

/// Returns the lag-1 autocorrelation and standard deviation of ratings about the level of their client.
///
/// x(i, t) = level(i) + e(i, t), corr(e(i, t), e(i, u)) = ρ^|t − u|, t and u session numbers: a missed session is a gap, not a step.
/// Restricted likelihood with a free level per client (so that short series do not pull ρ down), σ² profiled:
/// D = (N − C)(1 + log(2π·RSS/(N − C))) + Σ log|Rᵢ| + Σ log(1'Rᵢ⁻¹1), minimised over ρ; the series is whitened step by step,
/// (eₖ − φeₖ₋₁)/√(1 − φ²) with φ = ρ^gap. The ratings are read once: what D needs of them are sums per gap, and per pattern of gaps.
///
/// # Shape and units
/// As [`Series`] says; ρ has no unit, the standard deviation that of the ratings. If every gap is even the sign of ρ is not
/// identified, and ρ ≥ 0.
///
/// # Missing values
/// None accepted: leave the row out.
///
/// # Errors
/// - [`StatsError::UnequalLengths`], [`StatsError::OutOfDomain`], [`StatsError::NotFinite`] for series that are not as described.
/// - [`StatsError::TooFew`] below ten ratings beyond the first of each client.
/// - [`StatsError::NoVariation`] if no client's rating ever changes.
/// - [`StatsError::NotIdentified`] if ρ ends at ± .999.
///
/// # Source
/// `[@pinheiro2000]`, section 5.3. Checked against R `nlme::gls(correlation = corAR1(form = ~ session | client), method = "REML")`:
/// `golden/stats/resample.R`.
pub fn ar1(series: &Series<'_>) -> Result<Ar1> {
    let Series { sessions, values, clients } = *series;
    if sessions.len() != values.len() {
        let (left, right) = (sessions.len(), values.len());
        return Err(StatsError::UnequalLengths { what: "sessions and ratings", left, right });
    }
    check(values, clients)?;
    let gaps = || {
        clients.iter().flat_map(|rows| {
            sessions[rows.clone()].windows(2).map(|pair| i32::from(pair[1]) - i32::from(pair[0]))
        })
    };
    if gaps().any(|gap| gap <= 0) {
        return Err(StatsError::OutOfDomain {
            what: "the session numbers of a client",
            expected: "ascending, none twice",
        });
    }
    if gaps().count() < FEWEST_STEPS {
        return Err(StatsError::TooFew {
            unit: "ratings beyond the first of each client",
            needed: FEWEST_STEPS,
            found: gaps().count(),
        });
    }
    // In units of the largest deviation from a client's mean, about that mean: nothing cancels or overflows.
    let (centred, means, unit) = centre(values, clients)?;
    let lowest = if gaps().any(|gap| gap % 2 == 1) { -LIMIT } else { 0.0 };
    let sums = GapSums::of(sessions, &centred, clients);
    let rho = minimum(lowest, LIMIT, |rho| sums.at(rho).criterion());
    if rho.abs() > LIMIT - 1e-6 {
        return Err(StatsError::NotIdentified {
            what: "the autocorrelation is so close to 1 that clients have no level of their own"
                .into(),
        });
    }
    let best = sums.at(rho);
    let used = clients.iter().filter(|rows| !rows.is_empty()).count();
    let df = best.df as f64;
    Ok(Ar1 {
        rho,
        sd: unit * (best.squares / df).sqrt(),
        levels: levels(sessions, &centred, clients, rho)
            .zip(&means)
            .map(|(level, mean)| mean + unit * level)
            .collect(),
        criterion: best.criterion() + 2.0 * df * unit.ln(),
        n: best.df + used,
        clients: used,
    })
}

/// Returns [`ar1`] of complete series: a row of `occasions` ratings per client, row after row, each a session after the one before.
///
/// # Errors
/// As [`ar1`].
///
/// # Source
/// As [`ar1`].
pub fn ar1_complete(ratings: &[f64], occasions: usize) -> Result<Ar1> {
    let occasions = occasions.max(1);
    let session = |row: usize| u16::try_from(row % occasions).unwrap_or(u16::MAX);
    let sessions: Vec<u16> = (0..ratings.len()).map(session).collect();
    let clients: Vec<Range<usize>> =
        (0..ratings.len() / occasions).map(|c| c * occasions..(c + 1) * occasions).collect();
    ar1(&Series { sessions: &sessions, values: ratings, clients: &clients })
}

/// Deviations from each client's mean in units of the largest, the means, and the unit.
fn centre(values: &[f64], clients: &[Range<usize>]) -> Result<(Vec<f64>, Vec<f64>, f64)> {
    let mut centred = vec![0.0; values.len()];
    let (mut means, mut unit) = (Vec::with_capacity(clients.len()), 0.0_f64);
    let mut largest = 0.0_f64;
    for rows in clients {
        let n = rows.len().max(1) as f64;
        let mean = values[rows.clone()].iter().map(|v| v / n).sum::<f64>();
        for row in rows.clone() {
            centred[row] = values[row] - mean;
            unit = unit.max(centred[row].abs());
            largest = largest.max(values[row].abs());
        }
        means.push(mean);
    }
    if unit <= 1e-12 * largest || unit < f64::MIN_POSITIVE {
        return Err(StatsError::NoVariation { what: "the ratings of every client".into() });
    }
    for v in &mut centred {
        *v /= unit;
    }
    Ok((centred, means, unit))
}

/// The level of each client at one ρ, 1'R⁻¹x/1'R⁻¹1; 0 for one without a rating.
fn levels<'a>(
    sessions: &'a [u16],
    values: &'a [f64],
    clients: &'a [Range<usize>],
    rho: f64,
) -> impl Iterator<Item = f64> + 'a {
    clients.iter().map(move |rows| {
        if rows.is_empty() {
            return 0.0;
        }
        let (mut ones, mut crossed) = (1.0, values[rows.start]);
        for row in rows.start + 1..rows.end {
            let phi = step(rho, sessions[row - 1], sessions[row]);
            ones += (1.0 - phi) / (1.0 + phi);
            crossed += (values[row] - phi * values[row - 1]) / (1.0 + phi);
        }
        crossed / ones
    })
}

/// Where a function of one number is least: a grid, because there may be two valleys, then golden sections in the best one.
fn minimum(low: f64, high: f64, f: impl Fn(f64) -> f64) -> f64 {
    const STEPS: u32 = 60;
    let width = (high - low) / f64::from(STEPS);
    let grid = |k: u32| low + width * f64::from(k);
    let best = (0..=STEPS).min_by(|&a, &b| f(grid(a)).total_cmp(&f(grid(b)))).unwrap_or(0);
    let (mut a, mut b) = (grid(best.saturating_sub(1)), grid((best + 1).min(STEPS)));
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    while b - a > 1e-9 {
        let (c, d) = (b - ratio * (b - a), a + ratio * (b - a));
        if f(c) <= f(d) {
            b = d;
        } else {
            a = c;
        }
    }
    0.5 * (a + b)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Clients with six sessions each, the fourth missed.
    pub(in crate::resample) fn layout(clients: usize) -> (Vec<u16>, Vec<Range<usize>>) {
        let sessions = [1, 2, 3, 5, 6, 7].repeat(clients);
        (sessions, (0..clients).map(|k| 6 * k..6 * k + 6).collect())
    }

    #[test]
    fn the_sign_needs_an_odd_gap() {
        let values: Vec<f64> = (0..24).map(|k| f64::from(k * k % 11)).collect();
        let sessions: Vec<u16> = (0..24).map(|k| 1 + 2 * (k % 6)).collect();
        let clients: Vec<Range<usize>> = (0..4).map(|k| 6 * k..6 * k + 6).collect();
        let series = Series { sessions: &sessions, values: &values, clients: &clients };
        assert!(ar1(&series).unwrap().rho >= 0.0);
    }

    #[test]
    fn refusals() {
        let (sessions, clients) = layout(4);
        let values: Vec<f64> = (0..24).map(|k| f64::from(k * k % 11)).collect();
        let series = Series { sessions: &sessions, values: &values, clients: &clients };
        assert!(ar1(&series).is_ok());
        assert!(matches!(
            ar1(&Series { values: &[3.0; 24], ..series }),
            Err(StatsError::NoVariation { .. })
        ));
        assert!(matches!(
            ar1(&Series { clients: &clients[..1], ..series }),
            Err(StatsError::TooFew { .. })
        ));
        assert!(matches!(
            ar1(&Series { sessions: &[1; 24], ..series }),
            Err(StatsError::OutOfDomain { .. })
        ));
        assert!(matches!(
            ar1(&Series { sessions: &sessions[1..], ..series }),
            Err(StatsError::UnequalLengths { .. })
        ));
        // Straight lines have no level to return to.
        let lines: Vec<f64> = sessions.iter().map(|&t| f64::from(t)).collect();
        assert!(matches!(
            ar1(&Series { values: &lines, ..series }),
            Err(StatsError::NotIdentified { .. })
        ));
    }
}
