//! Before against after, with the regions of reliable and clinically significant change.

use dyad_plugin::figure::{JacobsonTruax, Marks, Plot};
use dyad_plugin::prelude::*;
use dyad_plugin::{apa, binned};
use dyad_stats::change::{Classifier, ClientChange};

use crate::outcome::Outcome;
use crate::rates::{CLASSES, rate};

/// The Jacobson–Truax plot of one outcome; `None` without clients.
pub(crate) fn jacobson_truax(
    outcome: &Outcome<'_>,
    rule: &Classifier,
    estimates: &[Estimate],
    clients: &[(usize, ClientChange)],
) -> Option<Figure> {
    if clients.is_empty() {
        return None;
    }
    let four = CLASSES[..4].iter().zip(estimates);
    let classes = four.filter_map(|(kind, estimate)| {
        let name = kind.0.trim_start_matches("Y/").to_owned();
        Some((name, rate(kind, clients).count(), estimate.estimate?))
    });
    let classes: Vec<(String, u64, f64)> = classes.collect();
    let said = classes.iter();
    let said = said.map(|(class, n, share)| format!("{class} {n} ({})", apa::percent(*share, 0)));
    let words = outcome.words.with("classes", said.collect::<Vec<_>>().join(", "));
    let cutoff = match rule.cutoff {
        Some(c) => words.with("cutoff", c).text("figure.cross"),
        None => words.text("figure.no_norm"),
    };
    let reliability = outcome.measure.reliability.map(|r| apa::bounded(r, 2));
    let reliability = reliability.unwrap_or_else(|| words.text("figure.unknown"));
    let words = words.with("cutoff", cutoff).with("reliability", reliability);
    let words = words.with("criterion", rule.criterion).with("clients", clients.len());
    let figure = words.figure_with_axes("change-Y", outcome.sample.n, |[x, y]| {
        Plot::JacobsonTruax(JacobsonTruax {
            x: x.within(outcome.measure.range),
            y: y.within(outcome.measure.range),
            points: outcome.pairs().map(|(before, after)| [before, after]).collect(),
            bins: binned::plane(&outcome.before, &outcome.after),
            criterion: rule.criterion,
            cutoff: rule.cutoff,
            lower_is_better: rule.benefit_sign < 0.0,
            classes,
        })
    });
    Some(figure.marks(Marks::Clients))
}
