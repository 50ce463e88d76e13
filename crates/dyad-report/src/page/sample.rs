//! Who stands behind the estimates of an analysis, and who was left out.

use dyad_model::{Counts, Estimate};

use super::table::TableView;
use crate::words;

/// A column of counts: its heading, and which count stands in it.
type Unit = (&'static str, fn(&Counts) -> Option<u64>);

const UNITS: [Unit; 4] = [
    ("Clients", |n| n.clients),
    ("Sessions", |n| n.rows),
    ("Therapists", |n| n.therapists),
    ("Sites", |n| n.sites),
];

/// Estimates that rest on the same persons and rows.
struct Sample {
    n: Counts,
    heads: Vec<String>,
    estimates: usize,
    left_out: Vec<String>,
}

/// One row for each different sample, in the order of their first estimate; `None` if nothing is counted.
pub(crate) fn table(estimates: &[Estimate]) -> Option<TableView> {
    let samples = samples(estimates);
    if samples.is_empty() {
        return None;
    }
    let units: Vec<Unit> = UNITS
        .into_iter()
        .filter(|(_, unit)| samples.iter().any(|sample| unit(&sample.n).is_some()))
        .collect();
    let heads: Vec<&str> = std::iter::once("Estimates")
        .chain(units.iter().map(|(name, _)| *name))
        .chain(["Left out"])
        .collect();
    let rows = samples
        .iter()
        .map(|sample| {
            let count = |n: Option<u64>| n.map_or_else(|| words::MISSING.into(), |n| n.to_string());
            let left_out = match &sample.left_out[..] {
                [] => words::MISSING.to_owned(),
                reasons => reasons.join("; "),
            };
            let what = format!("{} ({})", sample.heads.join(", "), sample.estimates);
            std::iter::once(what)
                .chain(units.iter().map(|(_, unit)| count(unit(&sample.n))))
                .chain([left_out])
                .collect()
        })
        .collect();
    let note =
        "In brackets: how many estimates rest on this sample. Refused estimates are not counted.";
    let mut table = TableView::of_words("Who stands behind the estimates", note, &heads, rows);
    table.align_right(1..=units.len());
    Some(table)
}

fn samples(estimates: &[Estimate]) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for estimate in estimates.iter().filter(|e| e.refused.is_none() && e.n != Counts::default()) {
        let found = samples.iter().position(|sample| sample.n == estimate.n);
        let index = found.unwrap_or(samples.len());
        if found.is_none() {
            let (heads, left_out) = (Vec::new(), Vec::new());
            samples.push(Sample { n: estimate.n, heads, estimates: 0, left_out });
        }
        let sample = &mut samples[index];
        sample.estimates += 1;
        let head = words::heading(estimate.id.split('/').next().unwrap_or(""));
        if !sample.heads.contains(&head) {
            sample.heads.push(head);
        }
        for reason in estimate.dropped.iter().map(words::dropped) {
            if !sample.left_out.contains(&reason) {
                sample.left_out.push(reason);
            }
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_of_one_sample_share_a_row() {
        let of = |id: &str, n| Estimate::new(id, "").value(1.0).clients(n);
        let estimates = [
            of("early/a", 119).dropped("no rating", 1),
            of("early/b", 119),
            of("late/a", 120),
            Estimate::new("late/b", "").clients(3).refused("too few"),
        ];
        let table = table(&estimates).unwrap();
        let words: Vec<Vec<&str>> = table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.text.as_str()).collect())
            .collect();
        assert_eq!(words, [["Early (2)", "119", "1 client: no rating"], ["Late (1)", "120", "—"]]);
        assert!(super::table(&[]).is_none());
    }
}
