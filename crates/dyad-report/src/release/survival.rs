//! The gate for curves of survival and of competing ends (T6): counts rounded or joined, and the curve computed again from them.

use dyad_model::figure::{
    CumulativeIncidence, IncidenceEnd, IncidenceStep, Survival, SurvivalCurve, SurvivalStep,
};

use super::profile::{Rules, midpoint6};

/// Counts at the midpoints of sixes under a rounding profile; otherwise steps are joined until enough have left. Either way the
/// curve is computed again from what is released, and stops where too few are at risk.
pub(super) fn curves(plot: &mut Survival, rules: &Rules) -> bool {
    for curve in &mut plot.curves {
        let steps = std::mem::take(&mut curve.steps);
        curve.steps = if rules.base.is_some() {
            rounded_steps(&steps, rules)
        } else {
            joined_steps(&steps, rules)
        };
    }
    plot.curves.retain(|curve: &SurvivalCurve| !curve.steps.is_empty());
    !plot.curves.is_empty()
}

fn rounded_steps(steps: &[SurvivalStep], rules: &Rules) -> Vec<SurvivalStep> {
    let (mut survival, mut events, mut censored) = (1.0, 0, 0);
    let (mut shown_events, mut shown_censored) = (0, 0);
    let mut released = Vec::new();
    for step in steps.iter().take_while(|step| step.at_risk >= rules.clients) {
        events += step.events;
        censored += step.censored;
        let (now_events, now_censored) = (midpoint6(events), midpoint6(censored));
        let at_risk = midpoint6(step.at_risk);
        let left = now_events - shown_events;
        survival *= 1.0 - (left as f64 / at_risk as f64).min(1.0);
        released.push(SurvivalStep {
            time: step.time,
            survival,
            low: None,
            high: None,
            at_risk,
            events: left,
            censored: now_censored - shown_censored,
        });
        (shown_events, shown_censored) = (now_events, now_censored);
    }
    released
}

fn joined_steps(steps: &[SurvivalStep], rules: &Rules) -> Vec<SurvivalStep> {
    let mut survival = 1.0;
    let mut released = Vec::new();
    let mut open: Option<SurvivalStep> = None;
    for step in steps {
        let joined = match open.take() {
            None => *step,
            Some(before) => SurvivalStep {
                time: step.time,
                at_risk: before.at_risk,
                events: before.events + step.events,
                censored: before.censored + step.censored,
                ..*step
            },
        };
        if joined.at_risk < rules.clients {
            break;
        }
        let enough = |n: u64| n == 0 || n >= rules.clients;
        if joined.events + joined.censored >= rules.clients
            && enough(joined.events)
            && enough(joined.censored)
        {
            survival *= 1.0 - joined.events as f64 / joined.at_risk as f64;
            released.push(SurvivalStep { survival, low: None, high: None, ..joined });
        } else {
            open = Some(joined);
        }
    }
    released
}

/// The same for ends that compete: each end's own count is rounded, or steps are joined until each has enough.
pub(super) fn incidence(plot: &mut CumulativeIncidence, rules: &Rules) -> bool {
    let steps = std::mem::take(&mut plot.steps);
    let steps = if rules.base.is_some() {
        rounded_ends(&steps, plot.ends.len(), rules)
    } else {
        joined_ends(&steps, plot.ends.len(), rules)
    };
    plot.steps = steps;
    !plot.steps.is_empty()
}

/// The curves so far: the share with no end yet, and of each end the share that has had it.
struct Incidence {
    free: f64,
    shares: Vec<f64>,
}

impl Incidence {
    fn new(ends: usize) -> Self {
        Self { free: 1.0, shares: vec![0.0; ends] }
    }

    /// The next step (Aalen–Johansen) from counts as they are released.
    fn step(&mut self, time: f64, at_risk: u64, events: &[u64], censored: u64) -> IncidenceStep {
        let all = events.iter().sum::<u64>();
        // Rounded counts can say that more left than were there.
        let base = at_risk.max(all).max(1) as f64;
        for (share, &n) in self.shares.iter_mut().zip(events) {
            *share += self.free * n as f64 / base;
        }
        self.free *= 1.0 - all as f64 / base;
        let ends = self.shares.iter().zip(events).map(|(&incidence, &events)| IncidenceEnd {
            incidence,
            low: None,
            high: None,
            events,
        });
        IncidenceStep { time, at_risk, censored, ends: ends.collect() }
    }
}

