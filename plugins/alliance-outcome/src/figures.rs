//! The scatter of early alliance and final outcome, and the forest of sites.

use dyad_plugin::binned;
use dyad_plugin::figure::{BandPoint, Figure, Forest, ForestRow, Marks, Plot, Ranged, Scatter};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::linear::Line;
use dyad_stats::meta::RandomEffects;

use crate::pair::Pair;
use crate::sites::Site;

/// Steps along the line at which its band is given.
const STEPS: usize = 40;

/// The scatter behind one correlation.
pub(crate) fn early(pair: &Pair<'_>, r: &Estimate) -> Option<Figure> {
    let (_, [x, y]) = &pair.both;
    let line = Line::fit(x, y).ok()?;
    r.estimate.zip(r.ci)?;
    let low = x.iter().copied().fold(f64::INFINITY, f64::min);
    let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let band = line.along([low, high], STEPS).map(|(at, mean)| BandPoint {
        x: at,
        y: mean.estimate,
        low: mean.ci[0],
        high: mean.ci[1],
    });
    let words = pair.words.of("r", r);
    let annotation = words.text("annotation");
    let words = words.with("annotation", &annotation);
    let figure = words.figure_with_axes("early-A-Y", r.n, |[early, last]| {
        Plot::Scatter(Scatter {
            x: early.within(pair.alliance.range),
            y: last.within(pair.outcome.range),
            points: x.iter().zip(y).map(|(&x, &y)| [x, y]).collect(),
            bins: binned::plane(x, y),
            line: band.collect(),
            annotation,
        })
    });
    Some(figure.marks(Marks::Clients))
}

/// The sites, their pooled value, where a new site is expected, and the published value.
pub(crate) fn forest(pair: &Pair<'_>, sites: &[Site], fit: &RandomEffects) -> Figure {
    let z = normal::quantile(0.975);
    let row = |label: String, n: u64, value: Ranged, weight: Option<f64>| {
        let [estimate, low, high] = [value.estimate, value.low, value.high].map(f64::tanh);
        ForestRow { label, n, value: Ranged { estimate, low, high }, weight }
    };
    let rows = sites.iter().zip(&fit.weights).map(|(site, weight)| {
        let value = Ranged::around(site.study.estimate, z * site.study.variance.sqrt());
        row(format!("Site {}", site.number + 1), site.n, value, Some(*weight))
    });
    let of_all = Ranged { estimate: fit.mu, low: fit.ci[0], high: fit.ci[1] };
    let pooled = row("Pooled".to_owned(), sites.iter().map(|s| s.n).sum(), of_all, None);
    let (settings, df) = (pair.run.settings(), fit.k - 1);
    let estimate = settings.benchmark;
    let [low, high] = settings.benchmark_interval;
    let is_its_own = low <= estimate && estimate <= high;
    let [low, high] = if is_its_own { [low, high] } else { [estimate, estimate] };
    let words = pair.words.with("sites", sites.len()).with("df", df).with("p", fit.q_p);
    let words = words.numbers([("q", fit.q), ("tau2", fit.tau2), ("i2", fit.i2)]);
    let words = words.with("pooled", pooled.value.estimate);
    let words = words.with("pooled_ci", [pooled.value.low, pooled.value.high]);
    let expected = |ci: [f64; 2]| (format!("prediction interval, t({df})"), ci.map(f64::tanh));
    let figure = words.figure_with_axes("sites-A-Y", pair.both.0.n, |[x, _]| {
        Plot::Forest(Forest {
            x: x.within(Some([-1.0, 1.0])),
            rows: rows.collect(),
            pooled: Some(pooled),
            prediction: fit.prediction.map(expected),
            benchmark: Some((words.text("benchmark"), Ranged { estimate, low, high })),
            null: 0.0,
            heterogeneity: words.text("heterogeneity"),
            order: "order of the sites in the data".to_owned(),
        })
    });
    figure.marks(Marks::Sites)
}
