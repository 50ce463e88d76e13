//! Rates against caseload: therapists and sites as unlabelled points within exact limits. Not a ranking.

use std::ops::Range;

use dyad_plugin::apa;
use dyad_plugin::derived::Clients;
use dyad_plugin::figure::{Axis, Figure, Funnel, FunnelKind, Marks, Plot};
use dyad_plugin::prelude::*;
use dyad_stats::proportions::{FunnelLimits, funnel_limits, overdispersion};

use crate::Settings;
use crate::share::Among;

/// Steps at which the limits are drawn.
const STEPS: u64 = 40;
/// Share of the units at either end that does not count for the over-dispersion.
const TRIM: f64 = 0.1;

/// Adds `Y/funnel_therapists` and `Y/funnel_sites` with their figures, for the rate of reliable improvement.
pub(crate) fn add(
    findings: &mut Findings,
    settings: &Settings,
    clients: &Clients<'_>,
    outcome: &Measure,
    among: &Among,
) {
    let therapists = clients.therapist_ranges(&among.clients).map_err(str::to_owned);
    let sites = Ok(clients.site_ranges(&among.clients));
    for (unit, marks, ranges) in
        [("therapist", Marks::Therapists, therapists), ("site", Marks::Sites, sites)]
    {
        let estimate = Estimate::new(
            format!("{}/funnel_{unit}s", outcome.id),
            format!("{unit}s outside the 95 % limits of reliable improvement, {}", outcome.name()),
        )
        .counts(clients.counts(&among.clients))
        .method(format!(
            "count of {unit}s with at least {} clients whose rate lies outside the exact binomial 95 % limits about the overall rate; over-dispersion φ by \
             winsorised z",
            settings.min_caseload
        ))
        .source("spiegelhalter2005");
        match ranges.and_then(|ranges| units(settings, among, &ranges, unit)) {
            Err(reason) => findings.estimates.push(estimate.refused(reason)),
            Ok(shown) => {
                let mut given = estimate
                    .value(shown.outside as f64)
                    .detail("outside_99_8", shown.far_outside as f64)
                    .detail("shown", shown.points.len() as f64)
                    .detail("left_out", shown.small as f64);
                if let Some(phi) = shown.dispersion {
                    given = given.detail("dispersion", phi);
                    if phi > 1.5 {
                        given = given.warn(format!(
                            "{unit}s differ more than chance allows (φ = {}): more points lie outside than the limits promise, without any of them being special",
                            apa::number(phi, 2)
                        ));
                    }
                }
                findings.figures.push(figure(outcome, &shown, unit, marks, given.n));
                findings.estimates.push(given);
            }
        }
    }
}

/// The units with enough clients.
struct Shown {
    /// Clients and rate.
    points: Vec<[f64; 2]>,
    target: f64,
    limits: Vec<(f64, [f64; 4])>,
    outside: usize,
    far_outside: usize,
    small: usize,
    dispersion: Option<f64>,
}

fn units(
    settings: &Settings,
    among: &Among,
    ranges: &[Range<usize>],
    unit: &str,
) -> Result<Shown, String> {
    let all = among.by(ranges);
    let counts: Vec<(u64, u64)> =
        all.iter().copied().filter(|(_, n)| *n >= settings.min_caseload).collect();
    if counts.len() < 2 {
        return Err(format!("fewer than 2 {unit}s with {} clients", settings.min_caseload));
    }
    let target = among.count() as f64 / among.of() as f64;
    let at = |n: u64| funnel_limits(target, n, 1.0).map_err(|e| e.to_string());
    let beyond = |rate: f64, limits: [f64; 2]| rate < limits[0] || rate > limits[1];
    let (mut outside, mut far_outside) = (0, 0);
    for &(x, n) in &counts {
        let (limits, rate) = (at(n)?, x as f64 / n as f64);
        outside += usize::from(beyond(rate, limits.warning));
        far_outside += usize::from(beyond(rate, limits.alarm));
    }
    let largest = counts.iter().map(|(_, n)| *n).max().unwrap_or(1);
    let smallest = settings.min_caseload.max(1);
    let step = ((largest - smallest) / STEPS).max(1);
    let mut sizes: Vec<u64> =
        (smallest..=largest).step_by(usize::try_from(step).unwrap_or(1)).collect();
    sizes.push(largest + 1);
    let flat = |l: FunnelLimits| [l.warning[0], l.warning[1], l.alarm[0], l.alarm[1]];
    let limits = sizes.into_iter().map(|n| Ok((n as f64, flat(at(n)?))));
    Ok(Shown {
        points: counts.iter().map(|&(x, n)| [n as f64, x as f64 / n as f64]).collect(),
        target,
        limits: limits.collect::<Result<_, String>>()?,
        outside,
        far_outside,
        small: all.len() - counts.len(),
        dispersion: overdispersion(&counts, target, TRIM).ok().map(|o| o.dispersion),
    })
}

fn figure(outcome: &Measure, shown: &Shown, unit: &str, marks: Marks, n: Counts) -> Figure {
    let name = outcome.name();
    let alt = format!(
        "Funnel plot of {} unnamed {unit}s: share of clients reliably improved on {name} (vertical) against number of clients (horizontal), with exact limits \
         about the overall share of {}. {} lie outside the 95 % limits and {} outside the 99.8 % limits.",
        shown.points.len(),
        apa::percent(shown.target, 0),
        shown.outside,
        shown.far_outside
    );
    let small = if shown.small > 0 {
        format!(" {} with fewer clients left out.", apa::counted(shown.small as u64, unit))
    } else {
        String::new()
    };
    let caption = format!(
        "Each point is a {unit}. Exact binomial limits: one in twenty lies outside the inner ones by chance. Case mix is not adjusted for; not a ranking.{small}"
    );
    let plot = Funnel {
        funnel: FunnelKind::Caseload,
        x: Axis::new(format!("Clients per {unit}")),
        y: Axis::ranged("Share reliably improved", Some([0.0, 1.0])),
        points: shown.points.clone(),
        centre: shown.target,
        limits: shown.limits.clone(),
    };
    let title = format!("Reliable improvement on {name} by {unit}");
    let id = format!("funnel-{unit}s-{}", outcome.id);
    Figure::new(id, title, caption, alt, n, Plot::Funnel(plot)).marks(marks)
}
