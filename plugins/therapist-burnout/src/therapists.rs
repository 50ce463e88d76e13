//! How much of the outcome lies between therapists.

use dyad_plugin::apa;
use dyad_plugin::binned;
use dyad_plugin::derived::Clients;
use dyad_plugin::figure::{Axis, Caterpillar, Figure, Marks, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::mixed::{Criterion, Fit, Rows};

use crate::{Settings, few_therapists};

/// Below this, predictions of single therapists say more about caseload than about therapists.
const RANKABLE: f64 = 0.6;

/// Adds `therapist/Y/icc` and `therapist/Y/icc_adjusted`, and the caterpillar of the adjusted model.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    outcome: &Measure,
) -> Result<(), Failure> {
    let last = clients.last(&run.table("sessions")?.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?;
    let no_last = format!("no {} score", outcome.name());
    let all = clients.complete(&[(&last, &no_last)]);
    let with_baseline = clients.complete(&[(&last, &no_last), (&baseline.values, "no baseline")]);

    let icc = Estimate::new(
        format!("therapist/{}/icc", outcome.id),
        format!("Share of the variance of final {} between therapists", outcome.name()),
    )
    .method("final ~ 1 + (1 | therapist), REML; restricted likelihood ratio against no therapists, p = half chi-square(1)");
    let unadjusted = fit(clients, &all.clients, &last, &[]);
    findings.estimates.push(few_therapists(share(all.describe(icc), unadjusted.as_ref()), run));

    let adjusted = Estimate::new(
        format!("therapist/{}/icc_adjusted", outcome.id),
        format!("Share of the variance of final {} between therapists, given baseline", outcome.name()),
    )
    .method(format!(
        "final ~ baseline + (1 | therapist), REML; baseline: {}; restricted likelihood ratio, p = half chi-square(1)",
        baseline.source
    ));
    let fit = fit(clients, &with_baseline.clients, &last, &[("baseline", &baseline.values)]);
    findings
        .estimates
        .push(few_therapists(share(with_baseline.describe(adjusted), fit.as_ref()), run));
    if let Ok(fit) = &fit {
        findings.figures.extend(caterpillar(outcome, fit, with_baseline.n));
    }
    Ok(())
}

/// final ~ columns + (1 | therapist) over the clients of a sample.
pub(crate) fn fit(
    clients: &Clients<'_>,
    sample: &[usize],
    last: &[Option<f64>],
    columns: &[(&str, &[Option<f64>])],
) -> Result<Fit, String> {
    if !clients.has_therapists() {
        return Err("the study file names no therapist column".to_owned());
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut rows = Rows::in_clusters(&names);
    let mut x = vec![0.0; columns.len()];
    for &client in sample {
        let (Some(therapist), Some(y)) = (clients.therapist(client), last[client]) else {
            continue;
        };
        for (value, (_, column)) in x.iter_mut().zip(columns) {
            *value = column[client].unwrap_or(f64::NAN);
        }
        rows.push(0, therapist, &x, y).map_err(|e| e.to_string())?;
    }
    match rows.clusters() {
        0 => Err("no client can be used".to_owned()),
        1 => Err("there is one therapist only".to_owned()),
        n if n == rows.len() => {
            Err("every therapist has one client: therapists and clients cannot be told apart"
                .to_owned())
        }
        _ => rows.fit(Criterion::Reml).map_err(|e| e.to_string()),
    }
}

fn share(estimate: Estimate, fit: Result<&Fit, &String>) -> Estimate {
    let estimate = estimate.source("bates2015").source("self1987");
    match fit {
        Err(reason) => estimate.refused(reason.as_str()),
        Ok(fit) => {
            let (ratio, p) = fit.likelihood_ratio();
            let given = estimate
                .value(fit.icc())
                .statistic("restricted likelihood ratio", ratio, None)
                .p(p)
                .detail("variance_therapist", fit.variances.cluster)
                .detail("variance_residual", fit.variances.residual)
                .detail("criterion", fit.criterion);
            if fit.singular {
                given.warn("the therapist variance is estimated as 0 (singular fit)")
            } else {
                given
            }
        }
    }
}

/// Sorted predictions of the therapists, unnamed.
fn caterpillar(outcome: &Measure, fit: &Fit, n: Counts) -> Option<Figure> {
    let mut therapists = fit.random_intercepts().ok()?;
    therapists.sort_by(|a, b| a.estimate.total_cmp(&b.estimate));
    let z = normal::quantile(0.975);
    let units: Vec<Ranged> = therapists
        .iter()
        .map(|t| Ranged {
            estimate: t.estimate,
            low: t.estimate - z * t.se,
            high: t.estimate + z * t.se,
        })
        .collect();
    let differ = units.iter().filter(|u| u.low > 0.0 || u.high < 0.0).count();
    let reliability =
        therapists.iter().map(|t| t.reliability).sum::<f64>() / therapists.len() as f64;
    let estimates: Vec<f64> = units.iter().map(|u| u.estimate).collect();
    let alt = format!(
        "Caterpillar plot of {} unnamed therapists, sorted by their predicted deviation in final {} with 95 % intervals. {differ} of them \
         differ from the average.",
        units.len(),
        outcome.name()
    );
    let caution = if reliability < RANKABLE {
        "too low to order therapists by"
    } else {
        "the order is still uncertain"
    };
    let caption = format!(
        "Empirical Bayes predictions given baseline, shrunken towards 0; intervals are 95 % (differs from the average), not for comparing \
         pairs. Mean reliability {}: {caution}.",
        apa::bounded(reliability, 2)
    );
    let plot = Caterpillar {
        x: Axis::new(format!("Deviation in final {}", outcome.name())),
        units,
        bins: binned::line(&estimates, 8),
        interval: "95 %: differs from the average".to_owned(),
    };
    let title = format!("Therapists' deviations in final {}", outcome.name());
    let id = format!("therapists-{}", outcome.id);
    Some(Figure::new(id, title, caption, alt, n, Plot::Caterpillar(plot)).marks(Marks::Therapists))
}
