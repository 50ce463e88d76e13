//! Burnout to outcome through the alliance, between therapists: 2-1-1 on observed means.

use dyad_plugin::derived::Clients;
use dyad_plugin::figure::{Figure, PathDiagram, PathEdge, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_stats::mediation::indirect_effect;
use dyad_stats::mixed::{Criterion, Fit, Rows};

use crate::burnout::{Burnout, coefficient};
use crate::{Settings, few_therapists};

/// Below this many therapists the observed-mean version is too liberal.
const ENOUGH_THERAPISTS: u64 = 30;

/// Adds `mediation/A/Y/B/a`, `…/b_between`, `…/indirect`, and the path diagram.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    (alliance, outcome): (&Measure, &Measure),
    burnout: &Burnout<'_>,
) -> Result<(), Failure> {
    let sessions = run.table("sessions")?;
    let window = run.settings().early_window;
    let early = clients.mean_in(&sessions.floats(&alliance.id)?, window);
    let last = clients.last(&sessions.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?;
    let score = burnout.by_client(clients);
    let no_early = format!("no alliance rating in sessions {}-{}", window[0], window[1]);
    let no_last = format!("no {} score", outcome.name());
    let sample = clients.complete(&[
        (&early, &no_early),
        (&last, &no_last),
        (&baseline.values, "no baseline"),
        (&score, "no burnout score of the therapist"),
    ]);
    let values = [&early, &last, &baseline.values, &score].map(|values| sample.pick(values));
    let paths = match burnout.unusable(clients) {
        Some(reason) => (Err(reason.to_owned()), Err(reason.to_owned())),
        None => match clients.therapist_ranges(&sample.clients) {
            Err(reason) => (Err(reason.to_owned()), Err(reason.to_owned())),
            Ok(therapists) if therapists.len() < 2 => {
                let reason = "there is one therapist only";
                (Err(reason.to_owned()), Err(reason.to_owned()))
            }
            Ok(therapists) if therapists.len() == sample.clients.len() => {
                let reason =
                    "every therapist has one client: within and between cannot be told apart";
                (Err(reason.to_owned()), Err(reason.to_owned()))
            }
            Ok(therapists) => paths(&therapists, &values),
        },
    };
    let new = |what: &str, label: String, method: &str| {
        let id = format!("mediation/{}/{}/{}/{what}", alliance.id, outcome.id, burnout.measure.id);
        sample.describe(Estimate::new(id, label)).method(method)
    };
    let (a, y, b) = (alliance.name(), outcome.name(), burnout.measure.name());
    let first = new(
        "a",
        format!("Early {a} per point of {b}"),
        "early ~ burnout + (1 | therapist), REML; Satterthwaite df",
    );
    let first = coefficient(first, &paths.0, "burnout");
    let second = new(
        "b_between",
        format!("Final {y} per point of the therapist's mean early {a}, given {b}"),
        "final ~ baseline + burnout + (early − therapist mean) + therapist mean + (1 | therapist), REML; Satterthwaite df",
    );
    let second = coefficient(second, &paths.1, "therapist_mean");
    let indirect = new(
        "indirect",
        format!("Indirect effect of {b} on final {y} through early {a}"),
        "a·b_between; interval: exact quantiles of the product of two independent normals",
    )
    .source("mackinnon2004");
    let parts = first.estimate.zip(first.se).zip(second.estimate.zip(second.se));
    let indirect = match parts {
        None => {
            let reason = first.refused.as_ref().or(second.refused.as_ref());
            indirect.refused(reason.map_or("a path has no estimate", String::as_str))
        }
        Some(((a, a_se), (b, b_se))) => match indirect_effect(a, a_se, b, b_se) {
            Err(reason) => indirect.refused(reason.to_string()),
            Ok(effect) => {
                let given = indirect
                    .value(effect.estimate)
                    .ci(effect.ci)
                    .detail("sobel_se", effect.sobel_se)
                    .detail("aroian_se", effect.aroian_se);
                match sample.n.therapists {
                    Some(n) if n < ENOUGH_THERAPISTS => given.warn(format!(
                        "{n} therapists: observed means make the second path too small and its interval too narrow; an association, not a mechanism"
                    )),
                    _ => given,
                }
            }
        },
    };
    findings.figures.extend(diagram(
        (alliance, outcome),
        burnout,
        [&first, &second, &indirect],
        paths.1.as_ref().ok(),
    ));
    findings.estimates.extend([first, second, indirect].map(|e| few_therapists(e, run)));
    Ok(())
}

type Path = Result<Fit, String>;

/// The two models on the same clients.
fn paths(
    therapists: &[std::ops::Range<usize>],
    [early, last, baseline, score]: &[Vec<f64>; 4],
) -> (Path, Path) {
    let mut first = Rows::in_clusters(&["burnout"]);
    let mut second = Rows::in_clusters(&["baseline", "burnout", "within", "therapist_mean"]);
    for (therapist, rows) in (0..).zip(therapists) {
        let mean = early[rows.clone()].iter().sum::<f64>() / rows.len() as f64;
        for i in rows.clone() {
            let pushed = first.push(0, therapist, &[score[i]], early[i]);
            let also =
                second.push(0, therapist, &[baseline[i], score[i], early[i] - mean, mean], last[i]);
            if let Err(reason) = pushed.and(also) {
                return (Err(reason.to_string()), Err(reason.to_string()));
            }
        }
    }
    let fit = |rows: Rows| rows.fit(Criterion::Reml).map_err(|e| e.to_string());
    (fit(first), fit(second))
}

fn diagram(
    (alliance, outcome): (&Measure, &Measure),
    burnout: &Burnout<'_>,
    [a, b, indirect]: [&Estimate; 3],
    second: Option<&Fit>,
) -> Option<Figure> {
    let edge = |label: &str, e: &Estimate| {
        let ci = e.ci?;
        Some(PathEdge {
            label: label.to_owned(),
            value: Ranged { estimate: e.estimate?, low: ci[0], high: ci[1] },
        })
    };
    let direct = second.and_then(|fit| fit.coefficient("burnout").ok()).and_then(|c| {
        let ci = c.ci?;
        Some(PathEdge {
            label: "c′".to_owned(),
            value: Ranged { estimate: c.estimate, low: ci[0], high: ci[1] },
        })
    });
    let plot = PathDiagram {
        predictor: burnout.measure.name(),
        mediator: format!("early {}", alliance.name()),
        outcome: format!("final {}", outcome.name()),
        a: edge("a", a)?,
        b: edge("b", b)?,
        direct,
        indirect: edge("a × b", indirect)?,
    };
    let alt = format!(
        "Path diagram with three boxes: {} to early {} to final {}. Indirect effect {} {}.",
        burnout.measure.name(),
        alliance.name(),
        outcome.name(),
        dyad_plugin::apa::number(plot.indirect.value.estimate, 2),
        dyad_plugin::apa::interval([plot.indirect.value.low, plot.indirect.value.high], 2)
    );
    let caption = "Associations between therapists, with 95 % intervals; unstandardised. The second path is that of the therapist means.";
    let title = format!(
        "{} and final {} through early {}",
        burnout.measure.name(),
        outcome.name(),
        alliance.name()
    );
    let id = format!("mediation-{}-{}-{}", alliance.id, outcome.id, burnout.measure.id);
    Some(Figure::new(id, title, caption, alt, indirect.n, Plot::Path(plot)))
}
