//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;
use dyad_plugin::sentence::Symbol;
use dyad_plugin::summary;

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question: "How often does the alliance break, and do clients leave after it?".to_owned(),
        answer: answer(findings, run),
        methods: methods(run.settings()),
        results: results(findings, run),
        limitations: limitations(findings, run),
    }
}

const LIMITATIONS: &str = "No standard definition of a rupture exists, and counts differ by rule [@lipner2022; @gumz2012]: read the \
                           detectors together. A drop is followed by a higher rating by chance alone (regression to the mean), so repairs are \
                           counted, not credited. Sessions that were missed hide ruptures.";

/// One sentence for a clinician, from the first alliance measure and the default detector.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    let Some(alliance) = run.measures_of(Role::Alliance).next() else { return String::new() };
    let value = |id: String| findings.get(&id).and_then(|e| e.estimate.map(|v| (v, e)));
    let Some((clients, estimate)) = value(format!("xmr/{}/k2_median/clients", alliance.id)) else {
        return "This cannot be said here: no client has enough ratings.".to_owned();
    };
    let of = estimate.n.clients.unwrap_or(0);
    let shares: Vec<f64> = findings
        .estimates
        .iter()
        .filter(|e| e.id.ends_with("/clients") && e.id.contains(&format!("/{}", alliance.id)))
        .filter_map(|e| e.estimate)
        .collect();
    let (low, high) = (
        shares.iter().copied().fold(f64::INFINITY, f64::min),
        shares.iter().copied().fold(0.0, f64::max),
    );
    let mut text = format!(
        "{} of {of} clients had a rupture of {} by the default rule, and between {low} and {high} by the others",
        clients,
        alliance.name()
    );
    let detector = format!("xmr/{}/k2_median", alliance.id);
    if let (Some((ruptures, _)), Some((noise, _))) = (
        value(format!("{detector}/ruptures")),
        value(format!("{detector}/expected_autocorrelated")),
    ) {
        let more = format!(
            "; the default rule found {} ruptures where noise alone would give about {}",
            apa::number(ruptures, 0),
            apa::number(noise, 0)
        );
        text += &more;
    }
    if let Some((hazard, estimate)) =
        value(format!("dropout/{}/hazard_ratio/by_therapist", alliance.id))
        && let (Some(ci), Some(p)) = (estimate.ci, estimate.p)
    {
        let verdict = if ci[0] > 1.0 {
            "clients are more likely to leave after one"
        } else if ci[1] < 1.0 {
            "clients are less likely to leave after one"
        } else {
            "whether clients are more likely to leave after one cannot be told"
        };
        text += &[
            "; ",
            verdict,
            " (hazard ratio ",
            &apa::number(hazard, 2),
            " ",
            &apa::interval(ci, 2),
            ", ",
            &apa::p_value(p),
            ")",
        ]
        .concat();
    }
    text + "."
}

fn methods(settings: &Settings) -> String {
    format!(
        "Clients with at least {} ratings were judged by seven detectors: individuals charts with limits of 2 and 3 sigma below the client's mean, \
         sigma from the mean or the median moving range [@shewhart1931]; drops between consecutive sessions of {} residual standard deviation(s), of \
         {} scale point(s), and beyond measurement error [@jacobson1991]. A rupture was repaired if a rating within {} sessions came back to the \
         client's mean (charts) or to within {} of where it fell from (drops). Beside each count stands what the same rule finds in {} simulated \
         studies of stationary normal noise with each client's sessions, mean and standard deviation, independent and autocorrelated. Agreement is \
         Cohen's kappa [@cohen1960], and the Jaccard index with one session's shift [@jaccard1912]. Dropout was modelled by Cox regression with an \
         earlier drop as time-varying exposure [@cox1972; @efron1977], standard errors robust by therapist [@lin1989] and judged by t with therapists − 1 df, tested for proportionality \
         [@grambsch1994], and by discrete-time logistic regression [@allison1982]; \"any rupture\" as a property of the client was not analysed, \
         because it would count time survived as protection [@suissa2008]. Retention is a Kaplan–Meier curve [@kaplan1958]. Clients with unrepaired, \
         repaired and no ruptures were compared in the final outcome given intake severity and number of sessions, with cluster-robust standard errors \
         [@bell2002; @pustejovsky2018]. All of this was repeated under other thresholds, windows and detectors [@simonsohn2020].",
        settings.min_ratings,
        settings.criterion_k,
        settings.fixed_drop,
        settings.repair_window,
        settings.repair_tolerance,
        settings.noise_replicates
    )
}

