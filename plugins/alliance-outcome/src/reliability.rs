//! Reliability of the alliance scores.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};
use dyad_stats::reliability::{self, ItemSums};

use crate::Settings;

/// What is said beside a value from all sessions at once.
const SINGLE_LEVEL: &str = "a single-level value: sessions of the same client count as if they were different persons, so \
differences between clients and changes within them are mixed, and the interval of alpha is too narrow";

/// Adds `reliability/A/alpha`, `…/omega` (refused without item columns) and `…/icc_therapist`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    items(findings, run, clients, alliance)?;
    between_therapists(findings, run, clients, alliance)
}

/// Alpha and omega over all sessions with every item answered.
fn items(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let new = |what: &str, name: &str| {
        let id = format!("reliability/{}/{what}", alliance.id);
        Estimate::new(id, format!("{name} of {}", alliance.name()))
    };
    let alpha = new("alpha", "Cronbach's alpha");
    let omega = new("omega", "McDonald's omega");
    if alliance.items.is_empty() {
        let reason = "the study gives scores, not items: alpha and omega need item columns";
        findings.estimates.extend([alpha.refused(reason), omega.refused(reason)]);
        return Ok(());
    }
    let answers = Answers::of(run, clients, alliance)?;
    let alpha = answers
        .counted(alpha, clients)
        .method("over all sessions: k/(k − 1)·(1 − Σ item variances/variance of the sum), reversed items turned; Feldt interval")
        .source("cronbach1951")
        .source("feldt1965");
    findings.estimates.push(match reliability::alpha(&answers.sums) {
        Err(reason) => alpha.refused(reason.to_string()),
        Ok(found) => alpha
            .value(found.raw)
            .ci(found.ci)
            .detail("standardised", found.standardised)
            .detail("items", found.items as f64)
            .warn(SINGLE_LEVEL),
    });
    let omega = answers
        .counted(omega, clients)
        .method("over all sessions: (Σλ)²/((Σλ)² + Σθ) of one factor, maximum likelihood, reversed items turned")
        .source("mcdonald1999")
        .source("joreskog1967");
    findings.estimates.push(match reliability::omega(&answers.sums) {
        Err(reason) => omega.refused(reason.to_string()),
        Ok(found) => {
            let given = omega
                .value(found.omega)
                .detail("omega_observed", found.omega_observed)
                .detail("items", found.loadings.len() as f64)
                .detail("chi2", found.chi2)
                .detail("chi2_df", f64::from(found.df))
                .warn(SINGLE_LEVEL);
            match found.p {
                Some(p) if p < 0.05 => given.warn(
                    "one factor does not fit (χ² test): the items measure more than one thing",
                ),
                _ => given,
            }
        }
    });
    Ok(())
}

/// The answers to the items of one measure.
struct Answers {
    sums: ItemSums,
    /// Clients with a session in which every item is answered.
    with: Vec<usize>,
    /// Sessions without any answer, and with some answers missing.
    none: u64,
    some: u64,
}

impl Answers {
    fn of(run: &Run<Settings>, clients: &Clients<'_>, alliance: &Measure) -> Result<Self, Failure> {
        let sessions = run.table("sessions")?;
        let columns = (alliance.items.iter())
            .map(|item| sessions.floats(item))
            .collect::<Result<Vec<_>, Failure>>()?;
        let mut row = vec![None; columns.len()];
        let mut out =
            Self { sums: ItemSums::new(columns.len()), with: Vec::new(), none: 0, some: 0 };
        for (client, rows) in clients.rows.iter().enumerate() {
            let before = out.sums.n();
            for at in rows.clone() {
                for (answer, column) in row.iter_mut().zip(&columns) {
                    *answer = column.get(at);
                }
                let missing = row.iter().filter(|answer| answer.is_none()).count();
                out.none += u64::from(missing == row.len());
                out.some += u64::from(missing > 0 && missing < row.len());
                out.sums.push(&row).map_err(|e| Failure::internal(e.to_string()))?;
            }
            if out.sums.n() > before {
                out.with.push(client);
            }
        }
        Ok(out)
    }

    fn counted(&self, estimate: Estimate, clients: &Clients<'_>) -> Estimate {
        estimate
            .counts(Counts { rows: Some(self.sums.n()), ..clients.counts(&self.with) })
            .dropped_rows("no item answered", self.none)
            .dropped_rows("an item not answered", self.some)
    }
}

/// The therapists' share of the variance of the ratings.
fn between_therapists(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let ratings = run.table("sessions")?.floats(&alliance.id)?;
    let mut rows = Rows::in_nested_clusters(&[]);
    let mut with = Vec::new();
    for (id, (client, range)) in (0..).zip(clients.rows.iter().enumerate()) {
        let before = rows.len();
        for rating in range.clone().filter_map(|row| ratings.get(row)) {
            let therapist = clients.therapist(client).unwrap_or(0);
            rows.push(therapist, id, &[], rating).map_err(|e| Failure::internal(e.to_string()))?;
        }
        if rows.len() > before {
            with.push(client);
        }
    }
    let estimate = Estimate::new(
        format!("reliability/{}/icc_therapist", alliance.id),
        format!("Share of the variance of {} between therapists", alliance.name()),
    )
    .counts(Counts { rows: Some(rows.len() as u64), ..clients.counts(&with) })
    .dropped_rows("no alliance rating", ratings.missing() as u64)
    .method("A ~ 1 + (1 | therapist/client), REML: therapist variance over total")
    .source("bates2015");
    let fit = if clients.has_therapists() {
        rows.fit(Criterion::Reml).map_err(|e| e.to_string())
    } else {
        Err("the study file names no therapist column".to_owned())
    };
    findings.estimates.push(match fit {
        Err(reason) => estimate.refused(reason),
        Ok(fit) => {
            let v = fit.variances;
            let given = estimate
                .value(fit.icc())
                .detail("variance_therapist", v.outer.unwrap_or(0.0))
                .detail("variance_client", v.cluster)
                .detail("variance_residual", v.residual);
            if fit.singular {
                given.warn("a variance is estimated as 0 (singular fit)")
            } else {
                given
            }
        }
    });
    Ok(())
}
