//! How often a design finds an effect that is not there, where the response drifts from session to session.

use super::null_recovery::{summary, tested};
use super::{Criterion, NullRecovery, Rows};
use crate::resample::{Plan, Series, ar1};
use crate::{Result, StatsError};

/// The rows of a mixed model of sessions in clients in therapists, one after another.
#[derive(Clone, Copy, Debug)]
pub struct Design<'a> {
    /// Names of the columns besides the intercept.
    pub columns: &'a [&'a str],
    /// Their values, row after row.
    pub x: &'a [f64],
    /// The response at each row, with the session number, client after client.
    pub response: Series<'a>,
    /// The outer cluster of each client.
    pub outer: &'a [i64],
}

/// Returns, with the autocorrelation of what the model without `column` leaves, how often the model finds the effect of `column`
/// in studies simulated without it whose residuals drift.
///
/// The model assumes residuals that are independent within a client. Here they are an autoregression about the client's level,
/// ρ and σ estimated from the residuals of the fit without the column; variances of clients and therapists are those of that fit, the
/// columns stay as they are. If both the column and the residuals are autocorrelated, standard errors of a model that ignores it are
/// wrong: the share found then exceeds 5 %.
///
/// # Shape and units
/// `x`: rows × columns; every client of the series has an outer cluster, equal ones side by side.
///
/// # Errors
/// Those of [`Rows::fit`] and [`ar1`]; [`StatsError::UnequalLengths`]; [`StatsError::Refused`] if there is no such column.
///
/// # Source
/// `[@davison1997]`, `[@pinheiro2000]`. The autoregression and the fit are those of [`ar1`] and [`Rows`].
pub fn null_recovery_drift(
    design: &Design<'_>,
    column: &str,
    plan: &Plan<'_>,
) -> Result<(f64, NullRecovery)> {
    let Design { columns, x, response, outer } = *design;
    let k = columns.len();
    if x.len() != k * response.values.len() || outer.len() != response.clients.len() {
        let (left, right) = (x.len(), k * response.values.len());
        return Err(StatsError::UnequalLengths { what: "columns and rows", left, right });
    }
    if !columns.contains(&column) {
        return Err(StatsError::Refused(format!("there is no column {column}").into()));
    }
    let fill = |values: &[f64]| -> Result<Rows> {
        let mut rows = Rows::in_nested_clusters(columns);
        for (client, (range, outer)) in (0..).zip(response.clients.iter().zip(outer)) {
            for row in range.clone() {
                rows.push(*outer, client, &x[row * k..(row + 1) * k], values[row])?;
            }
        }
        Ok(rows)
    };
    let others: Vec<&str> = columns.iter().copied().filter(|c| *c != column).collect();
    let null = fill(response.values)?.with_columns(&others)?.fit(Criterion::Reml)?;
    let mut effects = vec![0.0; k];
    let mut intercept = 0.0;
    for (name, beta) in null.fixed() {
        match columns.iter().position(|c| *c == name) {
            Some(at) => effects[at] = beta,
            None => intercept = beta,
        }
    }
    let left = |row: usize| {
        let fitted: f64 = x[row * k..(row + 1) * k].iter().zip(&effects).map(|(x, b)| x * b).sum();
        response.values[row] - intercept - fitted
    };
    let residuals: Vec<f64> = (0..response.values.len()).map(left).collect();
    let mut drift = ar1(&Series { values: &residuals, ..response })?;
    drift.levels.fill(0.0);
    let sd = |variance: Option<f64>| variance.unwrap_or(0.0).max(0.0).sqrt();
    let (of_outer, of_client) = (sd(null.variances.outer), sd(Some(null.variances.cluster)));
    let mut values = vec![0.0; residuals.len()];
    let found = summary(plan, |generator| {
        drift.simulate(&response, generator, &mut values);
        let (mut last, mut shared) = (None, 0.0);
        for (range, outer) in response.clients.iter().zip(outer) {
            if last != Some(*outer) {
                (last, shared) = (Some(*outer), of_outer * generator.normal());
            }
            let level = shared + of_client * generator.normal();
            values[range.clone()].iter_mut().for_each(|value| *value += level);
        }
        tested(&fill(&values).ok()?.fit_near(Criterion::Reml, &null).ok()?, column)
    })?;
    Ok((drift.rho, found))
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::resample::Generator;

    struct Made {
        x: Vec<f64>,
        y: Vec<f64>,
        sessions: Vec<u16>,
        clients: Vec<Range<usize>>,
        outer: Vec<i64>,
    }

    /// 40 clients of 10 therapists, 8 sessions; column and response drift alike and know nothing of each other.
    fn study(rho: f64) -> Made {
        let sessions: Vec<u16> = (1..=8).collect::<Vec<u16>>().repeat(40);
        let clients: Vec<Range<usize>> = (0..40).map(|c| 8 * c..8 * c + 8).collect();
        let mut generator = Generator::new(5, "drift", 0);
        let mut series = || {
            let mut last = 0.0;
            let mut draw = |start: bool| {
                let z = generator.normal();
                last = if start { z } else { rho * last + (1.0 - rho * rho).sqrt() * z };
                last
            };
            (0..320).map(|row| draw(row % 8 == 0)).collect::<Vec<f64>>()
        };
        let (x, y) = (series(), series());
        Made { x, y, sessions, clients, outer: (0..40).map(|c| c / 4).collect() }
    }

    #[test]
    fn drift_in_both_finds_what_is_not_there() {
        let run = |rho: f64| {
            let Made { x, y, sessions, clients, outer } = study(rho);
            let response = Series { sessions: &sessions, values: &y, clients: &clients };
            let design = Design { columns: &["x"], x: &x, response, outer: &outer };
            let plan = Plan { seed: 1, purpose: "drift", replicates: 200, threads: 1 };
            null_recovery_drift(&design, "x", &plan).unwrap()
        };
        let (none, calm) = run(0.0);
        let (strong, drifting) = run(0.8);
        assert!(none.abs() < 0.15 && (strong - 0.8).abs() < 0.15, "{none} {strong}");
        assert!(calm.share_ci[0] < 0.05, "{calm:?}");
        assert!(drifting.share_ci[0] > 0.05, "{drifting:?}");
    }

    #[test]
    fn refusals() {
        let Made { x, y, sessions, clients, outer } = study(0.3);
        let response = Series { sessions: &sessions, values: &y, clients: &clients };
        let design = Design { columns: &["x"], x: &x, response, outer: &outer };
        let plan = Plan { seed: 1, purpose: "drift", replicates: 5, threads: 1 };
        assert!(null_recovery_drift(&design, "z", &plan).is_err());
        assert!(null_recovery_drift(&Design { x: &x[1..], ..design }, "x", &plan).is_err());
        assert!(null_recovery_drift(&Design { outer: &[], ..design }, "x", &plan).is_err());
    }
}
