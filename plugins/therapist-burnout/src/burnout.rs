//! A burnout measure: one score per therapist, how many are burnt out by it, and what it goes with from session to session.

use dyad_plugin::designs::cases::OTHER_RULES;
use dyad_plugin::designs::centred::OfTherapists;
use dyad_plugin::designs::session_model::Column::{Client, Session as Since, SessionBy};
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Fit, Level as Random};

use crate::Study;

/// A common slope whose standard error is so many times too small is warned of.
const TOO_NARROW: f64 = 1.25;

pub(crate) struct Burnout<'a> {
    pub(crate) study: &'a Study<'a>,
    /// About the measure, `B`.
    pub(crate) section: Section<'a>,
    pub(crate) score: OfTherapists,
}

impl<'a> Burnout<'a> {
    pub(crate) fn of(study: &'a Study<'a>, measure: &Measure) -> Result<Self, Failure> {
        let s = study.about("B", measure);
        let score = study.of_therapists(measure, s.text("lacks.burnout"))?;
        let section = s.few_therapists(study.settings().min_therapists, "warn.few");
        Ok(Self { study, section, score })
    }

    /// A ~ (session − 1) + burnout + (1 | therapist/client).
    pub(crate) fn and_alliance(&self, alliance: &Measure) -> Result<(), Failure> {
        let (s, ratings) = (self.section.about("A", alliance), self.study.scores(alliance)?);
        let s = s.caution_if(alliance.rater == Some(Rater::Therapist), "warn.rater");
        let columns = [("session", Since), ("burnout", Client(&self.score.centred))];
        let (s, fit) = s.session_model(&ratings, "lacks.rating", &columns, &[])?;
        let fit = self.score.usable.clone().and(fit);
        s.effect("alliance/A/B/slope", &fit, &[("burnout", 1.0)]);
        self.detectable(&s, "alliance/A/B/detectable", &fit, "burnout");
        Ok(())
    }

    /// Y ~ (session − 1) × burnout + baseline + (1 | therapist/client), and the same with slopes of the clients' own.
    pub(crate) fn and_outcome(&self, outcome: &Measure) -> Result<(), Failure> {
        let (s, baseline) = self.study.baseline(&self.section.about("Y", outcome), outcome)?;
        let (scores, burnout) = (self.study.scores(outcome)?, &self.score.centred);
        let columns = [
            ("session", Since),
            ("burnout", Client(burnout)),
            ("session_by_burnout", SessionBy(burnout)),
            ("baseline", Client(&baseline)),
        ];
        let model = |slopes: &[Random]| s.session_model(&scores, "lacks.last", &columns, slopes);
        let ((s, common), (_, own)) = (model(&[])?, model(&[Random::Cluster])?);
        let [common, own] = [common, own].map(|fit| self.score.usable.clone().and(fit));
        s.effect("outcome/Y/B/slope", &common, &[("burnout", 1.0)]);
        // A common slope treats sessions as independent evidence about a client's course.
        let product = [("session_by_burnout", 1.0)];
        let se = |fit: &Result<Fit, String>| Some(fit.as_ref().ok()?.contrast(&product).ok()?.se);
        let wider = se(&common).zip(se(&own)).map_or(1.0, |(narrow, wide)| wide / narrow);
        s.with("wider", wider)
            .effect("outcome/Y/B/session_by_burnout", &common, &product)
            .warn_if(wider > TOO_NARROW, "warn.common_slope");
        s.effect("outcome/Y/B/session_by_burnout_random", &own, &product);
        self.detectable(&s, "outcome/Y/B/detectable", &own, "session_by_burnout");
        Ok(())
    }

    fn detectable(&self, s: &Section<'_>, key: &str, fit: &Result<Fit, String>, column: &str) {
        let found = s.detectable(key, fit, column, self.study.settings().power);
        found.rescaled("per_sd_of_burnout", self.score.sd);
    }
}

/// The share of therapists at or beyond the cut-off, beside a published one.
pub(crate) fn prevalence(study: &Study<'_>, measure: &Measure) -> Result<(), Failure> {
    let s = study.about("B", measure);
    let (cases, basis) = study.cases(measure, &s.text("lacks.score"))?;
    let (s, cases) = (s.over(basis), cases.as_ref());
    s.add("prevalence/B", cases);
    for (name, rule) in OTHER_RULES {
        s.add(&format!("prevalence/B/{name}"), cases.map(|cases| cases.by(rule)));
    }
    let published = study.settings().published_prevalence;
    let beside = cases.map_err(Clone::clone).and_then(|cases| cases.beside(published));
    s.add("prevalence/B/published", beside).warn("warn.published");
    s.summary("prevalence-B");
    if let Some(silent) = s.basis().dropped.first().and_then(|lost| lost.therapists) {
        s.with("silent", silent).note(NoteKind::Warning, "note.silent");
    }
    Ok(())
}
