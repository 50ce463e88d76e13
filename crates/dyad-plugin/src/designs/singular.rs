//! Mixed models one of whose variances is estimated as 0.

use dyad_model::{Estimate, NoteKind};

use crate::section::Section;

/// Whether a variance in the model behind an estimate is 0, as its cautions say: degrees of freedom are unreliable then.
#[must_use]
pub fn is_singular(estimate: &Estimate) -> bool {
    estimate.warnings.iter().any(|warning| warning.contains("singular"))
}

impl Section<'_> {
    /// Adds a note on the estimates so far whose model [is singular](is_singular), as `{models}`; nothing without any.
    pub fn note_singular(&self, key: &str) {
        let found = self.like("", "").into_iter().filter(is_singular).map(|e| e.label);
        let found: Vec<String> = found.collect();
        if !found.is_empty() {
            self.with("models", found.join("; ")).note(NoteKind::Warning, key);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::reported::ClusterShare;
    use crate::{Study, made};

    #[test]
    fn models_with_a_variance_of_0_are_named() {
        let words = "estimate.far.label = \"Far\"\nestimate.none.label = \"None\"\ntext.zero = \"0: {models}\"";
        let run = made::six_clients(words);
        let study = Study::of(&run).unwrap();
        let s = study.section();
        s.add("far", Ok::<_, String>(ClusterShare(&made::therapist_fit(3.0))));
        s.note_singular("zero");
        s.add("none", Ok::<_, String>(ClusterShare(&made::therapist_fit(0.0))));
        s.note_singular("zero");
        let notes = study.close(String::new(), Vec::new(), "").notes;
        assert_eq!((notes.len(), &notes[0].text[..]), (1, "0: None"));
    }
}
