//! The course of the alliance by mixed models: a parabola over the window, and two slopes that meet at a knot.

use dyad_plugin::derived::{Clients, in_window};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::mixed::{Criterion, Fit, Rows};

use crate::Settings;

/// Adds `growth/A/…`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let ratings = run.table("sessions")?.floats(&alliance.id)?;
    let course = Course { run, clients, ratings, alliance };
    course.parabola(findings);
    course.knot(findings);
    course.best_knot(findings);
    Ok(())
}

struct Course<'a, 'r> {
    run: &'a Run<Settings>,
    clients: &'a Clients<'r>,
    ratings: Floats<'r>,
    alliance: &'a Measure,
}

/// The latest knot of the profile.
const LAST_KNOT: i64 = 7;
/// The session number, and what lies beyond each knot from 2 on.
const PROFILE: [&str; 7] = ["session", "2", "3", "4", "5", "6", "7"];

/// A fitted model with the rows and clients behind it.
struct Model {
    fit: Result<Fit, String>,
    n: Counts,
}

impl Course<'_, '_> {
    /// The rows of A ~ columns of the session number + (1 | therapist/client), over the sessions that `inside` lets pass.
    fn rows<const K: usize>(
        &self,
        columns: [&str; K],
        inside: impl Fn(i64) -> bool,
        x: impl Fn(i64) -> [f64; K],
    ) -> (Rows, Counts) {
        let mut rows = Rows::in_nested_clusters(&columns);
        let mut with = Vec::new();
        for (id, (client, range)) in (0..).zip(self.clients.rows.iter().enumerate()) {
            let before = rows.len();
            let therapist = self.clients.therapist(client).unwrap_or(0);
            for row in range.clone() {
                let Some((session, rating)) =
                    self.clients.session.get(row).zip(self.ratings.get(row))
                else {
                    continue;
                };
                // Both values are finite and the columns as many as named: a row cannot be refused.
                if inside(session) {
                    drop(rows.push(therapist, id, &x(session), rating));
                }
            }
            if rows.len() > before {
                with.push(client);
            }
        }
        let n = Counts { rows: Some(rows.len() as u64), ..self.clients.counts(&with) };
        (rows, n)
    }

    fn fit(&self, rows: &Rows, criterion: Criterion, n: Counts) -> Model {
        let fit = if self.clients.has_therapists() {
            rows.fit(criterion).map_err(|e| e.to_string())
        } else {
            Err("the study file names no therapist column".to_owned())
        };
        Model { fit, n }
    }

    fn estimate(&self, what: &str, label: &str, n: Counts) -> Estimate {
        Estimate::new(
            format!("growth/{}/{what}", self.alliance.id),
            format!("{label} of {}", self.alliance.name()),
        )
        .counts(n)
        .source("bates2015")
        .source("kuznetsova2017")
    }

    fn parabola(&self, findings: &mut Findings) {
        let (window, peak) = (self.run.settings().peak_window, self.run.settings().peak_session);
        let (rows, n) = self.rows(
            ["linear", "quadratic"],
            |s| in_window(Some(s), window),
            |s| {
                let t = (s - peak) as f64;
                [t, t * t]
            },
        );
        let model = self.fit(&rows, Criterion::Reml, n);
        let formula = format!(
            "A ~ t + t² + (1 | therapist/client), t = session − {peak}, sessions {} to {}, REML",
            window[0], window[1]
        );
        let quadratic = self
            .estimate("quadratic", "Curvature", model.n)
            .method(format!("{formula}; Satterthwaite df"));
        let vertex = self
            .estimate("vertex", "Session of the highest point", model.n)
            .method(format!("{formula}; delta method"));
        match &model.fit {
            Err(reason) => {
                findings.estimates.push(quadratic.refused(reason.as_str()));
                findings.estimates.push(vertex.refused(reason.as_str()));
            }
            Ok(fit) => {
                findings.estimates.push(coefficient(quadratic, fit, "quadratic"));
                findings.estimates.push(self.vertex(vertex, fit));
            }
        }
    }

