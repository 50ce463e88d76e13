//! Dropout as outcome: does a weaker alliance come before leaving?

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::linear::{Family, Glm, glm};
use dyad_stats::survival::{HazardLink, discrete_hazard};

use crate::Settings;

/// Fewer therapists than these, and a robust interval is unreliable.
const FEW_THERAPISTS: usize = 10;

/// What both models of one alliance measure start from.
struct Leaving<'a> {
    clients: &'a Clients<'a>,
    words: Words<'a>,
    window: [i64; 2],
    ratings: Floats<'a>,
    /// Whether each client left against plan.
    left: Vec<Option<f64>>,
    severity: Vec<Option<f64>>,
}

/// Adds `dropout/A/odds_ratio` (session by session) and `dropout/A/early_odds_ratio` (early alliance, those who stayed beyond it).
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let words = run.words().about("A", alliance);
    let by_session = words.estimate("dropout/A/odds_ratio");
    let early = words.estimate("dropout/A/early_odds_ratio");
    let role = |role: Role| run.measures_of(role).next();
    let (Some(dropout), Some(baseline)) = (role(Role::Dropout), role(Role::Baseline)) else {
        let lacking = if role(Role::Dropout).is_none() { "dropout" } else { "baseline" };
        let reason = format!("the study declares no {lacking} measure");
        findings.estimates.extend([by_session, early].map(|e| e.refused(reason.as_str())));
        return Ok(());
    };
    let leaving = Leaving {
        clients,
        words,
        window: run.settings().early_window,
        ratings: run.scores(alliance)?,
        left: clients.value(run, dropout)?,
        severity: clients.value(run, baseline)?,
    };
    findings.estimates.extend([leaving.by_session(by_session), leaving.early(early)]);
    Ok(())
}

impl Leaving<'_> {
    /// left at this session ~ session + alliance at the session before (by number) + baseline.
    fn by_session(&self, estimate: Estimate) -> Estimate {
        let mut columns = [Vec::new(), Vec::new(), Vec::new()];
        let (mut event, mut rows, mut with) = (Vec::new(), Vec::new(), Vec::new());
        let (mut unknown, mut no_rating) = (0, 0);
        for client in 0..self.clients.len() {
            let start = event.len();
            for at in self.clients.sessions(client) {
                let Some((left, severity)) = self.left[client].zip(self.severity[client]) else {
                    unknown += 1;
                    continue;
                };
                let Some(rating) = at.previous.and_then(|row| self.ratings.get(row)) else {
                    no_rating += 1;
                    continue;
                };
                let values = [at.session as f64, rating, severity];
                columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
                event.push(left > 0.5 && at.is_last);
            }
            if event.len() > start {
                with.push(client);
                rows.push(start..event.len());
            }
        }
        let estimate = estimate
            .counts(Counts { rows: Some(event.len() as u64), ..self.clients.counts(&with) })
            .dropped_rows("no rating at the session before (by number)", no_rating)
            .dropped_rows("dropout or baseline not known", unknown);
        let events = event.iter().filter(|e| **e).count() as f64;
        let [session, alliance, severity] = &columns;
        let columns = [("session", &session[..]), ("alliance", alliance), ("baseline", severity)];
        let therapists = self.clients.rows_by_therapist(&with, &rows).unwrap_or_default();
        let fit = discrete_hazard(&columns, &event, HazardLink::Logit, &therapists);
        self.odds_ratio(estimate, fit, therapists.len(), events)
    }

    /// left ~ early alliance + baseline, over the clients who stayed beyond the early window.
    fn early(&self, estimate: Estimate) -> Estimate {
        let early = self.clients.mean_in(&self.ratings, self.window);
        let beyond = |client| {
            let last = self.clients.sessions(client).last()?;
            (last.session > self.window[1]).then_some(1.0)
        };
        let beyond: Vec<Option<f64>> = (0..self.clients.len()).map(beyond).collect();
        let sample = self.clients.complete(&[
            (&beyond, "no session after the early window"),
            (&early, &self.words.text("lacks.rating")),
            (&self.left, "dropout not known"),
            (&self.severity, "no baseline"),
        ]);
        let (alliance, severity) = (sample.pick(&early), sample.pick(&self.severity));
        let left = sample.pick(&self.left);
        let left: Vec<f64> = left.iter().map(|left| f64::from(u8::from(*left > 0.5))).collect();
        let columns = [("alliance", &alliance[..]), ("baseline", &severity)];
        let therapists = self.clients.therapist_ranges(&sample.clients).unwrap_or_default();
        let fit = glm(&columns, &left, &[], Family::Logit, &therapists);
        self.odds_ratio(sample.describe(estimate), fit, therapists.len(), left.iter().sum())
    }

    fn odds_ratio(
        &self,
        estimate: Estimate,
        fit: dyad_stats::Result<Glm>,
        therapists: usize,
        events: f64,
    ) -> Estimate {
        estimate.given(fit.and_then(|fit| fit.coefficient("alliance")), |e, b| {
            let robust = b.robust_se.is_some();
            let df = robust.then_some(therapists as f64 - 1.0);
            e.ratio(b.into())
                .statistic(if robust { "t" } else { "z" }, b.statistic, df)
                .p(b.p)
                .details([("log_odds_ratio", b.estimate), ("se_model", b.se), ("events", events)])
                .warn_if(!robust, self.words.text("warn.unrelated"))
                .warn_if(robust && therapists < FEW_THERAPISTS, self.words.text("warn.few"))
        })
    }
}
