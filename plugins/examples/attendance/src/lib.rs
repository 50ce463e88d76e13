#![forbid(unsafe_code)]
//! Attendance: how many sessions clients attend, and how they rate the alliance on average.

use dyad_plugin::prelude::*;
use dyad_stats::moments::Moments;

dyad_plugin::settings! {
    /// Clients needed before a mean is given.
    min_clients: u64 = 10;
    where
    min_clients >= 2 => "min_clients must be at least 2";
}

struct Attendance;

impl Analysis for Attendance {
    type Settings = Settings;

    fn manifest() -> Manifest {
        Manifest::new("attendance", env!("CARGO_PKG_VERSION"), "How many sessions clients attend")
            .reads("sessions", ["client", "@alliance"])
            .delivers(Explained::new("sessions/mean", "Sessions attended, mean over clients."))
            .delivers(Explained::new("*/mean", "Mean over clients of each client's mean rating."))
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let sessions = run.table("sessions")?;
        let needed = run.settings().min_clients;
        let mut attended = Moments::new();
        for rows in sessions.runs_of("client")? {
            attended.push(rows.len() as f64); // one contiguous range of rows per client
        }
        let mut findings = Findings::new().estimate(mean(
            Estimate::new("sessions/mean", "Sessions attended per client"),
            &attended,
            needed,
        ));
        for measure in run.measures_of(Role::Alliance) {
            let (ratings, mut means) = (sessions.floats(&measure.id)?, Moments::new());
            for rows in sessions.runs_of("client")? {
                let given: Vec<f64> = rows.filter_map(|row| ratings.get(row)).collect();
                if !given.is_empty() {
                    means.push(given.iter().sum::<f64>() / given.len() as f64);
                }
            }
            let id = format!("{}/mean", measure.id);
            findings = findings.estimate(mean(Estimate::new(id, "Mean rating"), &means, needed));
        }
        Ok(findings)
    }
}

/// A mean over clients, or why there is none.
fn mean(estimate: Estimate, values: &Moments, needed: u64) -> Estimate {
    let estimate = estimate.clients(values.n()).method("arithmetic mean over clients");
    match (values.mean(), values.se()) {
        (Ok(value), Ok(se)) if values.n() >= needed => estimate.value(value).se(se),
        _ => estimate.refused(format!("fewer than {needed} clients")),
    }
}

export_plugin!(Attendance);
