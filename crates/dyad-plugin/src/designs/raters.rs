//! Two raters of the same alliance.

use dyad_model::{Measure, Role};
use dyad_stats::mixed::{Fit, truth_and_bias};

use crate::Run;
use crate::derived::{Clients, Pairs};

impl<S> Run<S> {
    /// Every two alliance measures with different raters, in the order of the study file; a subscale goes with the same subscale.
    #[must_use]
    pub fn rater_pairs(&self) -> Vec<[&Measure; 2]> {
        let alliances: Vec<&Measure> = self.measures_of(Role::Alliance).collect();
        let subscale = |m: &Measure| m.id.split_once('.').map(|(_, part)| part.to_owned());
        let mut pairs = Vec::new();
        for (i, &one) in alliances.iter().enumerate() {
            for &other in &alliances[i + 1..] {
                if one.rater != other.rater && subscale(one) == subscale(other) {
                    pairs.push([one, other]);
                }
            }
        }
        pairs
    }
}

impl Clients<'_> {
    /// The truth-and-bias model of sessions rated by two raters: see [`truth_and_bias`]. The first is the truth that the other judges, or, `turned`, the second.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn truth_and_bias(&self, pairs: &Pairs, turned: bool) -> Result<Fit, String> {
        self.need_therapists()?;
        let therapists = pairs.with.iter().map(|client| self.therapist(*client).unwrap_or(0));
        let therapists: Vec<i64> = therapists.collect();
        let [truth, judged] = if turned { [&pairs.y, &pairs.x] } else { [&pairs.x, &pairs.y] };
        Ok(truth_and_bias(truth, judged, &pairs.clients, &therapists)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::made;

    #[test]
    fn raters_are_compared_on_the_same_subscale() {
        let rated = |id: &str, rater: &str| {
            let mut measure = made::measure(id, "alliance");
            measure["rater"] = rater.into();
            measure
        };
        let measures = [
            rated("c", "client"),
            rated("c.bond", "client"),
            rated("t", "therapist"),
            rated("t.bond", "therapist"),
            rated("o.task", "observer"),
        ];
        let ids = || made::whole(&[0]);
        let run = made::run(&measures, "", [("client", ids())], [("client", ids())]);
        let pairs = run.rater_pairs();
        let pairs: Vec<_> = pairs.iter().map(|pair| pair.map(|m| m.id.as_str())).collect();
        assert_eq!(pairs, [["c", "t"], ["c.bond", "t.bond"]]);
    }
}
