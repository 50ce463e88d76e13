//! Several process variables at once: what each adds to the others.

use dyad_plugin::derived::Clients;
use dyad_plugin::models::Regression;
use dyad_plugin::prelude::*;
use dyad_stats::moments::standardised;

use crate::Settings;

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
    let is_total = |m: &Measure| {
        let subscale = format!("{}.", m.id);
        run.measures_of(Role::Alliance).any(|other| other.id.starts_with(&subscale))
    };
    let mut variables: Vec<(&Measure, Vec<Option<f64>>)> = Vec::new();
    for alliance in run.measures_of(Role::Alliance).filter(|m| !is_total(m)) {
        let early = clients.mean_in(&run.scores(alliance)?, run.settings().early_window);
        variables.push((alliance, early));
    }
    for covariate in run.measures_of(Role::Covariate) {
        variables.push((covariate, clients.value(run, covariate)?));
    }
    if variables.len() < 2 {
        return Ok(());
    }
    let last = clients.last(&run.scores(outcome)?);
    let baseline = clients.baseline(run, outcome)?;
    let names: Vec<String> = variables.iter().map(|(m, _)| m.name()).collect();
    let words = run.words().about("Y", outcome).with("baseline", &baseline.source);
    let words = words.with("names", names.join(", "));
    let no_last = words.text("lacks.last");
    let none: Vec<String> = names.iter().map(|name| format!("no {name}")).collect();
    let mut needs: Vec<(&[Option<f64>], &str)> =
        vec![(&last, &no_last), (&baseline.values, "no baseline")];
    needs.extend(variables.iter().zip(&none).map(|((_, v), none)| (&v[..], none.as_str())));
    let sample = clients.complete(&needs);

    let fit = || -> Result<Regression, String> {
        let z = |values: &[Option<f64>], what: &str| {
            standardised(&sample.pick(values), what.to_owned()).map_err(|e| e.to_string())
        };
        let mut columns = vec![("baseline", z(&baseline.values, "the baseline")?)];
        for (measure, values) in &variables {
            columns.push((&measure.id, z(values, &measure.name())?));
        }
        let columns: Vec<(&str, &[f64])> = columns.iter().map(|(n, c)| (*n, &c[..])).collect();
        clients.regression(&sample.clients, &columns, &z(&last, "the outcome")?)
    };
    let fit = fit();
    for (measure, _) in &variables {
        let words = words.about("X", measure);
        let slope = fit
            .as_ref()
            .map_err(String::clone)
            .and_then(|fit| Ok((fit.slope(&measure.id)?, fit.fit.variance_inflation(&measure.id))));
        let estimate = sample.describe(words.estimate("together/Y/X/beta"));
        findings.estimates.push(estimate.given(slope, |e, (slope, inflation)| {
            e.clustered(Ok::<_, String>(slope))
                .detail_if("variance_inflation", inflation)
                .warn_if(inflation.is_some_and(|vif| vif > INFLATED), words.text("warn.inflated"))
        }));
    }
    Ok(())
}
