//! Before against after, with the regions of reliable and clinically significant change.

use dyad_plugin::apa;
use dyad_plugin::binned;
use dyad_plugin::figure::{Axis, Figure, JacobsonTruax, Marks, Plot};
use dyad_plugin::prelude::*;
use dyad_stats::change::Classifier;

use crate::scale::Scale;

/// Describes the Jacobson–Truax plot of one outcome; `None` without clients.
pub(crate) fn jacobson_truax(
    scale: &Scale<'_>,
    rule: &Classifier,
    pairs: &[(f64, f64)],
    estimates: &[Estimate],
    n: Counts,
) -> Option<Figure> {
    if pairs.is_empty() {
        return None;
    }
    let (before, after): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let classes: Vec<(String, u64, f64)> = ["recovered", "improved", "unchanged", "deteriorated"]
        .iter()
        .filter_map(|class| {
            let estimate = estimates.iter().find(|e| e.id.ends_with(&format!("/{class}")))?;
            let share = estimate.estimate?;
            let n = pairs.iter().len() as f64 * share;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of the clients, rounded to whole ones"
            )]
            let n = n.round() as u64;
            Some(((*class).to_owned(), n, share))
        })
        .collect();
    let said: Vec<String> = classes
        .iter()
        .map(|(class, n, share)| format!("{class} {n} ({})", apa::percent(*share, 0)))
        .collect();
    let name = scale.outcome.name();
    let alt = format!(
        "Scatter plot of {name} before (horizontal) against after (vertical) over {} clients, with the band of no reliable change. {}.",
        pairs.len(),
        said.join(", ")
    );
    let cutoff = rule.cutoff.map_or_else(
        || "No functional norm is declared, so there is no cut-off.".to_owned(),
        |c| format!("The cross is cut-off c = {}.", apa::number(c, 2)),
    );
    let caption = format!(
        "Each mark is a client. On the diagonal nothing changed; the two lines beside it are ± {} ({} at reliability {}), the SD of all clients at \
         intake. {cutoff}",
        apa::number(rule.criterion, 2),
        "1.96 standard errors of a difference",
        scale.outcome.reliability.map_or_else(|| "unknown".to_owned(), |r| apa::bounded(r, 2)),
    );
    let plot = JacobsonTruax {
        x: Axis::ranged(format!("{name} before"), scale.outcome.range),
        y: Axis::ranged(format!("{name} after"), scale.outcome.range),
        points: pairs.iter().map(|&(b, a)| [b, a]).collect(),
        bins: binned::plane(&before, &after),
        criterion: rule.criterion,
        cutoff: rule.cutoff,
        lower_is_better: rule.benefit_sign < 0.0,
        classes,
    };
    let title = format!("Change of {name}");
    Some(
        Figure::new(
            format!("change-{}", scale.outcome.id),
            title,
            caption,
            alt,
            n,
            Plot::JacobsonTruax(plot),
        )
        .marks(Marks::Clients),
    )
}
