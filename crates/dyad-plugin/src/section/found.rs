//! What was found so far, as a section asks for it.

use dyad_model::Estimate;

use super::Section;

impl Section<'_> {
    /// The estimate that was added under this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Estimate> {
        self.words.get(&self.ledger.findings.borrow(), key).cloned()
    }

    /// The number that was added under this key, if it was given.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        self.words.get(&self.ledger.findings.borrow(), key)?.estimate
    }

    /// The estimates so far whose ids begin and end like this.
    #[must_use]
    pub fn like(&self, head: &str, tail: &str) -> Vec<Estimate> {
        let findings = self.ledger.findings.borrow();
        let alike = |e: &&Estimate| e.id.starts_with(head) && e.id.ends_with(tail);
        findings.estimates.iter().filter(alike).cloned().collect()
    }

    /// The estimates so far that `words.toml` names as the `rows` of a table: see [`Words::rows_of`](crate::words::Words::rows_of).
    #[must_use]
    pub fn rows_of(&self, table: &str) -> Vec<Estimate> {
        let findings = self.ledger.findings.borrow();
        self.words.rows_of(table, &findings).into_iter().cloned().collect()
    }

    /// The lowest and the highest number of the estimates so far whose ids end like this and name every measure that the section is about.
    #[must_use]
    pub fn range(&self, tail: &str) -> Option<[f64; 2]> {
        let own =
            |e: &&Estimate| self.words.measures().all(|id| e.id.split('/').any(|part| part == id));
        let estimates = self.like("", tail);
        let numbers = estimates.iter().filter(own).filter_map(|e| e.estimate);
        numbers.fold(None, |range, x| {
            let [low, high] = range.unwrap_or([x, x]);
            Some([low.min(x), high.max(x)])
        })
    }

    /// Gives placeholders the estimates so far under these keys; `None` unless every one of them was given.
    #[must_use]
    pub fn with_given<const N: usize>(&self, keys: [(&'static str, &str); N]) -> Option<Self> {
        keys.into_iter().try_fold(self.clone(), |s, (name, key)| {
            let estimate = s.get(key).filter(|e| e.estimate.is_some())?;
            Some(s.with(name, &estimate))
        })
    }

    /// "Label: b = 0.49, SE = 0.35, …" for every estimate so far with a number and a symbol, one by one.
    #[must_use]
    pub fn each_result(&self) -> Vec<String> {
        let given = self.like("", "").into_iter().filter(|e| e.estimate.is_some());
        given.filter_map(|e| self.words.sentence(&e)).collect()
    }

    /// A sentence for every estimate of a list of `[reported]`: see [`Words::each_reported`](crate::words::Words::each_reported).
    #[must_use]
    pub fn each_reported(&self, list: &str) -> Vec<String> {
        self.words.each_reported(list, &self.ledger.findings.borrow())
    }

    /// The estimates of a list of `[reported]`: see [`Words::reported`](crate::words::Words::reported).
    #[must_use]
    pub fn reported(&self, list: &str) -> String {
        self.words.reported(list, &self.ledger.findings.borrow())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn what_was_found_is_asked_for_again() {
        let run = made::six_clients("[text]\nsaid = \"{x:2} of {y:0}\"");
        let study = Study::of(&run).unwrap();
        let s = study.measures().iter().fold(study.section(), |s, m| s.about("M", m));
        for (id, number) in [("a/y/r", 0.5), ("x/a/y/r", -0.25), ("a.bond/y/r", 9.0)] {
            s.push(Estimate::new(id, "R").value(number));
        }
        s.refuse("mean", "none");
        assert_eq!((s.number("x/a/y/r"), s.like("a", "/r").len()), (Some(-0.25), 2));
        assert_eq!((s.range("/r"), s.range("/q")), (Some([-0.25, 0.5]), None));
        let given = s.with_given([("x", "a/y/r"), ("y", "a.bond/y/r")]);
        assert_eq!(given.map(|s| s.text("said")).as_deref(), Some("0.50 of 9"));
        assert!(s.with_given([("x", "a/y/r"), ("y", "mean")]).is_none());
    }
}
