//! Disclosure control: one gate between findings and everything that leaves. It counts persons, clients and therapists alike.
//!
//! [`apply`] returns results in which whatever fails a rule of the profile is absent, with the reason, and an [`Audit`] that names
//! rule and place and never a value. Figures, tables, texts and files are made from what it returns.

mod across;
mod audit;
mod bounds;
mod complement;
mod dominance;
mod estimates;
mod figures;
mod profile;
mod rounded;
mod survival;
mod tables;
mod text;

pub use audit::{Action, Audit, AuditEntry, rule_words};
pub use profile::{Profile, UnknownProfile};

use std::collections::BTreeSet;

use dyad_model::{Analysis, Counts, Dropped, Flow, Provenance, Results, Table};
use serde_json::{Map, Value};

use self::estimates::Withheld;
use self::profile::Rules;

/// Results as they may leave, and what was done to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Released {
    /// The results.
    pub results: Results,
    /// What was withheld, rounded or left out, by rule.
    pub audit: Audit,
}

/// Applies a profile. `internal` changes nothing; its audit says what `acro` would do.
#[must_use]
pub fn apply(results: &Results, profile: Profile) -> Released {
    match profile.rules() {
        None => {
            let acro = Profile::Acro.rules().map(|rules| gate(results, &rules).audit);
            let audit = Audit { profile: profile.as_str().to_owned(), ..acro.unwrap_or_default() };
            Released { results: results.clone(), audit }
        }
        Some(rules) => {
            let mut released = gate(results, &rules);
            profile.as_str().clone_into(&mut released.audit.profile);
            released
        }
    }
}

fn gate(results: &Results, rules: &Rules) -> Released {
    let mut audit = Audit::default();
    let mut results = results.clone();
    // Used here and not let out: the largest caseload is one therapist's.
    let rules = &Rules { caseloads: results.study.caseloads.take(), ..*rules };
    let published = published(&results.flow);
    results.flow = flow(&results.flow, rules, &mut audit);
    let before = results.notes.len();
    results.notes.retain(|note| !text::without_numbers(&note.text).1);
    if results.notes.len() < before {
        audit.add("T11", Action::Removed, "study/notes");
    }
    let mut withheld = Withheld::new();
    all_tables("study", &mut results.tables, rules, &published, &mut withheld, &mut audit);
    for analysis in &mut results.analyses {
        one(analysis, rules, &published, &mut audit);
    }
    if rules.base.is_none() {
        differences(&mut results, rules, &mut audit);
    }
    Released { results, audit }
}

/// The totals a reader knows.
fn published(flow: &Flow) -> Vec<u64> {
    [flow.clients, flow.therapists, flow.rows_used, flow.rows_read]
        .into_iter()
        .filter(|&n| n > 0)
        .collect()
}

/// The tables of one analysis: each by itself, and what follows from one by another.
fn all_tables(
    plugin: &str,
    all: &mut Vec<Table>,
    rules: &Rules,
    published: &[u64],
    withheld: &mut Withheld,
    audit: &mut Audit,
) {
    let mut elsewhere = if rules.complementary {
        across::between(all, rules, published)
    } else {
        vec![BTreeSet::new(); all.len()]
    }
    .into_iter();
    all.retain_mut(|table| {
        let gone = elsewhere.next().unwrap_or_default();
        tables::release(plugin, table, rules, published, &gone, withheld, audit)
    });
}

/// One analysis: estimates and tables tell each other what they withheld, then figures and texts follow.
fn one(analysis: &mut Analysis, rules: &Rules, published: &[u64], audit: &mut Audit) {
    let plugin = analysis.plugin.clone();
    let findings = &mut analysis.findings;
    let mut withheld = Withheld::new();
    estimates::withhold(&plugin, &mut findings.estimates, rules, &mut withheld, audit);
    all_tables(&plugin, &mut findings.tables, rules, published, &mut withheld, audit);
    if rules.complementary {
        estimates::withhold_again(&plugin, &mut findings.estimates, &withheld, audit);
    } else {
        // Rounding protects what was not withheld itself.
        withheld.retain(|&count| rules.hides(count));
    }
    estimates::round(&plugin, &mut findings.estimates, rules, audit);
    findings
        .figures
        .retain_mut(|figure| figures::release(&plugin, figure, rules, &withheld, audit));
    for estimate in &mut findings.estimates {
        estimate.warnings.retain(|warning| !text::without_numbers(warning).1);
    }
    let before = findings.notes.len();
    findings.notes.retain(|note| !text::without_numbers(&note.text).1);
    let changed = text::paragraphs(&mut findings.text, &findings.estimates);
    if changed || findings.notes.len() < before {
        audit.add("T11", Action::Removed, format!("{plugin}/texts"));
    }
    if let Some(reason) = &mut analysis.reason
        && text::without_numbers(reason).1
    {
        "the reason holds a number and is withheld".clone_into(reason);
    }
}

