//! Indirect effects: the exact interval, and the normal ones beside it.

use dyad_model::Estimate;
use dyad_stats::distributions::normal;
use dyad_stats::mediation::{IndirectEffect, indirect_effect};
use dyad_stats::mixed::Fit;

use super::Reported;
use crate::Given;
use crate::section::Section;

/// From this many standard errors on a product of two estimates is nearly normal.
const NEARLY_NORMAL: f64 = 4.0;

/// The indirect effect a·b of two mixed models: a is the coefficient of this column in the first, b that of the other in the second.
///
/// # Errors
/// The sentence to refuse with: the first model's that was refused.
pub fn product_of_paths(
    (first, a): (&Result<Fit, String>, &str),
    (second, b): (&Result<Fit, String>, &str),
) -> Result<IndirectEffect, String> {
    let [first, second] = [first, second].map(|fit| fit.as_ref().map_err(Clone::clone));
    let (a, b) = (first?.coefficient(a)?, second?.coefficient(b)?);
    Ok(indirect_effect(a.estimate, a.se, b.estimate, b.se)?)
}

/// a·b with the exact interval of a product of two normals.
impl Reported for IndirectEffect {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.value(self.estimate).ci(self.ci)
    }
}

/// a·b with Sobel's standard error and the normal interval; how far it can be trusted is said.
#[derive(Clone, Copy, Debug)]
pub struct Sobel<'e>(pub &'e IndirectEffect);

impl Reported for Sobel<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        by_normal(estimate, self.0.estimate, self.0.sobel_se)
    }
}

/// a·b with Aroian's standard error and the normal interval; how far it can be trusted is said.
#[derive(Clone, Copy, Debug)]
pub struct Aroian<'e>(pub &'e IndirectEffect);

impl Reported for Aroian<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        by_normal(estimate, self.0.estimate, self.0.aroian_se)
    }
}

fn by_normal(estimate: Estimate, value: f64, se: f64) -> Estimate {
    let (half, z) = (normal::quantile(0.975) * se, value / se);
    let given = estimate.value(value).se(se).ci([value - half, value + half]);
    given.statistic("z", z, None).p(normal::two_sided(z)).warn_if(
        z.abs() < NEARLY_NORMAL,
        "a product of two estimates is skewed so near to 0: a normal interval does not hold the truth in 95 % of cases; the exact one stands beside it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn a_path_that_is_missing_is_the_reason() {
        let missing = |reason: &str| Err::<Fit, _>(reason.to_owned());
        let (first, second) = (missing("no first"), missing("no second"));
        let found = product_of_paths((&first, "a"), (&second, "b"));
        assert_eq!(found.unwrap_err(), "no first");
    }

    #[test]
    fn a_normal_interval_near_0_is_not_to_be_trusted() {
        let run = made::six_clients("");
        let study = Study::of(&run).unwrap();
        let of = |se: f64| {
            let effect = indirect_effect(0.5, se, 0.5, se).unwrap();
            let s = study.section();
            let [sobel, aroian, exact] = [
                Sobel(&effect).onto(Estimate::new("sobel", ""), &s),
                Aroian(&effect).onto(Estimate::new("aroian", ""), &s),
                effect.onto(Estimate::new("indirect", ""), &s),
            ];
            assert!(aroian.se > sobel.se && exact.ci.is_some() && exact.warnings.is_empty());
            let [low, high] = sobel.ci.unwrap();
            assert!((f64::midpoint(low, high) - 0.25).abs() < 1e-12, "about the estimate");
            sobel.warnings.len()
        };
        assert_eq!((of(0.2), of(0.02)), (1, 0));
    }
}
