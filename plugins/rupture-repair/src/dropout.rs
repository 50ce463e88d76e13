//! Ruptures and dropout: hazard models in which only past ruptures count.

use std::ops::Range;

use dyad_plugin::derived::Clients;
use dyad_plugin::leaving::{Leaving, SessionsAtRisk};
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{RatedSeries, Rule};
use dyad_stats::survival::{Cox, TimeScale};

use crate::Settings;
use crate::detectors::{Judged, rated};

/// Fewer therapists than these, and a robust standard error is unreliable.
const FEW_THERAPISTS: usize = 10;
/// Fewer than these, and the normal distribution finds too much.
const NORMAL_THERAPISTS: usize = 50;
/// What a refusal calls the exposure.
const EXPOSURE: &str = "ruptured";

/// The sessions of the clients with a known end and a baseline; exposure: a drop at an earlier session.
pub(crate) struct AtRisk {
    sessions: SessionsAtRisk,
    basis: Basis,
}

impl AtRisk {
    /// Every session, none exposed yet, or the measure that the study lacks.
    pub(crate) fn of(
        run: &Run<Settings>,
        clients: &Clients<'_>,
    ) -> Result<Result<Self, String>, Failure> {
        let leaving = Leaving::of(run, clients, "dropout unknown")?;
        Ok(leaving.map(|leaving| {
            let known = clients.complete(&[leaving.left.needed(), leaving.baseline.needed()]);
            let sessions = leaving.sessions(|_| Some(0.0));
            Self { basis: Basis { n: sessions.n, dropped: known.dropped }, sessions }
        }))
    }

    /// Exposes every client from the session after the first drop of so many scale points on.
    fn expose(&mut self, judged: &Judged<'_>, drop: f64) -> Result<(), Failure> {
        let ratings = judged.run.scores(judged.alliance)?;
        let SessionsAtRisk { rows, clients, rows_of, .. } = &mut self.sessions;
        let (mut x, mut s): (Vec<f64>, Vec<i64>) = Default::default();
        let first_drop = clients.iter().map(|&client| {
            x.clear();
            s.clear();
            for (rating, session) in rated(judged.clients, ratings, client) {
                x.push(rating);
                s.push(session);
            }
            RatedSeries::new(&x, &s).first(Rule::Drop(drop)).map(|at| s[at])
        });
        rows.expose(rows_of, first_drop);
        Ok(())
    }

    fn estimate(&self, words: &Words<'_>, key: &str) -> Estimate {
        let (events, exposed) = (self.sessions.rows.events(), self.sessions.rows.exposed());
        let estimate = words.over(self.basis.clone()).estimate(key);
        estimate.details([("events", events as f64), ("exposed_rows", exposed as f64)])
    }

    /// The rows of each therapist, or why the association cannot be estimated.
    fn therapists(&self, words: &Words<'_>) -> Result<&[Range<usize>], String> {
        let rows = &self.sessions.rows;
        if rows.events() == 0 {
            return Err(words.text("refuse.nobody_left"));
        }
        if [0, rows.len()].contains(&rows.exposed()) {
            return Err(words.text("refuse.nobody_exposed"));
        }
        self.sessions.therapists.as_deref().map_err(Clone::clone)
    }
}

