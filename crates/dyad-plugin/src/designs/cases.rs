//! How many therapists are at or beyond the cut-off of a measure.

use std::ops::Range;

use dyad_model::{Counts, Estimate, Measure};
use dyad_stats::change::is_case;
use dyad_stats::proportions::{
    ShareTest, agresti_coull, clopper_pearson, coverage_if_unlike, jeffreys, share_test, wilson,
};

use crate::derived::ranges_by;
use crate::reported::Reported;
use crate::section::Section;
use crate::{Basis, Failure, Given, Rate, Study, apa};

/// Limits of a 95 % interval of a share, from count and denominator.
pub type Rule = fn(u64, u64) -> dyad_stats::Result<[f64; 2]>;

/// Three more rules by name, beside the default, Wilson's.
pub const OTHER_RULES: [(&str, Rule); 3] = [
    ("clopper_pearson", clopper_pearson),
    ("agresti_coull", agresti_coull),
    ("jeffreys", jeffreys),
];

/// The therapists with a score, and who of them is at or beyond the cut-off. As an estimate: their share with Wilson's interval; the
/// interval by site, where there is one, and what those without a score could change stand among the details.
#[derive(Clone, Debug)]
pub struct Cases {
    rate: Rate,
    sites: Vec<Range<usize>>,
    cutoff: f64,
    /// Therapists without a score.
    silent: u64,
}

impl<S> Study<'_, S> {
    /// The cases of a measure of therapists, or why they cannot be told, and what that rests on; `lacks` is said of those without a score.
    /// The manifest must ask for `site` of `therapists`.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn cases(
        &self,
        measure: &Measure,
        lacks: &str,
    ) -> Result<(Result<Cases, String>, Basis), Failure> {
        let scores = self.scores(measure)?;
        let site = self.table("therapists")?.integers("site")?;
        let cutoff = measure.cutoff.ok_or("the study file declares no cut-off for this measure");
        let beyond = cutoff.unwrap_or(f64::NAN);
        let known = (0..scores.len()).filter_map(|therapist| {
            let score = scores.get(therapist)?;
            Some((therapist, is_case(score, beyond, measure.benefit_sign())))
        });
        let rate: Rate = known.collect();
        let sites = ranges_by(rate.units(), |therapist| site.get(therapist));
        let (therapists, of_sites) = (Some(rate.of()), Some(sites.len() as u64));
        let n = Counts { therapists, sites: of_sites, ..Counts::default() };
        let silent = scores.len() as u64 - rate.of();
        let basis = Basis::from(n).without_therapists(lacks, silent);
        let cases = cutoff.map(|cutoff| Cases { rate, sites, cutoff, silent });
        Ok((cases.map_err(str::to_owned), basis))
    }
}

impl Cases {
    /// Their share with the interval of another rule.
    #[must_use]
    pub fn by(&self, rule: Rule) -> ByRule<'_> {
        ByRule { cases: self, rule }
    }

    /// Their share beside a published one, which is taken as known.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn beside(&self, published: f64) -> Result<Beside<'_>, String> {
        let test = share_test(self.rate.count(), self.rate.of(), published)?;
        Ok(Beside { cases: self, test, published })
    }

    /// Says how often such an interval holds a share like this one, where that is not 95 %.
    fn cautioned(&self, rule: Rule, estimate: Estimate) -> Estimate {
        match coverage_if_unlike(rule, self.rate.count(), self.rate.of()) {
            Some(held) if estimate.refused.is_none() => estimate.warn(format!(
                "with so few therapists a 95 % interval of this kind holds a share like this one {} of the time",
                apa::percent(held, 1)
            )),
            _ => estimate,
        }
    }
}

impl Reported for &Cases {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        let (count, of) = (self.rate.count() as f64, self.rate.of() as f64);
        let given = self.by(wilson).onto(estimate, section);
        if given.refused.is_some() {
            return given;
        }
        let all = of + self.silent as f64;
        let if_silent = |cases: f64| (self.silent > 0).then_some(cases / all);
        let by_site = self.rate.clustered(&self.sites);
        given
            .details([("count", count), ("denominator", of), ("cutoff", self.cutoff)])
            .detail_if("share_if_no_silent_one_is", if_silent(count))
            .detail_if("share_if_every_silent_one_is", if_silent(count + self.silent as f64))
            .detail_if("by_site_low", by_site.map(|[low, _]| low))
            .detail_if("by_site_high", by_site.map(|[_, high]| high))
    }
}

/// The share of cases with its interval by one rule; a rule that holds the truth more or less often than it says, with so few, is said.
#[derive(Clone, Copy, Debug)]
pub struct ByRule<'c> {
    cases: &'c Cases,
    rule: Rule,
}

impl Reported for ByRule<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let (count, of) = (self.cases.rate.count(), self.cases.rate.of());
        let given = estimate
            .given((self.rule)(count, of), |e, ci| e.value(count as f64 / of as f64).ci(ci));
        self.cases.cautioned(self.rule, given)
    }
}

/// The share of cases less a published one, with the score test.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'c> {
    cases: &'c Cases,
    test: ShareTest,
    published: f64,
}

impl Reported for Beside<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let ShareTest { difference, ci, z, p } = self.test;
        let given = estimate.value(difference).ci(ci).statistic("z", z, None).p(p);
        self.cases.cautioned(wilson, given.detail("published", self.published))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made;

    #[test]
    fn who_did_not_answer_could_change_the_share() {
        let run = made::with_therapists(&[30.0, 20.0, f64::NAN]);
        let study = Study::of(&run).unwrap();
        let (cases, basis) = study.cases(&run.measures()[2], "no score").unwrap();
        assert_eq!((basis.n.therapists, basis.dropped[0].therapists), (Some(2), Some(1)));
        let cases = cases.unwrap();
        let given = (&cases).onto(Estimate::new("a", ""), &study.section());
        assert_eq!((given.estimate, given.number("denominator")), (Some(0.5), Some(2.0)));
        let third = 1.0 / 3.0;
        assert_eq!(given.number("share_if_no_silent_one_is"), Some(third));
        assert_eq!(given.number("share_if_every_silent_one_is"), Some(2.0 * third));
        // Two of two cover far less, or more, than 95 % at a share of one half.
        assert_eq!(given.warnings.len(), 1);
        let exact = cases.by(clopper_pearson).onto(Estimate::new("b", ""), &study.section());
        assert!(exact.ci.unwrap()[0] < given.ci.unwrap()[0] && exact.details.is_empty());
        let beside = cases.beside(0.75).unwrap().onto(Estimate::new("c", ""), &study.section());
        assert_eq!((beside.estimate, beside.number("published")), (Some(-0.25), Some(0.75)));
    }

    #[test]
    fn without_a_cut_off_or_an_answer_there_is_no_share() {
        let mut run = made::with_therapists(&[f64::NAN; 3]);
        let study = Study::of(&run).unwrap();
        let (cases, basis) = study.cases(&run.measures()[2], "no score").unwrap();
        let none = (&cases.unwrap()).onto(Estimate::new("a", ""), &study.section());
        assert!(none.refused.is_some() && none.details.is_empty() && basis.n.therapists == Some(0));
        run.measures[2].cutoff = None;
        let study = Study::of(&run).unwrap();
        let (cases, _) = study.cases(&run.measures()[2], "no score").unwrap();
        assert_eq!(cases.unwrap_err(), "the study file declares no cut-off for this measure");
    }
}
