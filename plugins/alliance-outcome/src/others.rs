//! Leaving as outcome, and several process variables at once.

use dyad_plugin::derived::Variable;
use dyad_plugin::leaving::Leaving;
use dyad_plugin::prelude::*;
use dyad_plugin::reported::ByCluster;
use dyad_stats::linear::{Family, glm};
use dyad_stats::moments::standardised;

use crate::Study;

/// Above this a slope says little: its column is mostly held by the others.
const INFLATED: f64 = 5.0;

/// Does a weaker alliance come before leaving? Session by session, and for the early alliance of those who stayed beyond it.
pub(crate) fn dropout(study: &Study<'_>, alliance: &Measure) -> Result<(), Failure> {
    let (clients, s) = (&study.clients, study.about("A", alliance));
    let ratings = study.scores(alliance)?;
    let leaving = match Leaving::of(study, clients, "dropout not known")? {
        Ok(leaving) => leaving,
        Err(reason) => {
            s.refuse("dropout/A/odds_ratio", &reason);
            s.refuse("dropout/A/early_odds_ratio", &reason);
            return Ok(());
        }
    };
    // left at this session ~ session + alliance at the session before (by number) + baseline
    let sessions = leaving.sessions(|at| ratings.get(at.previous?));
    let basis = Basis::from(sessions.n)
        .without_rows("no rating at the session before (by number)", sessions.unexposed)
        .without_rows("dropout or baseline not known", sessions.unknown);
    let therapists = sessions.therapists.unwrap_or_default();
    let b = sessions.rows.log_odds_ratio("alliance", &therapists);
    s.over(basis)
        .add("dropout/A/odds_ratio", b.map(|b| ByCluster(b, therapists.len())))
        .details([("events", sessions.rows.events() as f64)]);

    // left ~ early alliance + baseline
    let window = study.settings().early_window;
    let stayed = |client| (clients.sessions(client).last()?.session > window[1]).then_some(1.0);
    let stayed = (0..clients.len()).map(stayed).collect();
    let stayed = Variable::new(stayed, "no session after the early window");
    let early = s.variable(clients.mean_in(&ratings, window), "lacks.rating");
    let variables = [&stayed, &early, &leaving.left, &leaving.baseline];
    let (s, [_, early, left, baseline]) = s.complete(variables);
    let columns = [("alliance", &early[..]), ("baseline", &baseline)];
    let therapists = s.therapists().unwrap_or_default();
    let fit = glm(&columns, &left, &[], Family::Logit, &therapists);
    let b = fit.and_then(|fit| fit.coefficient("alliance"));
    s.add("dropout/A/early_odds_ratio", b.map(|b| ByCluster(b, therapists.len())))
        .details([("events", left.iter().sum())]);
    Ok(())
}

/// What each of several process variables adds to the others:
/// z(final) ~ z(baseline) + z(early alliance, each measure) + z(covariates).
///
/// An alliance total stands back where its subscales are there: they add up to it.
pub(crate) fn together(study: &Study<'_>, outcome: &Measure) -> Result<(), Failure> {
    let is_total = |m: &Measure| {
        let subscale = format!("{}.", m.id);
        study.measures_of(Role::Alliance).any(|other| other.id.starts_with(&subscale))
    };
    let alliances = study.measures_of(Role::Alliance).filter(|m| !is_total(m));
    let measures: Vec<&Measure> = alliances.chain(study.measures_of(Role::Covariate)).collect();
    if measures.len() < 2 {
        return Ok(());
    }
    let (s, baseline) = study.baseline(&study.about("Y", outcome), outcome)?;
    let last = s.variable(study.clients.last(&study.scores(outcome)?), "lacks.last");
    let mut variables = vec![last, baseline];
    for measure in &measures {
        let values = match measure.role {
            Role::Alliance => {
                study.clients.mean_in(&study.scores(measure)?, study.settings().early_window)
            }
            _ => study.clients.value(study, measure)?,
        };
        variables.push(Variable::new(values, format!("no {}", measure.name())));
    }
    let names: Vec<String> = measures.iter().map(|m| m.name()).collect();
    let s = s.with("names", names.join(", "));
    let (s, values) = s.complete_of(&variables.iter().collect::<Vec<_>>());
    let what = ["the outcome".to_owned(), "the baseline".to_owned()].into_iter().chain(names);
    let z = values.iter().zip(what).map(|(values, what)| standardised(values, what));
    let fit = || -> Result<_, String> {
        let z: Vec<Vec<f64>> = z.collect::<Result<_, _>>()?;
        let ids = ["baseline"].into_iter().chain(measures.iter().map(|m| &*m.id));
        let columns: Vec<(&str, &[f64])> = ids.zip(z[1..].iter().map(|z| &z[..])).collect();
        s.regression(&columns, &z[0])
    };
    let fit = fit();
    for measure in measures {
        let fit = fit.as_ref();
        let inflation = fit.ok().and_then(|fit| fit.fit.variance_inflation(&measure.id));
        let slope = fit.map_err(Clone::clone).and_then(|fit| fit.slope(&measure.id));
        s.about("X", measure)
            .add("together/Y/X/beta", slope)
            .detail_if("variance_inflation", inflation)
            .warn_if(inflation.is_some_and(|vif| vif > INFLATED), "warn.inflated");
    }
    Ok(())
}