/// The flow: small reasons are left out, and what was read is what is shown as used and as left out.
fn flow(flow: &Flow, rules: &Rules, audit: &mut Audit) -> Flow {
    let (mut dropped, mut rest) = (Vec::new(), 0);
    for d in &flow.dropped {
        let n = d.rows.unwrap_or(0);
        if n > 0 && !rules.hides(n) && !text::without_numbers(&d.reason).1 {
            dropped.push(Dropped {
                rows: Some(rules.round(n)),
                ..Dropped { reason: d.reason.clone(), ..Dropped::default() }
            });
        } else {
            rest += n;
        }
    }
    if rest > 0 {
        let shown = (!rules.hides(rest)).then(|| rules.round(rest));
        audit.add("T1", Action::SuppressedPrimary, "study/flow");
        if shown.is_some() {
            dropped.push(Dropped {
                reason: "other reasons".to_owned(),
                rows: shown,
                ..Dropped::default()
            });
        }
    }
    let rows_used = rules.round(flow.rows_used);
    let lost: u64 = dropped.iter().filter_map(|d| d.rows).sum();
    let persons = |n: u64| if rules.hides(n) { 0 } else { rules.round(n) };
    Flow {
        rows_read: rows_used + lost,
        rows_used,
        dropped,
        sites: flow.sites,
        therapists: persons(flow.therapists),
        clients: persons(flow.clients),
    }
}

/// Without rounding, two published counts of the same persons may not differ by less than the threshold: the difference is a
/// group. Counts that would are left out, with the degrees of freedom that tell them.
fn differences(results: &mut Results, rules: &Rules, audit: &mut Audit) {
    let mut clients = BTreeSet::from([results.flow.clients]);
    let mut therapists = BTreeSet::from([results.flow.therapists]);
    let mut rows = BTreeSet::from([results.flow.rows_used]);
    let place = |seen: &mut BTreeSet<u64>, n: &mut Option<u64>| -> bool {
        let Some(count) = *n else { return false };
        if seen.contains(&count) {
            return false;
        }
        if seen.iter().all(|other| other.abs_diff(count) >= rules.clients) {
            seen.insert(count);
            false
        } else {
            *n = None;
            true
        }
    };
    let mut gate = |n: &mut Counts| -> bool {
        let a = place(&mut clients, &mut n.clients);
        let b = place(&mut therapists, &mut n.therapists);
        let c = place(&mut rows, &mut n.rows);
        a | b | c
    };
    for analysis in &mut results.analyses {
        let plugin = &analysis.plugin;
        for estimate in &mut analysis.findings.estimates {
            if gate(&mut estimate.n) {
                if let Some(statistic) = &mut estimate.statistic {
                    (statistic.df, statistic.df2) = (None, None);
                }
                audit.add("T7", Action::SuppressedSecondary, format!("{plugin}/{}/n", estimate.id));
            }
        }
        for figure in &mut analysis.findings.figures {
            if gate(&mut figure.n) {
                audit.add("T7", Action::SuppressedSecondary, format!("{plugin}/{}/n", figure.id));
            }
        }
    }
}

/// The provenance as it may leave: counts of rows are rounded or left out.
#[must_use]
pub fn provenance(provenance: &Provenance, profile: Profile) -> Provenance {
    let Some(rules) = profile.rules() else { return provenance.clone() };
    let mut released = provenance.clone();
    for map in released.inputs.iter_mut().chain(&mut released.plugins) {
        let kept: Map<String, Value> = std::mem::take(map)
            .into_iter()
            .filter_map(|(key, value)| match (&value, key.as_str()) {
                (Value::Number(n), "rows" | "records" | "clients" | "therapists") => {
                    let base = rules.base?;
                    let count = n.as_u64().filter(|&n| !rules.hides(n))?;
                    Some((key, Value::from((count + base / 2) / base * base)))
                }
                _ => Some((key, value)),
            })
            .collect();
        *map = kept;
    }
    released
}
