//! The correlation of two variables in every site.

use dyad_model::figure::{Forest, ForestRow, Marks, Plot, Ranged};
use dyad_stats::distributions::normal;
use dyad_stats::meta::{self, Published, RandomEffects, group_correlations, random_effects};
use dyad_stats::replication::Effect;

use crate::section::Section;

/// One site that can be used: Fisher z of its benefit correlation.
struct Site {
    number: i64,
    n: u64,
    study: meta::Study,
}

/// The correlations of the sites, in the benefit direction.
pub struct Sites {
    usable: Vec<Site>,
    /// Sites without a correlation: fewer than four clients, or no variation.
    pub unusable: u64,
}

impl Sites {
    /// The correlation of x and y in every site of the section's sample.
    #[must_use]
    pub fn of(section: &Section<'_>, x: &[f64], y: &[f64]) -> Self {
        let ranges = section.clients.site_ranges(section.sample());
        let found = group_correlations(x, y, &ranges, section.benefit_sign().unwrap_or(1.0));
        let usable = ranges.iter().zip(found).filter_map(|(range, study)| {
            let number = section.clients.site(section.sample()[range.start]);
            Some(Site { number, n: range.len() as u64, study: study? })
        });
        let usable: Vec<Site> = usable.collect();
        Self { unusable: (ranges.len() - usable.len()) as u64, usable }
    }

    /// Their random-effects model.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn pooled(&self) -> Result<RandomEffects, String> {
        let studies: Vec<meta::Study> = self.usable.iter().map(|site| site.study).collect();
        Ok(random_effects(&studies)?)
    }

    /// The sites' effects, as a published one is laid beside them.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        let effect = |site: &Site| {
            let meta::Study { estimate, variance } = site.study;
            Effect::with_standard_error(estimate.tanh(), variance.sqrt()).ok()
        };
        self.usable.iter().filter_map(effect).collect()
    }

    /// Adds the forest plot `figure`: the sites, unnamed, their pooled value, where a new site is expected, and the published value. Of
    /// `[text]`, `benchmark` and `heterogeneity` stand in it; there, `{q}`, `{df}`, `{p}`, `{tau2}` and `{i2}` are known, and in the texts
    /// of the figure `{sites}`, `{pooled}` and `{pooled_ci}`, too.
    pub fn forest(
        &self,
        section: &Section<'_>,
        figure: &str,
        fit: &RandomEffects,
        published: &Published,
    ) {
        let z = normal::quantile(0.975);
        let row = |label: String, n: u64, value: Ranged, weight: Option<f64>| {
            let [estimate, low, high] = [value.estimate, value.low, value.high].map(f64::tanh);
            ForestRow { label, n, value: Ranged { estimate, low, high }, weight }
        };
        let rows = self.usable.iter().zip(&fit.weights).map(|(site, weight)| {
            let value = Ranged::around(site.study.estimate, z * site.study.variance.sqrt());
            row(format!("Site {}", site.number + 1), site.n, value, Some(*weight))
        });
        let all = Ranged { estimate: fit.mu, low: fit.ci[0], high: fit.ci[1] };
        let pooled = row("Pooled".to_owned(), self.usable.iter().map(|s| s.n).sum(), all, None);
        let expected =
            |ci: [f64; 2]| (format!("prediction interval, t({})", fit.k - 1), ci.map(f64::tanh));
        let Published { r: estimate, ci: [low, high], .. } = *published;
        let section = section
            .numbers([("q", fit.q), ("df", fit.df()), ("p", fit.q_p)])
            .numbers([("tau2", fit.tau2), ("i2", fit.i2), ("pooled", pooled.value.estimate)])
            .with("sites", self.usable.len())
            .with("pooled_ci", [pooled.value.low, pooled.value.high]);
        section.figure(figure, Marks::Sites, |[x, _]| {
            Plot::Forest(Forest {
                x: x.within(Some([-1.0, 1.0])),
                rows: rows.collect(),
                pooled: Some(pooled),
                prediction: fit.prediction.map(expected),
                benchmark: Some((section.text("benchmark"), Ranged { estimate, low, high })),
                null: 0.0,
                heterogeneity: section.text("heterogeneity"),
                order: "order of the sites in the data".to_owned(),
            })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn a_small_site_is_counted_and_not_used() {
        let run = made::six_clients("");
        let study = Study::of(&run).unwrap();
        let (x, y) = ([1.0, 2.0, 3.0, 4.0, 1.0, 2.0], [4.0, 2.0, 3.0, 1.0, 2.0, 1.0]);
        let s = study.about("Y", &run.measures()[1]).over_clients((0..6).collect(), "");
        let sites = Sites::of(&s, &x, &y);
        assert_eq!((sites.usable.len(), sites.unusable), (1, 1));
        // r = −.8 of an outcome that is better when lower.
        assert!((sites.effects()[0].r - 0.8).abs() < 1e-12);
        assert_eq!(sites.usable[0].n, 4);
        assert!(sites.pooled().is_err());
    }
}
