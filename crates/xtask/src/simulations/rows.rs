//! What is looked at.

use super::study::Results;

/// Where the true value of an estimate comes from.
pub(super) enum Truth {
    /// `truth.json`, under this id.
    Parameter(&'static str),
    /// The estimate of one large study with the same parameters.
    LongRun,
}

/// An estimate whose interval should hold the truth.
pub(super) struct Interval {
    pub(super) id: &'static str,
    pub(super) truth: Truth,
    /// Why it holds it less often, if that is known and said in the report; empty: it must not.
    pub(super) why_below: &'static str,
}

const fn exact(id: &'static str) -> Interval {
    Interval { id, truth: Truth::Parameter(id), why_below: "" }
}

const fn long_run(id: &'static str) -> Interval {
    Interval { id, truth: Truth::LongRun, why_below: "" }
}

/// Clients of one therapist and one site resemble each other.
const CLUSTERED: &str = "below: the interval takes clients as independent, and they share therapists and sites; the report says so, and gives \
                         an interval by therapist beside it";

/// The same, where there is no interval by therapist.
const CLUSTERED_EFFECT: &str = "below: the interval takes clients as independent, and they share therapists and sites; the report says so, \
                                and points to mean_change, whose interval is robust by therapist";

pub(super) const INTERVALS: &[Interval] = &[
    exact("alliance-outcome/session/alliance_client/symptom/lagged_within"),
    exact("alliance-outcome/session/alliance_client/symptom/lagged_between_client"),
    long_run("alliance-outcome/early/alliance_client/symptom/pearson"),
    exact("early-peak/peak/alliance_client/contrast_3"),
    long_run("rupture-repair/rate/alliance_client/per_session"),
    long_run("rupture-repair/dropout/alliance_client/hazard_ratio"),
    exact("therapist-burnout/alliance/alliance_client/burnout/slope"),
    exact("therapist-burnout/outcome/symptom/burnout/slope"),
    exact("therapist-burnout/outcome/symptom/burnout/session_by_burnout"),
    Interval {
        id: "therapist-burnout/outcome/symptom/burnout/session_by_burnout_random",
        truth: Truth::Parameter("therapist-burnout/outcome/symptom/burnout/session_by_burnout"),
        why_below: "",
    },
    exact("therapist-burnout/mediation/alliance_client/symptom/burnout/a"),
    Interval {
        id: "therapist-burnout/prevalence/burnout",
        truth: Truth::Parameter("therapist-burnout/prevalence/burnout"),
        why_below: "below by the chance of 200 studies: with 24 therapists Wilson's interval holds this share in 93.7 % of studies",
    },
    Interval {
        id: "clinical-change/symptom/mean_change",
        truth: Truth::LongRun,
        why_below: "below: the standard error is robust by therapist, and therapists share four sites",
    },
    Interval {
        id: "clinical-change/symptom/pre_post",
        truth: Truth::LongRun,
        why_below: CLUSTERED_EFFECT,
    },
    Interval {
        id: "clinical-change/symptom/reliable_improvement",
        truth: Truth::LongRun,
        why_below: CLUSTERED,
    },
    Interval {
        id: "clinical-change/symptom/deteriorated",
        truth: Truth::LongRun,
        why_below: CLUSTERED,
    },
];

/// When something counts as found.
pub(super) enum Rule {
    /// p below .05.
    Significant,
    /// The interval holds 0 not.
    Excludes(f64),
    /// The verdict is `supported`.
    Supported,
}

impl Rule {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Significant => "p < .05".to_owned(),
            Self::Excludes(null) => format!("the interval excludes {null}"),
            Self::Supported => "supported".to_owned(),
        }
    }

    /// Whether it is found; `None` if the estimate is refused.
    pub(super) fn answer(&self, results: &Results, id: &str) -> Option<bool> {
        match self {
            Self::Significant => Some(results.number(id, "p")? < 0.05),
            Self::Excludes(null) => {
                let (_, ci) = results.interval(id)?;
                Some(*null < ci[0] || ci[1] < *null)
            }
            Self::Supported => Some(results.verdict(id)? == "supported"),
        }
    }
}

/// What should not be found in a study without effects.
pub(super) struct Finding {
    pub(super) id: &'static str,
    pub(super) rule: Rule,
    /// Why it is found more often, if that is known and said in the report; empty: it must not.
    pub(super) why_above: &'static str,
}

const fn significant(id: &'static str) -> Finding {
    Finding { id, rule: Rule::Significant, why_above: "" }
}

pub(super) const FALSE_FINDINGS: &[Finding] = &[
    significant("alliance-outcome/early/alliance_client/symptom/pearson"),
    significant("alliance-outcome/early/alliance_client/symptom/ancova_beta"),
    significant("alliance-outcome/session/alliance_client/symptom/lagged_within"),
    Finding { id: "early-peak/verdict/alliance_client", rule: Rule::Supported, why_above: "" },
    significant("early-peak/peak/alliance_client/contrast_3"),
    Finding {
        id: "rupture-repair/dropout/alliance_client/hazard_ratio",
        rule: Rule::Significant,
        why_above: "above: a robust standard error from 24 therapists with normal quantiles is a little too small; odds_ratio uses t with therapists − 1 df",
    },
    significant("rupture-repair/outcome/alliance_client/symptom/unrepaired"),
    significant("therapist-burnout/alliance/alliance_client/burnout/slope"),
    significant("therapist-burnout/outcome/symptom/burnout/session_by_burnout_random"),
    significant("therapist-burnout/moderation/alliance_client/symptom/burnout/within_by_burnout"),
    Finding {
        id: "therapist-burnout/mediation/alliance_client/symptom/burnout/indirect",
        rule: Rule::Excludes(0.0),
        why_above: "",
    },
    significant("clinical-change/symptom/mean_change"),
];
