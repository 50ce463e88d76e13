//! How much of the outcome lies between therapists, and whether single therapists can be told apart.

use dyad_plugin::apa;
use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::mixed::{Criterion, Fit, RandomIntercept, Rows};
use dyad_stats::power::detectable_icc;

use crate::caterpillar::caterpillar;
use crate::{Settings, few_therapists};

/// Adds `therapist/Y/icc`, `…/icc_adjusted`, `…/reliability`, `…/deviating`, `…/detectable`, and the caterpillar.
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
    let unadjusted = fit(clients, &all.clients, &last, &[]);
    let adjusted = fit(clients, &with_baseline.clients, &last, &[("baseline", &baseline.values)]);

    let final_y = format!("final {}", outcome.name());
    let new = |sample: &Sample, what: &str, label: String| {
        sample.describe(Estimate::new(format!("therapist/{}/{what}", outcome.id), label))
    };
    let interval = "REML; profile interval of the REML criterion; restricted likelihood ratio against no therapists, p = half chi-square(1)";
    let icc = new(&all, "icc", format!("Share of the variance of {final_y} between therapists"))
        .method(format!("final ~ 1 + (1 | therapist), {interval}"));
    let icc = share(icc, unadjusted.as_ref());
    let label = format!("Share of the variance of {final_y} between therapists, given baseline");
    let icc_adjusted = new(&with_baseline, "icc_adjusted", label).method(format!(
        "final ~ baseline + (1 | therapist), {interval}; baseline: {}",
        baseline.source
    ));
    let icc_adjusted = share(icc_adjusted, adjusted.as_ref());

    let power = run.settings().power;
    let smallest = new(&all, "detectable", format!("Smallest detectable: {}", icc.label))
        .method(format!(
            "one-way F test at .05: found with power {power}; exact for equal caseloads"
        ))
        .source("donner1987");
    let smallest = match clients.therapist_ranges(&all.clients) {
        Err(reason) => smallest.refused(reason),
        Ok(ranges) => {
            let sizes = ranges.iter().filter_map(|r| u32::try_from(r.len()).ok());
            match detectable_icc(&sizes.collect::<Vec<_>>(), power) {
                Ok(icc) => smallest.value(icc),
                Err(reason) => smallest.refused(reason.to_string()),
            }
        }
    };
    findings.estimates.extend([icc, icc_adjusted].map(|e| few_therapists(e, run)));
    findings.estimates.push(smallest);

    let predicted = adjusted
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|fit| fit.random_intercepts().map_err(|e| e.to_string()));
    let reliability = new(
        &with_baseline,
        "reliability",
        format!("Reliability of a therapist's predicted deviation in {final_y}, mean"),
    )
    .method("mean over therapists of tau²/(tau² + sigma²/n), given baseline")
    .source("bates2015");
    let deviating = new(
        &with_baseline,
        "deviating",
        format!("Therapists whose 95 % interval excludes the average in {final_y}"),
    )
    .method(format!(
        "count of empirical Bayes predictions ± 1.96 conditional SD that exclude 0, among therapists with at least {} clients",
        run.settings().min_caseload
    ))
    .source("goldstein1995");
    match predicted {
        Err(reason) => {
            findings.estimates.extend([reliability, deviating].map(|e| e.refused(reason.clone())));
        }
        Ok(therapists) => {
            let (reliability, deviating) =
                told_apart(reliability, deviating, &therapists, run.settings());
            let shown = deviating.refused.is_none();
            findings.figures.extend(caterpillar(
                outcome,
                &therapists,
                run.settings(),
                (reliability.estimate, shown),
                with_baseline.n,
            ));
            findings.estimates.extend([reliability, deviating]);
        }
    }
    Ok(())
}

/// The reliability of the predictions and, only where it suffices, how many therapists deviate.
fn told_apart(
    reliability: Estimate,
    deviating: Estimate,
    therapists: &[RandomIntercept],
    settings: &Settings,
) -> (Estimate, Estimate) {
    let each = || therapists.iter().map(|t| t.reliability);
    let mean = each().sum::<f64>() / therapists.len() as f64;
    let reliability = reliability
        .value(mean)
        .detail("lowest", each().fold(f64::INFINITY, f64::min))
        .detail("highest", each().fold(0.0, f64::max));
    let seen: Vec<_> = therapists.iter().filter(|t| t.rows >= settings.min_caseload).collect();
    let deviating = if mean < settings.min_reliability {
        deviating.refused(format!(
            "the mean reliability of the predictions is {}, below {}: therapists cannot be told apart",
            apa::bounded(mean, 2),
            apa::bounded(settings.min_reliability, 2)
        ))
    } else if seen.is_empty() {
        deviating.refused(format!("no therapist has {} clients", settings.min_caseload))
    } else {
        let z = normal::quantile(0.975);
        let outside = seen.iter().filter(|t| t.estimate.abs() > z * t.se).count();
        deviating.value(outside as f64).detail("therapists_shown", seen.len() as f64)
    };
    let reliability = if mean < settings.min_reliability {
        reliability.warn("too low to tell therapists apart: caseloads are too small for the variance between therapists")
    } else {
        reliability
    };
    (reliability, deviating)
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
            let interval = fit.icc_interval(0.95).ok().map(|i| [i.low, i.high]);
            let given = estimate
                .value(fit.icc())
                .interval(interval)
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
