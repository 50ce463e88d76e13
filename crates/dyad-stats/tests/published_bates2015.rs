//! Bates, Mächler, Bolker and Walker (2015), Fitting linear mixed-effects models using lme4, Journal of Statistical Software 67(1).
//! Values as printed in the edition that comes with lme4 1.1-31, pages 31 to 34: the sleep study, reaction ~ days + (days | subject).

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use std::fs;
use std::path::Path;

use dyad_stats::mixed::{Criterion, Level, Rows, likelihood_ratio};

fn sleepstudy(mut rows: Rows) -> Rows {
    let file = "../../tests/golden/stats/mixed-sleepstudy.csv";
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [_, subject, days, reaction] = cells[..] else { continue };
        let (days, reaction) = (days.parse().unwrap(), reaction.parse().unwrap());
        rows.push(0, subject.parse().unwrap(), &[days], reaction).unwrap();
    }
    assert_eq!(rows.len(), 180);
    rows
}

fn with_slopes() -> Rows {
    let rows = Rows::in_clusters(&["days"]).with_random_slope("days", &[Level::Cluster]).unwrap();
    sleepstudy(rows)
}

/// Equal to the digits printed; a value may round either way where the printed optimum is less exact than ours.
#[track_caller]
fn printed(ours: f64, printed: f64, digits: i32) {
    let unit = 10.0_f64.powi(-digits);
    assert!((ours - printed).abs() <= 0.55 * unit, "{ours} is printed as {printed}");
}

#[test]
fn page_31_variances_and_criterion() {
    let fit = with_slopes().fit(Criterion::Reml).unwrap();
    printed(fit.criterion, 1743.6, 1);
    printed(fit.variances.cluster, 612.1, 1);
    printed(fit.variances.cluster.sqrt(), 24.74, 2);
    let slope = fit.slope_variance(Level::Cluster).unwrap();
    printed(slope.variance, 35.1, 1);
    printed(slope.variance.sqrt(), 5.92, 2);
    printed(slope.correlation.unwrap(), 0.07, 2);
    printed(fit.variances.residual, 654.9, 1);
    printed(fit.variances.residual.sqrt(), 25.59, 2);
}

#[test]
fn page_32_as_a_data_frame() {
    // Printed where lme4's default search stops: 612.1002, 35.0717, 9.6044, 654.9400. The criterion is lower at 612.0899.
    let fit = with_slopes().fit(Criterion::Reml).unwrap();
    let slope = fit.slope_variance(Level::Cluster).unwrap();
    for (ours, printed) in [
        (fit.variances.cluster, 612.1002),
        (slope.variance, 35.0717),
        (slope.covariance, 9.6044),
        (fit.variances.residual, 654.94),
    ] {
        assert!((ours / printed - 1.0).abs() < 1e-4, "{ours} is printed as {printed}");
    }
}

#[test]
fn page_32_fixed_effects() {
    let fit = with_slopes().fit(Criterion::Reml).unwrap();
    let intercept = fit.coefficient("(intercept)").unwrap();
    printed(intercept.estimate, 251.41, 2);
    printed(intercept.se, 6.82, 2);
    printed(intercept.t, 36.84, 2);
    let days = fit.coefficient("days").unwrap();
    printed(days.estimate, 10.47, 2);
    printed(days.se, 1.55, 2);
    printed(days.t, 6.77, 2);
    let correlation = fit.covariance("(intercept)", "days").unwrap() / (intercept.se * days.se);
    printed(correlation, -0.138, 3);
}

#[test]
fn page_34_models_compared_by_ml() {
    let slopes = with_slopes().fit(Criterion::Ml).unwrap();
    let intercepts = sleepstudy(Rows::in_clusters(&["days"])).fit(Criterion::Ml).unwrap();
    printed(slopes.criterion, 1752.0, 0);
    // Printed step by step, 42.08 for the slopes and 0.06 for their correlation. The mixture halves p; lme4 prints the plain chi-square.
    let test = likelihood_ratio(&slopes, &intercepts).unwrap();
    assert!((test.ratio - 42.08 - 0.06).abs() < 0.011, "{}", test.ratio);
    assert_eq!(test.df, [1, 2]);
    assert!(test.p < 1e-9);
}
