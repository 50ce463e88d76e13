//! Drawing clients and their sessions.

use std::ops::Range;

use dyad_stats::resample::Generator;

use crate::chain::Chain;
use crate::{Parameters, SimulateError};

/// One meeting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Session {
    /// Session number, from 1.
    pub session: u32,
    /// The client's rating.
    pub alliance_client: Option<f64>,
    /// The therapist's rating.
    pub alliance_therapist: Option<f64>,
    /// The outcome.
    pub symptom: Option<f64>,
}

/// One client.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Number of the site, from 0.
    pub site: u32,
    /// Number of the therapist, from 0 over all sites.
    pub therapist: u32,
    /// Number of the client, from 0 over all therapists.
    pub client: u32,
    /// The therapist's burnout.
    pub burnout: f64,
    /// The score at intake.
    pub baseline: f64,
    /// Whether the client left against plan.
    pub dropout: bool,
    /// Where its sessions lie in [`Block::sessions`], ascending by number.
    pub sessions: Range<usize>,
}

/// The clients of some therapists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Clients, therapist by therapist.
    pub clients: Vec<Client>,
    /// Their sessions, one after another.
    pub sessions: Vec<Session>,
    /// Values that the end of a range cut off: the client's ratings, the therapist's, symptom scores.
    pub cut_off: [u64; 3],
}

/// Draws a study, any therapists of it at a time.
///
/// What belongs to a site, a caseload or a therapist comes from a generator of its own, named after it: a block does not depend on
/// those before it.
pub struct Draw<'p> {
    parameters: &'p Parameters,
    chain: Chain,
    /// Number of the first client of each therapist, and of clients in all.
    first: Vec<u32>,
}

