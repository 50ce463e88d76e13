//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question:
            "Does the therapist's burnout go with the alliance, and how much do therapists matter?"
                .to_owned(),
        answer: [burnout_answer(findings, run), therapist_answer(findings, run)].concat(),
        methods: METHODS.to_owned(),
        results: results(findings),
        limitations: limitations(findings),
    }
}

const METHODS: &str = "The alliance at every session was modelled on session number and the therapist's burnout score, centred at its mean \
                       over therapists, with random intercepts of therapists and of clients within therapists, by restricted maximum \
                       likelihood with Satterthwaite degrees of freedom [@bates2015; @kuznetsova2017]. The share of the variance of the \
                       final outcome between therapists is the intraclass correlation of a model with random therapist intercepts, \
                       with and without intake severity; it was tested by a restricted likelihood ratio with the boundary mixture \
                       [@self1987]. The prevalence of burnout has a Wilson interval [@wilson1927].";

fn burnout_answer(findings: &Findings, run: &Run<Settings>) -> String {
    let (Some(alliance), Some(burnout)) =
        (run.measures_of(Role::Alliance).next(), run.measures_of(Role::Burnout).next())
    else {
        return String::new();
    };
    let Some(slope) = findings.get(&format!("alliance/{}/{}/slope", alliance.id, burnout.id))
    else {
        return String::new();
    };
    let (Some(b), Some(ci)) = (slope.estimate, slope.ci) else {
        let reason = slope.refused.as_deref().unwrap_or("no interval can be given");
        return format!("Whether burnout goes with the alliance cannot be said here: {reason}. ");
    };
    let direction = if ci[1] < 0.0 {
        "Therapists with more burnout have a weaker alliance"
    } else if ci[0] > 0.0 {
        "Therapists with more burnout have a stronger alliance"
    } else {
        "It cannot be told from these data whether burnout goes with the alliance"
    };
    format!(
        "{direction} ({}: {} per point of {} {}, {} therapists). ",
        alliance.name(),
        apa::number(b, 2),
        burnout.name(),
        apa::interval(ci, 2),
        slope.n.therapists.unwrap_or(0),
    )
}

fn therapist_answer(findings: &Findings, run: &Run<Settings>) -> String {
    let Some(outcome) = run.measures_of(Role::Outcome).next() else { return String::new() };
    let Some(icc) = findings.get(&format!("therapist/{}/icc_adjusted", outcome.id)) else {
        return String::new();
    };
    match (icc.estimate, icc.p) {
        (Some(share), Some(p)) => format!(
            "Therapists account for {} of the variance of final {} given baseline ({}).",
            apa::percent(share, 1),
            outcome.name(),
            apa::p_value(p)
        ),
        _ => format!(
            "How much therapists matter cannot be said here: {}.",
            icc.refused.as_deref().unwrap_or("no estimate")
        ),
    }
}

fn results(findings: &Findings) -> String {
    let sentence = |e: &Estimate| {
        let value = apa::number(e.estimate?, 2);
        let ci = e.ci.map_or_else(String::new, |ci| format!(", 95 % CI {}", apa::interval(ci, 2)));
        let test = e.statistic.as_ref().map_or_else(String::new, |s| match s.df {
            Some(df) => {
                format!(", {}({}) = {}", s.name, apa::number(df, 1), apa::number(s.value, 2))
            }
            None => format!(", {} = {}", s.name, apa::number(s.value, 2)),
        });
        let p = e.p.map_or_else(String::new, |p| format!(", {}", apa::p_value(p)));
        Some(format!("{}: {value}{ci}{test}{p}.", e.label))
    };
    findings.estimates.iter().filter_map(sentence).collect::<Vec<_>>().join(" ")
}

fn limitations(findings: &Findings) -> String {
    let therapists = findings.estimates.iter().filter_map(|e| e.n.therapists).max().unwrap_or(0);
    let mut text = format!(
        "Burnout is one value per therapist: {} decide the precision, not the number of sessions. Therapists were not assigned to \
         clients at random.",
        apa::counted(therapists, "therapist")
    );
    if findings.estimates.iter().any(|e| e.warnings.iter().any(|w| w.contains("singular"))) {
        text += " At least one variance was estimated as 0.";
    }
    text
}
