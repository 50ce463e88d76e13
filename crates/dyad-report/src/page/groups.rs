//! Estimates in tables: those whose ids begin alike stand together.

use dyad_model::{Analysis, Counts, Estimate, Family, apa};

use super::analysis::Numbers;
use super::part::{Part, of_group};
use super::sentence::Sentences;
use crate::{Options, words};

/// A group with more estimates than these is folded.
const MOST_OPEN_ESTIMATES: usize = 14;

/// An estimate's row.
pub(crate) struct EstimateView {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) benefit: String,
    pub(crate) interval: String,
    pub(crate) statistic: String,
    pub(crate) p: String,
    pub(crate) adjusted: String,
    pub(crate) primary: bool,
    pub(crate) n: Vec<String>,
    pub(crate) refused: Option<String>,
    /// The letters of its notes.
    pub(crate) letters: String,
}

/// How one or more estimates were computed.
pub(crate) struct HowView {
    pub(crate) labels: Vec<String>,
    pub(crate) ids: Vec<String>,
    pub(crate) what: String,
    pub(crate) formula: String,
    pub(crate) misleads: String,
    pub(crate) r: String,
    pub(crate) method: String,
    pub(crate) sources: String,
    pub(crate) dropped: Vec<String>,
}

/// Estimates whose ids begin alike.
#[expect(clippy::struct_excessive_bools, reason = "one per column that may be left out")]
pub(crate) struct GroupView {
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) estimates: Vec<EstimateView>,
    pub(crate) how: Vec<HowView>,
    pub(crate) benefit: bool,
    pub(crate) interval: bool,
    pub(crate) statistic: bool,
    pub(crate) p: bool,
    pub(crate) n: bool,
    /// Columns after the first.
    pub(crate) columns: usize,
    /// The notes below it, each with its letter.
    pub(crate) notes: Vec<(char, String)>,
    pub(crate) throughout: String,
    /// What a folded table says of itself; empty if it is open.
    pub(crate) summary: String,
}

/// Estimates of one part by the first part of their ids, in the order of their first member.
pub(crate) fn groups(
    analysis: &Analysis,
    part: Part,
    options: &Options,
    sentences: &Sentences<'_>,
    numbers: &mut Numbers,
) -> Vec<GroupView> {
    let mut heads: Vec<&str> = Vec::new();
    let first = |e: &Estimate| e.id.split('/').next().unwrap_or("").len();
    for estimate in &analysis.findings.estimates {
        let head = &estimate.id[..first(estimate)];
        if !heads.contains(&head) {
            heads.push(head);
        }
    }
    heads
        .into_iter()
        .filter(|head| of_group(head) == part)
        .map(|head| {
            let members: Vec<&Estimate> =
                analysis.findings.estimates.iter().filter(|e| &e.id[..first(e)] == head).collect();
            let shared = shared(&members);
            let has = |part: fn(&Estimate) -> bool| members.iter().any(|e| part(e));
            let [benefit, interval, statistic, p] = [
                has(|e| e.benefit.is_some()),
                has(|e| e.ci.is_some()),
                has(|e| e.statistic.is_some()),
                has(|e| e.p.is_some()),
            ];
            let notes = notes(&members);
            let estimates: Vec<EstimateView> =
                members.iter().map(|e| row(e, &shared, &notes)).collect();
            let n = estimates.iter().any(|e| !e.n.is_empty());
            GroupView {
                number: numbers.table(),
                title: words::heading(head),
                benefit,
                interval,
                statistic,
                p,
                n,
                columns: 1 + [benefit, interval, statistic, p, n]
                    .into_iter()
                    .filter(|c| *c)
                    .count(),
                notes,
                throughout: words::counts(&shared).join(", "),
                summary: summary(&members),
                estimates,
                how: how(&analysis.plugin, &members, options, sentences),
            }
        })
        .collect()
}

/// A long table is folded, and so is one without a single number, which says why in its summary.
fn summary(members: &[&Estimate]) -> String {
    let count = apa::counted(members.len() as u64, "estimate");
    let mut reasons: Vec<&str> = members.iter().filter_map(|e| e.refused.as_deref()).collect();
    let nothing = reasons.len() == members.len();
    reasons.dedup();
    match (nothing, &reasons[..]) {
        (true, [reason]) => format!("{count} not given: {reason}"),
        (true, _) => format!("{count} not given"),
        _ if members.len() > MOST_OPEN_ESTIMATES => count,
        _ => String::new(),
    }
}

