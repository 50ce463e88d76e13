//! Dropout as outcome: does a weaker alliance come before leaving?

use dyad_plugin::derived::Variable;
use dyad_plugin::leaving::Leaving;
use dyad_plugin::prelude::*;
use dyad_stats::linear::{Family, GlmCoefficient, glm};

use crate::Study;

/// Fewer therapists than these, and a robust interval is unreliable.
const FEW_THERAPISTS: usize = 10;

/// Adds `dropout/A/odds_ratio` (session by session) and `dropout/A/early_odds_ratio` (early alliance, those who stayed beyond it).
pub(crate) fn add(
    findings: &mut Findings,
    study: Study<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let words = study.run.words().about("A", alliance);
    let ratings = study.run.scores(alliance)?;
    let leaving = Leaving::of(study.run, study.clients, "dropout not known")?;
    findings.estimates.extend(match leaving {
        Ok(leaving) => {
            [by_session(&words, &leaving, ratings), early(&words, &leaving, ratings, study)]
        }
        Err(reason) => ["dropout/A/odds_ratio", "dropout/A/early_odds_ratio"]
            .map(|key| words.estimate(key).refused(&reason)),
    });
    Ok(())
}

/// left at this session ~ session + alliance at the session before (by number) + baseline.
fn by_session(words: &Words<'_>, leaving: &Leaving<'_>, ratings: Floats<'_>) -> Estimate {
    let sessions = leaving.sessions(|at| ratings.get(at.previous?));
    let basis = Basis::from(sessions.n)
        .without_rows("no rating at the session before (by number)", sessions.unexposed)
        .without_rows("dropout or baseline not known", sessions.unknown);
    let therapists = sessions.therapists.unwrap_or_default();
    let b = sessions.rows.log_odds_ratio("alliance", &therapists);
    let events = sessions.rows.events() as f64;
    let estimate = words.over(basis).estimate("dropout/A/odds_ratio");
    estimate.given(b, |e, b| odds_ratio(words, e, b, therapists.len(), events))
}

/// left ~ early alliance + baseline, over the clients who stayed beyond the early window.
fn early(
    words: &Words<'_>,
    leaving: &Leaving<'_>,
    ratings: Floats<'_>,
    Study { run, clients }: Study<'_>,
) -> Estimate {
    let window = run.settings().early_window;
    let stayed = |client| (clients.sessions(client).last()?.session > window[1]).then_some(1.0);
    let stayed = (0..clients.len()).map(stayed).collect();
    let stayed = Variable::new(stayed, "no session after the early window");
    let early = Variable::new(clients.mean_in(&ratings, window), words.text("lacks.rating"));
    let (sample, [_, early, left, baseline]) =
        clients.complete_cases([&stayed, &early, &leaving.left, &leaving.baseline]);
    let columns = [("alliance", &early[..]), ("baseline", &baseline)];
    let therapists = clients.therapist_ranges(&sample.clients).unwrap_or_default();
    let fit = glm(&columns, &left, &[], Family::Logit, &therapists);
    let b = fit.and_then(|fit| fit.coefficient("alliance"));
    let estimate = words.over(&sample).estimate("dropout/A/early_odds_ratio");
    estimate.given(b, |e, b| odds_ratio(words, e, b, therapists.len(), left.iter().sum()))
}

fn odds_ratio(
    words: &Words<'_>,
    estimate: Estimate,
    b: GlmCoefficient,
    therapists: usize,
    events: f64,
) -> Estimate {
    let few = b.robust_se.is_some() && therapists < FEW_THERAPISTS;
    estimate
        .tested_ratio(b, therapists)
        .details([("log_odds_ratio", b.estimate), ("se_model", b.se), ("events", events)])
        .warn_if(b.robust_se.is_none(), words.text("warn.unrelated"))
        .warn_if(few, words.text("warn.few"))
}
