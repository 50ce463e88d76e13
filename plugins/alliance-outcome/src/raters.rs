//! Client and therapist as raters of the same alliance.

use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::correlation::IntraclassCorrelation;
use dyad_stats::mixed::{Criterion, Fit, Level as Random, Rows};
use dyad_stats::{correlation, moments};

use crate::Settings;
use crate::pair::words;

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
            let raters = Raters::of(run, clients, first, second)?;
            raters.compare_outcomes(findings, run)?;
            raters.agree(findings);
            raters.agree_by_session(findings);
        }
    }
    Ok(())
}

/// Two raters of the same alliance.
struct Raters<'a> {
    clients: &'a Clients<'a>,
    measures: [&'a Measure; 2],
    ratings: [Floats<'a>; 2],
    early: [Vec<Option<f64>>; 2],
    lacks: [String; 2],
    names: String,
}

impl<'a> Raters<'a> {
    fn of(
        run: &'a Run<Settings>,
        clients: &'a Clients<'a>,
        first: &'a Measure,
        second: &'a Measure,
    ) -> Result<Self, Failure> {
        let sessions = run.table("sessions")?;
        let window = run.settings().early_window;
        let measures = [first, second];
        let ratings = [sessions.floats(&first.id)?, sessions.floats(&second.id)?];
        let early = ratings.map(|ratings| clients.mean_in(&ratings, window));
        let lacks =
            measures.map(|m| format!("no {} in sessions {}-{}", m.name(), window[0], window[1]));
        let names = format!("early {} and {}", first.name(), second.name());
        Ok(Self { clients, measures, ratings, early, lacks, names })
    }

    fn id(&self, what: &str) -> String {
        format!("raters/{}/{}/{what}", self.measures[0].id, self.measures[1].id)
    }

    fn early(&self, sample: &Sample) -> (Vec<f64>, Vec<f64>) {
        (sample.pick(&self.early[0]), sample.pick(&self.early[1]))
    }

    /// Whose early alliance goes more closely with the outcome.
    fn compare_outcomes(
        &self,
        findings: &mut Findings,
        run: &Run<Settings>,
    ) -> Result<(), Failure> {
        let sessions = run.table("sessions")?;
        for outcome in run.measures_of(Role::Outcome) {
            let last = self.clients.last(&sessions.floats(&outcome.id)?);
            let no_last = format!("no {} score", outcome.name());
            let sample = self.clients.complete(&[
                (&self.early[0], &self.lacks[0]),
                (&self.early[1], &self.lacks[1]),
                (&last, &no_last),
            ]);
            let label = format!(
                "Difference of the correlations of {} with final {}",
                self.names,
                outcome.name()
            );
            let estimate = sample
                .describe(Estimate::new(self.id(&format!("{}/williams", outcome.id)), label))
                .method("r1 − r2 in the outcome's own sign; Williams' t, Zou's interval; the same clients in all three correlations")
                .source("williams1959")
                .source("zou2007");
            let (x, y) = self.early(&sample);
            findings.estimates.push(match correlation::williams(&x, &y, &sample.pick(&last)) {
                Err(reason) => estimate.refused(words(reason)),
                Ok(c) => estimate
                    .value(c.difference)
                    .ci(c.ci)
                    .statistic("t", c.t, Some(c.df))
                    .p(c.p)
                    .detail("r1", c.r1)
                    .detail("r2", c.r2)
                    .detail("r12", c.r12),
            });
        }
        Ok(())
    }

    /// Agreement on the early alliance.
    fn agree(&self, findings: &mut Findings) {
        let sample = self
            .clients
            .complete(&[(&self.early[0], &self.lacks[0]), (&self.early[1], &self.lacks[1])]);
        let (x, y) = self.early(&sample);
        let new = |what: &str, label: &str| {
            let label = format!("{label} of {}", self.names);
            sample.describe(Estimate::new(self.id(what), label)).source("shrout1979")
        };
        let agreement = new("icc_agreement", "Agreement").method(
            "ICC(2,1): two-way random effects, absolute agreement, single rater; interval by Shrout & Fleiss",
        );
        findings.estimates.push(intraclass(agreement, correlation::icc_agreement(&x, &y)));
        let consistency = new("icc_consistency", "Agreement apart from a constant difference")
            .method("ICC(3,1): two-way mixed effects, consistency, single rater");
        findings.estimates.push(intraclass(consistency, correlation::icc_consistency(&x, &y)));

        let id = self.id("mean_difference");
        let difference = sample
            .describe(Estimate::new(id, format!("Mean difference of {}", self.names)))
            .method(
                "paired t test; details: limits of agreement, mean ± z(.975)·SD of the differences",
            )
            .source("student1908");
        let difference = difference.t_test(moments::paired(&x, &y));
        findings.estimates.push(match (difference.estimate, difference.se) {
            (Some(mean), Some(se)) => {
                let half = dyad_stats::distributions::normal::quantile(0.975)
                    * se
                    * (x.len() as f64).sqrt();
                difference
                    .detail("agreement_low", mean - half)
                    .detail("agreement_high", mean + half)
            }
            _ => difference,
        });
    }

    /// Agreement from session to session: as a correlation, and as bias and tracking (West & Kenny).
    fn agree_by_session(&self, findings: &mut Findings) {
        let pairs = self.clients.pairs(&self.ratings[0], &self.ratings[1]);
        let (first, second) = (self.measures[0].name(), self.measures[1].name());
        let described = |mut estimate: Estimate| {
            estimate.n = pairs.n;
            estimate.dropped.clone_from(&pairs.dropped);
            estimate
        };
        let label =
            format!("Do {first} and {second} rise and fall together from session to session");
        let within = described(Estimate::new(self.id("session_rmcorr"), label))
            .method("repeated-measures correlation of the two ratings, client-centred, N − k − 1 df; Fisher z interval")
            .source("bakdash2017");
        let found = correlation::repeated_measures(&pairs.x, &pairs.y, &pairs.clients);
        // No outcome, no benefit.
        let within = Estimate { benefit: None, ..within.correlation(found, 1.0) };
        findings.estimates.push(within);

        // The client is the truth that the other rater judges, whichever comes first in the study file.
        let turned = self.measures[1].rater == Some(Rater::Client);
        let (truth, judged) = if turned { (&pairs.y, &pairs.x) } else { (&pairs.x, &pairs.y) };
        let (truth_name, judge_name) = if turned { (second, first) } else { (first, second) };
        let fit = self.truth_and_bias(&pairs.clients, truth, judged);
        for (what, column, label) in [
            ("directional_bias", "(intercept)", "How much higher than"),
            ("tracking", "truth", "How closely changes are followed, point per point, of"),
        ] {
            let label = format!("{label} {truth_name}: {judge_name}");
            let estimate = described(Estimate::new(self.id(what), label))
                .method(
                    "judge − g ~ (truth − g) + (truth − g | client) + (1 | therapist), g the client's mean truth, REML; Satterthwaite df",
                )
                .source("west2011");
            findings.estimates.push(estimate.fixed_effect(&fit, &[(column, 1.0)]));
        }
    }

    fn truth_and_bias(
        &self,
        rows_of: &[std::ops::Range<usize>],
        truth: &[f64],
        judged: &[f64],
    ) -> Result<Fit, String> {
        if !self.clients.has_therapists() {
            return Err("the study file names no therapist column".to_owned());
        }
        let mut rows = Rows::in_nested_clusters(&["truth"])
            .with_random_slope("truth", &[Random::Cluster])
            .map_err(words)?;
        // `pairs` leaves out clients without a pair: count along to know whose rows these are.
        let with = (0..self.clients.len()).filter(|&client| {
            let mut rows = self.clients.rows[client].clone();
            rows.any(|row| self.ratings.iter().all(|ratings| ratings.get(row).is_some()))
        });
        for (client, range) in with.zip(rows_of) {
            let therapist = self.clients.therapist(client).unwrap_or(0);
            let mean = truth[range.clone()].iter().sum::<f64>() / range.len() as f64;
            let id = i64::try_from(client).map_err(words)?;
            for row in range.clone() {
                rows.push(therapist, id, &[truth[row] - mean], judged[row] - mean)
                    .map_err(words)?;
            }
        }
        rows.fit(Criterion::Reml).map_err(words)
    }
}

fn intraclass(estimate: Estimate, found: dyad_stats::Result<IntraclassCorrelation>) -> Estimate {
    match found {
        Err(reason) => estimate.refused(words(reason)),
        Ok(icc) => {
            let mut given =
                estimate.value(icc.icc).ci(icc.ci).statistic("F", icc.f, Some(icc.df[0])).p(icc.p);
            if let Some(statistic) = &mut given.statistic {
                statistic.df2 = Some(icc.df[1]);
            }
            given
        }
    }
}
