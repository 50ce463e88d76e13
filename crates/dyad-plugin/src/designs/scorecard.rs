//! Published effects laid beside the estimates of a study, by nine metrics that ask different questions.

use dyad_model::{Counts, Estimate, Findings, Replication};
use dyad_stats::distributions::normal;
use dyad_stats::replication::{self as metrics, Effect};

/// The estimate of this plugin's run that a published effect names, with the plugin's id before it.
///
/// # Errors
/// Why there is none to be laid beside it.
pub fn named<'f>(
    published: &Replication,
    plugin: &str,
    findings: &'f Findings,
) -> Result<&'f Estimate, String> {
    let name = &published.estimate;
    let id = name.strip_prefix(plugin).and_then(|rest| rest.strip_prefix('/'));
    let id = id.ok_or_else(|| format!("{name} is not an estimate of {plugin}"))?;
    let found = findings.get(id).ok_or_else(|| format!("this run has no estimate {id}"))?;
    match &found.refused {
        Some(reason) => Err(format!("{id} is refused: {reason}")),
        None => Ok(found),
    }
}

/// Nine metrics, as `replication/NAME/…`.
///
/// `found`: the estimate of this study that the published one is laid beside, or why there is none; `of_sites`: the sites' effects
/// behind it, if there are sites; `margin`: how far from the published correlation counts as the same.
#[expect(clippy::too_many_lines, reason = "a list: one metric after the other")]
#[must_use]
pub fn scorecard(
    published: &Replication,
    found: Result<&Estimate, String>,
    of_sites: &[Effect],
    margin: f64,
) -> Vec<Estimate> {
    let n = found.as_ref().map_or_else(|_| Counts::default(), |e| e.n);
    let both = found.and_then(here).and_then(|here| Ok((original(published)?, here)));
    let new = |metric: &str, label: &str, method: &str, source: &str| {
        Estimate::new(
            format!("replication/{}/{metric}", published.name),
            format!("{} replicated: {label}", published.name),
        )
        .counts(n)
        .method(format!("{method}; correlations in the benefit direction, on the Fisher z scale; compared with {}", published.estimate))
        .source(source)
    };
    let flag = |yes: bool| f64::from(u8::from(yes));
    let give = |estimate: Estimate, fill: &dyn Fn(Estimate, Effect, Effect) -> Estimate| match &both
    {
        Err(reason) => estimate.refused(reason.as_str()),
        Ok((original, here)) => fill(estimate, *original, *here),
    };
    vec![
        give(
            new(
                "same_direction",
                "same sign and p < .05",
                "two-sided normal test of z/se",
                "fisher1921",
            ),
            &|e, original, here| {
                let m = metrics::same_direction(original, here);
                e.value(here.r)
                    .ci(here.ci())
                    .statistic("z", here.statistic(), None)
                    .p(m.p)
                    .detail("same_sign", flag(m.same_sign))
                    .detail("replicated", flag(m.replicated))
            },
        ),
        give(
            new(
                "coverage",
                "the original in this study's interval",
                "tanh(z ± z(.975)·se), and the reverse",
                "fisher1921",
            ),
            &|e, original, here| {
                let m = metrics::coverage(original, here);
                e.value(original.r)
                    .ci(m.replication_ci)
                    .detail("holds_original", flag(m.holds_original))
                    .detail("original_low", m.original_ci[0])
                    .detail("original_high", m.original_ci[1])
                    .detail("holds_replication", flag(m.holds_replication))
                    .warn("an interval is about one study: it holds the other's estimate less often than 95 % even where both are right; the prediction interval says where it is expected")
            },
        ),
        give(
            new(
                "prediction_interval",
                "where a replication of this size is expected",
                "tanh(z ± z(.975)·√(s₀² + s²)); details: the original shrunken towards 0",
                "patil2016",
            ),
            &|e, original, here| {
                let m = metrics::prediction(original, here);
                e.value(here.r)
                    .ci(m.interval)
                    .detail("holds", flag(m.holds))
                    .detail("shrunken_low", m.shrunken[0])
                    .detail("shrunken_high", m.shrunken[1])
                    .detail("shrunken_holds", flag(m.shrunken_holds))
            },
        ),
        give(
            new(
                "q",
                "original and replication are one effect",
                "(z₀ − z)/√(s₀² + s²); its square is Q with 1 df",
                "hedges2019",
            ),
            &|e, original, here| {
                let m = metrics::consistency(original, here);
                e.value(original.z - here.z).statistic("z", m.statistic, None).p(m.p)
            },
        ),
        give(
            new(
                "small_telescopes",
                "smaller than the original could have seen",
                "the effect that the original had a power of one third to find; one-sided p that the effect here is smaller",
                "simonsohn2015",
            ),
            &|e, original, here| {
                let m = metrics::small_telescopes(original, here);
                e.value(m.r33).p(m.p).detail("too_small", flag(m.too_small))
            },
        ),
        give(
            new(
                "equivalence",
                "the same within a margin",
                &format!("two one-sided tests against the original ± {margin}"),
                "lakens2017",
            ),
            &|e, original, here| match metrics::equivalence(here, original.r, margin) {
                Err(reason) => e.refused(reason.to_string()),
                Ok(m) => e
                    .value(here.r - original.r)
                    .p(m.p)
                    .detail("low", m.margins[0])
                    .detail("high", m.margins[1])
                    .detail("equivalent", flag(m.equivalent)),
            },
        ),
        give(
            new(
                "sceptical",
                "convincing to a sceptic of the original",
                "sceptical p, golden level, one-sided",
                "held2020",
            ),
            &|e, original, here| {
                let m = metrics::sceptical(original, here);
                let given = e
                    .value(m.z)
                    .p(m.golden)
                    .detail("nominal", m.nominal)
                    .detail("edgington", m.edgington)
                    .detail("variance_ratio", m.variance_ratio);
                let more = [
                    ("controlled", m.controlled),
                    ("harmonic", m.harmonic),
                    ("relative_effect", m.relative_effect),
                ];
                more.into_iter().fold(given, |e, (name, value)| match value {
                    Some(value) => e.detail(name, value),
                    None => e,
                })
            },
        ),
        give(
            new(
                "sites",
                "share of sites whose interval holds the original",
                "95 % Fisher intervals of the sites; Wilson interval of the share",
                "wilson1927",
            ),
            &|e, original, _| match metrics::across_sites(original, of_sites) {
                Err(reason) => e.refused(reason.to_string()),
                Ok(m) => e
                    .value(m.share)
                    .ci(m.share_ci)
                    .detail("sites", m.sites as f64)
                    .detail("covering", m.covering as f64)
                    .detail("tau", m.tau)
                    .detail("tau_to_original_se", m.tau_to_original_se),
            },
        ),
        give(
            new("pooled", "original and replication together", "fixed-effect mean", "hedges2019"),
            &|e, original, here| {
                let m = metrics::pooled(original, here);
                e.value(m.r)
                    .ci(m.ci)
                    .p(m.p)
                    .detail("fisher_z", m.z)
                    .detail("se_fisher_z", m.se)
                    .warn("the original brings its publication bias into the mean")
            },
        ),
    ]
}

/// Standard error on the Fisher z scale from a 95 % interval of a correlation.
fn from_interval([low, high]: [f64; 2]) -> f64 {
    (high.atanh() - low.atanh()) / (2.0 * normal::quantile(0.975))
}

fn here(estimate: &Estimate) -> Result<Effect, String> {
    let r = estimate.benefit.or(estimate.estimate).ok_or("it has no value")?;
    let pooled = estimate.details.get("se_fisher_z").and_then(serde_json::Value::as_f64);
    let se = pooled.or_else(|| estimate.ci.map(from_interval));
    let se = se.ok_or("it has no interval, and so no standard error")?;
    Effect::with_standard_error(r, se).map_err(|e| e.to_string())
}

fn original(published: &Replication) -> Result<Effect, String> {
    match (published.n, published.ci) {
        (Some(n), _) if n > 3.0 => Effect::with_standard_error(published.r, 1.0 / (n - 3.0).sqrt()),
        (_, Some(ci)) => Effect::with_standard_error(published.r, from_interval(ci)),
        _ => return Err("the study file gives neither n above 3 nor ci".to_owned()),
    }
    .map_err(|e| e.to_string())
}
