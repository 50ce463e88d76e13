//! Client and therapist as raters of the same alliance.

use std::ops::Range;

use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::correlation::IntraclassCorrelation;
use dyad_stats::distributions::normal;
use dyad_stats::mixed::{Criterion, Fit, Level as Random, Rows};
use dyad_stats::{correlation, moments};

use crate::Settings;

/// Adds `raters/A1/A2/…` for every pair of alliance measures with different raters, in the order of the study file. Subscales are
/// compared with the same subscale.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
) -> Result<(), Failure> {
    let alliances: Vec<&Measure> = run.measures_of(Role::Alliance).collect();
    let scale = |m: &Measure| m.id.split_once('.').map(|(_, subscale)| subscale.to_owned());
    for (i, first) in alliances.iter().enumerate() {
        let others = alliances.iter().skip(i + 1);
        for second in others.filter(|m| m.rater != first.rater && scale(m) == scale(first)) {
            let raters = Raters::of(run, clients, [first, second])?;
            for outcome in run.measures_of(Role::Outcome) {
                let last = clients.last(&run.scores(outcome)?);
                findings.estimates.push(raters.compare(outcome, &last));
            }
            findings.estimates.extend(raters.agree());
            findings.estimates.extend(raters.agree_by_session());
        }
    }
    Ok(())
}

/// Two raters of the same alliance.
struct Raters<'a> {
    clients: &'a Clients<'a>,
    words: Words<'a>,
    measures: [&'a Measure; 2],
    ratings: [Floats<'a>; 2],
    early: [Vec<Option<f64>>; 2],
    lacks: [String; 2],
}

impl<'a> Raters<'a> {
    fn of(
        run: &'a Run<Settings>,
        clients: &'a Clients<'a>,
        measures: [&'a Measure; 2],
    ) -> Result<Self, Failure> {
        let ratings = [run.scores(measures[0])?, run.scores(measures[1])?];
        let early = ratings.map(|r| clients.mean_in(&r, run.settings().early_window));
        let lacks = measures.map(|m| run.words().about("A", m).text("lacks.rating"));
        let words = run.words().about("A1", measures[0]).about("A2", measures[1]);
        Ok(Self { clients, words, measures, ratings, early, lacks })
    }

    /// The clients with both early ratings and these values.
    fn complete(&self, more: &[(&[Option<f64>], &str)]) -> (Sample, [Vec<f64>; 2]) {
        let early = [0, 1].map(|i| (&self.early[i][..], self.lacks[i].as_str()));
        let sample = self.clients.complete(&[&early, more].concat());
        let picked = [0, 1].map(|i| sample.pick(&self.early[i]));
        (sample, picked)
    }

    /// Whose early alliance goes more closely with the outcome.
    fn compare(&self, outcome: &Measure, last: &[Option<f64>]) -> Estimate {
        let words = self.words.about("Y", outcome);
        let (sample, [x, y]) = self.complete(&[(last, &words.text("lacks.last"))]);
        let estimate = sample.describe(words.estimate("raters/A1/A2/Y/williams"));
        estimate.given(correlation::williams(&x, &y, &sample.pick(last)), |e, c| {
            e.value(c.difference).ci(c.ci).statistic("t", c.t, Some(c.df)).p(c.p).details([
                ("r1", c.r1),
                ("r2", c.r2),
                ("r12", c.r12),
            ])
        })
    }

    /// Agreement on the early alliance.
    fn agree(&self) -> [Estimate; 3] {
        let (sample, [x, y]) = self.complete(&[]);
        let new = |key: &str| sample.describe(self.words.estimate(key));
        let intraclass = |e: Estimate, icc: IntraclassCorrelation| {
            let given = e.value(icc.icc).ci(icc.ci).p(icc.p);
            let mut given = given.statistic("F", icc.f, Some(icc.df[0]));
            given.statistic.iter_mut().for_each(|f| f.df2 = Some(icc.df[1]));
            given
        };
        let difference = new("raters/A1/A2/mean_difference").t_test(moments::paired(&x, &y));
        let difference = match difference.estimate.zip(difference.se) {
            Some((mean, se)) => {
                let half = normal::quantile(0.975) * se * (x.len() as f64).sqrt();
                difference
                    .details([("agreement_low", mean - half), ("agreement_high", mean + half)])
            }
            None => difference,
        };
        let (agreement, consistency) =
            (new("raters/A1/A2/icc_agreement"), new("raters/A1/A2/icc_consistency"));
        [
            agreement.given(correlation::icc_agreement(&x, &y), intraclass),
            consistency.given(correlation::icc_consistency(&x, &y), intraclass),
            difference,
        ]
    }

    /// Agreement from session to session: as a correlation, and as bias and tracking (West & Kenny).
    fn agree_by_session(&self) -> [Estimate; 3] {
        let pairs = self.clients.pairs(&self.ratings[0], &self.ratings[1]);
        let found = correlation::repeated_measures(&pairs.x, &pairs.y, &pairs.clients);
        let within = pairs.describe(self.words.estimate("raters/A1/A2/session_rmcorr"));
        // No outcome, no benefit.
        let within = Estimate { benefit: None, ..within.correlation(found, 1.0) };

        // The client is the truth that the other rater judges, whichever comes first in the study file.
        let turned = self.measures[1].rater == Some(Rater::Client);
        let [truth, judge] = if turned { [1, 0] } else { [0, 1] };
        let values = [&pairs.x, &pairs.y];
        let fit = self.truth_and_bias(&pairs.clients, values[truth], values[judge]);
        let words = self.words.about("truth", self.measures[truth]);
        let words = words.about("judge", self.measures[judge]);
        let new = |key: &str, column: &str| {
            pairs.describe(words.estimate(key)).fixed_effect(&fit, &[(column, 1.0)])
        };
        let bias = new("raters/A1/A2/directional_bias", "(intercept)");
        [within, bias, new("raters/A1/A2/tracking", "truth")]
    }

    fn truth_and_bias(
        &self,
        rows_of: &[Range<usize>],
        truth: &[f64],
        judged: &[f64],
    ) -> Result<Fit, String> {
        if !self.clients.has_therapists() {
            return Err("the study file names no therapist column".to_owned());
        }
        let fit = || {
            let mut rows = Rows::in_nested_clusters(&["truth"])
                .with_random_slope("truth", &[Random::Cluster])?;
            // `pairs` leaves out clients without a pair: count along to know whose rows these are.
            let with = (0..self.clients.len()).filter(|&client| {
                let mut rows = self.clients.rows[client].clone();
                rows.any(|row| self.ratings.iter().all(|ratings| ratings.get(row).is_some()))
            });
            for ((id, client), range) in (0..).zip(with).zip(rows_of) {
                let therapist = self.clients.therapist(client).unwrap_or(0);
                let mean = truth[range.clone()].iter().sum::<f64>() / range.len() as f64;
                for row in range.clone() {
                    rows.push(therapist, id, &[truth[row] - mean], judged[row] - mean)?;
                }
            }
            rows.fit(Criterion::Reml)
        };
        fit().map_err(|e| e.to_string())
    }
}
