//! The detectors, how many ruptures they find, how many they would find if there were none, how far they agree, and how ruptures come
//! and go.

use dyad_plugin::designs::detected::{Detected, Detector};
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{MovingRange, Repair, Rule, RuleAgreement, RuptureShape};

use crate::Settings;

/// The detector of whatever needs one, by its position: the median moving range is not inflated by the ruptures it should find.
pub(crate) const DEFAULT: usize = 1;
/// Clients of one simulated study at most: with more of them each study takes others.
const SIMULATED: usize = 200;
/// Sessions by which two detectors may differ and still mean the same rupture.
const SHIFT: i64 = 1;
const KAPPA: &str = "agreement/A/{first}/{second}/kappa";
const JACCARD: &str = "agreement/A/{first}/{second}/jaccard";

/// What every detector finds in the clients with enough ratings.
pub(crate) fn detect<'s>(
    study: &'s Study<'_, Settings>,
    alliance: &Measure,
) -> Result<Detected<'s>, Failure> {
    let (ratings, settings) = (study.scores(alliance)?, study.settings());
    let reliability = alliance.reliability.unwrap_or(settings.alliance_reliability);
    let s = study.about("A", alliance).with("reliability", reliability);
    let first: Vec<f64> = study.clients.first(&ratings).into_iter().flatten().collect();
    // z(.975)·SD·√(2(1 − reliability)), SD of the first ratings
    let beyond_error = Rule::beyond_error(&first, reliability).map_err(|e| e.to_string());
    let chart = |k, range| Ok(Rule::Chart { k, range });
    let detectors = [
        ("xmr_k2_mean", "xmr/A/k2_mean", chart(2.0, MovingRange::Mean)),
        ("xmr_k2_median", "xmr/A/k2_median", chart(2.0, MovingRange::Median)),
        ("xmr_k3_mean", "xmr/A/k3_mean", chart(3.0, MovingRange::Mean)),
        ("xmr_k3_median", "xmr/A/k3_median", chart(3.0, MovingRange::Median)),
        ("criterion_sd", "criterion_sd/A", Ok(Rule::ResidualDrop { k: settings.criterion_k })),
        ("fixed_drop", "fixed_drop/A", Ok(Rule::Drop(settings.fixed_drop))),
        ("rci_drop", "rci_drop/A", beyond_error),
    ];
    let detectors = detectors.map(|(name, id, rule)| Detector { name, id, rule });
    let s = s.with("default", detectors[DEFAULT].label());
    let repair = Repair { window: settings.repair_window, tolerance: settings.repair_tolerance };
    Ok(Detected::of(&s, ratings, detectors.into(), repair, settings.min_ratings))
}

/// Clients, ruptures and repairs by every detector, beside the ruptures that it finds in noise with each client's sessions, mean and
/// standard deviation, neighbouring sessions independent or correlated as in the data.
pub(crate) fn by_detector(all: &Detected<'_>, run: &Run<Settings>, alliance: &Measure) {
    // All detectors look at the same noise.
    let noise = [
        ("{detector}/expected_independent", Ok(0.0)),
        ("{detector}/expected_autocorrelated", all.found.autocorrelation()),
    ]
    .map(|(key, rho)| {
        let purpose = key.replace("{detector}", &all.section.id("noise/A"));
        let studies = (run.settings().noise_replicates, SIMULATED);
        (key, rho.and_then(|rho| all.found.against_noise(rho, (run.seed(), &purpose), studies)))
    });
    for (at, detector) in all.detectors.iter().enumerate() {
        let (s, rule, count) = (all.about(detector), detector.rule.as_ref(), all.found.count(at));
        for (key, found) in &noise {
            let found = found.as_ref().map(|found| found[at]).map_err(ToString::to_string);
            s.add(key, rule.map_err(Clone::clone).and(found));
        }
        let assumed = detector.name == "rci_drop" && alliance.reliability.is_none();
        for (key, value) in [
            ("{detector}/clients", count.clients),
            ("{detector}/ruptures", count.ruptures),
            ("{detector}/repaired", count.repaired),
        ] {
            s.add(key, rule.map(|_| value))
                .details([("censored", count.censored as f64)])
                .warn_if(assumed, "warn.reliability");
        }
    }
    let keys = [
        "{detector}/clients",
        "{detector}/clients",
        "{detector}/ruptures",
        "{detector}/expected_independent",
        "{detector}/expected_autocorrelated",
        "{detector}/repaired",
    ];
    all.table("ruptures-A", keys);
    all.bars("ruptures-A", DEFAULT);
}

/// Agreement of every two detectors on which sessions are ruptures.
pub(crate) fn agreement(all: &Detected<'_>) {
    for RuleAgreement { rules, same, near } in all.found.agreement(SHIFT) {
        let (s, usable) = all.about_two(rules);
        s.add(KAPPA, usable.clone().and_then(|()| Ok(same.kappa()?)));
        let pairs = near.matched as f64;
        s.add(JACCARD, usable.and_then(|()| Ok(near.jaccard()?))).details([("pairs", pairs)]);
    }
    let votes = all.found.votes();
    all.section
        .add("agreement/A/two_or_more", all.anybody().map(|()| votes.by_several))
        .details([("by_one_or_more", votes.by_any as f64)]);
    all.matrix("kappa-A", KAPPA);
    all.matrix("jaccard-A", JACCARD);
}

/// How many ruptures the default detector finds per rated session, and how they come and go.
pub(crate) fn rate_and_shapes(all: &Detected<'_>, settings: &Settings) {
    let (s, ruptures) = (&all.section, all.ruptures(DEFAULT));
    // ln(ruptures) ~ 1 + offset ln(rated sessions), Poisson; robust by therapist, because ruptures cluster in clients and therapists
    let rate = || Ok(all.found.log_rate(DEFAULT, &s.therapists()?)?);
    s.add("rate/A/per_session", ruptures.clone().and_then(|_| rate()));
    let shapes = ruptures.map(|_| all.found.shapes(DEFAULT, settings.repair_window));
    let counts = RuptureShape::ALL.map(|shape| {
        let (key, described) = ("shape/A/{shape}", format!("shape.{}", shape.as_str()));
        let s = s.with("shape", shape.as_str()).with_text("described", &described);
        let count = shapes.as_ref().map(|counts| counts[shape as usize]);
        s.add(key, count).details([("ruptures", all.found.count(DEFAULT).ruptures as f64)]);
        (s.id(key), described)
    });
    s.count_table("shapes-A", &counts);
}
