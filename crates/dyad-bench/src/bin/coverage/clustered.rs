//! Intervals that know that clients share therapists, and those that do not; and the rest of what the analyses ship.

use std::ops::Range;

use dyad_stats::change::{pre_post_contributions, pre_post_effect};
use dyad_stats::correlation::{partial, repeated_measures};
use dyad_stats::linear::{Correction, Family, glm, ols};
use dyad_stats::mediation::{indirect_effect, monte_carlo_interval, normal_intervals};
use dyad_stats::proportions::wilson;
use dyad_stats::resample::{Generator, Plan};
use dyad_stats::survival::{Intervals, LifeTable, SurvivalInterval, Ties, cox, kaplan_meier};

use crate::intervals::add;
use crate::{Row, pair};

const CLIENTS: usize = 6;

/// Clients of one therapist resemble each other in what they are asked for.
pub(crate) fn therapists(runs: u64, therapists: usize) {
    let setting = format!("{therapists} therapists, {CLIENTS} clients each");
    let names = [
        "effect from before to after",
        "effect from before to after, CR2 by therapist",
        "share of 12.5 %, Wilson",
        "share of 12.5 %, CR2 by therapist",
        "log hazard ratio of 0, robust by therapist, normal",
        "log hazard ratio of 0, robust by therapist, t",
        "log rate of counts, CR1 by therapist",
    ];
    let mut rows = names.map(|name| Row::new(name, &setting, 0.95));
    let clusters: Vec<Range<usize>> =
        (0..therapists).map(|t| t * CLIENTS..(t + 1) * CLIENTS).collect();
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: clustered", therapists as u64);
        let n = therapists * CLIENTS;
        let (mut before, mut after) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut hit, mut count) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let (mut stop, mut event, mut exposed) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..therapists {
            let own = [0.2 * generator.normal(), 0.4 * generator.normal()];
            let (share, frailty) =
                (0.125 * (0.4 + 1.2 * generator.uniform()), 0.4 * generator.normal());
            let usual = generator.uniform();
            for _ in 0..CLIENTS {
                let [x, y] = pair(&mut generator, 0.6);
                before.push(own[0] + x);
                after.push(own[0] + own[1] + y - 0.8);
                hit.push(f64::from(u8::from(generator.uniform() < share)));
                count.push(poisson(&mut generator, (own[1] - 0.08).exp()));
                let mut wait = |rate: f64| -(1.0 - generator.uniform()).ln() / rate;
                let (left, lost) = (wait(0.1 * frailty.exp()), wait(0.06));
                stop.push(left.min(lost).ceil());
                event.push(left <= lost);
                exposed.push(f64::from(u8::from(generator.uniform() < usual)));
            }
        }
        let mean = |values: &[f64]| {
            let fit = ols(&[], values).ok()?;
            Some(fit.cluster_robust("(intercept)", &clusters, Correction::Cr2).ok()?.ci)
        };
        let effect = 0.8 / 1.04_f64.sqrt();
        add(&mut rows[0], pre_post_effect(&before, &after, -1.0).ok().map(|e| e.ci), effect);
        let each = pre_post_contributions(&before, &after, -1.0).ok();
        add(&mut rows[1], each.and_then(|each| mean(&each)), effect);
        let hits = hit.iter().filter(|h| **h > 0.5).count() as u64;
        add(&mut rows[2], wilson(hits, n as u64).ok(), 0.125);
        add(&mut rows[3], mean(&hit), 0.125);
        let start = vec![0.0; n];
        let columns = [("exposed", &exposed[..])];
        let data = Intervals { start: &start, stop: &stop, event: &event, columns: &columns };
        let hazard = cox(&data, &clusters, Ties::Efron).ok().map(|fit| fit.coefficients[0]);
        add(&mut rows[4], hazard.map(|b| b.ci), 0.0);
        add(&mut rows[5], hazard.and_then(|b| Some(b.by_clusters(therapists).ok()?.ci)), 0.0);
        let rate = glm(&[], &count, &[], Family::Poisson, &clusters).ok();
        add(&mut rows[6], rate.map(|fit| fit.coefficients[0].ci), 0.0);
    }
    rows.iter().for_each(Row::print);
}

