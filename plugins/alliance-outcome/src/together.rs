//! Several process variables at once: what each adds to the others.

use dyad_plugin::derived::Variable;
use dyad_plugin::models::Regression;
use dyad_plugin::prelude::*;
use dyad_stats::moments::standardised;

use crate::Study;

/// Above this a slope says little: its column is mostly held by the others.
const INFLATED: f64 = 5.0;

/// Adds `together/Y/X/beta` for every process variable X, if there are two or more:
/// z(final) ~ z(baseline) + z(early alliance, each measure) + z(covariates).
///
/// An alliance total stands back where its subscales are there: they add up to it.
pub(crate) fn add(
    findings: &mut Findings,
    Study { run, clients }: Study<'_>,
    outcome: &Measure,
) -> Result<(), Failure> {
    let is_total = |m: &Measure| {
        let subscale = format!("{}.", m.id);
        run.measures_of(Role::Alliance).any(|other| other.id.starts_with(&subscale))
    };
    let alliances = run.measures_of(Role::Alliance).filter(|m| !is_total(m));
    let mut variables: Vec<(&Measure, Variable)> = Vec::new();
    for measure in alliances.chain(run.measures_of(Role::Covariate)) {
        let values = match measure.role {
            Role::Alliance => clients.mean_in(&run.scores(measure)?, run.settings().early_window),
            _ => clients.value(run, measure)?,
        };
        variables.push((measure, Variable::new(values, format!("no {}", measure.name()))));
    }
    if variables.len() < 2 {
        return Ok(());
    }
    let baseline = clients.baseline(run, outcome)?;
    let words = run.words().about("Y", outcome).with("baseline", &baseline.source);
    let names: Vec<String> = variables.iter().map(|(m, _)| m.name()).collect();
    let words = words.with("names", names.join(", "));
    let last = Variable::new(clients.last(&run.scores(outcome)?), words.text("lacks.last"));
    let baseline = Variable::from(baseline);
    let given = variables.iter().map(|(_, variable)| variable);
    let sample = clients.complete(&[&last, &baseline].into_iter().chain(given).collect::<Vec<_>>());

    let fit = || -> Result<Regression, String> {
        let z = |variable: &Variable, what: String| standardised(&sample.pick(variable), what);
        let mut columns = vec![("baseline", z(&baseline, "the baseline".to_owned())?)];
        for (measure, variable) in &variables {
            columns.push((&measure.id, z(variable, measure.name())?));
        }
        let columns: Vec<(&str, &[f64])> = columns.iter().map(|(n, c)| (*n, &c[..])).collect();
        clients.regression(&sample.clients, &columns, &z(&last, "the outcome".to_owned())?)
    };
    let fit = fit();
    for (measure, _) in &variables {
        let words = words.about("X", measure).over(&sample);
        let slope = || -> Result<_, String> {
            let fit = fit.as_ref()?;
            Ok((fit.slope(&measure.id)?, fit.fit.variance_inflation(&measure.id)))
        };
        let estimate = words.estimate("together/Y/X/beta");
        findings.estimates.push(estimate.given(slope(), |e, (slope, inflation)| {
            e.cluster_robust(slope)
                .detail_if("variance_inflation", inflation)
                .warn_if(inflation.is_some_and(|vif| vif > INFLATED), words.text("warn.inflated"))
        }));
    }
    Ok(())
}
