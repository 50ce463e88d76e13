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
