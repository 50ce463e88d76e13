//! Examples as their papers and programs print them, to the digits printed.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use std::fs;
use std::path::Path;

use dyad_stats::change::{Population, cutoff_a, cutoff_b, cutoff_c, reliable_change};
use dyad_stats::correlation::repeated_measures;
use dyad_stats::meta::{Study, random_effects};
use dyad_stats::mixed::{Criterion, Level, Rows};
use dyad_stats::survival::{
    Intervals, LifeTable, SurvivalInterval, Ties, cox, kaplan_meier, log_rank,
};

/// The columns of a file of numbers; an empty cell is NaN.
fn columns(file: &str) -> Vec<Vec<f64>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/stats");
    let text = fs::read_to_string(folder.join(file)).unwrap();
    let mut lines = text.lines();
    let mut columns = vec![Vec::new(); lines.next().unwrap().split(',').count()];
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.parse().unwrap_or(f64::NAN));
        }
    }
    columns
}

/// Equal to the digits printed.
#[track_caller]
fn printed(ours: f64, printed: f64, digits: i32) {
    assert!(
        (ours - printed).abs() <= 0.51 * 10.0_f64.powi(-digits),
        "{ours} is printed as {printed}"
    );
}

/// Bakdash and Marusich (2017), Frontiers in Psychology 8:456, example of `rmcorr`: pH and PaCO2 of Bland and Altman (1995).
/// Printed: r = −0.5067697, 38 degrees of freedom, p = 0.0008471081.
#[test]
fn bakdash_and_marusich_2017() {
    let data = columns("bland1995.csv");
    let mut start = 0;
    let subjects: Vec<_> = data[0]
        .chunk_by(|a, b| a.total_cmp(b).is_eq())
        .map(|rows| {
            start += rows.len();
            start - rows.len()..start
        })
        .collect();
    assert_eq!(subjects.len(), 8);
    let found = repeated_measures(&data[2], &data[1], &subjects).unwrap();
    printed(found.r, -0.506_769_7, 7);
    printed(found.df, 38.0, 0);
    printed(found.p, 0.000_847_108_1, 10);
}

/// Molloy, O'Carroll and Ferguson (2014), Annals of Behavioral Medicine 47, 92–101: conscientiousness and medication adherence, 16 studies.
/// Printed there: r = 0.15. The documentation of metafor's `dat.molloy2014` prints τ² 0.0081, I² 61.73 %, Q 38.1595, estimate 0.1499.
#[test]
fn molloy_2014() {
    let r = [
        0.187, 0.162, 0.34, 0.32, 0.27, 0.0, 0.175, 0.05, 0.26, 0.01, -0.09, 0.37, 0.0, 0.15, 0.24,
        0.04,
    ];
    let n = [
        109.0, 749.0, 55.0, 107.0, 72.0, 65.0, 174.0, 326.0, 58.0, 771.0, 56.0, 91.0, 116.0, 537.0,
        158.0, 65.0,
    ];
    let studies: Vec<Study> = r
        .into_iter()
        .zip(n)
        .map(|(r, n): (f64, f64)| Study { estimate: r.atanh(), variance: 1.0 / (n - 3.0) })
        .collect();
    let fit = random_effects(&studies).unwrap();
    printed(fit.mu.tanh(), 0.15, 2);
    printed(fit.mu, 0.1499, 4);
    printed(fit.tau2, 0.0081, 4);
    printed(fit.i2, 61.73, 2);
    printed(fit.q, 38.1595, 4);
}

/// Jacobson and Truax (1991), Journal of Consulting and Clinical Psychology 59, 12–19: the worked example. Clinical mean 40, functional
/// mean 60, both SD 7.5, reliability .80; a couple goes from 32.5 to 47.5. Printed: a = 55, b = 45, c = 50, S_diff 4.74, RC 3.16.
#[test]
fn jacobson_and_truax_1991() {
    let clinical = Population { mean: 40.0, sd: 7.5 };
    let functional = Population { mean: 60.0, sd: 7.5 };
    printed(cutoff_a(clinical, functional), 55.0, 1);
    printed(cutoff_b(clinical, functional), 45.0, 1);
    printed(cutoff_c(clinical, functional), 50.0, 1);
    let change = reliable_change(7.5, 0.80).unwrap();
    printed(change.difference, 4.74, 2);
    printed((47.5 - 32.5) / change.difference, 3.16, 2);
}

