//! Ruptures and dropout: hazard models in which only past ruptures count, and how long clients stay.

use std::ops::Range;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{Rule, ruptures};
use dyad_stats::survival::{Cox, HazardLink, Intervals, Ties, TimeScale, cox, discrete_hazard};

use crate::Settings;
use crate::detectors::{Judged, rated, repair};

/// Fewer therapists than these, and a robust standard error is unreliable.
const FEW_THERAPISTS: usize = 10;
/// Fewer than these, and the normal distribution finds too much.
const NORMAL_THERAPISTS: usize = 50;

/// One row per session of a client: at risk from the previous session number to this one.
#[derive(Default)]
pub(crate) struct AtRisk {
    start: Vec<f64>,
    stop: Vec<f64>,
    /// At the last session of who left against plan.
    event: Vec<bool>,
    /// 1 from the session after the first drop on: only the past counts.
    ruptured: Vec<f64>,
    baseline: Vec<f64>,
    /// The clients used, and the rows of each.
    clients: Vec<usize>,
    rows: Vec<Range<usize>>,
    /// Clients whose end is unknown, and those without a baseline.
    dropped: [u64; 2],
}

impl AtRisk {
    /// Every session of the clients with a known end and a baseline, none exposed yet, or the role that the study lacks.
    pub(crate) fn of(
        run: &Run<Settings>,
        clients: &Clients<'_>,
    ) -> Result<Result<Self, String>, Failure> {
        let lacking = |what: &str| Ok(Err(format!("the study declares no {what} measure")));
        let role = |role: Role| run.measures_of(role).next();
        let Some(dropout) = role(Role::Dropout) else { return lacking("dropout") };
        let Some(baseline) = role(Role::Baseline) else { return lacking("baseline") };
        let (left, severity) = (run.scores(dropout)?, run.scores(baseline)?);
        let mut rows = Self::default();
        for client in 0..clients.len() {
            let Some(left) = left.get(client) else {
                rows.dropped[0] += 1;
                continue;
            };
            let Some(severity) = severity.get(client) else {
                rows.dropped[1] += 1;
                continue;
            };
            let (before, mut last) = (rows.stop.len(), 0);
            for at in clients.sessions(client) {
                rows.start.push(last as f64);
                rows.stop.push(at.session as f64);
                rows.event.push(at.is_last && left >= 0.5);
                rows.baseline.push(severity);
                last = at.session;
            }
            if rows.stop.len() > before {
                rows.rows.push(before..rows.stop.len());
                rows.clients.push(client);
            }
        }
        Ok(Ok(rows))
    }

    /// Exposes every client from the session after the first drop of so many scale points on.
    fn expose(&mut self, judged: &Judged<'_>, drop: f64) -> Result<(), Failure> {
        let ratings = judged.run.scores(judged.alliance)?;
        let repair = repair(judged.run.settings());
        self.ruptured.clear();
        for (&client, rows) in self.clients.iter().zip(&self.rows) {
            let (x, s) = rated(judged.clients, ratings, client);
            let found = ruptures(&x, &s, Rule::Drop(drop), repair);
            let first = found.first().map_or(f64::INFINITY, |rupture| s[rupture.at] as f64);
            let stops = self.stop[rows.clone()].iter();
            self.ruptured.extend(stops.map(|stop| f64::from(first < *stop)));
        }
        Ok(())
    }

    fn describe(&self, estimate: Estimate, judged: &Judged<'_>) -> Estimate {
        let n = judged.clients.counts(&self.clients);
        estimate
            .counts(Counts { rows: Some(self.stop.len() as u64), ..n })
            .dropped("dropout unknown", self.dropped[0])
            .dropped("no baseline", self.dropped[1])
            .detail("events", self.event.iter().filter(|e| **e).count() as f64)
            .detail("exposed_rows", self.exposed() as f64)
    }

    fn exposed(&self) -> usize {
        self.ruptured.iter().filter(|r| **r > 0.5).count()
    }

