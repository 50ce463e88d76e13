//! Rates against caseload: therapists and sites as unlabelled points within exact limits. Not a ranking.

use dyad_plugin::figure::{Funnel, FunnelKind, Marks, Plot};
use dyad_plugin::prelude::*;
use dyad_plugin::{Rate, apa};
use dyad_stats::proportions::{FunnelPlot, funnel_plot};

use crate::outcome::Outcome;

/// Above this over-dispersion units differ more than chance allows.
const DISPERSED: f64 = 1.5;

/// Adds `Y/funnel_therapists` and `Y/funnel_sites` with their figures, for the rate of reliable improvement.
pub(crate) fn add(findings: &mut Findings, outcome: &Outcome<'_>, rate: &Rate) {
    let (clients, n) = (outcome.clients, outcome.clients.counts(rate.units()));
    let target = rate.count() as f64 / rate.of() as f64;
    let therapists = clients.therapist_ranges(rate.units()).map_err(str::to_owned);
    let sites = Ok(clients.site_ranges(rate.units()));
    for (unit, marks, units, key, figure_key) in [
        ("therapist", Marks::Therapists, therapists, "Y/funnel_therapists", "funnel-therapists-Y"),
        ("site", Marks::Sites, sites, "Y/funnel_sites", "funnel-sites-Y"),
    ] {
        let words = outcome.words.over(n).with("unit", unit);
        let found = units.and_then(|units| shown(outcome, &rate.by(&units), target, &words));
        findings.estimates.push(words.estimate(key).given(found.as_ref(), |e, (plot, left)| {
            let given = e.value(plot.outside as f64).details([
                ("outside_99_8", plot.far_outside as f64),
                ("shown", plot.points.len() as f64),
                ("left_out", *left as f64),
            ]);
            let phi = plot.dispersion;
            let warning = words.with("phi", phi.unwrap_or_default()).text("warn.dispersion");
            let given = given.detail_if("dispersion", phi);
            given.warn_if(phi.is_some_and(|phi| phi > DISPERSED), warning)
        }));
        if let Ok((plot, left)) = found {
            let small = words.with("left", apa::counted(left, unit)).text("figure.small");
            let words = words.with("small", if left > 0 { small } else { String::new() });
            findings.figures.push(figure(&words, figure_key, n, plot).marks(marks));
        }
    }
}

/// The units with enough clients, and how many have fewer.
fn shown(
    outcome: &Outcome<'_>,
    units: &[(u64, u64)],
    target: f64,
    words: &Words<'_>,
) -> Result<(FunnelPlot, u64), String> {
    let smallest = outcome.run.settings().min_caseload;
    let enough: Vec<(u64, u64)> = units.iter().copied().filter(|(_, n)| *n >= smallest).collect();
    if enough.len() < 2 {
        return Err(words.text("refuse.units"));
    }
    let left = (units.len() - enough.len()) as u64;
    Ok((funnel_plot(&enough, target, smallest)?, left))
}

fn figure(words: &Words<'_>, key: &str, n: Counts, found: FunnelPlot) -> Figure {
    let words = words.with("shown", found.points.len()).with("target", found.target);
    let words = words.with("outside", found.outside).with("far_outside", found.far_outside);
    words.figure_with_axes(key, n, |[x, y]| {
        Plot::Funnel(Funnel {
            funnel: FunnelKind::Caseload,
            x,
            y: y.within(Some([0.0, 1.0])),
            points: found.points,
            centre: found.target,
            limits: found.limits,
        })
    })
}
