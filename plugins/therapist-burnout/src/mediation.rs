//! Burnout to outcome through the alliance, between therapists: 2-1-1 on observed means.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::mediation::{IndirectEffect, indirect_effect};
use dyad_stats::mixed::{Criterion, Fit, Rows};

use crate::burnout::{Burnout, same_rater};
use crate::diagram::diagram;
use crate::early::EarlyClients;
use crate::{Settings, few_therapists};

/// Below this many therapists the observed-mean version is too liberal.
const ENOUGH_THERAPISTS: u64 = 30;

/// Adds `mediation/A/Y/B/a`, `…/b_between`, `…/direct`, `…/indirect`, `…/sobel`, `…/aroian`, and the path diagram.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    (alliance, outcome): (&Measure, &Measure),
    burnout: &Burnout<'_>,
) -> Result<(), Failure> {
    let early = EarlyClients::of(run, clients, (alliance, outcome), burnout)?;
    let (first, second) = (first_path(&early), second_path(&early));
    let (a, y, b) = (alliance.name(), outcome.name(), burnout.measure.name());
    let new = |what: &str, label: String, method: &str| {
        let id = format!("mediation/{}/{}/{}/{what}", alliance.id, outcome.id, burnout.measure.id);
        early.sample.describe(Estimate::new(id, label)).method(method)
    };
    let model = "final ~ baseline + burnout + (early − therapist mean) + therapist mean + (1 | therapist), REML; Satterthwaite df";
    let one = new(
        "a",
        format!("Early {a} per point of {b}"),
        "early ~ burnout + (1 | therapist), REML; Satterthwaite df",
    )
    .fixed_effect(&first, &[("burnout", 1.0)]);
    let label = format!("Final {y} per point of the therapist's mean early {a}, given {b}");
    let two = new("b_between", label, model).fixed_effect(&second, &[("therapist_mean", 1.0)]);
    let label = format!("Final {y} per point of {b}, given early {a}");
    let direct = new("direct", label, model).fixed_effect(&second, &[("burnout", 1.0)]);

    let effect = product(&one, &two);
    let label = format!("Indirect effect of {b} on final {y} through early {a}");
    let exact = "a·b_between; interval: exact quantiles of the product of two independent normals, the limit of the Monte-Carlo interval";
    let indirect = new("indirect", label.clone(), exact).source("mackinnon2004");
    let indirect = match &effect {
        Err(reason) => indirect.refused(reason.as_str()),
        Ok(effect) => liberal(indirect.value(effect.estimate).ci(effect.ci)),
    };
    let by_normal = |what: &str, formula: &str, source: &str, se: fn(&IndirectEffect) -> f64| {
        let label = format!("{label}, normal interval ({what})");
        let estimate = new(what, label, formula).source(source);
        match &effect {
            Err(reason) => estimate.refused(reason.as_str()),
            Ok(effect) => liberal(normal_interval(estimate, effect.estimate, se(effect))),
        }
    };
    let formula = "a·b_between ± z(.975)·√(a²·se_b² + b²·se_a²)";
    let sobel = by_normal("sobel", formula, "sobel1982", |e| e.sobel_se);
    let formula = "a·b_between ± z(.975)·√(a²·se_b² + b²·se_a² + se_a²·se_b²)";
    let aroian = by_normal("aroian", formula, "aroian1947", |e| e.aroian_se);

    let paths = [&one, &two, &direct, &indirect];
    findings.figures.extend(diagram((alliance, outcome), burnout.measure, paths));
    let all = [one, two, direct, indirect, sobel, aroian];
    findings.estimates.extend(all.map(|e| few_therapists(same_rater(e, alliance), run)));
    Ok(())
}

/// early ~ burnout + (1 | therapist).
fn first_path(clients: &EarlyClients) -> Result<Fit, String> {
    let mut rows = Rows::in_clusters(&["burnout"]);
    clients.each(|i, therapist, _, _| {
        rows.push(0, therapist, &[clients.burnout[i]], clients.early[i]).map_err(|e| e.to_string())
    })?;
    rows.fit(Criterion::Reml).map_err(|e| e.to_string())
}

/// final ~ baseline + burnout + within + therapist mean + (1 | therapist).
fn second_path(clients: &EarlyClients) -> Result<Fit, String> {
    let mut rows = Rows::in_clusters(&["baseline", "burnout", "within", "therapist_mean"]);
    clients.each(|i, therapist, mean, within| {
        let x = [clients.baseline[i], clients.burnout[i], within, mean];
        rows.push(0, therapist, &x, clients.last[i]).map_err(|e| e.to_string())
    })?;
    rows.fit(Criterion::Reml).map_err(|e| e.to_string())
}

/// The product of two paths, or the reason of the one that is missing.
fn product(one: &Estimate, two: &Estimate) -> Result<IndirectEffect, String> {
    let missing = || {
        let reason = one.refused.as_deref().or(two.refused.as_deref());
        reason.unwrap_or("a path has no standard error").to_owned()
    };
    let (a, a_se) = one.estimate.zip(one.se).ok_or_else(missing)?;
    let (b, b_se) = two.estimate.zip(two.se).ok_or_else(missing)?;
    indirect_effect(a, a_se, b, b_se).map_err(|e| e.to_string())
}

/// What few therapists do to the observed-mean version.
fn liberal(estimate: Estimate) -> Estimate {
    match estimate.n.therapists {
        Some(n) if n < ENOUGH_THERAPISTS => estimate.warn(format!(
            "{n} therapists, fewer than {ENOUGH_THERAPISTS}: observed means make the second path too small and its interval too narrow; an \
             association, not a mechanism"
        )),
        _ => estimate,
    }
}

fn normal_interval(estimate: Estimate, value: f64, se: f64) -> Estimate {
    let (z, half) = (value / se, normal::quantile(0.975) * se);
    let given = estimate.value(value).se(se).ci([value - half, value + half]);
    given.statistic("z", z, None).p(normal::two_sided(z))
}
