//! Many tests in one run: p values adjusted within the primary estimates and within all others.

use dyad_model::{Estimate, Family, Note, NoteKind};
use dyad_stats::multiplicity::{benjamini_hochberg, holm};

use crate::Outcome;

/// Adjusts every p value within its family, and says what a reader must know of it.
///
/// Two families over all analyses: the estimates the study file declares primary (full names), and all others with a p value, which are
/// exploratory. What a plugin says of families itself is overwritten: it does not see the other analyses.
pub fn adjust(outcomes: &mut [Outcome], primary: &[String]) -> Vec<Note> {
    let mut notes = Vec::new();
    for name in primary {
        notes.extend(missing(outcomes, name).map(|text| Note { kind: NoteKind::Warning, text }));
    }
    let mut tested: [Vec<&mut Estimate>; 2] = [Vec::new(), Vec::new()];
    for outcome in outcomes {
        let plugin = &outcome.analysis.plugin;
        for estimate in &mut outcome.analysis.findings.estimates {
            let is_primary = primary.iter().any(|name| {
                name.split_once('/').is_some_and(|(p, id)| p == plugin && id == estimate.id)
            });
            (estimate.p_holm, estimate.p_bh) = (None, None);
            estimate.family = Some(if is_primary { Family::Primary } else { Family::Exploratory });
            if estimate.p.is_some() {
                tested[usize::from(!is_primary)].push(estimate);
            } else if !is_primary {
                estimate.family = None;
            }
        }
    }
    let any = tested.iter().any(|family| !family.is_empty());
    for family in tested {
        let p: Vec<f64> = family.iter().filter_map(|e| e.p).collect();
        // Findings with a p outside 0 to 1 were refused before.
        let (Ok(by_holm), Ok(by_bh)) = (holm(&p), benjamini_hochberg(&p)) else { continue };
        for (estimate, (holm, bh)) in family.into_iter().zip(by_holm.into_iter().zip(by_bh)) {
            (estimate.p_holm, estimate.p_bh) = (Some(holm), Some(bh));
        }
    }
    if any {
        let families = if primary.is_empty() {
            "the study file declares no primary estimate, so every test of the run is exploratory, in one family"
        } else {
            "one family are the primary estimates of the study file, the other all further tests of the run, which are exploratory"
        };
        let text = format!(
            "p values are also given adjusted for their number: {families}. Holm limits the chance of one false claim or more in the family, \
             Benjamini and Hochberg (BH) the expected share of false claims. [@holm1979; @benjamini1995]"
        );
        notes.push(Note { kind: NoteKind::Choice, text });
    }
    notes
}

/// What is wrong with the name of a primary estimate, if anything.
fn missing(outcomes: &[Outcome], name: &str) -> Option<String> {
    let all = || {
        outcomes.iter().flat_map(|o| {
            let plugin = &o.analysis.plugin;
            o.analysis.findings.estimates.iter().map(move |e| (format!("{plugin}/{}", e.id), e))
        })
    };
    if let Some((_, estimate)) = all().find(|(full, _)| full == name) {
        if estimate.p.is_some() {
            return None;
        }
        let why = estimate.refused.as_deref().unwrap_or("it has no p value");
        return Some(format!("the primary estimate {name} has no test: {why}"));
    }
    let nearest = all()
        .map(|(full, _)| (strsim::damerau_levenshtein(&full, name), full))
        .min()
        .filter(|(distance, full)| *distance <= 1 + full.len() / 3)
        .map_or_else(String::new, |(_, full)| format!("; did you mean `{full}`?"));
    Some(format!("`{name}` is declared primary, but no analysis of this run delivers it{nearest}"))
}

#[cfg(test)]
mod tests {
    use dyad_model::{Analysis, Findings, Status};
    use serde_json::Map;

    use super::*;

    fn outcome(plugin: &str, p: &[(&str, f64)]) -> Outcome {
        let mut findings = Findings::new();
        for (id, p) in p {
            findings = findings.estimate(Estimate::new(*id, "E").value(0.1).p(*p));
        }
        findings = findings.estimate(Estimate::new("no/test", "N").value(1.0));
        let analysis = Analysis {
            plugin: plugin.to_owned(),
            version: "1".to_owned(),
            sha256: String::new(),
            title: String::new(),
            status: Status::Ok,
            reason: None,
            findings,
        };
        Outcome { analysis, record: Map::new(), cached: false, said: Vec::new() }
    }

    fn adjusted(outcomes: &[Outcome], plugin: usize, id: &str) -> (Option<f64>, Option<Family>) {
        let e = outcomes[plugin].analysis.findings.get(id).unwrap();
        (e.p_holm, e.family)
    }

    #[test]
    fn primary_tests_are_a_family_of_their_own() {
        let mut run = vec![
            outcome("one", &[("a", 0.02), ("b", 0.03), ("c", 0.5)]),
            outcome("two", &[("a", 0.01), ("b", 0.04)]),
        ];
        let notes = adjust(&mut run, &["one/a".to_owned(), "two/b".to_owned()]);
        assert_eq!(notes.len(), 1);
        assert_eq!(adjusted(&run, 0, "a"), (Some(0.04), Some(Family::Primary)));
        assert_eq!(adjusted(&run, 1, "b"), (Some(0.04), Some(Family::Primary)));
        // 3 × .01 and 2 × .03 and .5.
        assert_eq!(adjusted(&run, 1, "a"), (Some(0.03), Some(Family::Exploratory)));
        assert_eq!(adjusted(&run, 0, "b"), (Some(0.06), Some(Family::Exploratory)));
        assert_eq!(adjusted(&run, 0, "no/test"), (None, None));
        let all = adjust(&mut run, &[]);
        assert!(all[0].text.contains("declares no primary"));
        assert_eq!(adjusted(&run, 1, "a").0, Some(0.05));
    }

    #[test]
    fn a_name_nobody_delivers_is_said_with_its_neighbour() {
        let mut run = vec![outcome("one", &[("early/alliance/pearson", 0.02)])];
        let notes = adjust(&mut run, &["one/early/aliance/pearson".to_owned()]);
        assert_eq!(notes[0].kind, NoteKind::Warning);
        assert!(notes[0].text.contains("did you mean `one/early/alliance/pearson`?"));
        let notes = adjust(&mut run, &["one/no/test".to_owned()]);
        assert!(notes[0].text.contains("has no p value"), "{}", notes[0].text);
        assert!(adjust(&mut [], &[]).is_empty());
    }
}
