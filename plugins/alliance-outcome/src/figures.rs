//! The scatter of early alliance and final outcome, and the forest of sites.

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

/// The scatter behind one correlation.
pub(crate) fn early(pair: &Pair<'_>, x: &[f64], y: &[f64], r: &Estimate) -> Option<Figure> {
    let line = Line::fit(x, y).ok()?;
    let low = x.iter().copied().fold(f64::INFINITY, f64::min);
    let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let band = (0..=STEPS).map(|step| {
        let at = low + (high - low) * step as f64 / STEPS as f64;
        let mean = line.mean_at(at);
        BandPoint { x: at, y: mean.estimate, low: mean.ci[0], high: mean.ci[1] }
    });
    r.estimate.zip(r.ci)?;
    let words = pair.words.of("r", r);
    let annotation = words.text("annotation");
    let words = words.with("annotation", &annotation);
    let (alliance, outcome) = (pair.alliance, pair.outcome);
    let plot = Scatter {
        x: Axis::ranged(format!("Early {}", alliance.name()), alliance.range),
        y: Axis::ranged(format!("Final {}", outcome.name()), outcome.range),
        points: x.iter().zip(y).map(|(&x, &y)| [x, y]).collect(),
        bins: binned::plane(x, y),
        line: band.collect(),
        annotation,
    };
    Some(words.figure("early-A-Y", r.n, Plot::Scatter(plot)).marks(Marks::Clients))
}

/// The sites, their pooled value, where a new site is expected, and the published value.
pub(crate) fn forest(pair: &Pair<'_>, sites: &[Site], fit: &RandomEffects) -> Figure {
    let z = normal::quantile(0.975);
    let ranged = |mid: f64, [low, high]: [f64; 2]| Ranged {
        estimate: mid.tanh(),
        low: low.tanh(),
        high: high.tanh(),
    };
    let rows = sites.iter().zip(&fit.weights).map(|(site, weight)| {
        let (mid, half) = (site.study.estimate, z * site.study.variance.sqrt());
        ForestRow {
            label: format!("Site {}", site.number + 1),
            n: site.n,
            value: ranged(mid, [mid - half, mid + half]),
            weight: Some(*weight),
        }
    });
    let pooled = ForestRow {
        label: "Pooled".to_owned(),
        n: sites.iter().map(|s| s.n).sum(),
        value: ranged(fit.mu, fit.ci),
        weight: None,
    };
    let (settings, df) = (pair.run.settings(), fit.k - 1);
    let estimate = settings.benchmark;
    let [low, high] = settings.benchmark_interval;
    let [low, high] =
        if low <= estimate && estimate <= high { [low, high] } else { [estimate, estimate] };
    let words = pair.words.with("sites", sites.len()).with("df", df).with("p", fit.q_p);
    let words = words.with("q", fit.q).with("tau2", fit.tau2).with("i2", fit.i2);
    let words = words.with("pooled", pooled.value.estimate);
    let words = words.with("pooled_ci", [pooled.value.low, pooled.value.high]);
    let expected = |ci: [f64; 2]| (format!("prediction interval, t({df})"), ci.map(f64::tanh));
    let plot = Forest {
        x: Axis::ranged("Correlation (benefit)", Some([-1.0, 1.0])),
        rows: rows.collect(),
        pooled: Some(pooled),
        prediction: fit.prediction.map(expected),
        benchmark: Some((words.text("benchmark"), Ranged { estimate, low, high })),
        null: 0.0,
        heterogeneity: words.text("heterogeneity"),
        order: "order of the sites in the data".to_owned(),
    };
    words.figure("sites-A-Y", pair.both.n, Plot::Forest(plot)).marks(Marks::Sites)
}
