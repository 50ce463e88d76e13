//! The intervals of the statistics that need no resampling.

use std::ops::Range;

use dyad_stats::change::pre_post_effect;
use dyad_stats::correlation::{
    bonett_wright, icc_agreement, icc_consistency, kendall, pearson, spearman, williams,
};
use dyad_stats::growth::{RatioInterval, vertex};
use dyad_stats::linear::{Correction, Family, glm, ols};
use dyad_stats::meta::{BetweenVariance, PredictionDf, Study, random_effects, random_effects_by};
use dyad_stats::mixed::{Criterion, Rows};
use dyad_stats::proportions::{agresti_coull, clopper_pearson, jeffreys, poisson_rate, wilson};
use dyad_stats::resample::Generator;
use dyad_stats::survival::{Intervals, LifeTable, SurvivalInterval, Ties, cox, kaplan_meier};

use crate::{Outcome, Row, holds, pair};

/// An interval that was given, or a refusal.
pub(crate) fn add(row: &mut Row, interval: Option<[f64; 2]>, truth: f64) {
    match interval {
        Some(interval) => row.add(holds(interval, truth)),
        None => row.refused += 1,
    }
}

fn correlations(runs: u64, n: usize) {
    let setting = format!("{n} clients, r = .3");
    let names = [
        "Pearson, Fisher z",
        "Spearman, Fieller",
        "Spearman, Bonett–Wright",
        "Kendall, Fieller",
        "difference of dependent r, Zou",
        "ICC(2,1)",
        "ICC(3,1)",
    ];
    let mut rows = names.map(|name| Row::new(name, &setting, 0.95));
    // Of normal variables.
    let rho = 6.0 / std::f64::consts::PI * (0.15_f64).asin();
    let tau = 2.0 / std::f64::consts::PI * (0.3_f64).asin();
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: correlations", n as u64);
        let (mut x, mut y, mut other) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            [x[i], y[i]] = pair(&mut generator, 0.3);
            other[i] = 0.3 * y[i] + 0.91_f64.sqrt() * generator.normal();
        }
        let ranks = spearman(&x, &y).ok();
        let found = [
            (pearson(&x, &y).ok().and_then(|r| r.ci), 0.3),
            (ranks.as_ref().and_then(|r| r.ci), rho),
            (ranks.and_then(|r| bonett_wright(r.r, n).ok()), rho),
            (kendall(&x, &y).ok().and_then(|k| k.ci), tau),
            (williams(&x, &other, &y).ok().map(|w| w.ci), 0.0),
            (icc_agreement(&x, &y).ok().map(|i| i.ci), 0.3),
            (icc_consistency(&x, &y).ok().map(|i| i.ci), 0.3),
        ];
        for (row, (interval, truth)) in rows.iter_mut().zip(found) {
            add(row, interval, truth);
        }
    }
    rows.iter().for_each(Row::print);
}

fn shares(runs: u64, n: u64, p: f64) {
    let setting = format!("{n} clients, share {p}");
    let intervals = [wilson, clopper_pearson, jeffreys, agresti_coull];
    let mut rows = ["Wilson", "Clopper–Pearson", "Jeffreys", "Agresti–Coull"]
        .map(|name| Row::new(name, &setting, 0.95));
    let mut rate =
        Row::new("Poisson rate, exact", &format!("{:.0} events expected", n as f64 * p), 0.95);
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: shares", n);
        let x = (0..n).filter(|_| generator.uniform() < p).count() as u64;
        for (row, interval) in rows.iter_mut().zip(intervals) {
            add(row, interval(x, n).ok(), p);
        }
        // A count by the waiting times between events.
        let (mut time, mut events) = (0.0, 0);
        loop {
            time -= (1.0 - generator.uniform()).ln();
            if time > n as f64 * p {
                break;
            }
            events += 1;
        }
        add(&mut rate, poisson_rate(events, n as f64).ok().map(|r| r.ci), p);
    }
    rows.iter().chain([&rate]).for_each(Row::print);
}