impl<'p> Draw<'p> {
    /// Lays the network out.
    ///
    /// # Errors
    /// [`SimulateError::Parameter`] if there are more clients than can be numbered.
    pub fn new(parameters: &'p Parameters) -> Result<Self, SimulateError> {
        let network = &parameters.network;
        let therapists = network.sites * network.therapists_per_site;
        let mut first = Vec::with_capacity(therapists as usize + 1);
        let mut clients = 0_u32;
        for therapist in 0..u64::from(therapists) {
            first.push(clients);
            let mut draw = Generator::new(network.seed, "simulate: caseload", therapist);
            let factor = 1.0 + network.caseload_spread * (2.0 * draw.uniform() - 1.0);
            let caseload = (f64::from(network.clients_per_therapist) * factor).round().max(1.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "at most twice a checked number"
            )]
            let total = clients.checked_add(caseload as u32);
            clients = total.ok_or_else(|| {
                SimulateError::Parameter("more than 4,294,967,295 clients".to_owned())
            })?;
        }
        first.push(clients);
        Ok(Self { parameters, chain: Chain::of(parameters), first })
    }

    /// Therapists of the network.
    #[must_use]
    pub fn therapists(&self) -> usize {
        self.first.len() - 1
    }

    /// Clients of the network.
    #[must_use]
    pub fn clients(&self) -> u32 {
        self.first.last().copied().unwrap_or(0)
    }

    /// The clients of these therapists.
    #[must_use]
    pub fn block(&self, therapists: Range<usize>) -> Block {
        let mut block = Block::default();
        let mut scratch = Vec::new();
        for therapist in therapists.start..therapists.end.min(self.therapists()) {
            self.therapist(therapist, &mut block, &mut scratch);
        }
        block
    }

    /// First all ratings of a therapist's clients, then their symptoms, which depend on the means of those.
    fn therapist(&self, therapist: usize, block: &mut Block, ratings: &mut Vec<f64>) {
        let p = self.parameters;
        let number = therapist as u64;
        let site = number / u64::from(p.network.therapists_per_site);
        let mut of_site = Generator::new(p.network.seed, "simulate: site", site);
        let site_alliance = p.alliance.site_sd * of_site.normal();
        let site_symptom = p.symptom.site_sd * of_site.normal();

        let mut draw = Generator::new(p.network.seed, "simulate: therapist", number);
        let burnout = p.burnout.mean + p.burnout.sd * draw.normal();
        let burnout = Scale::new(p.burnout.range, p.burnout.decimals).write(burnout).0;
        let strain = burnout - p.burnout.mean;
        let bond = site_alliance
            + p.alliance.therapist_sd * draw.normal()
            + p.alliance.burnout_slope * strain;
        let effect = site_symptom
            + p.symptom.therapist_sd * draw.normal()
            + p.burnout.symptom_slope * strain;

        ratings.clear();
        let first_client = block.clients.len();
        for client in self.first[therapist]..self.first[therapist + 1] {
            let start = block.sessions.len();
            let intake = p.symptom.intake_mean + p.symptom.intake_sd * draw.normal();
            let baseline = Scale::new(p.symptom.range, p.symptom.decimals).write(intake).0;
            let dropout = self.course(&mut draw, bond, block, ratings);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "both come from numbers of 32 bits"
            )]
            block.clients.push(Client {
                site: site as u32,
                therapist: number as u32,
                client,
                burnout,
                baseline,
                dropout,
                sessions: start..block.sessions.len(),
            });
        }
        self.symptoms(&mut draw, first_client, strain, effect, block, ratings);
    }

    /// The ratings of one client, session by session until the plan ends or the client leaves. `ratings` takes every rating,
    /// those of missed sessions and missing ones included; `block` the rows. Returns whether the client left against plan.
    fn course(
        &self,
        draw: &mut Generator,
        bond: f64,
        block: &mut Block,
        ratings: &mut Vec<f64>,
    ) -> bool {
        let p = self.parameters;
        let scale = Scale::new(p.alliance.range, p.alliance.decimals);
        let span = u64::from(p.course.longest - p.course.shortest) + 1;
        let planned = u64::from(p.course.shortest) + draw.below(span);
        let level = p.alliance.mean + bond + p.alliance.client_sd * draw.normal();
        let phi = p.alliance.autocorrelation;
        let fresh = p.alliance.session_sd * (1.0 - phi * phi).sqrt();
        let mut deviation = p.alliance.session_sd * draw.normal();
        let mut ruptured = draw.uniform() < self.chain.stationary();
        for session in 1.. {
            let fall = f64::from(u8::from(ruptured)) - self.chain.stationary();
            let rating = level + course(p, session) + deviation - p.rupture.depth * fall;
            let (rating, cut) = scale.write(rating);
            let judged = p.therapist_rating.mean
                + p.therapist_rating.agreement * (rating - p.alliance.mean)
                + p.therapist_rating.noise_sd * draw.normal();
            let (judged, cut_too) = scale.write(judged);
            let keep = |value: f64, chance: f64, missing: f64| (chance >= missing).then_some(value);
            let row = Session {
                session,
                alliance_client: keep(rating, draw.uniform(), p.missing.alliance_client),
                alliance_therapist: keep(judged, draw.uniform(), p.missing.alliance_therapist),
                symptom: None,
            };
            ratings.push(rating);
            block.cut_off[0] += u64::from(cut);
            block.cut_off[1] += u64::from(cut_too);
            let leaves = draw.uniform() < self.chain.leave(ruptured);
            let ends = u64::from(session) >= planned;
            let missed = draw.uniform() < p.course.missed;
            if session == 1 || ends || leaves || !missed {
                block.sessions.push(row);
            }
            if ends || leaves {
                return leaves && !ends;
            }
            ruptured = draw.uniform() < self.chain.next(ruptured);
            deviation = phi * deviation + fresh * draw.normal();
        }
        false
    }

    /// The symptoms of a therapist's clients, once all their ratings are known.
    fn symptoms(
        &self,
        draw: &mut Generator,
        first_client: usize,
        strain: f64,
        effect: f64,
        block: &mut Block,
        ratings: &[f64],
    ) {
        let p = self.parameters;
        let s = &p.symptom;
        let scale = Scale::new(s.range, s.decimals);
        let mean_of = |values: &mut dyn Iterator<Item = f64>| {
            let (n, sum) = values.fold((0.0, 0.0), |(n, sum), value| (n + 1.0, sum + value));
            (n > 0.0).then(|| sum / n)
        };
        let Block { clients, sessions, cut_off } = block;
        let clients = &clients[first_client..];
        let of_client = |client: &Client| {
            let rows = &sessions[client.sessions.clone()];
            mean_of(&mut rows.iter().filter_map(|row| row.alliance_client))
        };
        let means: Vec<Option<f64>> = clients.iter().map(of_client).collect();
        let of_therapist = mean_of(&mut means.iter().copied().flatten()).unwrap_or(p.alliance.mean);
        let mut rated = 0;
        for (client, mean) in clients.iter().zip(means) {
            let mean = mean.unwrap_or(of_therapist);
            let level = s.intake_mean
                + s.intake_slope * (client.baseline - s.intake_mean)
                + s.between_client * (mean - of_therapist)
                + s.between_therapist * (of_therapist - p.alliance.mean)
                + effect
                + s.client_sd * draw.normal();
            let mut last = 0;
            for row in &mut sessions[client.sessions.clone()] {
                last = row.session as usize;
                // The rating one session before, whether or not it was missed or is missing.
                let before = last.checked_sub(2).and_then(|before| ratings.get(rated + before));
                let elapsed = f64::from(row.session - 1);
                let score = level
                    + before.map_or(0.0, |rating| s.within * (rating - mean))
                    + elapsed * (s.per_session + p.burnout.symptom_slope_by_session * strain)
                    + s.session_sd * draw.normal();
                let (score, cut) = scale.write(score);
                cut_off[2] += u64::from(cut);
                row.symptom = (draw.uniform() >= p.missing.symptom).then_some(score);
            }
            rated += last;
        }
    }
}

/// The mean course of the alliance, 0 at the peak.
pub(crate) fn course(parameters: &Parameters, session: u32) -> f64 {
    let alliance = &parameters.alliance;
    let beyond = f64::from(session) - f64::from(alliance.peak_session);
    if beyond < 0.0 { alliance.rise * beyond } else { alliance.later * beyond }
}

