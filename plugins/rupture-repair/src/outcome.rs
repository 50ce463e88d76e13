//! Ruptures and the outcome: clients with an unrepaired rupture against clients without one.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::linear::{Correction, ols};

use crate::Settings;
use crate::detectors::{Judged, Series};

/// The default detector: the median moving range is not inflated by the ruptures it should find.
const DETECTOR: &str = "xmr_k2_median";

/// Adds `outcome/A/Y/unrepaired`: final ~ baseline + sessions + repaired + unrepaired, reference no rupture, CR2 by therapist.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    (alliance, outcome): (&Measure, &Measure),
    judged: &Judged,
) -> Result<(), Failure> {
    let last = clients.last(&run.table("sessions")?.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?;
    let mut estimate = Estimate::new(
        format!("outcome/{}/{}/unrepaired", alliance.id, outcome.id),
        format!("Final {} with an unrepaired rupture of {}, against none", outcome.name(), alliance.name()),
    )
    .method(format!(
        "final ~ baseline + number of sessions + repaired + unrepaired, reference: no rupture; detector {}; CR2 by therapist, Bell–McCaffrey df; \
         baseline: {}",
        DETECTOR.replace('_', " "),
        baseline.source
    ))
    .source("bell2002")
    .source("pustejovsky2018");

    let detector = judged.detectors.iter().position(|d| d.name == DETECTOR).unwrap_or(0);
    let complete = |s: &&Series| last[s.client].is_some() && baseline.values[s.client].is_some();
    let used: Vec<&Series> = judged.series.iter().filter(complete).collect();
    let ids: Vec<usize> = used.iter().map(|s| s.client).collect();
    let column = |of: &dyn Fn(&Series) -> f64| -> Vec<f64> { used.iter().map(|s| of(s)).collect() };
    let y = column(&|s| last[s.client].unwrap_or(f64::NAN));
    let severity = column(&|s| baseline.values[s.client].unwrap_or(f64::NAN));
    let sessions = column(&|s| clients.rows[s.client].len() as f64);
    let state = |s: &Series| {
        let found = &s.ruptures[detector];
        (!found.is_empty(), found.iter().all(|r| r.repaired_at.is_some()))
    };
    let repaired = column(&|s| if state(s) == (true, true) { 1.0 } else { 0.0 });
    let unrepaired = column(&|s| if state(s) == (true, false) { 1.0 } else { 0.0 });
    let count = |column: &[f64]| column.iter().filter(|v| **v > 0.5).count();
    let (mended, open) = (count(&repaired), count(&unrepaired));
    let none = used.len() - mended - open;

    estimate = estimate
        .counts(clients.counts(&ids))
        .dropped(format!("fewer than {} ratings", run.settings().min_ratings), judged.dropped)
        .dropped("no final score or no baseline", (judged.series.len() - used.len()) as u64)
        .detail("clients_none", none as f64)
        .detail("clients_repaired", mended as f64)
        .detail("clients_unrepaired", open as f64);
    let mut columns: Vec<(&str, &[f64])> = vec![("baseline", &severity), ("sessions", &sessions)];
    if mended > 0 {
        columns.push(("repaired", &repaired));
    }
    columns.push(("unrepaired", &unrepaired));
    let fitted = if open == 0 {
        Err("no client with an unrepaired rupture".to_owned())
    } else if none == 0 {
        Err("every client has a rupture".to_owned())
    } else {
        clients.therapist_ranges(&ids).map_err(str::to_owned).and_then(|therapists| {
            let fit = ols(&columns, &y).map_err(|e| e.to_string())?;
            fit.cluster_robust("unrepaired", &therapists, Correction::Cr2)
                .map_err(|e| e.to_string())
        })
    };
    let given = match fitted {
        Err(reason) => estimate.refused(reason),
        Ok(b) => estimate.tested(b.estimate, b.se, Some(b.ci), (b.t, Some(b.df)), Some(b.p)),
    };
    findings.estimates.push(if mended == 0 && given.refused.is_none() {
        given.warn("no client has only repaired ruptures: that column is left out")
    } else {
        given
    });
    Ok(())
}
