//! Every rate with its numerator, its denominator and its definition.

use dyad_model::{Estimate, Results, apa};

use super::table::TableView;
use crate::Options;
use crate::words::{self, Scale};

/// The counts behind a share of clients or, where no clients are counted, of therapists.
fn parts(estimate: &Estimate) -> Option<(u64, u64)> {
    let share = estimate.estimate.filter(|_| words::scale(&estimate.id) == Scale::Share)?;
    let of = estimate.n.clients.or(estimate.n.therapists).filter(|n| *n > 0)?;
    let count = share * of as f64;
    let whole = (count - count.round()).abs() < 1e-6 && count >= 0.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    whole.then(|| (count.round() as u64, of))
}

/// The table, or `None` if no estimate is a rate.
pub(crate) fn table(results: &Results, options: &Options) -> Option<TableView> {
    let mut rows = Vec::new();
    for analysis in &results.analyses {
        for estimate in &analysis.findings.estimates {
            let Some((count, of)) = parts(estimate) else { continue };
            let explained = options.explain(&analysis.plugin, &estimate.id);
            let definition = explained.map_or_else(|| estimate.method.clone(), |e| e.what.clone());
            rows.push(vec![
                estimate.label.clone(),
                count.to_string(),
                of.to_string(),
                apa::percent(count as f64 / of as f64, 1),
                definition,
            ]);
        }
    }
    if rows.is_empty() {
        return None;
    }
    let heads = ["Rate", "Numerator", "Denominator", "Share", "Definition"];
    let note = "Persons on both sides: clients, or therapists where the rate is of therapists.";
    let mut table = TableView::of_words("Rates and their parts", note, &heads, rows);
    table.align_right(1..=3);
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_taken_apart_and_other_shares_are_not() {
        let rate = Estimate::new("y/recovered", "").value(0.25).clients(120);
        assert_eq!(parts(&rate), Some((30, 120)));
        let variance = Estimate::new("t/variance_explained", "").value(0.1123).clients(120);
        assert_eq!(parts(&variance), None);
        assert_eq!(parts(&Estimate::new("y/pearson", "").value(0.25).clients(120)), None);
    }
}
