//! What the models assume, and how it looks in this run.

use dyad_plugin::apa;
use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;

use crate::{Settings, therapists};

/// Adds the notes.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
) -> Result<(), Failure> {
    let mut notes = Vec::new();
    if let Some(note) = caseload(clients, run.settings()) {
        notes.push((NoteKind::Info, note));
    }
    for outcome in run.measures_of(Role::Outcome) {
        notes.extend(normality(run, clients, outcome)?.map(|note| (NoteKind::Assumption, note)));
    }
    let singular: Vec<&str> = findings
        .estimates
        .iter()
        .filter(|e| e.warnings.iter().any(|w| w.contains("singular")))
        .map(|e| e.label.as_str())
        .collect();
    if !singular.is_empty() {
        let text = format!(
            "A variance lies at its boundary 0 in the models behind: {}. Their degrees of freedom are unreliable.",
            singular.join("; ")
        );
        notes.push((NoteKind::Warning, text));
    }
    for burnout in run.measures_of(Role::Burnout) {
        let silent = findings
            .get(&format!("prevalence/{}", burnout.id))
            .and_then(|e| e.dropped.first()?.therapists);
        if let Some(silent) = silent {
            let text = format!(
                "{} gave no {}: those who do not answer may differ.",
                apa::counted(silent, "therapist"),
                burnout.name()
            );
            notes.push((NoteKind::Warning, text));
        }
    }
    notes.push((
        NoteKind::Choice,
        format!(
            "Burnout is one value per therapist, centred over therapists; therapists with fewer than {} clients are in the models and shown nowhere alone.",
            run.settings().min_caseload
        ),
    ));
    findings.notes.extend(notes.into_iter().map(|(kind, text)| Note { kind, text }));
    Ok(())
}

/// How uneven the caseloads are.
fn caseload(clients: &Clients<'_>, settings: &Settings) -> Option<String> {
    let all: Vec<usize> = (0..clients.len()).collect();
    let mut sizes: Vec<usize> =
        clients.therapist_ranges(&all).ok()?.iter().map(std::ops::Range::len).collect();
    sizes.sort_unstable();
    let small = sizes.iter().filter(|n| **n < settings.min_caseload as usize).count();
    Some(format!(
        "Caseloads go from {} to {} clients, median {}; {small} of {} therapists have fewer than {}.",
        sizes.first()?,
        sizes.last()?,
        sizes.get(sizes.len() / 2)?,
        sizes.len(),
        settings.min_caseload
    ))
}

/// Whether the predicted therapist effects look normal: the farthest one, against what a normal sample of that size reaches.
fn normality(
    run: &Run<Settings>,
    clients: &Clients<'_>,
    outcome: &Measure,
) -> Result<Option<String>, Failure> {
    let last = clients.last(&run.table("sessions")?.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?.values;
    let sample = clients.complete(&[(&last, ""), (&baseline, "")]);
    let fit = therapists::fit(clients, &sample.clients, &last, &[("baseline", &baseline)]);
    let Some(effects) = fit.ok().filter(|f| !f.singular).and_then(|f| f.random_intercepts().ok())
    else {
        return Ok(None);
    };
    // Predictions of different reliability, on one scale: u/√(λ·τ²), and τ² = se²/(1 − λ).
    let scaled = |e: &dyad_stats::mixed::RandomIntercept| {
        (e.estimate / (e.reliability * e.se * e.se / (1.0 - e.reliability)).sqrt()).abs()
    };
    let farthest = effects.iter().map(scaled).fold(0.0, f64::max);
    // Šidák: the largest of J independent ones exceeds it with probability .05.
    let limit = normal::quantile(1.0 - (1.0 - 0.95_f64.powf(1.0 / effects.len() as f64)) / 2.0);
    let verdict = if farthest > limit {
        "one therapist stands apart, so the variance between therapists may rest on that one"
    } else {
        "no therapist stands apart"
    };
    Ok(Some(format!(
        "Therapist effects in final {} are assumed normal: the farthest of {} lies {} standard deviations from the average, and a normal sample of \
         that size exceeds {} in 5 % of cases; {verdict}.",
        outcome.name(),
        effects.len(),
        apa::number(farthest, 2),
        apa::number(limit, 2)
    )))
}
