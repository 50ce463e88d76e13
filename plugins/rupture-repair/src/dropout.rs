//! Ruptures and dropout: hazard models in which only past ruptures count.

use std::ops::Range;

use dyad_plugin::derived::Clients;
use dyad_plugin::leaving::{Leaving, SessionsAtRisk};
use dyad_plugin::prelude::*;
use dyad_stats::sequence::first_drop;
use dyad_stats::survival::{self, Cox, TimeScale};

use crate::Settings;
use crate::detectors::Judged;

/// Fewer therapists than these, and a robust standard error is unreliable.
const FEW_THERAPISTS: usize = 10;
/// Fewer than these, and the normal distribution finds too much.
const NORMAL_THERAPISTS: usize = 50;
/// What a refusal calls the exposure.
const EXPOSURE: &str = "ruptured";

/// The sessions of the clients with a known end and a baseline, or the measure that the study lacks; exposure: a drop at an earlier
/// session.
pub(crate) struct AtRisk {
    sessions: Result<SessionsAtRisk, String>,
    basis: Basis,
}

/// Rows at risk that can be analysed, and those of each therapist.
type Usable<'a> = (&'a survival::AtRisk, &'a [Range<usize>]);

impl AtRisk {
    /// Every session, none exposed yet.
    pub(crate) fn of(run: &Run<Settings>, clients: &Clients<'_>) -> Result<Self, Failure> {
        let leaving = Leaving::of(run, clients, "dropout unknown")?;
        let mut basis = Basis::default();
        let sessions = leaving.map(|leaving| {
            let known = clients.complete(&[&leaving.left, &leaving.baseline]);
            let sessions = leaving.sessions(|_| Some(0.0));
            basis = Basis { n: sessions.n, dropped: known.dropped };
            sessions
        });
        Ok(Self { sessions, basis })
    }

    /// Exposes every client from the session after the first drop of so many scale points on.
    fn expose(&mut self, judged: &Judged<'_>, drop: f64) -> Result<(), Failure> {
        let ratings = judged.run.scores(judged.alliance)?;
        if let Ok(SessionsAtRisk { rows, clients, rows_of, .. }) = &mut self.sessions {
            let rated = |client: &usize| judged.clients.rated(*client, &ratings);
            rows.expose(rows_of, clients.iter().map(|client| first_drop(rated(client), drop)));
        }
        Ok(())
    }

    fn estimate(&self, words: &Words<'_>, key: &str) -> Estimate {
        let estimate = words.over(self.basis.clone()).estimate(key);
        let Ok(SessionsAtRisk { rows, .. }) = &self.sessions else { return estimate };
        let [events, exposed] = [rows.events(), rows.exposed()].map(|n| n as f64);
        estimate.details([("events", events), ("exposed_rows", exposed)])
    }

    /// The rows, or why the association cannot be estimated.
    fn usable(&self, words: &Words<'_>) -> Result<Usable<'_>, String> {
        let SessionsAtRisk { rows, therapists, .. } = self.sessions.as_ref()?;
        if rows.events() == 0 {
            return Err(words.text("refuse.nobody_left"));
        }
        if [0, rows.len()].contains(&rows.exposed()) {
            return Err(words.text("refuse.nobody_exposed"));
        }
        Ok((rows, therapists.as_ref()?))
    }
}

/// Adds `dropout/A/hazard_ratio`, `…/hazard_ratio/by_therapist`, `…/odds_ratio`, `…/proportionality` and `…/any_rupture`.
///
/// The exposure comes from `fixed_drop` on all clients, because the other detectors look at the whole series and so into the future.
pub(crate) fn add(
    findings: &mut Findings,
    judged: &Judged<'_>,
    at_risk: &mut AtRisk,
) -> Result<(), Failure> {
    let drop = judged.run.settings().fixed_drop;
    let words = judged.words.over(Basis::default()).with("drop", drop);
    let (hazard, fit) = hazard_ratio(judged, at_risk, drop)?;
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
    // left at this session ~ session + ruptured before + baseline
    let odds = at_risk.usable(&words).and_then(|(rows, therapists)| {
        Ok((rows.log_odds_ratio(EXPOSURE, therapists)?, therapists.len()))
    });
    let odds = at_risk
        .estimate(&words, "dropout/A/odds_ratio")
        .given(odds, |e, (b, therapists)| few(judged, e.tested_ratio(b, therapists), therapists));
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
    at_risk: &mut AtRisk,
    drop: f64,
) -> Result<(Estimate, Result<Cox, String>), Failure> {
    let words = judged.words.with("drop", drop);
    at_risk.expose(judged, drop)?;
    let fit = at_risk
        .usable(&words)
        .and_then(|(rows, therapists)| Ok((rows.cox(EXPOSURE, therapists)?, therapists.len())));
    let estimate = at_risk.estimate(&words, "dropout/A/hazard_ratio");
    let estimate = estimate.given(fit.as_ref(), |e, (fit, therapists)| {
        let b = fit.coefficients[0];
        let words = words.with("therapists", *therapists);
        let given = e.ratio(b.into()).statistic("z", b.z, None).p(b.p).detail("se_model", b.se);
        let normal = *therapists < NORMAL_THERAPISTS;
        few(judged, given.warn_if(normal, words.text("warn.normal")), *therapists)
    });
    Ok((estimate, fit.map(|(fit, _)| fit)))
}

fn few(judged: &Judged<'_>, estimate: Estimate, therapists: usize) -> Estimate {
    let warning = judged.words.with("therapists", therapists).text("warn.few");
    estimate.warn_if(therapists < FEW_THERAPISTS, warning)
}