/// Adds `dropout/A/hazard_ratio`, `…/hazard_ratio/by_therapist`, `…/odds_ratio`, `…/proportionality` and `…/any_rupture`.
///
/// The exposure comes from `fixed_drop` on all clients, because the other detectors look at the whole series and so into the future.
pub(crate) fn add(
    findings: &mut Findings,
    judged: &Judged<'_>,
    rows: &mut Result<AtRisk, String>,
) -> Result<(), Failure> {
    let drop = judged.run.settings().fixed_drop;
    let words = judged.words.over(Basis::default()).with("drop", drop);
    let (hazard, fit) = hazard_ratio(judged, rows, drop)?;
    let beside = words.over(Basis { n: hazard.n, dropped: hazard.dropped.clone() });
    // The same hazard ratio, judged as one from few therapists.
    let therapists = usize::try_from(hazard.n.therapists.unwrap_or(0)).unwrap_or(0);
    let by_clusters = fit.as_ref().map_err(Clone::clone);
    let by_clusters = by_clusters.and_then(|fit| Ok(fit.coefficients[0].by_clusters(therapists)?));
    let robust = beside.estimate("dropout/A/hazard_ratio/by_therapist");
    let robust = robust.given(by_clusters, |e, b| {
        let given = e.value(b.estimate.exp()).se(b.se).ci(b.ci.map(f64::exp));
        few(judged, given.statistic("t", b.t, Some(b.df)).p(b.p), therapists)
    });
    let odds = odds_ratio(judged, &words, rows.as_ref());
    let tested = fit.and_then(|fit| {
        let test = fit.proportionality(TimeScale::KaplanMeier)?;
        test.columns.first().copied().ok_or_else(|| "the model has no column".to_owned())
    });
    if let Ok((_, p)) = &tested {
        let verdict = words.text(if *p < 0.05 { "note.changes" } else { "note.same" });
        let words = words.with("p", *p).with("verdict", verdict);
        findings.notes.push(words.note(NoteKind::Assumption, "note.steady"));
    }
    let steady = beside.estimate("dropout/A/proportionality");
    let steady = steady.given(tested, |e, (chi_square, p)| {
        e.value(chi_square).statistic("chi2", chi_square, Some(1.0)).p(p)
    });
    // The question everybody asks first, and why it has no answer.
    let any = words.estimate("dropout/A/any_rupture").refused(words.text("refuse.any"));
    findings.estimates.extend([hazard, robust, odds, steady, any]);
    Ok(())
}

/// The hazard ratio of dropout after a first drop of this many scale points, and the model it comes from.
pub(crate) fn hazard_ratio(
    judged: &Judged<'_>,
    rows: &mut Result<AtRisk, String>,
    drop: f64,
) -> Result<(Estimate, Result<Cox, String>), Failure> {
    let words = judged.words.over(Basis::default()).with("drop", drop);
    let key = "dropout/A/hazard_ratio";
    let rows = match rows {
        Ok(rows) => rows,
        Err(reason) => return Ok((words.estimate(key).refused(&*reason), Err(reason.clone()))),
    };
    rows.expose(judged, drop)?;
    let fit = rows.therapists(&words).and_then(|therapists| {
        Ok((rows.sessions.rows.cox(EXPOSURE, therapists)?, therapists.len()))
    });
    let estimate = rows.estimate(&words, key).given(fit.as_ref(), |e, (fit, therapists)| {
        let b = fit.coefficients[0];
        let words = words.with("therapists", *therapists);
        let given = e.ratio(b.into()).statistic("z", b.z, None).p(b.p).detail("se_model", b.se);
        let normal = *therapists < NORMAL_THERAPISTS;
        few(judged, given.warn_if(normal, words.text("warn.normal")), *therapists)
    });
    Ok((estimate, fit.map(|(fit, _)| fit)))
}

/// left at this session ~ session + ruptured before + baseline.
fn odds_ratio(judged: &Judged<'_>, words: &Words<'_>, rows: Result<&AtRisk, &String>) -> Estimate {
    let key = "dropout/A/odds_ratio";
    let rows = match rows {
        Ok(rows) => rows,
        Err(reason) => return words.estimate(key).refused(reason),
    };
    let found = rows.therapists(words).and_then(|therapists| {
        Ok((rows.sessions.rows.log_odds_ratio(EXPOSURE, therapists)?, therapists.len()))
    });
    rows.estimate(words, key)
        .given(found, |e, (b, therapists)| few(judged, e.tested_ratio(b, therapists), therapists))
}

fn few(judged: &Judged<'_>, estimate: Estimate, therapists: usize) -> Estimate {
    let warning = judged.words.with("therapists", therapists).text("warn.few");
    estimate.warn_if(therapists < FEW_THERAPISTS, warning)
}
