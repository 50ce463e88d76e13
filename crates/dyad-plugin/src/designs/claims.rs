//! Claims that rest on several estimates at once.

use dyad_model::Verdict;
use dyad_stats::multiplicity::intersection_union;

use crate::section::{Added, Section};

impl<'s> Section<'s> {
    /// Adds a claim that needs two estimates to have their signs, by intersection–union: the weaker of them in the direction of the claim,
    /// and the larger p. Refused for the reason of the first that is.
    pub fn jointly(&self, key: &str, parts: [(&str, f64); 2]) {
        let [one, other] = parts.map(|(part, sign)| {
            let part = self.get(part).unwrap_or_default();
            if let Some(reason) = part.refused {
                return Err(reason);
            }
            let tested = part.estimate.zip(part.p).map(|(value, p)| (sign * value, p));
            tested.ok_or_else(|| "a slope has no test".to_owned())
        });
        let found = one.and_then(|one| Ok(intersection_union(one, other?)));
        self.add_as(key, found, |e, (weaker, p)| e.value(weaker).p(p));
    }

    /// Adds a verdict: not supported if anything speaks against the claim, supported if everything speaks for it, else undecided.
    #[expect(clippy::must_use_candidate, reason = "it stands among the findings already")]
    pub fn judge(&self, key: &str, against: &[bool], for_it: &[bool]) -> Added<'_, 's> {
        let verdict = if against.contains(&true) {
            Verdict::NotSupported
        } else if for_it.contains(&false) {
            Verdict::Undecided
        } else {
            Verdict::Supported
        };
        self.push(self.estimate(key).verdict(verdict))
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::Estimate;

    use super::*;
    use crate::{Study, made};

    #[test]
    fn both_parts_of_a_claim_must_have_their_signs() {
        let run = made::six_clients("estimate = { rise = {}, dip = {}, none = {}, both = {} }");
        let study = Study::of(&run).unwrap();
        let s = study.section();
        s.push(Estimate::new("rise", "").value(0.3).p(0.01));
        s.push(Estimate::new("dip", "").value(-0.2).p(0.04));
        s.push(Estimate::new("none", "").refused("too few"));
        let claim = |parts| {
            let study = Study::of(&run).unwrap();
            for id in ["rise", "dip", "none"] {
                study.section().push(s.get(id).unwrap());
            }
            study.section().jointly("both", parts);
            study.section().get("both").unwrap()
        };
        let held = claim([("rise", 1.0), ("dip", -1.0)]);
        assert_eq!((held.estimate, held.p), (Some(0.2), Some(0.04)));
        let wrong = claim([("rise", 1.0), ("dip", 1.0)]);
        assert_eq!((wrong.estimate, wrong.p), (Some(-0.2), Some(1.0)));
        assert_eq!(claim([("rise", 1.0), ("none", 1.0)]).refused.as_deref(), Some("too few"));
    }

    #[test]
    fn one_thing_against_a_claim_is_enough() {
        let run = made::six_clients("estimate = { verdict = {} }");
        let study = Study::of(&run).unwrap();
        let s = study.section();
        let said =
            |against, for_it| s.judge("verdict", &[false, against], &[true, for_it]).estimate();
        assert_eq!(said(false, true).verdict, Some(Verdict::Supported));
        assert_eq!(said(false, false).verdict, Some(Verdict::Undecided));
        assert_eq!(said(true, true).verdict, Some(Verdict::NotSupported));
    }
}
