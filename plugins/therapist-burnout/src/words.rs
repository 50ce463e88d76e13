//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;
use dyad_plugin::sentence::Symbol;
use dyad_plugin::summary;

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question:
            "Does the therapist's burnout go with the alliance, and how much do therapists matter?"
                .to_owned(),
        answer: [burnout_answer(findings, run), therapist_answer(findings, run)].concat(),
        methods: methods(run.settings()),
        results: summary::sentences(findings, symbol),
        limitations: limitations(findings, run),
    }
}

fn symbol(id: &str) -> Option<Symbol> {
    let (_, what) = id.rsplit_once('/')?;
    match what {
        "detectable" | "reliability" | "deviating" | "clopper_pearson" | "agresti_coull"
        | "jeffreys" => None,
        "icc" | "icc_adjusted" => Some(Symbol::Bounded("ICC")),
        "variance_explained" | "published" => Some(Symbol::Share),
        _ if id.starts_with("prevalence/") => Some(Symbol::Share),
        _ => Some(Symbol::Free("b")),
    }
}

fn methods(settings: &Settings) -> String {
    format!(
        "The alliance at every session was modelled on session number and the therapist's burnout score, centred at its mean over \
         therapists, with random intercepts of therapists and of clients within therapists, by restricted maximum likelihood with \
         Satterthwaite degrees of freedom [@bates2015; @kuznetsova2017]. The outcome was modelled on session number, burnout, their product \
         and intake severity, once with a common and once with a random slope of clients. Moderation is the product of burnout and the \
         within-therapist part of the early alliance. The share of the variance of the final outcome between therapists is the intraclass \
         correlation of a model with random therapist intercepts, with a profile interval, with and without intake severity; it was tested by \
         a restricted likelihood ratio with the boundary mixture [@self1987]. The indirect effect through the alliance is that of a 2-1-1 model \
         on observed means [@krull2001; @preacher2010] with the exact interval of a product of two normals [@mackinnon2004]; Sobel's and \
         Aroian's normal intervals stand beside it [@sobel1982; @aroian1947]. The prevalence of burnout has a Wilson interval [@wilson1927]. \
         What could have been detected is given for a power of {} [@bloom1995; @donner1987].",
        apa::bounded(settings.power, 2)
    )
}

fn burnout_answer(findings: &Findings, run: &Run<Settings>) -> String {
    let (Some(alliance), Some(burnout)) =
        (run.measures_of(Role::Alliance).next(), run.measures_of(Role::Burnout).next())
    else {
        return String::new();
    };
    let folder = format!("alliance/{}/{}", alliance.id, burnout.id);
    let Some(slope) = findings.get(&format!("{folder}/slope")) else {
        return String::new();
    };
    let (Some(b), Some(ci)) = (slope.estimate, slope.ci) else {
        let reason = slope.refused.as_deref().unwrap_or("no interval can be given");
        return format!("Whether burnout goes with the alliance cannot be said here: {reason}. ");
    };
    let direction = if ci[1] < 0.0 {
        "Therapists who score higher on burnout have a weaker alliance"
    } else if ci[0] > 0.0 {
        "Therapists who score higher on burnout have a stronger alliance"
    } else {
        "It cannot be told from these data whether burnout goes with the alliance"
    };
    let undecided = ci[0] <= 0.0 && ci[1] >= 0.0;
    let found = findings.get(&format!("{folder}/detectable")).and_then(|e| e.estimate);
    let smallest = found.filter(|_| undecided).map_or_else(String::new, |size| {
        format!(
            "; a difference below {} would have been missed more often than not",
            apa::number(size, 2)
        )
    });
    format!(
        "{direction} ({}: {} per point of {} {}, {} therapists{smallest}). ",
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
    match (icc.estimate, icc.ci, icc.p) {
        (Some(share), Some(ci), Some(p)) => format!(
            "Therapists account for {} [{}, {}] of the variance of final {} given baseline ({}).",
            apa::percent(share, 1),
            apa::percent(ci[0], 1),
            apa::percent(ci[1], 1),
            outcome.name(),
            apa::p_value(p)
        ),
        _ => format!(
            "How much therapists matter cannot be said here: {}.",
            icc.refused.as_deref().unwrap_or("no estimate")
        ),
    }
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let therapists = findings.estimates.iter().filter_map(|e| e.n.therapists).max().unwrap_or(0);
    let mut text = format!(
        "Burnout is one value per therapist: {} decide the precision, not the number of sessions. Therapists were not assigned to \
         clients at random, and when burnout was measured relative to the sessions is not known here: an association in either direction.",
        apa::counted(therapists, "therapist")
    );
    let detectable = run
        .measures_of(Role::Outcome)
        .find_map(|y| findings.get(&format!("therapist/{}/detectable", y.id))?.estimate);
    if let Some(share) = detectable {
        text += &[
            " With these caseloads a therapist share below ",
            &apa::percent(share, 0),
            " would have been missed in more than ",
            &apa::percent(1.0 - run.settings().power, 0),
            " of studies; published shares are about 5 % [@delgadillo2018; @saxon2017].",
        ]
        .concat();
    }
    if findings.estimates.iter().any(|e| e.id.starts_with("mediation/") && e.estimate.is_some()) {
        text += " An indirect effect says that three things go together between therapists; with one wave of measurement it cannot say which came \
                 first, and anything that differs between therapists may stand behind all three.";
    }
    if run.measures_of(Role::Alliance).any(|a| a.rater == Some(Rater::Therapist)) {
        text += " Where the therapist rated the alliance as well as the burnout, part of their association is the rater.";
    }
    if findings.estimates.iter().any(|e| e.warnings.iter().any(|w| w.contains("singular"))) {
        text += " At least one variance was estimated as 0.";
    }
    text + &summary::refusals(findings, |_| true)
}