fn survival(runs: u64, n: usize) {
    let setting = format!("{n} clients, a third censored");
    let names = ["Kaplan–Meier, log", "Kaplan–Meier, log-log", "Cox, log hazard ratio"];
    let mut rows = names.map(|name| Row::new(name, &setting, 0.95));
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: survival", n as u64);
        let (mut stop, mut event, mut exposed) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..n {
            let x = f64::from(u8::from(i % 2 == 0));
            let hazard = 0.1 * (0.5 * x).exp();
            let mut wait = |rate: f64| -(1.0 - generator.uniform()).ln() / rate;
            let (left, lost) = (wait(hazard), wait(0.06));
            // Sessions are whole: ties.
            stop.push(left.min(lost).ceil());
            event.push(left <= lost);
            exposed.push(x);
        }
        let truth = 0.5 * ((-0.1_f64 * 5.0).exp() + (-0.1 * 0.5_f64.exp() * 5.0).exp());
        for (row, kind) in rows.iter_mut().zip([SurvivalInterval::Log, SurvivalInterval::LogLog]) {
            let curve = LifeTable::of(&stop, &event).and_then(|table| kaplan_meier(&table, kind));
            let at = curve.ok().and_then(|curve| {
                curve.steps.iter().rev().find(|step| step.time <= 5.0).and_then(|step| step.ci)
            });
            add(row, at, truth);
        }
        let start = vec![0.0; n];
        let columns = [("exposed", &exposed[..])];
        let data = Intervals { start: &start, stop: &stop, event: &event, columns: &columns };
        add(&mut rows[2], cox(&data, &[], Ties::Efron).ok().map(|fit| fit.coefficients[0].ci), 0.5);
    }
    rows.iter().for_each(Row::print);
}

/// Clients in therapists: what a therapist's own level does to standard errors.
fn therapists(runs: u64, therapists: usize) -> Outcome {
    const CLIENTS: usize = 6;
    let setting = format!("{therapists} therapists, {CLIENTS} clients each");
    let names = [
        "mean, CR2 by therapist",
        "slope between therapists, CR2",
        "slope between therapists, mixed model",
        "slope within therapists, mixed model",
        "therapists' ICC, profile",
        "log odds, CR1 by therapist",
    ];
    let mut rows = names.map(|name| Row::new(name, &setting, 0.95));
    let clusters: Vec<Range<usize>> =
        (0..therapists).map(|t| t * CLIENTS..(t + 1) * CLIENTS).collect();
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: therapists", therapists as u64);
        let (mut between, mut within) = (Vec::new(), Vec::new());
        let (mut y, mut event) = (Vec::new(), Vec::new());
        let mut model = Rows::in_clusters(&["between", "within"]);
        let mut empty = Rows::in_clusters(&[]);
        for t in 0..therapists {
            let (level, own) = (generator.normal(), 0.4 * generator.normal());
            for _ in 0..CLIENTS {
                let x = generator.normal();
                let value = 0.3 * level + 0.5 * x + own + generator.normal();
                let id = i64::try_from(t)?;
                model.push(0, id, &[level, x], value)?;
                empty.push(0, id, &[], own + generator.normal())?;
                between.push(level);
                within.push(x);
                y.push(value);
                let p = 1.0 / (1.0 + (-(0.5 * x + own)).exp());
                event.push(f64::from(u8::from(generator.uniform() < p)));
            }
        }
        let robust = |name: &str| {
            let columns = [("between", &between[..]), ("within", &within[..])];
            let fit = ols(if name == "(intercept)" { &[] } else { &columns }, &y).ok()?;
            Some(fit.cluster_robust(name, &clusters, Correction::Cr2).ok()?.ci)
        };
        add(&mut rows[0], robust("(intercept)"), 0.0);
        add(&mut rows[1], robust("between"), 0.3);
        let fit = model.fit(Criterion::Reml).ok();
        let of = |name: &str| fit.as_ref()?.coefficient(name).ok()?.interval(0.95);
        add(&mut rows[2], of("between"), 0.3);
        add(&mut rows[3], of("within"), 0.5);
        let icc = empty.fit(Criterion::Reml).ok().and_then(|fit| fit.icc_interval(0.95).ok());
        add(&mut rows[4], icc.map(|i| [i.low, i.high]), 0.16 / 1.16);
        let logit = glm(&[("within", &within)], &event, &[], Family::Logit, &clusters).ok();
        // The marginal slope is a little less than that of one therapist: .5/√(1 + .346·.16).
        let marginal = 0.5 / (1.0 + 0.346 * 0.16_f64).sqrt();
        add(&mut rows[5], logit.map(|fit| fit.coefficients[1].ci), marginal);
    }
    rows.iter().for_each(Row::print);
    Ok(())
}

