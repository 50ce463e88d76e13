//! What is said of an estimate that was just added.

use dyad_model::{Estimate, NoteKind};

use super::Section;
use crate::Given;

/// An estimate that was just added. What is said of it here is said only if it was given.
pub struct Added<'a, 's> {
    pub(super) section: &'a Section<'s>,
    pub(super) at: usize,
}

#[expect(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "the estimate stands among the findings already"
)]
impl Added<'_, '_> {
    /// The estimate as it is.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        self.section.ledger.findings.borrow().estimates[self.at].clone()
    }

    fn change(self, change: impl FnOnce(Estimate) -> Estimate) -> Self {
        let estimate = self.estimate();
        if estimate.refused.is_none() {
            self.section.ledger.findings.borrow_mut().estimates[self.at] = change(estimate);
        }
        self
    }

    /// Adds the caution of this key.
    pub fn warn(self, key: &str) -> Self {
        self.warn_if(true, key)
    }

    /// Adds the caution of this key where it holds.
    pub fn warn_if(self, holds: bool, key: &str) -> Self {
        let section = self.section;
        if holds { self.change(|e| e.warn(section.words.text(key))) } else { self }
    }

    /// Notes the assumption that the estimate is the test of, with `{p}` and a `{verdict}`: the first text where it is rejected at .05, else
    /// the second.
    pub fn assumes(self, note: &str, [rejected, kept]: [&str; 2]) -> Self {
        if let Some(p) = self.estimate().p {
            let s = self
                .section
                .with("p", p)
                .with_text("verdict", if p < 0.05 { rejected } else { kept });
            s.note(NoteKind::Assumption, note);
        }
        self
    }

    /// Adds further numbers by name that are known of a refused estimate, too.
    pub fn known(self, numbers: impl IntoIterator<Item = (&'static str, f64)>) -> Self {
        let estimates = &mut self.section.ledger.findings.borrow_mut().estimates;
        for (name, number) in numbers {
            drop(estimates[self.at].details.insert(name.to_owned(), number.into()));
        }
        self
    }

    /// Adds further numbers by name.
    pub fn details<const N: usize>(self, numbers: [(&str, f64); N]) -> Self {
        self.change(|e| e.details(numbers))
    }

    /// Adds a further number where there is one.
    pub fn detail_if(self, name: &str, number: Option<f64>) -> Self {
        self.change(|e| e.detail_if(name, number))
    }

    /// Adds the number in other units, so many times as large, by name.
    pub fn rescaled(self, name: &str, times: f64) -> Self {
        self.change(|e| {
            let number = e.estimate.map(|number| number * times);
            e.detail_if(name, number)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Study, made};

    #[test]
    fn an_assumption_is_noted_where_its_test_was_given() {
        let words = r#"
[text]
steady = "p {p:2}: {verdict}"
changes = "it changes"
same = "it stays"
"#;
        let run = made::six_clients(words);
        let study = Study::of(&run).unwrap();
        let (s, verdicts) = (study.section(), ["changes", "same"]);
        for p in [0.04, 0.06] {
            let tested = dyad_model::Estimate::new("test", "Test").value(4.0).p(p);
            s.push(tested).assumes("steady", verdicts);
        }
        let refused = s.refuse("mean", "none").assumes("steady", verdicts);
        let refused = refused.details([("low", 1.0)]).known([("top", 2.0)]).estimate();
        assert_eq!((refused.number("low"), refused.number("top")), (None, Some(2.0)));
        let notes = study.close(String::new(), Vec::new(), "").notes;
        let notes: Vec<&str> = notes.iter().map(|note| &note.text[..]).collect();
        assert_eq!(notes, ["p 0.04: it changes", "p 0.06: it stays"]);
    }
}
