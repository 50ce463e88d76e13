//! How many leave for one reason when others compete.

use super::LifeTable;
use crate::Result;
use crate::distributions::normal;

/// One step of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Incidence {
    /// When.
    pub time: f64,
    /// Share that has left for this reason by then.
    pub incidence: f64,
    /// Its standard error.
    pub se: f64,
    /// 95 % interval, symmetric in ln; `None` before the first event of the cause.
    pub ci: Option<[f64; 2]>,
}

/// Returns the cumulative incidence of one cause, step by step.
///
/// F(t) = Σ S(t−)·d_k/n, S the survival from all causes. 1 − Kaplan–Meier with the other causes censored is larger: it answers what would
/// happen if the other causes did not exist. Standard error by the delta method over the times, which equals the infinitesimal jackknife.
///
/// # Shape and units
/// One step per distinct time of the table.
///
/// # Missing values
/// None accepted; who was not observed to the end is censored.
///
/// # Errors
/// [`StatsError::TooFew`](crate::StatsError::TooFew) without a person, [`StatsError::NoEvents`](crate::StatsError::NoEvents) without an event of any cause.
///
/// # Source
/// `[@aalen1978]`. Checked against R `survival::survfit(Surv(time, cause) ~ 1)`: `golden/stats/survival.R`.
pub fn cumulative_incidence(table: &LifeTable, cause: usize) -> Result<Vec<Incidence>> {
    table.check()?;
    let z = normal::quantile(0.975);
    let (mut survival, mut incidence) = (1.0_f64, 0.0_f64);
    // Var F(t) = Σ_j [S²h_k(1 − h_k) − 2·S·D·h_k + D²·h/(1 − h)]/n, D = F(t) − F(t_j): sums in powers of F(t).
    let (mut constant, mut linear, mut square) = (0.0_f64, 0.0_f64, 0.0_f64);
    let mut steps = Vec::with_capacity(table.rows.len());
    for (row, at_risk) in table.with_risk() {
        let n = at_risk as f64;
        let own = row.events.get(cause).copied().unwrap_or(0) as f64 / n;
        let any = row.all_events() as f64 / n;
        incidence += survival * own;
        constant += survival * survival * own * (1.0 - own) / n;
        constant += 2.0 * survival * own * incidence / n;
        linear -= 2.0 * survival * own / n;
        // After the last person has left F moves no more.
        if any < 1.0 {
            let weight = any / (1.0 - any) / n;
            constant += weight * incidence * incidence;
            linear -= 2.0 * weight * incidence;
            square += weight;
        }
        survival *= 1.0 - any;
        let variance = constant + incidence * (linear + incidence * square);
        let se = variance.max(0.0).sqrt();
        let ci = (incidence > 0.0).then(|| {
            let by = (z * se / incidence).exp();
            [incidence / by, (incidence * by).min(1.0)]
        });
        steps.push(Incidence { time: row.time, incidence, se, ci });
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::{Fate, SurvivalInterval, kaplan_meier};

    #[test]
    fn with_one_cause_it_is_what_kaplan_meier_leaves() {
        let table =
            LifeTable::of(&[1.0, 2.0, 2.0, 4.0, 6.0], &[true, true, false, true, false]).unwrap();
        let curve = kaplan_meier(&table, SurvivalInterval::Log).unwrap();
        let found = cumulative_incidence(&table, 0).unwrap();
        for (step, found) in curve.steps.iter().zip(found) {
            assert!((step.survival + found.incidence - 1.0).abs() < 1e-14);
            assert!((step.se.unwrap() - found.se).abs() < 1e-14);
        }
    }

    #[test]
    fn causes_add_up() {
        let fates = [Fate::Event(0), Fate::Event(1), Fate::Event(2), Fate::Event(1)];
        let table = LifeTable::of_causes(&[1.0, 2.0, 2.0, 3.0], &fates).unwrap();
        let last = |cause| cumulative_incidence(&table, cause).unwrap()[2].incidence;
        assert!((last(0) + last(1) + last(2) - 1.0).abs() < 1e-14);
        assert!(last(7).abs() < 1e-300);
    }
}