    /// The rows of each therapist, or why the association cannot be estimated.
    fn by_therapist(&self, judged: &Judged<'_>) -> Result<Vec<Range<usize>>, String> {
        if !self.event.contains(&true) {
            return Err("no dropout".to_owned());
        }
        if self.exposed() == 0 || self.exposed() == self.ruptured.len() {
            return Err("no rupture before the last session of any client".to_owned());
        }
        judged.clients.rows_by_therapist(&self.clients, &self.rows)
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
    let words = judged.words.with("drop", drop);
    let (hazard, fit) = hazard_ratio(judged, rows, drop)?;
    let beside = |key: &str| Estimate {
        n: hazard.n,
        dropped: hazard.dropped.clone(),
        ..words.estimate(key)
    };
    // The same hazard ratio, judged as one from few therapists.
    let therapists = usize::try_from(hazard.n.therapists.unwrap_or(0)).unwrap_or(0);
    let by_clusters = fit
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|fit| fit.coefficients[0].by_clusters(therapists).map_err(|e| e.to_string()));
    let robust = beside("dropout/A/hazard_ratio/by_therapist").given(by_clusters, |e, b| {
        let given = e.value(b.estimate.exp()).se(b.se).ci(b.ci.map(f64::exp));
        few(judged, given.statistic("t", b.t, Some(b.df)).p(b.p), therapists)
    });
    let odds = odds_ratio(judged, words.estimate("dropout/A/odds_ratio"), rows);
    let tested = fit.and_then(|fit| {
        let test = fit.proportionality(TimeScale::KaplanMeier).map_err(|e| e.to_string())?;
        test.columns.first().copied().ok_or_else(|| "the model has no column".to_owned())
    });
    if let Ok((_, p)) = &tested {
        let verdict = words.text(if *p < 0.05 { "note.changes" } else { "note.same" });
        let words = words.with("p", *p).with("verdict", verdict);
        findings.notes.push(words.note(NoteKind::Assumption, "note.steady"));
    }
    let steady = beside("dropout/A/proportionality").given(tested, |e, (chi_square, p)| {
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
    let words = judged.words.with("drop", drop);
    let estimate = words.estimate("dropout/A/hazard_ratio");
    let rows = match rows {
        Ok(rows) => rows,
        Err(reason) => return Ok((estimate.refused(reason.as_str()), Err(reason.clone()))),
    };
    rows.expose(judged, drop)?;
    let columns = [("ruptured", &rows.ruptured[..]), ("baseline", &rows.baseline)];
    let (start, stop, event) = (&rows.start[..], &rows.stop[..], &rows.event[..]);
    let data = Intervals { start, stop, event, columns: &columns };
    let therapists = rows.by_therapist(judged);
    let fit = therapists.and_then(|clusters| {
        let fit = cox(&data, &clusters, Ties::Efron).map_err(|e| e.to_string())?;
        Ok((fit, clusters.len()))
    });
    let estimate = rows.describe(estimate, judged).given(fit.as_ref(), |e, (fit, therapists)| {
        let b = fit.coefficients[0];
        let words = words.with("therapists", *therapists);
        let given = e.ratio(b.into()).statistic("z", b.z, None).p(b.p).detail("se_model", b.se);
        let normal = *therapists < NORMAL_THERAPISTS;
        few(judged, given.warn_if(normal, words.text("warn.normal")), *therapists)
    });
    Ok((estimate, fit.map(|(fit, _)| fit)))
}

/// left at this session ~ session + ruptured before + baseline.
fn odds_ratio(judged: &Judged<'_>, estimate: Estimate, rows: &Result<AtRisk, String>) -> Estimate {
    let rows = match rows {
        Ok(rows) => rows,
        Err(reason) => return estimate.refused(reason.as_str()),
    };
    let columns: [(&str, &[f64]); 3] =
        [("session", &rows.stop), ("ruptured", &rows.ruptured), ("baseline", &rows.baseline)];
    let fitted = rows.by_therapist(judged).and_then(|clusters| {
        let fit = discrete_hazard(&columns, &rows.event, HazardLink::Logit, &clusters);
        let found = fit.and_then(|fit| fit.coefficient("ruptured")).map_err(|e| e.to_string());
        Ok((found?, clusters.len()))
    });
    rows.describe(estimate, judged).given(fitted, |e, (b, therapists)| {
        let given = e.ratio(b.into()).statistic("t", b.statistic, Some(therapists as f64 - 1.0));
        few(judged, given.p(b.p), therapists)
    })
}

fn few(judged: &Judged<'_>, estimate: Estimate, therapists: usize) -> Estimate {
    let warning = judged.words.with("therapists", therapists).text("warn.few");
    estimate.warn_if(therapists < FEW_THERAPISTS, warning)
}
