//! Every estimate of a run as one CSV table.

use dyad_model::{Estimate, Family, Results};

use crate::csv::{number, words};

const HEAD: &str = "plugin,id,label,estimate,benefit,se,ci_low,ci_high,level,statistic,statistic_value,df,df2,p,family,p_holm,p_bh,rows,clients,therapists,\
                    sites,dropped,method,source,verdict,refused,release";

/// One row per estimate, in the order of the results.
pub(crate) fn csv(results: &Results) -> String {
    let mut text = format!("{HEAD}\r\n");
    for analysis in &results.analyses {
        for estimate in &analysis.findings.estimates {
            text.push_str(&row(&analysis.plugin, estimate).join(","));
            text.push_str("\r\n");
        }
    }
    text
}

fn family(family: Family) -> &'static str {
    match family {
        Family::Primary => "primary",
        Family::Exploratory => "exploratory",
    }
}

fn row(plugin: &str, e: &Estimate) -> Vec<String> {
    let some = |value: Option<f64>| value.map_or_else(String::new, number);
    let count = |value: Option<u64>| value.map_or_else(String::new, |n| n.to_string());
    let statistic = e.statistic.as_ref();
    let dropped: Vec<String> = e.dropped.iter().map(crate::words::dropped).collect();
    let verdict = e.verdict.map_or("", dyad_model::Verdict::as_str);
    vec![
        words(plugin),
        words(&e.id),
        words(&e.label),
        some(e.estimate),
        some(e.benefit),
        some(e.se),
        some(e.ci.map(|ci| ci[0])),
        some(e.ci.map(|ci| ci[1])),
        number(e.level),
        words(statistic.map_or("", |s| &s.name)),
        some(statistic.map(|s| s.value)),
        some(statistic.and_then(|s| s.df)),
        some(statistic.and_then(|s| s.df2)),
        some(e.p),
        e.family.map_or("", family).to_owned(),
        some(e.p_holm),
        some(e.p_bh),
        count(e.n.rows),
        count(e.n.clients),
        count(e.n.therapists),
        count(e.n.sites),
        words(&dropped.join("; ")),
        words(&e.method),
        words(&e.source.join(" ")),
        verdict.to_owned(),
        words(e.refused.as_deref().unwrap_or("")),
        words(e.release.as_deref().unwrap_or("")),
    ]
}