/// The cautions of the estimates of a table, each once and with a letter, as APA sets specific notes.
fn notes(members: &[&Estimate]) -> Vec<(char, String)> {
    let mut texts: Vec<&String> = Vec::new();
    for warning in members.iter().flat_map(|e| &e.warnings) {
        if !texts.contains(&warning) {
            texts.push(warning);
        }
    }
    ('a'..='z').zip(texts.into_iter().cloned()).collect()
}

/// The counts that are the same for every estimate with a number: said once below the table.
fn shared(members: &[&Estimate]) -> Counts {
    let given: Vec<&Counts> =
        members.iter().filter(|e| e.refused.is_none()).map(|e| &e.n).collect();
    let same = |unit: fn(&Counts) -> Option<u64>| {
        let first = given.first().and_then(|n| unit(n));
        first.filter(|_| given.len() > 1 && given.iter().all(|n| unit(n) == first))
    };
    Counts {
        rows: same(|n| n.rows),
        clients: same(|n| n.clients),
        therapists: same(|n| n.therapists),
        sites: None,
    }
}

fn row(estimate: &Estimate, shared: &Counts, notes: &[(char, String)]) -> EstimateView {
    let mut n = Counts { sites: None, ..estimate.n };
    if n.rows == n.clients {
        n.rows = None;
    }
    for (own, shared) in [
        (&mut n.rows, shared.rows),
        (&mut n.clients, shared.clients),
        (&mut n.therapists, shared.therapists),
    ] {
        if shared.is_some() {
            *own = None;
        }
    }
    let of_this = notes.iter().filter(|(_, text)| estimate.warnings.contains(text));
    let letters: Vec<String> = of_this.map(|(letter, _)| letter.to_string()).collect();
    EstimateView {
        label: words::start(&estimate.label),
        value: words::value(estimate),
        benefit: words::benefit(estimate),
        interval: words::interval(estimate),
        statistic: words::statistic(estimate),
        p: words::p(estimate.p),
        adjusted: words::adjusted(estimate),
        primary: estimate.family == Some(Family::Primary),
        n: words::counts(&n),
        refused: estimate.refused.clone(),
        letters: letters.join(", "),
    }
}

/// Estimates computed the same way stand together.
fn how(
    plugin: &str,
    members: &[&Estimate],
    options: &Options,
    sentences: &Sentences<'_>,
) -> Vec<HowView> {
    let mut views: Vec<HowView> = Vec::new();
    for estimate in members {
        let dropped: Vec<String> = estimate.dropped.iter().map(words::dropped).collect();
        let explained = options.explain(plugin, &estimate.id);
        let more = explained.map(|e| &e.source[..]).unwrap_or_default();
        let mut keys: Vec<&str> = Vec::new();
        for key in estimate.source.iter().chain(more) {
            if !keys.contains(&key.as_str()) {
                keys.push(key);
            }
        }
        let sources = sentences.keys(keys.into_iter()).join("; ");
        let part = |field: fn(&dyad_model::Explained) -> &String| {
            explained.map(field).cloned().unwrap_or_default()
        };
        let view = HowView {
            labels: vec![words::start(&estimate.label)],
            ids: vec![format!("{plugin}/{}", estimate.id)],
            what: part(|e| &e.what),
            formula: part(|e| &e.formula),
            misleads: part(|e| &e.misleads),
            r: part(|e| &e.r),
            method: estimate.method.clone(),
            sources,
            dropped,
        };
        match views.iter_mut().find(|other| other.same_way(&view)) {
            Some(other) => {
                other.labels.extend(view.labels);
                other.ids.extend(view.ids);
            }
            None => views.push(view),
        }
    }
    views
}

impl HowView {
    fn same_way(&self, other: &Self) -> bool {
        let key = |view: &Self| {
            [&view.what, &view.formula, &view.method, &view.sources].map(String::clone)
        };
        key(self) == key(other) && self.dropped == other.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caution_stands_once_below_its_table_and_counts_that_are_alike_too() {
        let of = |id: &str| Estimate::new(id, "").value(1.0).clients(119);
        let estimates = [of("a/x").warn("rough"), of("a/y").warn("rough").warn("few"), of("a/z")];
        let members: Vec<&Estimate> = estimates.iter().collect();
        let notes = notes(&members);
        assert_eq!(notes, [('a', "rough".to_owned()), ('b', "few".to_owned())]);
        let shared = shared(&members);
        assert_eq!(shared.clients, Some(119));
        let second = row(&estimates[1], &shared, &notes);
        assert_eq!(second.letters, "a, b");
        assert!(second.n.is_empty());
        assert!(row(&estimates[2], &shared, &notes).letters.is_empty());
    }
}
