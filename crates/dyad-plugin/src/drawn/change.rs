//! Before against after, with the regions of reliable and clinically significant change.

use dyad_model::figure::{JacobsonTruax, Marks, Plot};
use dyad_model::{Estimate, apa};
use dyad_stats::change::Classifier;

use crate::binned;
use crate::designs::change::BeforeAfter;

impl BeforeAfter<'_> {
    /// Adds the Jacobson–Truax plot; nothing without clients. The estimates of these keys are the classes, named as their ids end. The words
    /// have the `{criterion}`, the `{reliability}`, how many `{clients}` and `{classes}`, and `{cutoff}`: the text `figure.cross`, with the
    /// number, or `figure.no_norm`.
    pub fn draw(&self, key: &str, rule: &Classifier, classes: &[&str]) {
        if self.before.is_empty() {
            return;
        }
        let class = |key: &&str| {
            let rate = self.section.get(key)?;
            let name = rate.id.rsplit('/').next().unwrap_or_default().to_owned();
            Some((name, count(&rate)?, rate.estimate?))
        };
        let classes: Vec<(String, u64, f64)> = classes.iter().filter_map(class).collect();
        let said = classes.iter();
        let said =
            said.map(|(class, n, share)| format!("{class} {n} ({})", apa::percent(*share, 0)));
        let s = self.section.with("classes", said.collect::<Vec<_>>().join(", "));
        let cutoff = match rule.cutoff {
            Some(c) => s.with("cutoff", c).text("figure.cross"),
            None => s.text("figure.no_norm"),
        };
        let s = s.with("cutoff", cutoff).with("reliability", self.reliability());
        let s = s.with("criterion", rule.criterion).with("clients", self.before.len());
        s.figure(key, Marks::Clients, |[x, y]| {
            Plot::JacobsonTruax(JacobsonTruax {
                x: x.within(self.measure.range),
                y: y.within(self.measure.range),
                points: self.pairs().map(|(before, after)| [before, after]).collect(),
                bins: binned::plane(&self.before, &self.after),
                criterion: rule.criterion,
                cutoff: rule.cutoff,
                lower_is_better: rule.benefit_sign < 0.0,
                classes,
            })
        });
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of clients, which a rate has among its details"
)]
fn count(rate: &Estimate) -> Option<u64> {
    Some(rate.number("count")? as u64)
}
