//! Estimates as sentences and as tables: what every analysis says of its numbers in the same way.

use dyad_model::{Cell, ColumnKind, Estimate, Findings, Table, apa};

use crate::sentence::{Symbol, reported};

/// "Label: b = 0.49, SE = 0.35, t(27.1) = 1.42, 95 % CI [−0.22, 1.21], p = .166." for every estimate with a number whose id has a symbol.
#[must_use]
pub fn sentences<'w>(findings: &Findings, symbol: impl Fn(&str) -> Option<Symbol<'w>>) -> String {
    let given = findings.estimates.iter().filter(|e| e.estimate.is_some());
    let said = given.filter_map(|e| Some(format!("{}: {}.", e.label, reported(symbol(&e.id)?, e))));
    said.collect::<Vec<_>>().join(" ")
}

/// One row per estimate: number, interval, p, clients, therapists. A refused one keeps its row, empty; `None` if all are refused.
#[must_use]
pub fn table(
    id: impl Into<String>,
    title: impl Into<String>,
    note: &str,
    estimates: &[&Estimate],
) -> Option<Table> {
    if estimates.iter().all(|e| e.estimate.is_none()) {
        return None;
    }
    let table = Table::new(id, title)
        .column("what", "What", ColumnKind::Text)
        .column("estimate", "Estimate", ColumnKind::Number)
        .column("interval", "95 % CI", ColumnKind::Interval)
        .column("p", "p", ColumnKind::P)
        .column("clients", "Clients", ColumnKind::Count)
        .column("therapists", "Therapists", ColumnKind::Count)
        .note(note);
    let count = |n: Option<u64>| n.map_or(Cell::Missing, Cell::count);
    Some(table.with_rows(estimates.iter().map(|e| {
        let cells = [
            Cell::text(&e.label),
            Cell::number(e.estimate),
            Cell::interval(e.ci),
            Cell::number(e.p),
            count(e.n.clients),
            count(e.n.therapists),
        ];
        (e.n, cells)
    })))
}

/// " Not given: this (reason); that (reason)." for the estimates refused whose id passes; empty if there is none. Reasons are said once.
#[must_use]
pub fn refusals(findings: &Findings, passes: impl Fn(&str) -> bool) -> String {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for reason in
        findings.estimates.iter().filter(|e| passes(&e.id)).filter_map(|e| e.refused.as_deref())
    {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, times)) => *times += 1,
            None => reasons.push((reason, 1)),
        }
    }
    if reasons.is_empty() {
        return String::new();
    }
    let said: Vec<String> = reasons
        .iter()
        .map(|(reason, times)| format!("{reason} ({})", apa::counted(*times as u64, "estimate")))
        .collect();
    format!(" Not given: {}.", said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> Findings {
        Findings::new()
            .estimate(
                Estimate::new("a/x", "One")
                    .value(0.5)
                    .ci([0.25, 0.75])
                    .statistic("t", 2.0, Some(10.0))
                    .p(0.03),
            )
            .estimate(Estimate::new("a/y", "Two").refused("too few"))
            .estimate(Estimate::new("b/z", "Three").refused("too few"))
    }

    #[test]
    fn a_sentence_has_interval_test_and_p() {
        assert_eq!(
            sentences(&findings(), |id| id.starts_with("a/").then_some(Symbol::Free("b"))),
            "One: b = 0.50, t(10) = 2.00, 95 % CI [0.25, 0.75], p = .030."
        );
    }

    #[test]
    fn a_refusal_keeps_its_row_and_its_reason_is_said_once() {
        let findings = findings();
        let all: Vec<&Estimate> = findings.estimates.iter().collect();
        assert_eq!(table("t", "T", "", &all).unwrap().rows.len(), 3);
        assert!(table("t", "T", "", &all[1..]).is_none());
        assert_eq!(refusals(&findings, |_| true), " Not given: too few (2 estimates).");
        assert_eq!(refusals(&findings, |id| id == "a/x"), "");
    }
}
