//! One rater's scores as a judgment of another's.

use std::ops::Range;

use super::{Criterion, Fit, Level, Rows};
use crate::{Result, StatsError};

/// Returns the truth-and-bias model of one rater's scores (`judged`) as a judgment of another's (`truth`), by restricted likelihood.
///
/// judged − g ~ (truth − g) + (truth − g | person) + (1 | group), g the person's mean truth. The coefficient `(intercept)` is the
/// directional bias: how much higher the judge scores. The coefficient `truth` is how closely changes are followed, point per point.
///
/// # Shape and units
/// `truth`, `judged`: one row per occasion, in the same unit; `persons`: contiguous ranges that cover all rows; `groups`: the group of each
/// person, such as the therapist, persons of a group one after another.
///
/// # Missing values
/// None accepted: occasions with both scores.
///
/// # Errors
/// [`StatsError::UnequalLengths`]; those of [`Rows::fit`].
///
/// # Source
/// `[@west2011]`. Checked against R `lme4::lmer`: `tests/golden/_raters.R`.
pub fn truth_and_bias(
    truth: &[f64],
    judged: &[f64],
    persons: &[Range<usize>],
    groups: &[i64],
) -> Result<Fit> {
    for (what, left, right) in [
        ("truth and judgment", truth.len(), judged.len()),
        ("persons and their groups", persons.len(), groups.len()),
    ] {
        if left != right {
            return Err(StatsError::UnequalLengths { what, left, right });
        }
    }
    let rows = Rows::in_nested_clusters(&["truth"]);
    let mut rows = rows.with_random_slope("truth", &[Level::Cluster])?;
    for ((person, &group), range) in (0..).zip(groups).zip(persons) {
        let mean = truth[range.clone()].iter().sum::<f64>() / range.len() as f64;
        for row in range.clone() {
            rows.push(group, person, &[truth[row] - mean], judged[row] - mean)?;
        }
    }
    rows.fit(Criterion::Reml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_bias_and_tracking_come_back() {
        let (mut truth, mut judged, mut persons) = (Vec::new(), Vec::new(), Vec::new());
        for person in 0_u16..24 {
            let (level, start) = (4.0 + f64::from(person % 5) / 3.0, truth.len());
            let values: Vec<f64> = (0_u16..6).map(|k| level + (f64::from(k) * 1.7).sin()).collect();
            let mean = values.iter().sum::<f64>() / 6.0;
            for (k, value) in (0_u16..).zip(values) {
                // Noise that is the same for every run and has no pattern within a person.
                let noise = f64::from((person * 11 + k * 7) % 13) / 13.0 - 0.5;
                truth.push(value);
                judged.push(mean + 0.8 + 0.6 * (value - mean) + 0.2 * noise);
            }
            persons.push(start..truth.len());
        }
        let groups: Vec<i64> = (0..24).map(|person| person / 4).collect();
        let fit = truth_and_bias(&truth, &judged, &persons, &groups).unwrap();
        let of = |name: &str| fit.coefficient(name).unwrap().estimate;
        assert!((of("(intercept)") - 0.8).abs() < 0.05, "{}", of("(intercept)"));
        assert!((of("truth") - 0.6).abs() < 0.05, "{}", of("truth"));
        assert!(truth_and_bias(&truth, &judged[1..], &persons, &groups).is_err());
        assert!(truth_and_bias(&truth, &judged, &persons, &groups[1..]).is_err());
    }
}