    /// v = peak − b1/(2·b2), variance g'Vg with g = (−1/(2·b2), b1/(2·b2²)).
    fn vertex(&self, estimate: Estimate, fit: &Fit) -> Estimate {
        let peak = self.run.settings().peak_session as f64;
        let parts = || -> dyad_stats::Result<_> {
            let (b1, b2) = (fit.coefficient("linear")?, fit.coefficient("quadratic")?);
            let covariance = fit.covariance("linear", "quadratic")?;
            Ok((b1, b2, covariance))
        };
        let (b1, b2, covariance) = match parts() {
            Ok(parts) => parts,
            Err(reason) => return estimate.refused(reason.to_string()),
        };
        if b2.estimate >= 0.0 {
            return estimate.refused("the curve opens upwards: no peak");
        }
        let g = [-0.5 / b2.estimate, 0.5 * b1.estimate / (b2.estimate * b2.estimate)];
        let variance = g[0] * g[0] * b1.se * b1.se
            + g[1] * g[1] * b2.se * b2.se
            + 2.0 * g[0] * g[1] * covariance;
        let (at, se) = (peak - 0.5 * b1.estimate / b2.estimate, variance.sqrt());
        let half = normal::quantile(0.975) * se;
        let given = estimate.value(at).se(se).ci([at - half, at + half]).source("fieller1954");
        let [first, last] = self.run.settings().peak_window;
        let given = if at < first as f64 || at > last as f64 {
            given.warn("the vertex lies outside the window: an extrapolation")
        } else {
            given
        };
        if b2.ci.is_some_and(|ci| ci[1] >= 0.0) {
            given.warn("the interval of the curvature holds 0: the vertex is not determined")
        } else {
            given
        }
    }

    fn knot(&self, findings: &mut Findings) {
        let knot = self.run.settings().peak_session;
        let (rows, n) = self.rows(
            ["rise", "dip"],
            |_| true,
            |s| [(s.min(knot) - knot) as f64, (s - knot).max(0) as f64],
        );
        let model = self.fit(&rows, Criterion::Reml, n);
        for (what, column, label) in [
            ("knot_rise", "rise", format!("Slope up to session {knot}")),
            ("knot_dip", "dip", format!("Slope after session {knot}")),
        ] {
            let estimate = self.estimate(what, &label, model.n).method(format!(
                "A ~ min(session − {knot}, 0) + max(session − {knot}, 0) + (1 | therapist/client), all sessions, REML; Satterthwaite df"
            ));
            findings.estimates.push(match &model.fit {
                Err(reason) => estimate.refused(reason.as_str()),
                Ok(fit) => coefficient(estimate, fit, column),
            });
        }
    }

    /// The knot with the highest likelihood, and the whole profile as details and table.
    fn best_knot(&self, findings: &mut Findings) {
        let last = self.clients.session.values().iter().copied().max().unwrap_or(0);
        // Session number and (session − k)₊ span the same two slopes as rise and dip: one pass serves every knot.
        let (rows, n) = self.rows(
            PROFILE,
            |_| true,
            |s| [0, 2, 3, 4, 5, 6, LAST_KNOT].map(|knot| (s - knot).max(0) as f64),
        );
        let profile: Vec<(i64, f64, Counts)> = (2..=LAST_KNOT.min(last - 1))
            .zip(&PROFILE[1..])
            .filter_map(|(knot, name)| {
                let rows = rows.with_columns(&["session", name]).ok()?;
                let model = self.fit(&rows, Criterion::Ml, n);
                model.fit.ok().map(|fit| (knot, -0.5 * fit.criterion, model.n))
            })
            .collect();
        let best = profile.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let n = best.map_or_else(Counts::default, |b| b.2);
        let estimate = self.estimate("best_knot", "Knot that fits best", n).method(
            "knot 2 to 7 with the highest ML log-likelihood of the two-slope model; no interval: read the profile",
        );
        let Some(&(knot, highest, n)) = best.filter(|_| last >= 4) else {
            findings
                .estimates
                .push(estimate.refused("fewer than 4 sessions, or no model can be fitted"));
            return;
        };
        let mut table = ReportTable::new(
            format!("knots-{}", self.alliance.id),
            format!("Two slopes of {}: how well each knot fits", self.alliance.name()),
        )
        .column("knot", "Session of the knot", ColumnKind::Text)
        .column("log_likelihood", "Log-likelihood (ML)", ColumnKind::Number)
        .column("below_best", "Below the best", ColumnKind::Number)
        .note("A difference of less than about 2 says little.");
        for (at, likelihood, n) in &profile {
            let cells = [
                Cell::text(at.to_string()),
                Cell::number(Some(*likelihood)),
                Cell::number(Some(highest - likelihood)),
            ];
            table = table.row(*n, cells);
        }
        findings.tables.push(table);
        findings
            .estimates
            .push(estimate.counts(n).value(knot as f64).detail("log_likelihood", highest));
    }
}

/// A coefficient as an estimate.
fn coefficient(estimate: Estimate, fit: &Fit, column: &str) -> Estimate {
    match fit.coefficient(column) {
        Err(reason) => estimate.refused(reason.to_string()),
        Ok(b) => {
            let given = estimate
                .tested(b.estimate, b.se, b.ci, (b.t, b.df), b.p)
                .detail("criterion", fit.criterion);
            if fit.singular {
                given.warn("a variance is estimated as 0 (singular fit): the degrees of freedom are unreliable")
            } else {
                given
            }
        }
    }
}
