//! Over clients: the early alliance and the last outcome, later phases, therapists, moderators, and several variables at once.

use dyad_plugin::prelude::*;
use dyad_stats::correlation::{partial, pearson, spearman};

use crate::Study;

/// The correlation, plain, by ranks and given the baseline, and z(final) ~ z(early) + z(baseline) with its assumptions.
pub(crate) fn early(pair: &Pair<'_>) {
    let (s, [x, y]) = pair.section.complete([&pair.early, &pair.last]);
    let rater = pair.alliance.rater.filter(|rater| pair.outcome.rater == Some(*rater));
    let s = s.with("rater", rater.map_or("", Rater::adjective));
    let r = s.add("early/A/Y/pearson", pearson(&x, &y));
    let r = r.warn_if(rater.is_some(), "warn.same_rater").estimate();
    s.add("early/A/Y/spearman", spearman(&x, &y));
    if r.ci.is_some() {
        let ranges = [pair.alliance.range, pair.outcome.range];
        s.with("r", &r).scatter("early-A-Y", (&x, ranges[0]), (&y, ranges[1]));
    }

    let (s, [x, y, z]) = pair.section.complete([&pair.early, &pair.last, &pair.baseline]);
    s.add("early/A/Y/partial", partial(&x, &y, &z));
    let columns = [("early", "the alliance", &x[..]), ("baseline", "the baseline", &z)];
    let fit = s.standardised(&columns, ("the outcome", &y));
    let se_ols = fit.as_ref().ok().map(|fit| fit.fit.se[1]);
    s.slope("early/A/Y/ancova_beta", &fit, "early").detail_if("se_ols", se_ols);
    s.check_regression(&[("baseline", &z), ("early", &x)], &y);
}

/// The alliance later in treatment: does the link depend on when it is rated?
pub(crate) fn phases(pair: &Pair<'_>) {
    let clients = pair.section.clients;
    for (phase, ratings, caution) in [
        ("middle", clients.mean_in_third(&pair.ratings, 1), "phase.middle_caution"),
        ("late", clients.mean_in_third(&pair.ratings, 2), "phase.late_caution"),
        ("mean", clients.mean(&pair.ratings), "phase.mean_caution"),
    ] {
        let s = pair.section.with("phase", phase).with_text("name", &format!("phase.{phase}"));
        let ratings = s.variable(ratings, "lacks.phase");
        let (both, [x, y]) = s.complete([&ratings, &pair.last]);
        both.add("{phase}/A/Y/pearson", pearson(&x, &y)).warn(caution);
        let (all, [x, y, z]) = s.complete([&ratings, &pair.last, &pair.baseline]);
        all.add("{phase}/A/Y/partial", partial(&x, &y, &z)).warn(caution);
    }
}

/// Whose alliance goes with whose outcome:
/// final ~ baseline + (early − therapist mean) + (therapist mean − its mean over clients) + (1 | therapist).
pub(crate) fn levels(pair: &Pair<'_>) {
    let (s, [x, y, z]) = pair.section.complete([&pair.early, &pair.last, &pair.baseline]);
    let fit = s.between_and_within(&x).and_then(|[between, within]| {
        let overall = x.iter().sum::<f64>() / x.len() as f64;
        let between: Vec<f64> = between.iter().map(|mean| mean - overall).collect();
        s.therapist_model(&[("baseline", &z), ("within", &within), ("between", &between)], &y)
    });
    s.effect("early/A/Y/within_therapist", &fit, &[("within", 1.0)]);
    s.effect("early/A/Y/between_therapist", &fit, &[("between", 1.0)]);
    s.effect("early/A/Y/contextual", &fit, &[("between", 1.0), ("within", -1.0)]);
}

/// For whom the link holds: final ~ baseline + early + C + early × C for every covariate, both centred.
pub(crate) fn moderators(study: &Study<'_>, pair: &Pair<'_>) -> Result<(), Failure> {
    for covariate in study.measures_of(Role::Covariate) {
        let (s, moderator) = (pair.section.about("C", covariate), study.of_clients(covariate)?);
        let (s, [x, y, z, c]) = s.complete([&pair.early, &pair.last, &pair.baseline, &moderator]);
        let (x, c) = (("the alliance", &x[..]), (&covariate.name()[..], &c[..]));
        let found = s.moderated(&[("baseline", &z)], [x, c], &y);
        s.add("moderator/A/Y/C/interaction", found);
    }
    Ok(())
}

/// What each of several process variables adds to the others:
/// z(final) ~ z(baseline) + z(early alliance, each measure) + z(covariates).
pub(crate) fn together(study: &Study<'_>, outcome: &Measure) -> Result<(), Failure> {
    let process = study.process_variables(study.settings().early_window)?;
    if process.len() < 2 {
        return Ok(());
    }
    let (s, baseline) = study.baseline(&study.about("Y", outcome), outcome)?;
    let (s, each) = s.together((&study.last(&s, outcome)?, &baseline), &process);
    for ((measure, _), found) in process.iter().zip(each) {
        s.about("X", measure).add("together/Y/X/beta", found);
    }
    Ok(())
}
