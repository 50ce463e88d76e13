//! The clients with early alliance, final outcome, baseline and a therapist's burnout score, by therapist.

use std::ops::Range;

use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;

use crate::Settings;
use crate::burnout::Burnout;

/// Complete cases for mediation and moderation.
pub(crate) struct EarlyClients {
    pub(crate) sample: Sample,
    pub(crate) early: Vec<f64>,
    pub(crate) last: Vec<f64>,
    pub(crate) baseline: Vec<f64>,
    /// Of the client's therapist, as it is.
    pub(crate) burnout: Vec<f64>,
    /// Positions of each therapist's clients, or why within and between therapists cannot be told apart.
    pub(crate) therapists: Result<Vec<Range<usize>>, String>,
}

impl EarlyClients {
    pub(crate) fn of(
        run: &Run<Settings>,
        clients: &Clients<'_>,
        (alliance, outcome): (&Measure, &Measure),
        burnout: &Burnout<'_>,
    ) -> Result<Self, Failure> {
        let sessions = run.table("sessions")?;
        let window = run.settings().early_window;
        let early = clients.mean_in(&sessions.floats(&alliance.id)?, window);
        let last = clients.last(&sessions.floats(&outcome.id)?);
        let baseline = clients.baseline(run, outcome)?.values;
        let score = burnout.by_client(clients);
        let no_early = format!("no alliance rating in sessions {}-{}", window[0], window[1]);
        let no_last = format!("no {} score", outcome.name());
        let sample = clients.complete(&[
            (&early, &no_early),
            (&last, &no_last),
            (&baseline, "no baseline"),
            (&score, "no burnout score of the therapist"),
        ]);
        let therapists = match burnout.unusable(clients) {
            Some(reason) => Err(reason.to_owned()),
            None => clients.therapist_ranges(&sample.clients).map_err(str::to_owned),
        };
        let therapists = therapists.and_then(|therapists| match therapists.len() {
            0 => Err("no client can be used".to_owned()),
            1 => Err("there is one therapist only".to_owned()),
            n if n == sample.clients.len() => {
                Err("every therapist has one client: within and between cannot be told apart"
                    .to_owned())
            }
            _ => Ok(therapists),
        });
        Ok(Self {
            early: sample.pick(&early),
            last: sample.pick(&last),
            baseline: sample.pick(&baseline),
            burnout: sample.pick(&score),
            sample,
            therapists,
        })
    }

    /// Every client with the therapist's number, the therapist's mean early alliance, and the client's deviation from it.
    pub(crate) fn each(
        &self,
        mut row: impl FnMut(usize, i64, f64, f64) -> Result<(), String>,
    ) -> Result<(), String> {
        let therapists = self.therapists.as_ref().map_err(Clone::clone)?;
        for (therapist, range) in (0..).zip(therapists) {
            let of_therapist = &self.early[range.clone()];
            let mean = of_therapist.iter().sum::<f64>() / of_therapist.len() as f64;
            for i in range.clone() {
                row(i, therapist, mean, self.early[i] - mean)?;
            }
        }
        Ok(())
    }
}
