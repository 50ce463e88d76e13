//! The scatter of early alliance and final outcome, and the forest of sites.

use dyad_plugin::apa;
use dyad_plugin::binned;
use dyad_plugin::figure::{
    Axis, BandPoint, Figure, Forest, ForestRow, Marks, Plot, Ranged, Scatter,
};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::linear::Line;
use dyad_stats::meta::RandomEffects;

use crate::pair::Pair;
use crate::sites::Site;

/// Points along the line at which its band is given.
const STEPS: usize = 40;

/// Describes the scatter behind one correlation.
pub(crate) fn early(
    alliance: &Measure,
    outcome: &Measure,
    x: &[f64],
    y: &[f64],
    pearson: &Estimate,
) -> Option<Figure> {
    let line = Line::fit(x, y).ok()?;
    let (low, high) = (
        x.iter().copied().fold(f64::INFINITY, f64::min),
        x.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let band = (0..=STEPS)
        .map(|step| {
            let at = low + (high - low) * step as f64 / STEPS as f64;
            let mean = line.mean_at(at);
            BandPoint { x: at, y: mean.estimate, low: mean.ci[0], high: mean.ci[1] }
        })
        .collect();
    let (r, ci) = (pearson.estimate?, pearson.ci?);
    let annotation = format!(
        "r = {} {}, n = {}",
        apa::bounded(r, 2),
        apa::bounded_interval(ci, 2),
        pearson.n.clients.unwrap_or(0)
    );
    let title = format!("Early {} and final {}", alliance.name(), outcome.name());
    let alt = format!(
        "Scatter plot of early {} (horizontal) against final {} (vertical) over {} clients. {annotation}.",
        alliance.name(),
        outcome.name(),
        pearson.n.clients.unwrap_or(0)
    );
    let plot = Scatter {
        x: Axis::ranged(format!("Early {}", alliance.name()), alliance.range),
        y: Axis::ranged(format!("Final {}", outcome.name()), outcome.range),
        points: x.iter().zip(y).map(|(&x, &y)| [x, y]).collect(),
        bins: binned::plane(x, y),
        line: band,
        annotation,
    };
    let caption = "Each mark is a client. The line is the least-squares line, the band the 95 % interval of the mean line (not of \
                   single clients).";
    let id = format!("early-{}-{}", alliance.id, outcome.id);
    Some(Figure::new(id, title, caption, alt, pearson.n, Plot::Scatter(plot)).marks(Marks::Clients))
}

/// The sites, their pooled value, where a new site is expected, and the published value.
pub(crate) fn forest(pair: &Pair<'_>, sites: &[Site], fit: &RandomEffects) -> Figure {
    let (alliance, outcome, n) = (pair.alliance, pair.outcome, pair.both.n);
    let benchmark = pair.run.settings().benchmark;
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
    let [low, high] = pair.run.settings().benchmark_interval;
    let label = format!("published r = {}", apa::bounded(benchmark, 3));
    let published = if low <= benchmark && benchmark <= high {
        (label, Ranged { estimate: benchmark, low, high })
    } else {
        (label, Ranged { estimate: benchmark, low: benchmark, high: benchmark })
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
