//! Therapists' predicted deviations, unnamed: in order only where they can be told apart.

use dyad_plugin::apa;
use dyad_plugin::binned;
use dyad_plugin::figure::{Axis, Caterpillar, Figure, Marks, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::mixed::RandomIntercept;

use crate::Settings;

/// Bins of the histogram.
const BINS: usize = 8;

/// Describes the figure; `None` without a therapist to show. `in_order`: whether single therapists may be drawn.
pub(crate) fn caterpillar(
    outcome: &Measure,
    therapists: &[RandomIntercept],
    settings: &Settings,
    (reliability, in_order): (Option<f64>, bool),
    n: Counts,
) -> Option<Figure> {
    let mut seen: Vec<&RandomIntercept> =
        therapists.iter().filter(|t| t.rows >= settings.min_caseload).collect();
    seen.sort_by(|a, b| a.estimate.total_cmp(&b.estimate));
    let estimates: Vec<f64> = seen.iter().map(|t| t.estimate).collect();
    let (lowest, highest) = (*estimates.first()?, *estimates.last()?);
    let z = normal::quantile(0.975);
    let range = |t: &&RandomIntercept| Ranged {
        estimate: t.estimate,
        low: t.estimate - z * t.se,
        high: t.estimate + z * t.se,
    };
    let name = outcome.name();
    let reliability = apa::bounded(reliability?, 2);
    let small = therapists.len() - seen.len();
    let left_out = if small > 0 {
        format!(
            " {} with fewer than {} clients left out.",
            apa::counted(small as u64, "therapist"),
            settings.min_caseload
        )
    } else {
        String::new()
    };
    let (units, alt, caption) = if in_order {
        let units: Vec<Ranged> = seen.iter().map(range).collect();
        let differ = units.iter().filter(|u| u.low > 0.0 || u.high < 0.0).count();
        let alt = format!(
            "Caterpillar plot of {} unnamed therapists, sorted by their predicted deviation in final {name} with 95 % intervals. {differ} of \
             them differ from the average.",
            units.len()
        );
        let caption = format!(
            "Empirical Bayes predictions given baseline, shrunken towards 0; intervals are 95 % (differs from the average), not for comparing \
             pairs. Mean reliability {reliability}: the order is still uncertain.{left_out}"
        );
        (units, alt, caption)
    } else {
        let alt = format!(
            "Histogram of the predicted deviations in final {name} of {} unnamed therapists. They lie between {} and {}, and are too uncertain to \
             tell therapists apart.",
            seen.len(),
            apa::number(lowest, 2),
            apa::number(highest, 2)
        );
        let caption = format!(
            "Empirical Bayes predictions given baseline, shrunken towards 0. Mean reliability {reliability}, below {}: therapists are neither \
             ordered nor given intervals.{left_out}",
            apa::bounded(settings.min_reliability, 2)
        );
        (Vec::new(), alt, caption)
    };
    let plot = Caterpillar {
        x: Axis::new(format!("Deviation in final {name}")),
        units,
        bins: binned::line(&estimates, BINS),
        interval: "95 %: differs from the average".to_owned(),
    };
    let title = format!("Therapists' deviations in final {name}");
    let id = format!("therapists-{}", outcome.id);
    Some(Figure::new(id, title, caption, alt, n, Plot::Caterpillar(plot)).marks(Marks::Therapists))
}
