//! What is looked at.

use super::study::Results;

/// Where the true value of an estimate comes from.
pub(super) enum Truth {
    /// `truth.json`, under this id.
    Parameter(&'static str),
    /// The estimate of one large study with the same parameters.
    LongRun,
}

/// Which studies an interval is tried on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawn {
    /// Every study draws its sites: the truth is that of sites like these.
    SitesDiffer,
    /// The same in more studies, of which only change and early peak are analysed.
    More,
    /// As many, where sites are alike: what an interval by therapist claims, which takes the sites as they are.
    MoreAlike,
    /// As many, of which only what rests on therapists is analysed.
    MoreTherapists,
}

/// Which interval of an estimate.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// Its own.
    Own,
    /// By therapist, among the details of a rate.
    ByTherapist,
    /// By site, among the details.
    BySite,
}

impl Which {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::ByTherapist => ", clustered_low to clustered_high",
            Self::BySite => ", site_low to site_high",
        }
    }
}

/// An estimate whose interval should hold the truth.
pub(super) struct Interval {
    pub(super) id: &'static str,
    pub(super) which: Which,
    pub(super) drawn: Drawn,
    pub(super) truth: Truth,
    /// Why it holds it less often, if that is known and said in the report; empty: it must not.
    pub(super) why_below: &'static str,
}

const fn exact(id: &'static str) -> Interval {
    let (which, drawn, truth) = (Which::Own, Drawn::SitesDiffer, Truth::Parameter(id));
    Interval { id, which, drawn, truth, why_below: "" }
}

const fn long_run(id: &'static str) -> Interval {
    Interval { truth: Truth::LongRun, ..exact(id) }
}

/// Tried in more studies.
const fn more(row: Interval) -> Interval {
    Interval { drawn: Drawn::More, ..row }
}

/// Tried in more studies where sites are alike.
const fn alike(row: Interval) -> Interval {
    Interval { drawn: Drawn::MoreAlike, ..row }
}

/// Another interval of the same estimate.
const fn with(which: Which, row: Interval) -> Interval {
    Interval { which, ..row }
}

const fn below(why_below: &'static str, row: Interval) -> Interval {
    Interval { why_below, ..row }
}

/// Clients of one therapist and one site resemble each other.
const CLIENTS: &str = "below: it takes clients as independent, and they share therapists and sites; the report says so, and gives the intervals by \
                       therapist and by site beside it";

/// Therapists of one site resemble each other.
const SITES: &str = "below: it is about therapists at these sites, and here the truth is that of other sites; where sites are alike it holds, see above, \
                     and the interval by site stands beside it";

const MEAN_CHANGE: &str = "clinical-change/symptom/mean_change";
const PRE_POST: &str = "clinical-change/symptom/pre_post";
const PRE_POST_ROBUST: &str = "clinical-change/symptom/pre_post/by_therapist";
const IMPROVED: &str = "clinical-change/symptom/reliable_improvement";
const WORSE: &str = "clinical-change/symptom/deteriorated";
const RATING: &str = "early-peak/mean/alliance_client/session_3";
const RATING_ROBUST: &str = "early-peak/mean/alliance_client/session_3/by_therapist";

const fn rating(id: &'static str) -> Interval {
    Interval { truth: Truth::Parameter(RATING), ..more(exact(id)) }
}

pub(super) const INTERVALS: &[Interval] = &[
    exact("alliance-outcome/session/alliance_client/symptom/lagged_within"),
    exact("alliance-outcome/session/alliance_client/symptom/lagged_between_client"),
    long_run("alliance-outcome/early/alliance_client/symptom/pearson"),
    exact("early-peak/peak/alliance_client/contrast_3"),
    alike(rating(RATING_ROBUST)),
    with(Which::BySite, rating(RATING_ROBUST)),
    below(SITES, rating(RATING_ROBUST)),
    below(CLIENTS, rating(RATING)),
    long_run("rupture-repair/rate/alliance_client/per_session"),
    long_run("rupture-repair/dropout/alliance_client/hazard_ratio/by_therapist"),
    long_run("rupture-repair/dropout/alliance_client/hazard_ratio"),
    exact("therapist-burnout/alliance/alliance_client/burnout/slope"),
    exact("therapist-burnout/outcome/symptom/burnout/slope"),
    exact("therapist-burnout/outcome/symptom/burnout/session_by_burnout"),
    Interval {
        truth: Truth::Parameter("therapist-burnout/outcome/symptom/burnout/session_by_burnout"),
        ..exact("therapist-burnout/outcome/symptom/burnout/session_by_burnout_random")
    },
    exact("therapist-burnout/mediation/alliance_client/symptom/burnout/a"),
    Interval { drawn: Drawn::MoreTherapists, ..exact("therapist-burnout/prevalence/burnout") },
    alike(long_run(MEAN_CHANGE)),
    with(Which::BySite, more(long_run(MEAN_CHANGE))),
    below(SITES, more(long_run(MEAN_CHANGE))),
    alike(long_run(PRE_POST_ROBUST)),
    with(Which::BySite, more(long_run(PRE_POST_ROBUST))),
    below(SITES, more(long_run(PRE_POST_ROBUST))),
    below(CLIENTS, more(long_run(PRE_POST))),
    alike(with(Which::ByTherapist, long_run(IMPROVED))),
    with(Which::BySite, more(long_run(IMPROVED))),
    below(SITES, with(Which::ByTherapist, more(long_run(IMPROVED)))),
    below(CLIENTS, more(long_run(IMPROVED))),
    alike(with(Which::ByTherapist, long_run(WORSE))),
    with(Which::BySite, more(long_run(WORSE))),
    below(SITES, with(Which::ByTherapist, more(long_run(WORSE)))),
    below(CLIENTS, more(long_run(WORSE))),
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
                let (_, ci) = results.interval(id, Which::Own)?;
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
        why_above: "above: with 24 therapists normal quantiles find a little too much; the report says so, and its sentence uses hazard_ratio/by_therapist",
    },
    significant("rupture-repair/dropout/alliance_client/hazard_ratio/by_therapist"),
    significant("rupture-repair/dropout/alliance_client/odds_ratio"),
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
