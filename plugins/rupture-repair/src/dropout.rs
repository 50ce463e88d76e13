//! Ruptures and dropout: hazard models in which only past ruptures count.

use dyad_plugin::apa;
use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::survival::{Cox, HazardLink, Intervals, Ties, TimeScale, cox, discrete_hazard};

use crate::Settings;
use crate::at_risk::AtRisk;

/// Fewer therapists than these, and a robust standard error is unreliable.
const FEW_THERAPISTS: usize = 10;
/// Fewer than these, and the normal distribution finds too much.
const NORMAL_THERAPISTS: usize = 50;

/// Adds `dropout/A/hazard_ratio`, `…/hazard_ratio/by_therapist`, `…/odds_ratio`, `…/proportionality` and `…/any_rupture`.
///
/// The exposure comes from `fixed_drop` on all clients, because the other detectors look at the whole series and so into the future.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    rows: &mut Result<AtRisk, String>,
) -> Result<(), Failure> {
    let drop = run.settings().fixed_drop;
    let (hazard, fit) = hazard_ratio(run, clients, (alliance, drop), rows)?;
    let name = alliance.name();
    let robust = by_therapist(&hazard, &fit);
    let new =
        |what: &str, label: String| Estimate::new(format!("dropout/{}/{what}", alliance.id), label);
    let odds = new("odds_ratio", format!("Odds ratio of leaving at a session after a drop of {name}"))
        .method(format!(
            "logistic regression of leaving at a session on session number, a drop of {drop} scale points at an earlier session and baseline; standard \
             error robust by therapist, t with therapists − 1 df"
        ))
        .source("allison1982");
    let odds = match rows {
        Err(reason) => odds.refused(reason.as_str()),
        Ok(rows) => odds_ratio(rows.describe(odds, clients), rows, clients),
    };
    let steady = new("proportionality", format!("Whether the hazard ratio of a drop of {name} stays the same over sessions"))
        .method("score test of a hazard ratio that changes with 1 − Kaplan–Meier; chi-square(1), small: no sign of change")
        .source("grambsch1994");
    let steady = Estimate { n: hazard.n, dropped: hazard.dropped.clone(), ..steady };
    let tested =
        fit.and_then(|fit| fit.proportionality(TimeScale::KaplanMeier).map_err(|e| e.to_string()));
    let steady = match tested.map(|test| test.columns.first().copied()) {
        Err(reason) => steady.refused(reason),
        Ok(None) => steady.refused("the model has no column"),
        Ok(Some((chi_square, p))) => {
            findings.notes.push(assumption(&name, p));
            steady.value(chi_square).statistic("chi2", chi_square, Some(1.0)).p(p)
        }
    };
    // The question everybody asks first, and why it has no answer.
    let any = new("any_rupture", format!("Hazard ratio of dropout, clients with any rupture of {name} against none"))
        .source("suissa2008")
        .refused(
            "immortal time: who stays longer has more chances for a rupture, so \"any rupture\" as a property of the client would make ruptures look \
             protective; see hazard_ratio, where only past ruptures count",
        );
    findings.estimates.extend([hazard, robust, odds, steady, any]);
    Ok(())
}

/// The same hazard ratio, judged as one from few therapists.
fn by_therapist(hazard: &Estimate, fit: &Result<Cox, String>) -> Estimate {
    let estimate = Estimate::new(
        format!("{}/by_therapist", hazard.id),
        format!("{}, judged by the number of therapists", hazard.label),
    )
    .method("the same Cox model; robust variance times G/(G − 1), t with G − 1 df, G therapists")
    .source("cox1972")
    .source("lin1989");
    let estimate = Estimate { n: hazard.n, dropped: hazard.dropped.clone(), ..estimate };
    let therapists = usize::try_from(hazard.n.therapists.unwrap_or(0)).unwrap_or(0);
    let found = fit
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|fit| fit.coefficients[0].by_clusters(therapists).map_err(|e| e.to_string()));
    match found {
        Err(reason) => estimate.refused(reason),
        Ok(b) => {
            let given = estimate
                .value(b.estimate.exp())
                .se(b.se)
                .ci([b.ci[0].exp(), b.ci[1].exp()])
                .statistic("t", b.t, Some(b.df))
                .p(b.p);
            few(given, therapists)
        }
    }
}

