//! Rates against caseload: therapists and sites as unlabelled points within exact limits. Not a ranking.

use std::ops::Range;

use dyad_plugin::apa;
use dyad_plugin::figure::{Axis, Figure, Funnel, FunnelKind, Marks, Plot};
use dyad_plugin::prelude::*;
use dyad_stats::proportions::{FunnelPlot, funnel_plot};

use crate::outcome::Outcome;
use crate::rate::Rate;

/// Above this over-dispersion units differ more than chance allows.
const DISPERSED: f64 = 1.5;

/// Adds `Y/funnel_therapists` and `Y/funnel_sites` with their figures, for the rate of reliable improvement.
pub(crate) fn add(findings: &mut Findings, outcome: &Outcome<'_>, rate: &Rate) {
    let clients = outcome.clients;
    let therapists = clients.therapist_ranges(&rate.clients).map_err(str::to_owned);
    let sites = Ok(clients.site_ranges(&rate.clients));
    let n = clients.counts(&rate.clients);
    for (unit, marks, ranges, [key, figure_key]) in [
        (
            "therapist",
            Marks::Therapists,
            therapists,
            ["Y/funnel_therapists", "funnel-therapists-Y"],
        ),
        ("site", Marks::Sites, sites, ["Y/funnel_sites", "funnel-sites-Y"]),
    ] {
        let words = outcome.words.with("unit", unit);
        let found = ranges.and_then(|ranges| shown(outcome, rate, &ranges, &words));
        let estimate = words.estimate(key).counts(n).given(found.as_ref(), |e, (plot, left)| {
            let phi = plot.dispersion;
            let given = e.value(plot.outside as f64).details([
                ("outside_99_8", plot.far_outside as f64),
                ("shown", plot.points.len() as f64),
                ("left_out", *left as f64),
            ]);
            let warning = words.with("phi", phi.unwrap_or_default()).text("warn.dispersion");
            given
                .detail_if("dispersion", phi)
                .warn_if(phi.is_some_and(|phi| phi > DISPERSED), warning)
        });
        findings.estimates.push(estimate);
        if let Ok((plot, left)) = found {
            let small = words.with("left", apa::counted(left as u64, unit)).text("figure.small");
            let words = words.with("small", if left > 0 { small } else { String::new() });
            findings.figures.push(figure(&words, figure_key, plot, unit, n).marks(marks));
        }
    }
}

/// The units with enough clients, and how many have fewer.
fn shown(
    outcome: &Outcome<'_>,
    rate: &Rate,
    ranges: &[Range<usize>],
    words: &Words<'_>,
) -> Result<(FunnelPlot, usize), String> {
    let smallest = outcome.run.settings().min_caseload;
    let all = rate.by(ranges);
    let counts: Vec<(u64, u64)> = all.iter().copied().filter(|(_, n)| *n >= smallest).collect();
    if counts.len() < 2 {
        return Err(words.text("refuse.units"));
    }
    let target = rate.count() as f64 / rate.of() as f64;
    let plot = funnel_plot(&counts, target, smallest).map_err(|e| e.to_string())?;
    Ok((plot, all.len() - counts.len()))
}

fn figure(words: &Words<'_>, key: &str, found: FunnelPlot, unit: &str, n: Counts) -> Figure {
    let words = words.with("shown", found.points.len()).with("target", found.target);
    let words = words.with("outside", found.outside).with("far_outside", found.far_outside);
    let plot = Funnel {
        funnel: FunnelKind::Caseload,
        x: Axis::new(format!("Clients per {unit}")),
        y: Axis::ranged("Share reliably improved", Some([0.0, 1.0])),
        points: found.points,
        centre: found.target,
        limits: found.limits,
    };
    words.figure(key, n, Plot::Funnel(plot))
}
