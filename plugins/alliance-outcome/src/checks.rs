//! The assumptions behind the client-level numbers, as far as the data can speak to them.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;

use crate::pair::{Pair, Regression};

/// Adds what the residuals of final ~ baseline + early say, and whether a curve fits better than the line.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let [x, y, z] = pair.complete();
    let fit = Regression::of(pair.clients, &pair.all, &[("baseline", &z), ("early", &x)], &y);
    let Some(found) = fit.ok().and_then(|fit| fit.fit.diagnostics()) else { return };
    let names = pair.names();
    let mut note = |text: String| findings.notes.push(Note { kind: NoteKind::Assumption, text });

    let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
    let squared: Vec<f64> = x.iter().map(|x| (x - mean) * (x - mean)).collect();
    let columns = [("baseline", &z[..]), ("early", &x), ("squared", &squared)];
    let curve =
        Regression::of(pair.clients, &pair.all, &columns, &y).and_then(|fit| fit.slope("squared"));
    if let Ok(curve) = curve {
        let says = if curve.p < 0.05 { "a line is too simple" } else { "no sign of a curve" };
        note(format!(
            "Linearity of {names} given baseline: the squared alliance adds b = {}, {} (CR2): {says}.",
            apa::number(curve.estimate, 3),
            apa::p_value(curve.p)
        ));
    }
    note(format!(
        "Outliers of {names} given baseline: {} above 4/n in Cook's distance, the largest {} (1 moves the fit), {} of high leverage, \
         largest studentised residual {}. Nobody was removed. [@cook1977]",
        apa::counted(found.influential, "client"),
        apa::number(found.cooks_max, 2),
        apa::counted(found.high_leverage, "client"),
        apa::number(found.residual_max, 1)
    ));
    let far = found.skewness.abs() > 1.0 || found.kurtosis.abs() > 2.0;
    note(format!(
        "Residuals of {names} given baseline: skewness {}, excess kurtosis {}: {}.",
        apa::number(found.skewness, 2),
        apa::number(found.kurtosis, 2),
        if far {
            "far from normal, read the rank correlation beside the others"
        } else {
            "near enough to normal for tests of means and slopes"
        }
    ));
}