fn sites(runs: u64, k: usize, tau2: f64) {
    let setting = format!("{k} sites of 20 to 60, τ² = {tau2}");
    let names = [
        "pooled, Hartung–Knapp with floor",
        "pooled, DerSimonian–Laird",
        "τ², Q-profile",
        "prediction, k − 1",
        "prediction, k − 2",
    ];
    let mut rows = names.map(|name| Row::new(name, &setting, 0.95));
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: sites", k as u64);
        let studies: Vec<Study> = (0..k)
            .map(|_| {
                let variance = 1.0 / (17.0 + generator.below(41) as f64);
                let spread = (tau2 + variance).sqrt();
                Study { estimate: 0.3 + spread * generator.normal(), variance }
            })
            .collect();
        let next = 0.3 + tau2.sqrt() * generator.normal();
        let fit = random_effects(&studies).ok();
        add(&mut rows[0], fit.as_ref().map(|f| f.ci), 0.3);
        let laird = random_effects_by(&studies, BetweenVariance::DerSimonianLaird);
        add(&mut rows[1], laird.ok().map(|f| f.ci), 0.3);
        add(&mut rows[2], fit.as_ref().map(|f| f.tau2_ci), tau2);
        let predicted = |df| fit.as_ref().and_then(|f| f.prediction_interval(df));
        add(&mut rows[3], predicted(PredictionDf::KMinusOne), next);
        add(&mut rows[4], predicted(PredictionDf::KMinusTwo), next);
    }
    rows.iter().for_each(Row::print);
}

fn change(runs: u64, n: usize) {
    let setting = format!("{n} clients");
    let mut effect = Row::new("effect from before to after", &setting, 0.95);
    let mut turn = Row::new("turning point, Fieller", &setting, 0.95);
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: change", n as u64);
        let (before, after): (Vec<f64>, Vec<f64>) = (0..n)
            .map(|_| {
                let [x, y] = pair(&mut generator, 0.6);
                (x, y - 0.8)
            })
            .unzip();
        add(&mut effect, pre_post_effect(&before, &after, -1.0).ok().map(|e| e.ci), 0.8);
        // b₁ and b₂ with the standard errors that n clients of five sessions give.
        let (s1, s2) = (0.18 / (n as f64).sqrt(), 0.15 / (n as f64).sqrt());
        let b = [0.04 + s1 * generator.normal(), -0.1 + s2 * generator.normal()];
        match vertex(b, [s1 * s1, 0.0, s2 * s2], 1.959_963_984_540_054) {
            Ok((_, RatioInterval::Between(interval))) => turn.add(holds(interval, 0.2)),
            Ok((_, RatioInterval::Outside([low, high]))) => turn.add(0.2 <= low || 0.2 >= high),
            Ok((_, RatioInterval::Anything)) => turn.add(true),
            Err(_) => turn.refused += 1,
        }
    }
    effect.print();
    turn.print();
}

/// Every interval, at sizes typical of the field and at sizes that are too small.
pub(crate) fn all(runs: u64) -> Outcome {
    for n in [15, 40, 120] {
        correlations(runs, n);
    }
    shares(runs, 24, 0.33);
    shares(runs, 120, 0.5);
    shares(runs, 120, 0.05);
    survival(runs, 60);
    survival(runs, 120);
    for count in [4, 10, 24, 60] {
        therapists(runs, count)?;
    }
    for (k, tau2) in [
        (3, 0.02),
        (6, 0.02),
        (6, 0.0),
        (10, 0.02),
        (20, 0.02),
        (40, 0.02),
        (6, 0.12),
        (10, 0.12),
        (20, 0.12),
        (40, 0.12),
    ] {
        sites(runs, k, tau2);
    }
    for n in [15, 40, 120] {
        change(runs, n);
    }
    Ok(())
}