fn assumption(alliance: &str, p: f64) -> Note {
    let verdict = if p < 0.05 {
        "it does not look the same throughout, so the one number is an average over sessions"
    } else {
        "no sign that it changes, though a small study would not notice"
    };
    Note {
        kind: NoteKind::Assumption,
        text: format!(
            "The hazard ratio of a drop of {alliance} is assumed to stay the same over sessions: score test {}; {verdict}.",
            apa::p_value(p)
        ),
    }
}

/// The hazard ratio of dropout after a first drop of this many scale points, and the model it comes from.
pub(crate) fn hazard_ratio(
    run: &Run<Settings>,
    clients: &Clients<'_>,
    (alliance, drop): (&Measure, f64),
    rows: &mut Result<AtRisk, String>,
) -> Result<(Estimate, Result<Cox, String>), Failure> {
    let estimate = Estimate::new(
        format!("dropout/{}/hazard_ratio", alliance.id),
        format!("Hazard ratio of dropout after a drop of {}", alliance.name()),
    )
    .method(format!(
        "Cox model, Efron ties, standard error robust by therapist; exposure: a drop of {drop} scale points at an earlier session; baseline held constant"
    ))
    .source("cox1972")
    .source("efron1977")
    .source("lin1989");
    let rows = match rows {
        Ok(rows) => rows,
        Err(reason) => return Ok((estimate.refused(reason.as_str()), Err(reason.clone()))),
    };
    rows.expose(run, clients, alliance, drop)?;
    let estimate = rows.describe(estimate, clients);
    let data = Intervals {
        start: &rows.start,
        stop: &rows.stop,
        event: &rows.event,
        columns: &[("ruptured", &rows.ruptured), ("baseline", &rows.baseline)],
    };
    let fitted = rows.by_therapist(clients).and_then(|clusters| {
        let fit = cox(&data, &clusters, Ties::Efron).map_err(|e| e.to_string())?;
        Ok((fit, clusters.len()))
    });
    Ok(match fitted {
        Err(reason) => (estimate.refused(reason.as_str()), Err(reason)),
        Ok((fit, therapists)) => {
            let b = fit.coefficients[0];
            let given = estimate
                .value(b.estimate.exp())
                .se(b.robust_se.unwrap_or(b.se))
                .ci([b.ci[0].exp(), b.ci[1].exp()])
                .statistic("z", b.z, None)
                .p(b.p)
                .detail("se_model", b.se);
            let given = if therapists < NORMAL_THERAPISTS {
                given.warn(format!("{therapists} therapists: normal quantiles find too much, see hazard_ratio/by_therapist"))
            } else {
                given
            };
            (few(given, therapists), Ok(fit))
        }
    })
}

fn odds_ratio(estimate: Estimate, rows: &AtRisk, clients: &Clients<'_>) -> Estimate {
    let columns: [(&str, &[f64]); 3] =
        [("session", &rows.stop), ("ruptured", &rows.ruptured), ("baseline", &rows.baseline)];
    let fitted = rows.by_therapist(clients).and_then(|clusters| {
        let fit = discrete_hazard(&columns, &rows.event, HazardLink::Logit, &clusters);
        Ok((fit.map_err(|e| e.to_string())?, clusters.len()))
    });
    match fitted {
        Err(reason) => estimate.refused(reason),
        Ok((fit, therapists)) => {
            // Intercept and session come before.
            let b = fit.coefficients[2];
            let df = (therapists as f64) - 1.0;
            let given = estimate
                .value(b.estimate.exp())
                .se(b.robust_se.unwrap_or(b.se))
                .ci([b.ci[0].exp(), b.ci[1].exp()])
                .statistic("t", b.statistic, Some(df))
                .p(b.p);
            few(given, therapists)
        }
    }
}

fn few(estimate: Estimate, therapists: usize) -> Estimate {
    if therapists < FEW_THERAPISTS {
        estimate
            .warn(format!("only {therapists} therapists: the robust standard error is unreliable"))
    } else {
        estimate
    }
}
