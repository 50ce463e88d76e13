//! The correlation across sites, pooled, and beside the published value.

use dyad_plugin::apa;
use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::figure::{Axis, Figure, Forest, ForestRow, Marks, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_stats::correlation;
use dyad_stats::distributions::normal;
use dyad_stats::meta::{RandomEffects, Study, random_effects};

use crate::Settings;

/// The published interval of r = .278 (Flückiger et al., 2018).
const PUBLISHED: [f64; 3] = [0.278, 0.256, 0.299];

/// One site that can be used.
struct Site {
    number: i64,
    n: u64,
    study: Study,
}

/// Adds `sites/A/Y/…` and the forest plot.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    outcome: &Measure,
) -> Result<(), Failure> {
    let sessions = run.table("sessions")?;
    let window = run.settings().early_window;
    let early = clients.mean_in(&sessions.floats(&alliance.id)?, window);
    let last = clients.last(&sessions.floats(&outcome.id)?);
    let no_early = format!("no alliance rating in sessions {}-{}", window[0], window[1]);
    let no_last = format!("no {} score", outcome.name());
    let sample = clients.complete(&[(&early, &no_early), (&last, &no_last)]);
    let (sites, unusable) = sites(clients, &sample, &early, &last, outcome);
    let studies: Vec<Study> = sites.iter().map(|s| s.study).collect();
    let fit = random_effects(&studies).map_err(|e| e.to_string());
    let benchmark = run.settings().benchmark;

    let new = |what: &str, label: &str| {
        let id = format!("sites/{}/{}/{what}", alliance.id, outcome.id);
        let label = format!("{label}, early {} and final {}", alliance.name(), outcome.name());
        sample.describe(Estimate::new(id, label)).dropped_units(Dropped {
            reason: "site with fewer than 4 clients or no variation".to_owned(),
            sites: Some(unusable),
            ..Dropped::default()
        })
    };
    let model = "random effects on Fisher z, benefit sign; tau² by REML; Hartung–Knapp with the ad-hoc floor, t with k − 1 df";
    let give = |estimate: Estimate, fill: &dyn Fn(Estimate, &RandomEffects) -> Estimate| match &fit
    {
        Err(reason) => estimate.refused(reason.as_str()),
        Ok(fit) => fill(estimate, fit),
    };
    let tanh = |[low, high]: [f64; 2]| [low.tanh(), high.tanh()];

    let pooled = new("pooled", "Correlation pooled over sites")
        .method(model)
        .source("viechtbauer2010")
        .source("rover2015");
    findings.estimates.push(give(pooled, &|e, fit| {
        let (t, p) = fit.test(0.0);
        let given = e
            .value_with_benefit(fit.mu.tanh(), 1.0)
            .ci(tanh(fit.ci))
            .statistic("t", t, Some(fit.df()))
            .p(p);
        let given = given
            .detail("fisher_z", fit.mu)
            .detail("se_fisher_z", fit.se)
            .detail("sites", fit.k as f64);
        if fit.floored {
            given.warn(
                "Hartung–Knapp alone would be narrower than the normal interval: the floor is used",
            )
        } else {
            given
        }
    }));
    let tau2 = new("tau2", "Variance between sites (Fisher z)")
        .method("REML; Q-profile interval")
        .source("viechtbauer2007");
    findings
        .estimates
        .push(give(tau2, &|e, fit| e.value(fit.tau2).se(fit.tau2_se).ci(fit.tau2_ci)));
    let i2 = new("i2", "I², per cent of the variation between sites beyond chance")
        .method("100·tau²/(tau² + s²)")
        .source("higgins2002");
    findings.estimates.push(give(i2, &|e, fit| e.value(fit.i2)));
    let q = new("q", "Cochran's Q")
        .method("weighted squares about the fixed-effect mean")
        .source("cochran1954");
    findings.estimates.push(give(q, &|e, fit| {
        e.value(fit.q).statistic("chi2", fit.q, Some(fit.df())).p(fit.q_p)
    }));
    let prediction = new("prediction_interval", "Where a new site's correlation is expected")
        .method("tanh(mu ± t(k − 1)·√(tau² + SE²))")
        .source("higgins2009");
    findings.estimates.push(give(prediction, &|e, fit| match fit.prediction {
        None => e.refused("a prediction interval needs 3 sites or more"),
        Some(interval) => {
            let given = e.value_with_benefit(fit.mu.tanh(), 1.0).ci(tanh(interval));
            if fit.tau2 > 0.0 {
                given
            } else {
                given.warn("tau² is estimated as 0, so this equals the confidence interval: with few sites that is ignorance, not certainty")
            }
        }
    }));
    let against = new("benchmark", "Difference from the published correlation (Fisher z)")
        .method(format!("mu − atanh({benchmark}), t with k − 1 df"))
        .source("fluckiger2018");
    findings.estimates.push(give(against, &|e, fit| {
        let centre = benchmark.atanh();
        let (t, p) = fit.test(centre);
        e.tested(
            fit.mu - centre,
            fit.se,
            Some([fit.ci[0] - centre, fit.ci[1] - centre]),
            (t, Some(fit.df())),
            Some(p),
        )
    }));
    if let Ok(fit) = &fit {
        findings.figures.push(forest(alliance, outcome, &sites, fit, benchmark, sample.n));
    }
    Ok(())
}

