//! The cluster bootstrap of a correlation, from sums per client.

use super::Plan;
use super::cluster_bootstrap::{Bootstrap, check, defined, package, replicates};
use crate::correlation::coefficient;
use crate::moments::Cross;
use crate::{Result, StatsError};

/// Σ1, Σx, Σy, Σx², Σy², Σxy of one client, or of several together.
type Sums = [f64; 6];

/// Sums of squares below this have lost digits, and products of two of them vanish.
const LEAST: f64 = 1e-150;

/// Returns the bootstrap of the correlation over all rows, in which whole clients are drawn with replacement.
///
/// r = Sxy/√(Sxx·Syy) of the rows of the clients drawn. Each client comes as its own cross-products, one row or many: a replicate adds
/// six numbers per client, and the jackknife takes a client's numbers off the total. With one row per client it is the bootstrap of
/// Pearson's correlation.
///
/// # Shape and units
/// `clients`: the cross-products of each client's rows; at least ten clients have a row, and those without are left out. Any unit.
///
/// # Missing values
/// None accepted: push complete pairs only and say how many rows were not.
///
/// # Errors
/// - As [`cluster_bootstrap`](super::cluster_bootstrap).
/// - [`StatsError::NotFinite`] if a sum is NaN or infinite.
/// - [`StatsError::NoVariation`] if a variable is constant; [`StatsError::OutOfDomain`] if its scores are so small (about 1e-75) that
///   their squares have no digits.
///
/// # Source
/// `[@davison1997]`. Checked against R `boot::boot`, replicate by replicate on the same draws: `golden/stats/resample.R`.
pub fn correlation_bootstrap(clients: &[Cross], plan: &Plan<'_>) -> Result<Bootstrap> {
    let clients: Vec<&Cross> = clients.iter().filter(|c| c.n > 0).collect();
    check(clients.len(), plan)?;
    let mut total = Cross::default();
    for client in &clients {
        total.merge(client);
    }
    if ![total.mean_x, total.mean_y, total.xx, total.yy, total.xy].iter().all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the sums of a client".into() });
    }
    if [total.xx, total.yy].iter().any(|squares| *squares > 0.0 && *squares < LEAST) {
        return Err(StatsError::OutOfDomain {
            what: "the unit of the scores",
            expected: "one in which their squares are numbers: the sum of squares is below 1e-150",
        });
    }
    let estimate = coefficient(&total, ["the first variable", "the second variable"])?;
    let sums: Vec<Sums> = clients.iter().map(|client| about(client, &total)).collect();
    let all = total_of(&sums, &vec![1; sums.len()]);
    let replicates = replicates(sums.len(), &|times: &[u32]| r(total_of(&sums, times)), plan);
    let left_out = sums
        .iter()
        .map(|client| defined(r(add(all, client, -1.0)), "without one of the clusters"))
        .collect();
    package(sums.len(), estimate, replicates, left_out)
}

/// The sums of a client about the mean of all rows, in units of the standard deviation of all rows.
fn about(client: &Cross, total: &Cross) -> Sums {
    let n = client.n as f64;
    let [ux, uy] = [total.xx, total.yy].map(|squares| (squares / total.n as f64).sqrt());
    let (dx, dy) = ((client.mean_x - total.mean_x) / ux, (client.mean_y - total.mean_y) / uy);
    [
        n,
        n * dx,
        n * dy,
        client.xx / ux / ux + n * dx * dx,
        client.yy / uy / uy + n * dy * dy,
        client.xy / ux / uy + n * dx * dy,
    ]
}

/// The sums of the clients, each taken so many times.
fn total_of(sums: &[Sums], times: &[u32]) -> Sums {
    // Two running totals: an addition waits for the one before it in the same total only.
    let (mut even, mut odd) = ([0.0; 6], [0.0; 6]);
    let (pairs, last) = (sums.chunks_exact(2), sums.chunks_exact(2).remainder());
    for (clients, times) in pairs.zip(times.chunks_exact(2)) {
        even = add(even, &clients[0], number(times[0]));
        odd = add(odd, &clients[1], number(times[1]));
    }
    if let ([client], Some(&times)) = (last, times.last()) {
        even = add(even, client, number(times));
    }
    add(even, &odd, 1.0)
}

/// How often a client was drawn. Signed numbers convert faster, and none was drawn 2³¹ times.
#[inline]
fn number(times: u32) -> f64 {
    f64::from(times.cast_signed())
}

/// sum + times·client.
#[inline]
fn add(sum: Sums, client: &Sums, times: f64) -> Sums {
    let mut sum = sum;
    for (sum, value) in sum.iter_mut().zip(client) {
        *sum += times * value;
    }
    sum
}

/// The correlation; `None` if a variable is constant.
fn r([n, x, y, xx, yy, xy]: Sums) -> Option<f64> {
    let (sxx, syy, sxy) = (xx - x * x / n, yy - y * y / n, xy - x * y / n);
    // Rounding leaves a trace of variance in a constant column.
    let varies = sxx > 1e-12 * xx && syy > 1e-12 * yy;
    varies.then(|| (sxy / (sxx * syy).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::cluster_bootstrap;
    use super::*;

    fn clients() -> Vec<[Vec<f64>; 2]> {
        (0..24_u32)
            .map(|i| {
                let rows = 0..1 + i * 7 % 5;
                let x: Vec<f64> =
                    rows.clone().map(|k| f64::from((i * 5 + k * 3) % 11) + 1e4).collect();
                let y = rows.map(|k| f64::from((i * 3 + k * 7) % 13) - f64::from(i % 4)).collect();
                [x, y]
            })
            .collect()
    }

    #[test]
    fn sums_give_what_rows_give() {
        // The same draws; here every replicate is put together row by row.
        let clients = clients();
        let sums: Vec<Cross> = clients.iter().map(|[x, y]| Cross::of(x, y)).collect();
        let plan = Plan { seed: 3, purpose: "r", replicates: 999, threads: 2 };
        let fast = correlation_bootstrap(&sums, &plan).unwrap();
        let by_rows = |times: &[u32]| {
            let mut rows = Cross::default();
            for ([x, y], &k) in clients.iter().zip(times) {
                for _ in 0..k {
                    x.iter().zip(y).for_each(|(&x, &y)| rows.push(x, y));
                }
            }
            coefficient(&rows, ["x", "y"]).ok()
        };
        let slow = cluster_bootstrap(clients.len(), by_rows, &plan).unwrap();
        let ends = |found: &Bootstrap| {
            let bca = found.bca.clone().unwrap();
            [found.estimate, found.bias, found.se, found.percentile[0], found.percentile[1]]
                .into_iter()
                .chain(bca)
                .collect::<Vec<_>>()
        };
        for (a, b) in ends(&fast).into_iter().zip(ends(&slow)) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn a_constant_variable_is_refused_and_empty_clients_are_left_out() {
        let flat: Vec<Cross> = (0..12).map(|k| Cross::of(&[7.1], &[f64::from(k)])).collect();
        let plan = Plan { seed: 3, purpose: "r", replicates: 199, threads: 1 };
        assert!(matches!(correlation_bootstrap(&flat, &plan), Err(StatsError::NoVariation { .. })));
        let mut few = vec![Cross::default(); 5];
        few.extend((0..9).map(|k| Cross::of(&[f64::from(k)], &[f64::from(k * k)])));
        assert!(matches!(
            correlation_bootstrap(&few, &plan),
            Err(StatsError::TooFew { found: 9, .. })
        ));
    }
}
