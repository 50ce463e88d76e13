//! The assumptions behind the client-level numbers, as far as the data can speak to them.

use dyad_plugin::prelude::*;

use crate::pair::Pair;

/// Adds what the residuals of final ~ baseline + early say, and whether a curve fits better than the line.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let (all, [x, y, z]) = &pair.all;
    let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
    let squared: Vec<f64> = x.iter().map(|x| (x - mean) * (x - mean)).collect();
    let columns = [("baseline", &z[..]), ("early", x), ("squared", &squared)];
    let fit = |columns: &[(&str, &[f64])]| pair.clients.regression(&all.clients, columns, y).ok();
    let Some(found) = fit(&columns[..2]).and_then(|fit| fit.fit.diagnostics()) else { return };
    let mut note = |words: &Words<'_>, says: &str, key: &str| {
        let words = words.with("says", words.text(says));
        findings.notes.push(words.note(NoteKind::Assumption, key));
    };
    if let Some(curve) = fit(&columns).and_then(|fit| fit.slope("squared").ok()) {
        let says = if curve.p < 0.05 { "note.too_simple" } else { "note.no_curve" };
        note(&pair.words.numbers([("b", curve.estimate), ("p", curve.p)]), says, "note.line");
    }
    let far = found.skewness.abs() > 1.0 || found.kurtosis.abs() > 2.0;
    let says = if far { "note.far" } else { "note.near" };
    let words = pair.words.with("influential", found.influential);
    let words = words.with("leverage", found.high_leverage);
    let words = words.numbers([("cook", found.cooks_max), ("residual", found.residual_max)]);
    let words = words.numbers([("skewness", found.skewness), ("kurtosis", found.kurtosis)]);
    note(&words, says, "note.outliers");
    note(&words, says, "note.residuals");
}