fn rounded_ends(steps: &[IncidenceStep], ends: usize, rules: &Rules) -> Vec<IncidenceStep> {
    let (mut exact, mut exact_censored) = (vec![0; ends], 0);
    let (mut shown, mut shown_censored) = (vec![0; ends], 0);
    let mut incidence = Incidence::new(ends);
    let mut released = Vec::new();
    for step in steps.iter().take_while(|step| step.at_risk >= rules.clients) {
        let mut left = vec![0; ends];
        for (index, end) in step.ends.iter().take(ends).enumerate() {
            exact[index] += end.events;
            let now = midpoint6(exact[index]);
            left[index] = now - shown[index];
            shown[index] = now;
        }
        exact_censored += step.censored;
        let censored = midpoint6(exact_censored) - shown_censored;
        shown_censored += censored;
        released.push(incidence.step(step.time, midpoint6(step.at_risk), &left, censored));
    }
    released
}

fn joined_ends(steps: &[IncidenceStep], ends: usize, rules: &Rules) -> Vec<IncidenceStep> {
    let enough = |n: u64| n == 0 || n >= rules.clients;
    let mut incidence = Incidence::new(ends);
    let mut released = Vec::new();
    let mut open: Option<(u64, Vec<u64>, u64)> = None;
    for step in steps {
        let (at_risk, mut events, censored) =
            open.take().unwrap_or((step.at_risk, vec![0; ends], 0));
        if at_risk < rules.clients {
            break;
        }
        for (sum, end) in events.iter_mut().zip(&step.ends) {
            *sum += end.events;
        }
        let censored = censored + step.censored;
        let left = events.iter().sum::<u64>() + censored;
        if left >= rules.clients && enough(censored) && events.iter().all(|&n| enough(n)) {
            released.push(incidence.step(step.time, at_risk, &events, censored));
        } else {
            open = Some((at_risk, events, censored));
        }
    }
    released
}

#[cfg(test)]
mod tests {
    use dyad_model::figure::Axis;

    use super::*;
    use crate::Profile;

    /// A hundred clients; ten sessions; one planned end and two drop-outs at each, one censored.
    fn ends() -> CumulativeIncidence {
        let mut incidence = Incidence::new(2);
        let steps = (0..20).map(|i| incidence.step(i as f64, 100 - 4 * i, &[1, 2], 1)).collect();
        CumulativeIncidence {
            x: Axis::new("Session"),
            y: Axis::new("Share"),
            ends: vec!["planned".into(), "dropped out".into()],
            steps,
        }
    }

    #[test]
    fn released_shares_add_up_and_no_count_is_small() {
        for profile in [Profile::Opensafely, Profile::Acro, Profile::Nhs] {
            let rules = profile.rules().unwrap();
            let mut plot = ends();
            assert!(incidence(&mut plot, &rules), "{profile:?}");
            let mut free = 1.0;
            for step in &plot.steps {
                let all: u64 = step.ends.iter().map(|e| e.events).sum();
                free *= 1.0 - all as f64 / step.at_risk.max(all) as f64;
                let sum: f64 = step.ends.iter().map(|e| e.incidence).sum();
                assert!((sum + free - 1.0).abs() < 1e-12);
                for end in &step.ends {
                    assert!(end.low.is_none() && end.high.is_none());
                    let passes = match profile {
                        Profile::Acro => end.events == 0 || end.events >= 10,
                        _ => end.events % 3 == 0,
                    };
                    assert!(passes, "{profile:?} {}", end.events);
                }
                assert!(step.at_risk >= 8);
            }
        }
    }

    #[test]
    fn the_recomputed_incidence_is_that_of_the_exact_counts_without_rounding() {
        // Worked by hand: 10 at risk, 2 and 3 leave; 5 at risk, 1 and 0 leave.
        let mut incidence = Incidence::new(2);
        incidence.step(1.0, 10, &[2, 3], 0);
        let last = incidence.step(2.0, 5, &[1, 0], 0);
        assert!((last.ends[0].incidence - 0.3).abs() < 1e-12);
        assert!((last.ends[1].incidence - 0.3).abs() < 1e-12);
    }
}
