//! What estimates should recover.

use std::collections::BTreeMap;

use dyad_stats::distributions::normal;

use crate::Parameters;
use crate::chain::Chain;
use crate::draw::{course, unit};

/// The true value of an estimand.
#[derive(Clone, Debug, PartialEq)]
pub struct True {
    /// Its value, in the estimate's own units.
    pub value: f64,
    /// Where it comes from, in words.
    pub what: String,
}

/// True values by the estimates' full ids.
///
/// Only estimands that the parameters give exactly are here; an estimate whose expectation the model does not give (a correlation
/// over clients of unequal length of stay, a count of a rupture rule) is left out.
///
/// - Coefficients of the lagged model, of burnout and of the mediator are parameters or sums of products of parameters.
///   `lagged_between_therapist` is left out if burnout acts on both alliance and symptoms, because that model leaves burnout out.
/// - Means and the contrast of session 3 follow from the course and from who is still there: a Markov chain over two states.
/// - The two slopes at the knot are true only if leaving does not depend on ruptures.
#[must_use]
pub fn truth(parameters: &Parameters) -> BTreeMap<String, True> {
    let mut truth = Truth { parameters, chain: Chain::of(parameters), found: BTreeMap::new() };
    truth.session_to_session();
    for (measure, mean, agreement) in [
        ("alliance_client", parameters.alliance.mean, 1.0),
        (
            "alliance_therapist",
            parameters.therapist_rating.mean,
            parameters.therapist_rating.agreement,
        ),
    ] {
        truth.course_of(measure, mean, agreement);
        truth.burnout_of(measure, agreement);
    }
    truth.symptoms();
    truth.found
}

struct Truth<'p> {
    parameters: &'p Parameters,
    chain: Chain,
    found: BTreeMap<String, True>,
}

