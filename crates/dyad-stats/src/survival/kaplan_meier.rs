//! The product-limit estimate of survival.

use super::LifeTable;
use crate::Result;
use crate::distributions::normal;

/// On which scale the interval is symmetric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurvivalInterval {
    /// ln S, R's default; its upper end is cut at 1.
    Log,
    /// ln(−ln S): stays between 0 and 1 by itself, and covers better in small samples.
    LogLog,
}

/// One step of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survival {
    /// When.
    pub time: f64,
    /// At risk just before.
    pub at_risk: u64,
    /// Events then.
    pub events: u64,
    /// Censored then.
    pub censored: u64,
    /// Share still without the event after it.
    pub survival: f64,
    /// Greenwood's standard error; `None` once nobody is left.
    pub se: Option<f64>,
    /// 95 % interval, pointwise; `None` once nobody is left.
    pub ci: Option<[f64; 2]>,
}

/// A survival curve.
#[derive(Clone, Debug, PartialEq)]
pub struct KaplanMeier {
    /// One step per distinct time, censored ones included.
    pub steps: Vec<Survival>,
    /// The time at which half are left; `None` if the curve stays above.
    pub median: Option<f64>,
    /// Its 95 % interval: where the limits cross one half; an end that is not reached is `None`.
    pub median_ci: [Option<f64>; 2],
}

impl KaplanMeier {
    /// The share without the event after a time: 1 before the first.
    #[must_use]
    pub fn at(&self, time: f64) -> f64 {
        let passed = self.steps.partition_point(|step| step.time <= time);
        if passed == 0 { 1.0 } else { self.steps[passed - 1].survival }
    }
}

/// Returns the survival curve of a life table; causes are taken together.
///
/// S(t) = Π (1 − d/n), se = S·√Σ d/(n(n − d)).
///
/// # Shape and units
/// Times in the unit of the table; survival is a share.
///
/// # Missing values
/// None accepted; who was not observed to the end is censored.
///
/// # Errors
/// [`StatsError::TooFew`](crate::StatsError::TooFew) without a person, [`StatsError::NoEvents`](crate::StatsError::NoEvents) without an event.
///
/// # Source
/// `[@kaplan1958]`, `[@greenwood1926]`. Checked against R `survival::survfit(…, conf.type = "log" or "log-log")`: `golden/stats/survival.R`.
pub fn kaplan_meier(table: &LifeTable, interval: SurvivalInterval) -> Result<KaplanMeier> {
    table.check()?;
    let z = normal::quantile(0.975);
    let (mut survival, mut greenwood) = (1.0_f64, 0.0_f64);
    let mut steps = Vec::with_capacity(table.rows.len());
    for (row, at_risk) in table.with_risk() {
        let (n, d) = (at_risk as f64, row.all_events() as f64);
        survival *= (n - d) / n;
        if d > 0.0 {
            greenwood += d / (n * (n - d));
        }
        let log_se = greenwood.sqrt();
        let left = survival > 0.0;
        steps.push(Survival {
            time: row.time,
            at_risk,
            events: row.all_events(),
            censored: row.censored,
            survival,
            se: left.then_some(survival * log_se),
            ci: left.then(|| limits(survival, log_se, z, interval)),
        });
    }
    let median = crossing(&steps, |step| Some(step.survival));
    let low = crossing(&steps, |step| step.ci.map(|ci| ci[0]));
    let high = crossing(&steps, |step| step.ci.map(|ci| ci[1]));
    Ok(KaplanMeier { steps, median, median_ci: [low, high] })
}

fn limits(survival: f64, log_se: f64, z: f64, interval: SurvivalInterval) -> [f64; 2] {
    match interval {
        SurvivalInterval::Log => {
            let by = (z * log_se).exp();
            [survival / by, (survival * by).min(1.0)]
        }
        SurvivalInterval::LogLog => {
            let log = survival.ln();
            if log >= 0.0 {
                return [1.0, 1.0];
            }
            let by = (z * log_se / log).exp();
            [survival.powf(by.recip()), survival.powf(by)]
        }
    }
}

/// Where a curve falls to one half; if it stays exactly there for a while, the middle of that stretch.
fn crossing(steps: &[Survival], value: impl Fn(&Survival) -> Option<f64>) -> Option<f64> {
    const HALF: f64 = 0.5 + 1e-12;
    // Without a limit nobody is left, and the last one known stays.
    let mut falls = steps.iter().filter(|step| step.events > 0);
    let first = falls.find(|step| value(step).is_some_and(|v| v <= HALF))?;
    if value(first)? < 0.5 - 1e-12 {
        return Some(first.time);
    }
    let next = falls.next();
    Some(next.map_or(first.time, |next| 0.5 * (first.time + next.time)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_censoring_it_is_the_empirical_share() {
        let table = LifeTable::of(&[1.0, 2.0, 2.0, 4.0], &[true; 4]).unwrap();
        let curve = kaplan_meier(&table, SurvivalInterval::LogLog).unwrap();
        let shares: Vec<f64> = curve.steps.iter().map(|s| s.survival).collect();
        assert_eq!(shares, [0.75, 0.25, 0.0]);
        assert_eq!(curve.median, Some(2.0));
        assert!(curve.steps[2].ci.is_none());
        assert!((curve.at(0.5) - 1.0).abs() < 1e-15 && (curve.at(3.0) - 0.25).abs() < 1e-15);
    }

    #[test]
    fn a_median_that_is_not_reached_is_none() {
        let table =
            LifeTable::of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[true, false, false, false, false]).unwrap();
        let curve = kaplan_meier(&table, SurvivalInterval::Log).unwrap();
        assert_eq!((curve.median, curve.median_ci), (None, [None, None]));
    }
}
