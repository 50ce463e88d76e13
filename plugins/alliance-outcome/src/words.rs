//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question: "Do clients with a stronger early alliance end with a better outcome?".to_owned(),
        answer: answer(findings, run),
        methods: methods(run),
        results: results(findings),
        limitations: limitations(findings, run),
    }
}

/// One sentence for a clinician, from the first alliance and the first outcome measure.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    let (Some(alliance), Some(outcome)) =
        (run.measures_of(Role::Alliance).next(), run.measures_of(Role::Outcome).next())
    else {
        return String::new();
    };
    let id = format!("early/{}/{}/pearson", alliance.id, outcome.id);
    let Some(estimate) = findings.get(&id) else { return String::new() };
    let (Some(r), Some(ci)) = (estimate.benefit, estimate.ci) else {
        return format!(
            "This cannot be said here: {}.",
            estimate.refused.as_deref().unwrap_or("no estimate")
        );
    };
    let ci = if outcome.benefit_sign() < 0.0 { [-ci[1], -ci[0]] } else { ci };
    let direction = if ci[0] > 0.0 {
        "Yes: clients with a stronger early alliance ended better"
    } else if ci[1] < 0.0 {
        "The opposite: clients with a stronger early alliance ended worse"
    } else {
        "It cannot be told from these data whether clients with a stronger early alliance ended better"
    };
    let benchmark = run.settings().benchmark;
    let beside = if (ci[0]..=ci[1]).contains(&benchmark) {
        "the interval holds"
    } else if ci[1] < benchmark {
        "the interval lies below"
    } else {
        "the interval lies above"
    };
    format!(
        "{direction} ({} and {}, r = {} {}, n = {} clients, + meaning stronger alliance with better outcome); {beside} the published {}.",
        alliance.name(),
        outcome.name(),
        apa::bounded(r, 2),
        apa::bounded_interval(ci, 2),
        estimate.n.clients.unwrap_or(0),
        apa::bounded(benchmark, 3),
    )
}

fn methods(run: &Run<Settings>) -> String {
    let [first, last] = run.settings().early_window;
    format!(
        "Early alliance was the mean of a client's non-missing ratings in sessions {first} to {last}, final outcome the client's last \
         non-missing score. Client-level associations were Pearson [@fisher1921] and Spearman [@fieller1957] correlations and the \
         partial correlation given intake severity. Session-level association within clients was the repeated-measures correlation \
         [@bakdash2017]. Tests were two-sided, intervals 95 %; each estimate used the clients or sessions complete on its own variables."
    )
}

/// Every delivered estimate of the client level in APA style.
fn results(findings: &Findings) -> String {
    let sentences: Vec<String> = findings
        .estimates
        .iter()
        .filter(|e| e.estimate.is_some())
        .map(|e| format!("{}: {}.", e.label, apa_line(e)))
        .collect();
    sentences.join(" ")
}

/// "r(117) = −.19, 95 % CI [−.36, −.01], p = .040".
fn apa_line(estimate: &Estimate) -> String {
    let value = estimate.estimate.map_or_else(String::new, |v| apa::bounded(v, 2));
    let df = estimate
        .statistic
        .as_ref()
        .and_then(|s| s.df)
        .map_or_else(String::new, |df| format!("({})", apa::number(df, 0)));
    let ci = estimate
        .ci
        .map_or_else(String::new, |ci| format!(", 95 % CI {}", apa::bounded_interval(ci, 2)));
    let p = estimate.p.map_or_else(String::new, |p| format!(", {}", apa::p_value(p)));
    format!("r{df} = {value}{ci}{p}")
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let mut sentences = vec![
        "These are associations: nobody was assigned to a stronger alliance.".to_owned(),
        "The last score of a client who left early stands for the outcome at the end of treatment."
            .to_owned(),
    ];
    let same_rater = run
        .measures_of(Role::Alliance)
        .any(|a| run.measures_of(Role::Outcome).any(|o| a.rater.is_some() && a.rater == o.rater));
    if same_rater {
        sentences.push(
            "Alliance and outcome were rated by the same person, which inflates their correlation."
                .to_owned(),
        );
    }
    let lost: u64 =
        findings.estimates.first().map_or(0, |e| e.dropped.iter().filter_map(|d| d.clients).sum());
    if lost > 0 {
        sentences
            .push(format!("{} could not enter the first estimate.", apa::counted(lost, "client")));
    }
    sentences.join(" ")
}
