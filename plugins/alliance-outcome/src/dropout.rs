//! Dropout as outcome: does a weaker alliance come before leaving?

use std::ops::Range;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::linear::{Family, Glm, glm};
use dyad_stats::survival::{HazardLink, discrete_hazard};

use crate::Settings;
use crate::pair::words;

/// What both models of one alliance measure start from.
struct Leaving<'a> {
    run: &'a Run<Settings>,
    clients: &'a Clients<'a>,
    alliance: &'a Measure,
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
    let new = |what: &str, label: &str| {
        let label = format!("Odds ratio of dropout per point of {} {label}", alliance.name());
        Estimate::new(format!("dropout/{}/{what}", alliance.id), label)
    };
    let by_session = new("odds_ratio", "at the session before")
        .method(
            "discrete-time hazard, logit: left at this session ~ session + alliance at the session before (by number) + baseline; standard error of \
             the log robust by therapist, t with therapists − 1 df",
        )
        .source("allison1982")
        .source("nelder1972");
    let [first, last] = run.settings().early_window;
    let early = new("early_odds_ratio", "in the early window")
        .method(format!(
            "logistic regression: dropout ~ alliance in sessions {first}-{last} + baseline, clients with a session after {last} only, because who left \
             within the window had less time to rate; standard error of the log robust by therapist, t with therapists − 1 df"
        ))
        .source("nelder1972");
    let role = |role: Role| run.measures_of(role).next();
    let (Some(dropout), Some(baseline)) = (role(Role::Dropout), role(Role::Baseline)) else {
        let lacking = if role(Role::Dropout).is_none() { "dropout" } else { "baseline" };
        let reason = format!("the study declares no {lacking} measure");
        findings
            .estimates
            .extend([by_session, early].map(|estimate| estimate.refused(reason.as_str())));
        return Ok(());
    };
    let leaving = Leaving {
        run,
        clients,
        alliance,
        ratings: run.table("sessions")?.floats(&alliance.id)?,
        left: clients.value(run, dropout)?,
        severity: clients.value(run, baseline)?,
    };
    findings.estimates.push(leaving.by_session(by_session));
    findings.estimates.push(leaving.early(early));
    Ok(())
}

impl Leaving<'_> {
    fn by_session(&self, estimate: Estimate) -> Estimate {
        let (mut session, mut before, mut severity) = (Vec::new(), Vec::new(), Vec::new());
        let (mut event, mut of_client, mut with) = (Vec::new(), Vec::new(), Vec::new());
        let (mut unknown, mut no_rating) = (0, 0);
        for (client, rows) in self.clients.rows.iter().enumerate() {
            let Some((left, baseline)) = self.left[client].zip(self.severity[client]) else {
                unknown += rows.len() as u64;
                continue;
            };
            let start = event.len();
            for row in rows.clone() {
                let number = self.clients.session.get(row).unwrap_or(1);
                let previous = row.checked_sub(1).filter(|p| {
                    *p >= rows.start && self.clients.session.get(*p) == Some(number - 1)
                });
                let Some(rating) = previous.and_then(|p| self.ratings.get(p)) else {
                    no_rating += 1;
                    continue;
                };
                session.push(number as f64);
                before.push(rating);
                severity.push(baseline);
                event.push(left > 0.5 && row + 1 == rows.end);
            }
            if event.len() > start {
                with.push(client);
                of_client.push(start..event.len());
            }
        }
        let estimate = estimate
            .counts(Counts { rows: Some(event.len() as u64), ..self.clients.counts(&with) })
            .dropped_rows("no rating at the session before (by number)", no_rating)
            .dropped_rows("dropout or baseline not known", unknown);
        let events = event.iter().filter(|e| **e).count() as f64;
        let columns = [("session", &session[..]), ("alliance", &before), ("baseline", &severity)];
        let clusters = self.therapists(&with, |k| of_client[k].clone());
        let fit = discrete_hazard(&columns, &event, HazardLink::Logit, &clusters);
        odds_ratio(estimate, fit.map_err(words), clusters.len(), events)
    }

    fn early(&self, estimate: Estimate) -> Estimate {
        let window = self.run.settings().early_window;
        let early = self.clients.mean_in(&self.ratings, window);
        let beyond: Vec<Option<f64>> = self
            .clients
            .rows
            .iter()
            .map(|rows| {
                let last = rows.clone().next_back().and_then(|row| self.clients.session.get(row));
                last.filter(|s| *s > window[1]).map(|s| s as f64)
            })
            .collect();
        let no_early =
            format!("no {} in sessions {}-{}", self.alliance.name(), window[0], window[1]);
        let sample = self.clients.complete(&[
            (&beyond, "no session after the early window"),
            (&early, &no_early),
            (&self.left, "dropout not known"),
            (&self.severity, "no baseline"),
        ]);
        let (x, severity) = (sample.pick(&early), sample.pick(&self.severity));
        let left: Vec<f64> =
            sample.pick(&self.left).iter().map(|l| f64::from(u8::from(*l > 0.5))).collect();
        let columns = [("alliance", &x[..]), ("baseline", &severity)];
        let clusters = self.therapists(&sample.clients, |k| k..k + 1);
        let fit = glm(&columns, &left, &[], Family::Logit, &clusters);
        let estimate = sample.describe(estimate);
        odds_ratio(estimate, fit.map_err(words), clusters.len(), left.iter().sum())
    }

    /// The rows of each therapist, given those of the k-th client; none where the study names no therapists.
    fn therapists(
        &self,
        clients: &[usize],
        rows: impl Fn(usize) -> Range<usize>,
    ) -> Vec<Range<usize>> {
        let ranges = self.clients.therapist_ranges(clients).unwrap_or_default();
        let whole = |of: Range<usize>| rows(of.start).start..rows(of.end - 1).end;
        ranges.into_iter().filter(|range| !range.is_empty()).map(whole).collect()
    }
}

/// exp(b) of the alliance; the standard error is that of b.
fn odds_ratio(
    estimate: Estimate,
    fit: Result<Glm, String>,
    therapists: usize,
    events: f64,
) -> Estimate {
    let estimate = match &fit {
        Ok(_) => estimate,
        Err(reason) => return estimate.refused(reason.as_str()),
    };
    let found = fit.ok().and_then(|fit| {
        let at = fit.names.iter().position(|name| name == "alliance")?;
        fit.coefficients.get(at).copied()
    });
    let Some(b) = found else { return estimate.refused("the model has no alliance") };
    let robust = b.robust_se.is_some();
    let df = robust.then_some(therapists as f64 - 1.0);
    let given = estimate
        .value(b.estimate.exp())
        .se(b.robust_se.unwrap_or(b.se))
        .ci(b.ci.map(f64::exp))
        .statistic(if robust { "t" } else { "z" }, b.statistic, df)
        .p(b.p)
        .detail("log_odds_ratio", b.estimate)
        .detail("se_model", b.se)
        .detail("events", events);
    match (robust, therapists) {
        (false, _) => {
            given.warn("the study names no therapists: clients of one therapist count as unrelated")
        }
        (true, 0..10) => given.warn("few therapists: the interval is unreliable"),
        (true, _) => given,
    }
}
