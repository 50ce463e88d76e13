//! Rates of therapists or sites against their caseload, within exact limits about the overall rate. Not a ranking.

use std::ops::Range;

use dyad_model::figure::{Funnel, FunnelKind, Marks, Plot};
use dyad_model::{Estimate, apa};
use dyad_stats::proportions::{FunnelPlot, funnel_plot};

use crate::reported::Reported;
use crate::section::Section;
use crate::{Given, Rate};

/// Above this over-dispersion units differ more than chance allows.
const DISPERSED: f64 = 1.5;

/// Where units of one kind lie in a funnel.
#[derive(Clone, Debug)]
pub struct Caseloads {
    unit: &'static str,
    plot: FunnelPlot,
    /// Units with too few clients.
    left_out: u64,
}

impl Rate {
    /// Where units lie that have `smallest` clients or more; `unit` is what one of them is called.
    ///
    /// # Errors
    /// The sentence to refuse with, if fewer than two have.
    pub fn funnel(
        &self,
        unit: &'static str,
        units: &[Range<usize>],
        smallest: u64,
    ) -> Result<Caseloads, String> {
        let mut enough = self.by(units);
        enough.retain(|(_, n)| *n >= smallest);
        if enough.len() < 2 {
            return Err(format!("fewer than 2 {unit}s with {smallest} clients"));
        }
        let left_out = (units.len() - enough.len()) as u64;
        let overall = self.count() as f64 / self.of() as f64;
        Ok(Caseloads { unit, plot: funnel_plot(&enough, overall, smallest)?, left_out })
    }
}

/// How many lie outside the 95 % limits; over-dispersion is said.
impl Reported for &Caseloads {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Caseloads { unit, plot, left_out } = self;
        let phi = plot.dispersion.unwrap_or_default();
        let dispersed = format!(
            "{unit}s differ more than chance allows (φ = {}): more points lie outside than the limits promise, without any of them \
             being special",
            apa::number(phi, 2)
        );
        estimate
            .value(plot.outside as f64)
            .details([("outside_99_8", plot.far_outside as f64)])
            .details([("shown", plot.points.len() as f64), ("left_out", *left_out as f64)])
            .detail_if("dispersion", plot.dispersion)
            .warn_if(phi > DISPERSED, dispersed)
    }
}

impl Section<'_> {
    /// Adds how many units lie outside, and the funnel plot where it can be drawn: the keys of an estimate and a figure. The words of the
    /// figure have how many units are `{shown}`, `{outside}` and `{far_outside}`, the `{target}` rate, and `{small}`, which says how many
    /// are left out if any are.
    pub fn funnel(&self, keys: [&str; 2], marks: Marks, found: Result<Caseloads, String>) {
        self.add(keys[0], found.as_ref());
        let Ok(Caseloads { unit, plot, left_out }) = found else { return };
        let small = format!(" {} with fewer clients left out.", apa::counted(left_out, unit));
        let s = self.with("small", if left_out > 0 { small } else { String::new() });
        let s = s.with("shown", plot.points.len()).with("target", plot.target);
        let s = s.with("outside", plot.outside).with("far_outside", plot.far_outside);
        s.figure(keys[1], marks, |[x, y]| {
            Plot::Funnel(Funnel {
                funnel: FunnelKind::Caseload,
                x,
                y: y.within(Some([0.0, 1.0])),
                points: plot.points,
                centre: plot.target,
                limits: plot.limits,
            })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    const WORDS: &str = r#"
estimate.outside = {}
[figure.funnel]
title = "Funnel"
caption = "Units.{small}"
alt = "{shown} about {target:2}, {outside} and {far_outside} outside"
x = "Clients"
y = "Rate"
"#;

    #[test]
    fn units_with_few_clients_are_left_out_and_counted() {
        let rate: Rate = (0..22).map(|client| (client, client % 2 == 0)).collect();
        let units = [0..10, 10..20, 20..22];
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section();
        s.funnel(["outside", "funnel"], Marks::Therapists, rate.funnel("therapist", &units, 5));
        let outside = s.get("outside").unwrap();
        assert_eq!((outside.estimate, outside.number("shown")), (Some(0.0), Some(2.0)));
        let refused = rate.funnel("site", &units[1..], 5);
        assert_eq!(refused.as_ref().unwrap_err(), "fewer than 2 sites with 5 clients");
        s.funnel(["outside", "funnel"], Marks::Sites, refused);
        let figures = study.close(String::new(), Vec::new(), "").figures;
        assert_eq!(figures.len(), 1, "what is refused is not drawn");
        assert_eq!(figures[0].caption, "Units. 1 therapist with fewer clients left out.");
        assert_eq!(figures[0].alt, "2 about 0.50, 0 and 0 outside");
    }

    #[test]
    fn overdispersion_is_said() {
        let rate: Rate = (0..80).map(|client| (client, client / 20 % 2 == 0)).collect();
        let found = rate.funnel("site", &[0..20, 20..40, 40..60, 60..80], 5);
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let estimate = study.section().add("outside", found.as_ref()).estimate();
        assert_eq!(estimate.estimate, Some(4.0));
        assert!(estimate.warnings[0].starts_with("sites differ more than chance allows"));
    }
}
