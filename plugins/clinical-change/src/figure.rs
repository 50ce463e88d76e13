//! Before against after, with the regions of reliable and clinically significant change.

use dyad_plugin::apa;
use dyad_plugin::binned;
use dyad_plugin::figure::{Axis, Figure, JacobsonTruax, Marks, Plot};
use dyad_plugin::prelude::*;
use dyad_stats::change::Classifier;

use crate::outcome::Outcome;

/// The Jacobson–Truax plot of one outcome; `None` without clients.
pub(crate) fn jacobson_truax(
    outcome: &Outcome<'_>,
    rule: &Classifier,
    estimates: &[Estimate],
) -> Option<Figure> {
    let pairs = &outcome.pairs;
    if pairs.is_empty() {
        return None;
    }
    let classes = ["recovered", "improved", "unchanged", "deteriorated"].iter();
    let classes: Vec<(String, u64, f64)> = classes
        .filter_map(|class| {
            let estimate = estimates.iter().find(|e| e.id.ends_with(&format!("/{class}")))?;
            let share = estimate.estimate?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of the clients, rounded to whole ones"
            )]
            let n = (pairs.len() as f64 * share).round() as u64;
            Some(((*class).to_owned(), n, share))
        })
        .collect();
    let said = classes.iter();
    let said = said.map(|(class, n, share)| format!("{class} {n} ({})", apa::percent(*share, 0)));
    let words = outcome.words.with("classes", said.collect::<Vec<_>>().join(", "));
    let cutoff = match rule.cutoff {
        Some(c) => words.with("cutoff", c).text("figure.cross"),
        None => words.text("figure.no_norm"),
    };
    let reliability = outcome.measure.reliability.map(|r| apa::bounded(r, 2));
    let words = words.with("reliability", reliability.unwrap_or_else(|| "unknown".to_owned()));
    let words = words.with("criterion", rule.criterion).with("clients", pairs.len());
    let (name, range) = (outcome.measure.name(), outcome.measure.range);
    let (before, after): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let plot = JacobsonTruax {
        x: Axis::ranged(format!("{name} before"), range),
        y: Axis::ranged(format!("{name} after"), range),
        points: pairs.iter().map(|&(b, a)| [b, a]).collect(),
        bins: binned::plane(&before, &after),
        criterion: rule.criterion,
        cutoff: rule.cutoff,
        lower_is_better: rule.benefit_sign < 0.0,
        classes,
    };
    let words = words.with("cutoff", cutoff);
    let figure = words.figure("change-Y", outcome.sample.n, Plot::JacobsonTruax(plot));
    Some(figure.marks(Marks::Clients))
}