/// Fisher z of the benefit correlation of every site that can be used.
pub(crate) fn studies(
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    outcome: &Measure,
) -> Result<Vec<Study>, Failure> {
    let sessions = run.table("sessions")?;
    let early = clients.mean_in(&sessions.floats(&alliance.id)?, run.settings().early_window);
    let last = clients.last(&sessions.floats(&outcome.id)?);
    let sample = clients.complete(&[(&early, "no early rating"), (&last, "no last score")]);
    let (sites, _) = sites(clients, &sample, &early, &last, outcome);
    Ok(sites.iter().map(|site| site.study).collect())
}

/// Fisher z of the benefit correlation per site, and how many sites give none.
fn sites(
    clients: &Clients<'_>,
    sample: &Sample,
    early: &[Option<f64>],
    last: &[Option<f64>],
    outcome: &Measure,
) -> (Vec<Site>, u64) {
    let (x, y) = (sample.pick(early), sample.pick(last));
    let (mut usable, mut unusable) = (Vec::new(), 0);
    for range in clients.site_ranges(&sample.clients) {
        let n = range.len() as u64;
        let number = clients.site(sample.clients[range.start]);
        match correlation::pearson(&x[range.clone()], &y[range]) {
            Ok(r) if r.r.abs() < 1.0 => usable.push(Site {
                number,
                n,
                study: Study {
                    estimate: (outcome.benefit_sign() * r.r).atanh(),
                    variance: 1.0 / (n as f64 - 3.0),
                },
            }),
            _ => unusable += 1,
        }
    }
    (usable, unusable)
}

fn forest(
    alliance: &Measure,
    outcome: &Measure,
    sites: &[Site],
    fit: &RandomEffects,
    benchmark: f64,
    n: Counts,
) -> Figure {
    let z = normal::quantile(0.975);
    let ranged = |mid: f64, low: f64, high: f64| Ranged {
        estimate: mid.tanh(),
        low: low.tanh(),
        high: high.tanh(),
    };
    let rows: Vec<ForestRow> = sites
        .iter()
        .zip(&fit.weights)
        .map(|(site, weight)| {
            let (mid, half) = (site.study.estimate, z * site.study.variance.sqrt());
            let value = ranged(mid, mid - half, mid + half);
            ForestRow {
                label: format!("Site {}", site.number + 1),
                n: site.n,
                value,
                weight: Some(*weight),
            }
        })
        .collect();
    let pooled = ForestRow {
        label: "Pooled".to_owned(),
        n: sites.iter().map(|s| s.n).sum(),
        value: ranged(fit.mu, fit.ci[0], fit.ci[1]),
        weight: None,
    };
    let [published, low, high] = PUBLISHED;
    let is_published = (benchmark - published).abs() < 1e-12;
    let published = if is_published {
        ("published r = .278 (295 studies)".to_owned(), Ranged { estimate: published, low, high })
    } else {
        (
            format!("benchmark {}", apa::bounded(benchmark, 3)),
            Ranged { estimate: benchmark, low: benchmark, high: benchmark },
        )
    };
    let alt = format!(
        "Forest plot of the correlation of early {} and final {} in {} sites, + meaning stronger alliance with better outcome. Pooled {} {}.",
        alliance.name(),
        outcome.name(),
        sites.len(),
        apa::bounded(pooled.value.estimate, 2),
        apa::bounded_interval([pooled.value.low, pooled.value.high], 2)
    );
    let heterogeneity = format!(
        "Q({}) = {}, {}; tau² = {} (Fisher z); I² = {} %",
        fit.k - 1,
        apa::number(fit.q, 2),
        apa::p_value(fit.q_p),
        apa::number(fit.tau2, 3),
        apa::number(fit.i2, 0)
    );
    let plot = Forest {
        x: Axis::ranged("Correlation (benefit)", Some([-1.0, 1.0])),
        rows,
        pooled: Some(pooled),
        prediction: fit.prediction.map(|[low, high]| {
            (format!("prediction interval, t({})", fit.k - 1), [low.tanh(), high.tanh()])
        }),
        benchmark: Some(published),
        null: 0.0,
        heterogeneity,
        order: "order of the sites in the data".to_owned(),
    };
    let caption = "Squares are site correlations with 95 % intervals, their area the weight; the diamond is the pooled value with its \
                   Hartung–Knapp interval; the bar is where a new site is expected. Intervals are computed on the Fisher z scale.";
    let title = format!("Early {} and final {}, by site", alliance.name(), outcome.name());
    let id = format!("sites-{}-{}", alliance.id, outcome.id);
    Figure::new(id, title, caption, alt, n, Plot::Forest(plot)).marks(Marks::Sites)
}
