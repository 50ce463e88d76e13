//! One question answered in every way that could be defended.

use dyad_model::figure::{Marks, Plot, Ranged, Specification, SpecificationRow};
use dyad_stats::multiplicity::specification_curve;

use crate::reported::Reported;
use crate::section::Section;

/// One way to answer: a choice per dimension, and what came out, or why nothing did.
pub type Choice<T> = (Vec<String>, Result<T, String>);

impl Section<'_> {
    /// Adds the median over the choices that could be fitted, and a specification curve of all of them; where none could, the median is
    /// refused with the first reason. `null`: where there is no difference. The texts of the figure may say `{fitted}` of `{tried}`,
    /// `{lowest}`, `{highest}`, and how many intervals are `{excluding}` no difference.
    ///
    /// Who was left out is said at the models; the median counts who is in them.
    pub fn specifications<T: Reported>(
        &self,
        [key, figure]: [&str; 2],
        dimensions: &[&str],
        null: f64,
        all: Vec<Choice<T>>,
    ) {
        let (s, tried) = (self.over(self.n()), all.len());
        let (mut rows, mut reason) = (Vec::new(), None);
        for (choices, found) in all {
            let estimate = s.estimated(key, found);
            match Ranged::of(&estimate) {
                Some(value) => rows.push(SpecificationRow { choices, value }),
                None => reason = reason.or(estimate.refused),
            }
        }
        rows.sort_by(|a, b| a.value.estimate.total_cmp(&b.value.estimate));
        let estimates: Vec<(f64, [f64; 2])> =
            rows.iter().map(|row| (row.value.estimate, [row.value.low, row.value.high])).collect();
        let curve = specification_curve(&estimates, null);
        let counts = [("fitted", rows.len() as f64), ("tried", tried as f64)];
        let reason = || reason.unwrap_or_else(|| "no choice is declared".to_owned());
        s.add(key, curve.ok_or_else(reason)).details(counts);
        let Some(curve) = curve else { return };
        s.numbers(counts)
            .numbers([("lowest", curve.lowest), ("highest", curve.highest)])
            .with("excluding", curve.excluding)
            .figure(figure, Marks::Groups, |[_, y]| {
                let dimensions = dimensions.iter().map(|&d| d.to_owned()).collect();
                Plot::Specification(Specification { y, dimensions, rows, null })
            });
    }
}

#[cfg(test)]
mod tests {
    use dyad_stats::survival::CoxCoefficient;

    use super::*;
    use crate::Study;
    use crate::designs::leaving::tests::run;
    use crate::reported::HazardRatio;

    #[test]
    fn what_could_be_fitted_is_sorted_and_summed_up() {
        let run = run(&[]);
        let study = Study::of(&run).unwrap();
        let ratio = |b: f64| {
            let ci = [b - 0.25, b + 0.25];
            let b = CoxCoefficient { estimate: b, se: 0.1, robust_se: None, z: 1.0, p: 0.3, ci };
            Ok(HazardRatio(b, 60))
        };
        let all = [("a", ratio(0.5)), ("b", Err("no dropout".to_owned())), ("c", ratio(0.1))];
        let all = all.map(|(choice, found)| (vec![choice.to_owned()], found));
        study.section().specifications(["tried", "tried"], &["Drop"], 1.0, all.into());
        let none = vec![(vec!["a".to_owned()], Err::<HazardRatio, _>("no dropout".to_owned()))];
        study.section().specifications(["none", "none"], &["Drop"], 1.0, none);

        let findings = study.close(String::new(), Vec::new(), "");
        let tried = findings.get("tried").unwrap();
        let numbers = ["fitted", "tried", "exclude_no_difference"].map(|name| tried.number(name));
        assert_eq!(numbers, [Some(2.0), Some(3.0), Some(1.0)]);
        assert!(
            (tried.estimate.unwrap() - f64::midpoint(0.5_f64.exp(), 0.1_f64.exp())).abs() < 1e-12
        );
        assert_eq!(findings.get("none").unwrap().refused.as_deref(), Some("no dropout"));
        let [figure] = &findings.figures[..] else { panic!("one figure") };
        let Plot::Specification(curve) = &figure.plot else { panic!("a specification curve") };
        let order: Vec<&str> = curve.rows.iter().map(|row| &*row.choices[0]).collect();
        assert_eq!(order, ["c", "a"]);
    }
}
