//! A burnout measure: one score per therapist, and what it goes with from session to session.

use dyad_plugin::derived::{Clients, Variable};
use dyad_plugin::models::SessionRows;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Fit, Level as Random, Rows};
use dyad_stats::moments::Moments;
use dyad_stats::power::detectable_effect;

use crate::Settings;

/// A common slope whose standard error is so many times too small is warned of.
const TOO_NARROW: f64 = 1.25;

pub(crate) struct Burnout<'r> {
    pub(crate) run: &'r Run<Settings>,
    pub(crate) clients: &'r Clients<'r>,
    pub(crate) measure: &'r Measure,
    /// Words about this measure, `B`.
    pub(crate) words: Words<'r>,
    /// The score of each client's therapist.
    pub(crate) score: Variable,
    /// Over therapists, one value each.
    pub(crate) mean: f64,
    pub(crate) sd: f64,
    /// Or why nothing can be said about burnout.
    pub(crate) usable: Result<(), String>,
}

impl<'r> Burnout<'r> {
    pub(crate) fn of(
        run: &'r Run<Settings>,
        clients: &'r Clients<'r>,
        measure: &'r Measure,
    ) -> Result<Self, Failure> {
        let (words, scores) = (run.words().about("B", measure), run.scores(measure)?);
        let known: Vec<f64> = (0..scores.len()).filter_map(|row| scores.get(row)).collect();
        let over = Moments::of(&known);
        let constant = over.n() < 2 || over.sd().is_ok_and(|sd| sd <= 0.0);
        let usable = clients.need_therapists().map_err(str::to_owned);
        Ok(Self {
            run,
            clients,
            measure,
            score: Variable::new(clients.value(run, measure)?, words.text("lacks.burnout")),
            mean: over.mean().unwrap_or(0.0),
            sd: over.sd().unwrap_or(0.0),
            usable: usable
                .and_then(|()| if constant { Err(words.text("refuse.constant")) } else { Ok(()) }),
            words,
        })
    }

    /// A ~ (session − 1) + burnout + (1 | therapist/client), burnout centred at its mean over therapists.
    pub(crate) fn and_alliance(&self, alliance: &Measure) -> Result<[Estimate; 2], Failure> {
        let (ratings, words) = (self.run.scores(alliance)?, self.words.about("A", alliance));
        let rows = Rows::in_nested_clusters(&["session", "burnout"]);
        let lacks = [&words.text("lacks.rating")[..], &self.score.lacks];
        let rows = self.clients.session_rows(rows, 2, &lacks, |at, x| {
            let rating = ratings.get(at.row).ok_or(0_usize)?;
            let score = self.score.values[at.client].ok_or(1_usize)?;
            x.copy_from_slice(&[(at.session - 1) as f64, score - self.mean]);
            Ok(rating)
        })?;
        let words = words.over(&rows);
        let slope = words.estimate("alliance/A/B/slope");
        let slope = slope.fixed_effect(&self.fit(&rows), &[("burnout", 1.0)]);
        let smallest = self.detectable(words.estimate("alliance/A/B/detectable"), &slope);
        Ok([self.cautioned(slope, Some(alliance)), smallest])
    }

    /// Y ~ (session − 1) × burnout + baseline, once with intercepts and once with slopes of clients.
    pub(crate) fn and_outcome(&self, outcome: &Measure) -> Result<[Estimate; 4], Failure> {
        const COLUMNS: [&str; 4] = ["session", "burnout", "session_by_burnout", "baseline"];
        let scores = self.run.scores(outcome)?;
        let baseline = self.clients.baseline(self.run, outcome)?;
        let words = self.words.about("Y", outcome).with("baseline", &baseline.source);
        let lacks = [&words.text("lacks.outcome")[..]];
        let collect = |rows: Rows| {
            self.clients.session_rows(rows, COLUMNS.len(), &lacks, |at, x| {
                let known = self.score.values[at.client].zip(baseline.values[at.client]);
                let ((score, severity), y) = known.zip(scores.get(at.row)).ok_or(0_usize)?;
                let (since_first, b) = ((at.session - 1) as f64, score - self.mean);
                x.copy_from_slice(&[since_first, b, since_first * b, severity]);
                Ok(y)
            })
        };
        let rows = collect(Rows::in_nested_clusters(&COLUMNS))?;
        let sloped =
            Rows::in_nested_clusters(&COLUMNS).with_random_slope("session", &[Random::Cluster])?;
        let (plain, sloped) = (self.fit(&rows), self.fit(&collect(sloped)?));
        let words = words.over(&rows);
        let effect = |key: &str, fit: &Result<Fit, String>, column: &str| {
            words.estimate(key).fixed_effect(fit, &[(column, 1.0)])
        };
        let level = effect("outcome/Y/B/slope", &plain, "burnout");
        let common = effect("outcome/Y/B/session_by_burnout", &plain, "session_by_burnout");
        let own = effect("outcome/Y/B/session_by_burnout_random", &sloped, "session_by_burnout");
        let smallest = self.detectable(words.estimate("outcome/Y/B/detectable"), &own);
        // A common slope treats sessions as independent evidence about a client's course.
        let wider = common.se.zip(own.se).map_or(1.0, |(narrow, wide)| wide / narrow);
        let warning = words.with("wider", format!("{wider:.1}")).text("warn.common_slope");
        let common = common.warn_if(wider > TOO_NARROW, warning);
        let [level, common, own] = [level, common, own].map(|e| self.cautioned(e, None));
        Ok([level, common, own, smallest])
    }

    fn fit(&self, rows: &SessionRows) -> Result<Fit, String> {
        self.usable.clone().and_then(|()| rows.fit(Criterion::Reml))
    }

    /// The smallest coefficient that this design would have found, beside the one it gave.
    fn detectable(&self, estimate: Estimate, beside: &Estimate) -> Estimate {
        let found = || {
            if let Some(reason) = &beside.refused {
                return Err(reason.clone());
            }
            let df = beside.statistic.as_ref().and_then(|t| t.df);
            let (se, df) = beside.se.zip(df).ok_or_else(|| self.words.text("refuse.df"))?;
            Ok(detectable_effect(se, df, self.run.settings().power)?)
        };
        estimate.given(found(), |e, size| e.value(size).detail("per_sd_of_burnout", size * self.sd))
    }

    /// What is said where one person rated both, and where there are few therapists.
    pub(crate) fn cautioned(&self, estimate: Estimate, alliance: Option<&Measure>) -> Estimate {
        let same_rater = alliance.is_some_and(|a| a.rater == Some(Rater::Therapist));
        let estimate = estimate.warn_if(same_rater, self.words.text("warn.rater"));
        few(&self.words, estimate, self.run.settings().min_therapists, "warn.few")
    }
}

/// Adds the caution of this key where an estimate rests on fewer therapists than `enough`.
pub(crate) fn few(words: &Words<'_>, estimate: Estimate, enough: u64, key: &str) -> Estimate {
    let therapists = estimate.n.therapists.unwrap_or(u64::MAX);
    let warning = words.with("therapists", therapists).text(key);
    estimate.warn_if(therapists < enough, warning)
}