impl Truth<'_> {
    fn add(&mut self, id: impl Into<String>, value: f64, what: &str) {
        self.found.insert(id.into(), True { value, what: what.to_owned() });
    }

    fn session_to_session(&mut self) {
        let (symptom, burnout) = (&self.parameters.symptom, &self.parameters.burnout);
        let id = |what: &str| format!("alliance-outcome/session/alliance_client/symptom/{what}");
        self.add(id("lagged_within"), symptom.within, "symptom.within");
        self.add(id("lagged_between_client"), symptom.between_client, "symptom.between_client");
        let acts = |slope: f64| slope.abs() > 0.0;
        let confounded = acts(self.parameters.alliance.burnout_slope)
            && (acts(burnout.symptom_slope) || acts(burnout.symptom_slope_by_session));
        if !confounded {
            let value = symptom.between_therapist;
            self.add(id("lagged_between_therapist"), value, "symptom.between_therapist");
        }
    }

    /// The mean at session j of those with a rating at session k, as a deviation from the mean at the peak.
    fn mean(&self, j: u32, k: u32) -> Option<f64> {
        let fall = self.chain.ruptured(j, k)? - self.chain.stationary();
        Some(course(self.parameters, j) - self.parameters.rupture.depth * fall)
    }

    fn course_of(&mut self, measure: &str, mean: f64, agreement: f64) {
        for k in 1..=5 {
            if let Some(deviation) = self.mean(k, k) {
                let what = "the mean course, less ruptures among those still there; an interval over clients holds it \
                            only if sites and therapists add little";
                let id = format!("early-peak/mean/{measure}/session_{k}");
                self.add(id, mean + agreement * deviation, what);
            }
        }
        let five: Option<Vec<f64>> = (1..=5).map(|k| self.mean(k, 5)).collect();
        if let Some(m) = five {
            let contrast = m[2] - (m[0] + m[1] + m[3] + m[4]) / 4.0;
            let what = "session 3 less the mean of the other four, among those with five sessions";
            self.add(format!("early-peak/peak/{measure}/contrast_3"), agreement * contrast, what);
        }
        let (alliance, rupture) = (&self.parameters.alliance, &self.parameters.rupture);
        let selected = self.parameters.course.dropout > 0.0
            && (rupture.dropout_ratio - 1.0).abs() > 0.0
            && rupture.depth.abs() > 0.0
            && rupture.rate > 0.0;
        if !selected && alliance.peak_session == 3 {
            let (rise, later) = (alliance.rise, alliance.later);
            let id = |what: &str| format!("early-peak/growth/{measure}/{what}");
            self.add(id("knot_rise"), agreement * rise, "alliance.rise");
            self.add(id("knot_dip"), agreement * later, "alliance.later");
        }
    }

    fn burnout_of(&mut self, measure: &str, agreement: f64) {
        let slope = agreement * self.parameters.alliance.burnout_slope;
        let what =
            "alliance.burnout_slope, times the therapist's agreement in the therapist's rating";
        self.add(format!("therapist-burnout/alliance/{measure}/burnout/slope"), slope, what);
        self.add(format!("therapist-burnout/mediation/{measure}/symptom/burnout/a"), slope, what);
    }

    fn symptoms(&mut self) {
        let Parameters { alliance, symptom, burnout, .. } = self.parameters;
        let total = burnout.symptom_slope + alliance.burnout_slope * symptom.between_therapist;
        let what = "burnout.symptom_slope + alliance.burnout_slope × symptom.between_therapist";
        self.add("therapist-burnout/outcome/symptom/burnout/slope", total, what);
        self.add(
            "therapist-burnout/outcome/symptom/burnout/session_by_burnout",
            burnout.symptom_slope_by_session,
            "burnout.symptom_slope_by_session",
        );
        // A score reaches the cutoff if it rounds to it.
        let reaches = (burnout.cutoff * unit(burnout.decimals)).ceil() - 0.5;
        if burnout.sd > 0.0 {
            let z = (reaches / unit(burnout.decimals) - burnout.mean) / burnout.sd;
            let what =
                "share of the normal distribution of burnout that rounds to the cutoff or more";
            self.add("therapist-burnout/prevalence/burnout", normal::upper_tail(z), what);
        }
        // Rounding adds the variance of a uniform error.
        let sd = (symptom.intake_sd.powi(2) + unit(symptom.decimals).powi(-2) / 12.0).sqrt();
        let criterion = normal::quantile(0.975) * sd * (2.0 * (1.0 - symptom.reliability)).sqrt();
        let what = "z(.975)·√(2(1 − reliability))·SD at intake";
        self.add("clinical-change/symptom/rci_criterion", criterion, what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_identified_is_left_out() {
        let mut parameters = Parameters::defaults().unwrap();
        let between = "alliance-outcome/session/alliance_client/symptom/lagged_between_therapist";
        let rise = "early-peak/growth/alliance_client/knot_rise";
        let default = truth(&parameters);
        assert!(!default.contains_key(between) && !default.contains_key(rise));
        parameters.alliance.burnout_slope = 0.0;
        parameters.rupture.dropout_ratio = 1.0;
        let simple = truth(&parameters);
        assert!((simple[between].value + 7.0).abs() < 1e-12);
        assert!((simple[rise].value - 0.12).abs() < 1e-12);
    }

    #[test]
    fn the_contrast_is_the_course_if_nobody_is_selected() {
        let mut parameters = Parameters::defaults().unwrap();
        parameters.rupture.dropout_ratio = 1.0;
        let found = truth(&parameters);
        // Course −.24, −.12, 0, 0, 0: 0 − (−.36/4).
        assert!((found["early-peak/peak/alliance_client/contrast_3"].value - 0.09).abs() < 1e-12);
        let mean = &found["early-peak/mean/alliance_therapist/session_1"];
        assert!((mean.value - (4.6 - 0.55 * 0.24)).abs() < 1e-12);
    }

    #[test]
    fn means_are_those_of_the_draws() {
        // Strong selection, so that a chain that is off by one session is found out.
        let mut parameters = Parameters::defaults().unwrap().sized(400_000).unwrap();
        parameters.course.dropout = 0.2;
        parameters.course.missed = 0.2;
        parameters.rupture.dropout_ratio = 4.0;
        let draw = crate::Draw::new(&parameters).unwrap();
        let all = draw.block(0..draw.therapists());
        let expected = truth(&parameters);
        let ratings = |k: u32| -> Vec<f64> {
            let at = all.sessions.iter().filter(|s| s.session == k);
            at.filter_map(|s| s.alliance_client).collect()
        };
        for k in 1..=5 {
            let at = ratings(k);
            let mean = at.iter().sum::<f64>() / at.len() as f64;
            let truth = expected[&format!("early-peak/mean/alliance_client/session_{k}")].value;
            // Sites differ by .1, therapists by .22, clients by about .9.
            let sites = f64::from(parameters.network.sites);
            let se =
                (0.01 / sites + 0.05 / draw.therapists() as f64 + 0.9 / at.len() as f64).sqrt();
            assert!((mean - truth).abs() < 4.0 * se, "session {k}: {mean} for {truth}, SE {se}");
        }
        let rows = all.sessions.len() as f64 / f64::from(draw.clients());
        assert!((rows / parameters.sessions_per_client() - 1.0).abs() < 0.01);
    }
}