/// How a value is written down.
#[derive(Clone, Copy)]
struct Scale {
    range: [f64; 2],
    unit: f64,
}

impl Scale {
    fn new(range: [f64; 2], decimals: u32) -> Self {
        Self { range, unit: unit(decimals) }
    }

    /// The value within its range, rounded to its decimals, and whether the range cut it off.
    fn write(self, value: f64) -> (f64, bool) {
        let kept = value.clamp(self.range[0], self.range[1]);
        // Dividing a whole number gives the double nearest to the decimal, which is what a reader of the CSV file gets.
        ((kept * self.unit).round() / self.unit, (kept - value).abs() > 0.0)
    }
}

/// 10 to the number of decimals.
pub(crate) fn unit(decimals: u32) -> f64 {
    (0..decimals).fold(1.0, |unit, _| unit * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_does_not_depend_on_those_before_it() {
        let parameters = Parameters::defaults().unwrap();
        let draw = Draw::new(&parameters).unwrap();
        let whole = draw.block(0..7);
        let mut parts = Block::default();
        for therapists in [0..1, 1..5, 5..7] {
            let part = draw.block(therapists);
            let shift = parts.sessions.len();
            parts.clients.extend(part.clients.into_iter().map(|client| Client {
                sessions: client.sessions.start + shift..client.sessions.end + shift,
                ..client
            }));
            parts.sessions.extend(part.sessions);
            for (sum, one) in parts.cut_off.iter_mut().zip(part.cut_off) {
                *sum += one;
            }
        }
        assert_eq!(parts, whole);
    }

    #[test]
    fn a_study_has_the_shape_its_parameters_say() {
        let parameters = Parameters::defaults().unwrap();
        let draw = Draw::new(&parameters).unwrap();
        let all = draw.block(0..draw.therapists());
        let (rows, clients) = (all.sessions.len() as f64, all.clients.len() as f64);
        assert_eq!(all.clients.len(), draw.clients() as usize);
        // About 2,160 clients with an SD of 3 sessions: five standard errors.
        assert!(
            (rows / clients - parameters.sessions_per_client()).abs() < 5.0 * 3.0 / clients.sqrt()
        );
        let missing = all.sessions.iter().filter(|s| s.symptom.is_none()).count() as f64;
        assert!((missing / rows - 0.03).abs() < 0.01);
        for client in &all.clients {
            let sessions = &all.sessions[client.sessions.clone()];
            assert_eq!(sessions[0].session, 1);
            assert!(sessions.windows(2).all(|pair| pair[0].session < pair[1].session));
            assert!(sessions.iter().all(|s| s.session <= 12));
        }
        // Ranges hardly cut anything off, or the truth would not be true.
        assert!(all.cut_off.iter().all(|&n| (n as f64) < rows * 1e-3), "{:?}", all.cut_off);
    }

    #[test]
    fn effects_are_what_they_are_called() {
        // Without noise the score is the model's sum, term by term.
        let mut parameters = Parameters::defaults().unwrap();
        parameters.symptom.decimals = 4;
        for sd in [
            &mut parameters.symptom.site_sd,
            &mut parameters.symptom.therapist_sd,
            &mut parameters.symptom.client_sd,
            &mut parameters.symptom.session_sd,
        ] {
            *sd = 0.0;
        }
        let draw = Draw::new(&parameters).unwrap();
        let block = draw.block(3..4);
        let mean = |sessions: &[Session]| {
            let rated: Vec<f64> = sessions.iter().filter_map(|s| s.alliance_client).collect();
            (!rated.is_empty()).then(|| rated.iter().sum::<f64>() / rated.len() as f64)
        };
        let means: Vec<Option<f64>> =
            block.clients.iter().map(|c| mean(&block.sessions[c.sessions.clone()])).collect();
        let known: Vec<f64> = means.iter().copied().flatten().collect();
        let of_therapist = known.iter().sum::<f64>() / known.len() as f64;
        let mut checked = 0;
        for (client, own) in block.clients.iter().zip(&means) {
            let Some(own) = own else { continue };
            for pair in block.sessions[client.sessions.clone()].windows(2) {
                let [before, now] = pair else { continue };
                let (Some(rating), Some(score)) = (before.alliance_client, now.symptom) else {
                    continue;
                };
                if now.session != before.session + 1 {
                    continue;
                }
                let t = f64::from(now.session - 1);
                let expected = 80.0 + 0.5 * (client.baseline - 80.0)
                    - 1.7 * t
                    - 3.5 * (rating - own)
                    - 9.1 * (own - of_therapist)
                    - 7.0 * (of_therapist - 4.5)
                    + (1.8 + 0.1 * t) * (client.burnout - 3.09);
                assert!((score - expected).abs() < 1e-4, "{score} for {expected}");
                checked += 1;
            }
        }
        assert!(checked > 100);
    }
}
