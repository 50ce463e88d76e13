//! Survival curves.

use dyad_model::figure::{Marks, Plot, Survival, SurvivalCurve, SurvivalStep};
use dyad_stats::survival::KaplanMeier;

use crate::section::Section;

impl Section<'_> {
    /// Adds the curve of all clients with its risk table. The texts of the figure may say how many `{left}` of the `{clients}` it is
    /// over, and the share `{staying}` after the `{last}` time.
    pub fn survival(&self, key: &str, curve: &KaplanMeier) {
        let steps = curve.steps.iter().map(|step| SurvivalStep {
            time: step.time,
            survival: step.survival,
            low: step.ci.map(|ci| ci[0]),
            high: step.ci.map(|ci| ci[1]),
            at_risk: step.at_risk,
            events: step.events,
            censored: step.censored,
        });
        let curves =
            vec![SurvivalCurve { label: "all clients".to_owned(), steps: steps.collect() }];
        let last = curve.steps.last();
        let (last, staying) = last.map_or((0.0, 1.0), |step| (step.time, step.survival));
        let left: u64 = curve.steps.iter().map(|step| step.events).sum();
        self.numbers([("staying", staying), ("last", last)])
            .with("left", left)
            .with("clients", self.n().clients.unwrap_or(0))
            .figure(key, Marks::Groups, |[x, y]| {
                Plot::Survival(Survival { x, y, curves, cumulative_incidence: false })
            });
    }
}