/// A count with this mean.
fn poisson(generator: &mut Generator, mean: f64) -> f64 {
    let (mut time, mut events) = (0.0, 0.0);
    loop {
        time -= (1.0 - generator.uniform()).ln();
        if time > mean {
            return events;
        }
        events += 1.0;
    }
}

/// What else the analyses ship: partial and repeated-measures correlations, the indirect effect, the turning point, the median of a curve.
pub(crate) fn others(runs: u64, n: usize) {
    const SESSIONS: usize = 8;
    let setting = format!("{n} clients");
    let names = [
        "partial correlation",
        "repeated-measures correlation, 8 sessions",
        "indirect effect, Monte Carlo",
        "indirect effect, Sobel",
        "turning point, delta method",
        "median of a Kaplan–Meier curve, log-log",
    ];
    let mut rows = names.map(|name| Row::new(name, &setting, 0.95));
    let clients: Vec<Range<usize>> = (0..n).map(|c| c * SESSIONS..(c + 1) * SESSIONS).collect();
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: others", n as u64);
        let (mut x, mut y, mut z) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            z[i] = generator.normal();
            let [a, b] = pair(&mut generator, 0.3);
            (x[i], y[i]) = (0.5 * z[i] + a, b - 0.5 * z[i]);
        }
        add(&mut rows[0], partial(&x, &y, &z).ok().and_then(|r| r.ci), 0.3);
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for _ in 0..n {
            let level = pair(&mut generator, -0.4);
            for _ in 0..SESSIONS {
                let own = pair(&mut generator, 0.3);
                a.push(level[0] + own[0]);
                b.push(level[1] + own[1]);
            }
        }
        add(&mut rows[1], repeated_measures(&a, &b, &clients).ok().and_then(|r| r.ci), 0.3);
        // Paths of 3 and 4 standard errors at 40 clients.
        let se = [0.1, 0.08].map(|s: f64| s * (40.0 / n as f64).sqrt());
        let paths = [0.3 + se[0] * generator.normal(), 0.32 + se[1] * generator.normal()];
        let plan = Plan { seed: run, purpose: "coverage: indirect", replicates: 1999, threads: 1 };
        let drawn = monte_carlo_interval((paths[0], se[0]), (paths[1], se[1]), 0.0, &plan);
        add(&mut rows[2], drawn.ok(), 0.3 * 0.32);
        let product = indirect_effect(paths[0], se[0], paths[1], se[1]).ok();
        add(&mut rows[3], product.map(|effect| normal_intervals(&effect)[0]), 0.3 * 0.32);
        let (s1, s2) = (0.18 / (n as f64).sqrt(), 0.15 / (n as f64).sqrt());
        let (b1, b2) = (0.04 + s1 * generator.normal(), -0.1 + s2 * generator.normal());
        let at = -b1 / (2.0 * b2);
        let half = 1.96 * (s1 / (2.0 * b2)).hypot(b1 * s2 / (2.0 * b2 * b2));
        add(&mut rows[4], (b2 < 0.0).then_some([at - half, at + half]), 0.2);
        let (mut stop, mut event) = (Vec::new(), Vec::new());
        for _ in 0..n {
            let mut wait = |rate: f64| -(1.0 - generator.uniform()).ln() / rate;
            let (left, lost) = (wait(0.1), wait(0.04));
            stop.push(left.min(lost));
            event.push(left <= lost);
        }
        let curve = LifeTable::of(&stop, &event)
            .and_then(|table| kaplan_meier(&table, SurvivalInterval::LogLog));
        // An end that the curve does not reach is open.
        let median = curve.ok().and_then(|curve| {
            Some([curve.median_ci[0]?, curve.median_ci[1].unwrap_or(f64::INFINITY)])
        });
        add(&mut rows[5], median, 10.0 * std::f64::consts::LN_2);
    }
    rows.iter().for_each(Row::print);
}
