//! Several process variables at once: what each adds to the others.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;

use crate::Settings;
use crate::pair::{Regression, standardised};

/// Above this a slope says little: its column is mostly held by the others.
const INFLATED: f64 = 5.0;

/// Adds `together/Y/X/beta` for every process variable X, if there are two or more:
/// z(final) ~ z(baseline) + z(early alliance, each measure) + z(covariates).
///
/// An alliance total stands back where its subscales are there: they add up to it.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    outcome: &Measure,
) -> Result<(), Failure> {
    let sessions = run.table("sessions")?;
    let is_total = |m: &Measure| {
        let subscale = format!("{}.", m.id);
        run.measures_of(Role::Alliance).any(|other| other.id.starts_with(&subscale))
    };
    let mut variables: Vec<(&Measure, Vec<Option<f64>>)> = Vec::new();
    for alliance in run.measures_of(Role::Alliance).filter(|m| !is_total(m)) {
        let early = clients.mean_in(&sessions.floats(&alliance.id)?, run.settings().early_window);
        variables.push((alliance, early));
    }
    for covariate in run.measures_of(Role::Covariate) {
        variables.push((covariate, clients.value(run, covariate)?));
    }
    if variables.len() < 2 {
        return Ok(());
    }
    let last = clients.last(&sessions.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?;
    let no_last = format!("no {} score", outcome.name());
    let none: Vec<String> = variables.iter().map(|(m, _)| format!("no {}", m.name())).collect();
    let mut needs: Vec<(&[Option<f64>], &str)> =
        vec![(&last, &no_last), (&baseline.values, "no baseline")];
    needs.extend(variables.iter().zip(&none).map(|((_, v), none)| (&v[..], none.as_str())));
    let sample = clients.complete(&needs);

    let fit = || -> Result<Regression, String> {
        let z = |values: &[Option<f64>], what: &str| standardised(&sample.pick(values), what);
        let mut columns = vec![("baseline", z(&baseline.values, "the baseline")?)];
        for (measure, values) in &variables {
            columns.push((&measure.id, z(values, &measure.name())?));
        }
        let columns: Vec<(&str, &[f64])> = columns.iter().map(|(n, c)| (*n, &c[..])).collect();
        Regression::of(clients, &sample, &columns, &z(&last, "the outcome")?)
    };
    let fit = fit();
    let names: Vec<String> = variables.iter().map(|(m, _)| m.name()).collect();
    for (measure, _) in &variables {
        let estimate = Estimate::new(
            format!("together/{}/{}/beta", outcome.id, measure.id),
            format!("{} given the others: standardised slope, final {}", measure.name(), outcome.name()),
        )
        .method(format!(
            "z(final) ~ z(baseline) + z of each of {} (alliance: early window), OLS; CR2 by therapist, Bell–McCaffrey df; baseline: {}",
            names.join(", "),
            baseline.source
        ))
        .source("bell2002")
        .source("pustejovsky2018");
        let slope = fit.as_ref().map_err(String::clone).and_then(|fit| fit.slope(&measure.id));
        let given = sample.describe(estimate).clustered(slope);
        let inflation = fit.as_ref().ok().and_then(|fit| fit.fit.variance_inflation(&measure.id));
        findings.estimates.push(match inflation {
            Some(vif) if given.refused.is_none() => {
                let given = given.detail("variance_inflation", vif);
                if vif > INFLATED {
                    given.warn(
                        "the other variables hold most of this one: the slope is hardly determined",
                    )
                } else {
                    given
                }
            }
            _ => given,
        });
    }
    Ok(())
}