fn results(findings: &Findings, run: &Run<Settings>) -> String {
    let mut sentences: Vec<String> = Vec::new();
    for alliance in run.measures_of(Role::Alliance) {
        let value = |what: &str| findings.get(&format!("xmr/{}/k2_median/{what}", alliance.id));
        let given = |what: &str| value(what).and_then(|e| e.estimate);
        if let (Some(clients), Some(ruptures), Some(repaired)) =
            (given("clients"), given("ruptures"), given("repaired"))
        {
            let of = value("clients").and_then(|e| e.n.clients).unwrap_or(0);
            let expected = [given("expected_independent"), given("expected_autocorrelated")];
            let noise = expected.into_iter().flatten().map(|e| apa::number(e, 1));
            sentences.push(format!(
                "{}: {} of {of} clients had {} ruptures by the default detector, {} of them repaired; expected from noise: {}.",
                alliance.name(),
                apa::number(clients, 0),
                apa::number(ruptures, 0),
                apa::number(repaired, 0),
                noise.collect::<Vec<_>>().join(" (independent) and ")
            ));
        }
    }
    sentences.push(summary::sentences(findings, symbol));
    sentences.join(" ")
}

fn symbol(id: &str) -> Option<Symbol<'static>> {
    let (_, what) = id.rsplit_once('/')?;
    match what {
        "hazard_ratio" => Some(Symbol::Free("HR")),
        "odds_ratio" => Some(Symbol::Free("OR")),
        "per_session" => Some(Symbol::Free("rate")),
        "median" => Some(Symbol::Free("Mdn")),
        "by_therapist" if id.starts_with("dropout/") => Some(Symbol::Free("HR")),
        _ if id.starts_with("outcome/") || id.starts_with("sensitivity/") => {
            Some(Symbol::Free("b"))
        }
        _ => None,
    }
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let mut text = LIMITATIONS.to_owned();
    let noise = |e: &&Estimate| e.id.ends_with("/expected_autocorrelated");
    let ratio = |e: &Estimate| -> Option<f64> { e.details.get("observed_over_expected")?.as_f64() };
    let weak =
        findings.estimates.iter().filter(noise).filter(|e| ratio(e).is_some_and(|r| r < 1.5));
    let (weak, all) = (weak.count() as u64, findings.estimates.iter().filter(noise).count());
    if weak > 0 {
        let more = format!(
            " {weak} of {all} counts are less than one and a half times what the same rule finds in noise that resembles these ratings: most of those ruptures may \
             be noise."
        );
        text += &more;
    }
    for alliance in run.measures_of(Role::Alliance) {
        let id = format!("sensitivity/{}/hazard_ratio", alliance.id);
        let Some(e) = findings.get(&id).filter(|e| e.estimate.is_some()) else { continue };
        let detail = |name: &str| -> Option<f64> { e.details.get(name)?.as_f64() };
        if let (Some(low), Some(high)) = (detail("lowest"), detail("highest")) {
            let more = format!(
                " Over the thresholds tried, the hazard ratio of dropout after a drop of {} goes from {} to {}.",
                alliance.name(),
                apa::number(low, 2),
                apa::number(high, 2)
            );
            text += &more;
        }
    }
    text + &summary::refusals(findings, |id| !id.ends_with("/any_rupture"))
}