/// The lung cancer data of Loprinzi and others (1994) as the documentation of R's survival prints them: median 310 days [285, 363],
/// log-rank of the sexes 10.3 with p = .001, Cox coefficient of sex −0.5310, standard error 0.1672.
#[test]
fn lung_loprinzi_1994() {
    let data = columns("survival-lung_all.csv");
    let (time, sex) = (&data[0], &data[2]);
    let event: Vec<bool> = data[1].iter().map(|e| *e > 0.5).collect();
    assert_eq!(time.len(), 228);
    let table = LifeTable::of(time, &event).unwrap();
    let curve = kaplan_meier(&table, SurvivalInterval::Log).unwrap();
    assert_eq!(table.events(), 165);
    printed(curve.median.unwrap(), 310.0, 0);
    printed(curve.median_ci[0].unwrap(), 285.0, 0);
    printed(curve.median_ci[1].unwrap(), 363.0, 0);
    let groups = [1.0, 2.0].map(|which| {
        let rows: Vec<usize> =
            (0..time.len()).filter(|&row| (sex[row] - which).abs() < 0.5).collect();
        let times: Vec<f64> = rows.iter().map(|&row| time[row]).collect();
        let events: Vec<bool> = rows.iter().map(|&row| event[row]).collect();
        LifeTable::of(&times, &events).unwrap()
    });
    let test = log_rank(&groups).unwrap();
    printed(test.chi_square, 10.3, 1);
    printed(test.p, 0.001, 3);
    let start = vec![0.0; time.len()];
    let columns = [("sex", &sex[..])];
    let intervals = Intervals { start: &start, stop: time, event: &event, columns: &columns };
    let sex = cox(&intervals, &[], Ties::Efron).unwrap().coefficients[0];
    printed(sex.estimate, -0.5310, 4);
    printed(sex.se, 0.1672, 4);
}

/// Reisby and others (1977), the growth model of Hedeker and Gibbons with correlated intercepts and slopes by maximum likelihood, as
/// R's lme4 fits it: level 23.577, slope −2.377, variances 12.63 and 2.08, covariance −1.42, residual 12.22.
#[test]
fn reisby_1977() {
    let data = columns("reisby.csv");
    let mut rows =
        Rows::in_clusters(&["week"]).with_random_slope("week", &[Level::Cluster]).unwrap();
    let head = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/stats/reisby.csv"),
    )
    .unwrap();
    let names: Vec<&str> = head.lines().next().unwrap().split(',').collect();
    let column =
        |name: &str| &data[names.iter().position(|own| own.trim_matches('"') == name).unwrap()];
    let (subject, week, score) = (column("subject"), column("week"), column("hdrs"));
    let mut cluster = 0;
    for row in 0..score.len() {
        if row > 0 && (subject[row] - subject[row - 1]).abs() > 0.5 {
            cluster += 1;
        }
        if score[row].is_finite() {
            rows.push(0, cluster, &[week[row]], score[row]).unwrap();
        }
    }
    let fit = rows.fit(Criterion::Ml).unwrap();
    let slope = fit.slope_variance(Level::Cluster).unwrap();
    let fixed: Vec<f64> = fit.fixed().map(|(_, value)| value).collect();
    printed(fixed[0], 23.577, 2);
    printed(fixed[1], -2.377, 3);
    printed(fit.variances.cluster, 12.63, 2);
    printed(slope.variance, 2.08, 2);
    printed(slope.covariance, -1.42, 2);
    printed(fit.variances.residual, 12.22, 2);
}
