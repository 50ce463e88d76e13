//! How many clients the therapists have.

use dyad_model::NoteKind;
use dyad_stats::moments::median;

use crate::section::Section;

impl Section<'_> {
    /// Adds a note on how uneven the caseloads of the study are; nothing if it names no therapists. Its text may name `{therapists}`,
    /// `{smallest}`, `{median}` and `{largest}` caseload, and as `{small}` how many therapists have fewer than `enough` clients.
    pub fn note_caseloads(&self, key: &str, enough: u32) {
        let all: Vec<usize> = (0..self.clients.len()).collect();
        let caseloads = self.clients.caseloads(&all).unwrap_or_default();
        let small = caseloads.iter().filter(|clients| **clients < enough).count();
        let mut sizes: Vec<f64> = caseloads.into_iter().map(f64::from).collect();
        // It sorts them.
        let Some(median) = median(&mut sizes) else { return };
        let (smallest, largest) = (sizes[0], sizes[sizes.len() - 1]);
        self.with("small", small)
            .with("therapists", sizes.len())
            .numbers([("smallest", smallest), ("median", median), ("largest", largest)])
            .note(NoteKind::Info, key);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Study, made};

    #[test]
    fn caseloads_are_counted_over_all_clients() {
        let words = "text.n = \"{smallest} {median} {largest}, {small} of {therapists}\"";
        let run = made::six_clients(words);
        let study = Study::of(&run).unwrap();
        study.section().note_caseloads("n", 3);
        let notes = study.close(String::new(), Vec::new(), "").notes;
        assert_eq!(notes[0].text, "2 2 2, 3 of 3");
    }
}
