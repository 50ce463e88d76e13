//! Ruptures and stay as a Markov chain: who is still there, and who of them is in a rupture.

use crate::Parameters;

/// The chances of intact and ruptured clients, in this order.
type Both = [f64; 2];

/// From session to session a client is intact or ruptured; after each session a client may leave.
///
/// The first session finds the chain in its stationary state: later sessions then differ in mean from it by the course and by
/// selection alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain {
    begin: f64,
    end: f64,
    leave: Both,
    missed: f64,
    shortest: u32,
    longest: u32,
}

impl Chain {
    pub(crate) fn of(parameters: &Parameters) -> Self {
        let (rupture, course) = (&parameters.rupture, &parameters.course);
        Self {
            begin: rupture.rate,
            end: rupture.repair,
            leave: [course.dropout, course.dropout * rupture.dropout_ratio],
            missed: course.missed,
            shortest: course.shortest,
            longest: course.longest,
        }
    }

    /// Share of clients in a rupture, without selection; 0 if none ever begins.
    pub(crate) fn stationary(self) -> f64 {
        if self.begin > 0.0 { self.begin / (self.begin + self.end) } else { 0.0 }
    }

    /// Chance to leave against plan after a session.
    pub(crate) fn leave(self, ruptured: bool) -> f64 {
        self.leave[usize::from(ruptured)]
    }

    /// Chance to be in a rupture at the next session.
    pub(crate) fn next(self, ruptured: bool) -> f64 {
        if ruptured { 1.0 - self.end } else { self.begin }
    }

    /// Chance that session k is the last one planned, given that it is reached.
    fn planned_end(self, k: u32) -> f64 {
        if k < self.shortest { 0.0 } else { 1.0 / f64::from(self.longest.saturating_sub(k) + 1) }
    }

    /// Chances to reach session k in each state.
    fn reach(self, k: u32) -> Both {
        let mut at = [1.0 - self.stationary(), self.stationary()];
        for session in 1..k {
            let stay = 1.0 - self.planned_end(session);
            let left = [at[0] * stay * (1.0 - self.leave[0]), at[1] * stay * (1.0 - self.leave[1])];
            at = [
                left[0] * (1.0 - self.begin) + left[1] * self.end,
                left[0] * self.begin + left[1] * (1.0 - self.end),
            ];
        }
        at
    }

    /// Chances that a session which is reached takes place: the first and the last always do.
    fn attended(self, k: u32) -> Both {
        if k == 1 {
            return [1.0; 2];
        }
        let planned = self.planned_end(k);
        self.leave.map(|leave| {
            let last = planned + (1.0 - planned) * leave;
            (1.0 - self.missed) + self.missed * last
        })
    }

    /// Session rows of a client, on average.
    pub(crate) fn expected_rows(self) -> f64 {
        let rows = |k| {
            let (reach, attended) = (self.reach(k), self.attended(k));
            reach[0] * attended[0] + reach[1] * attended[1]
        };
        (1..=self.longest).map(rows).sum()
    }

    /// Share in a rupture at session j among the rows of session k ≥ j; `None` if nobody reaches it.
    pub(crate) fn ruptured(self, j: u32, k: u32) -> Option<f64> {
        if k > self.longest {
            return None;
        }
        let mut ahead = self.attended(k);
        for _ in j..k {
            // Planned ends concern both states alike and cancel.
            let (intact, ruptured) = (
                (1.0 - self.begin) * ahead[0] + self.begin * ahead[1],
                self.end * ahead[0] + (1.0 - self.end) * ahead[1],
            );
            ahead = [(1.0 - self.leave[0]) * intact, (1.0 - self.leave[1]) * ruptured];
        }
        let reach = self.reach(j);
        let (intact, ruptured) = (reach[0] * ahead[0], reach[1] * ahead[1]);
        (intact + ruptured > 0.0).then(|| ruptured / (intact + ruptured))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_selection_the_share_in_a_rupture_stays_what_it_was() {
        let mut parameters = Parameters::defaults().unwrap();
        parameters.rupture.dropout_ratio = 1.0;
        let chain = Chain::of(&parameters);
        for (j, k) in [(1, 1), (1, 5), (3, 5), (9, 12)] {
            assert!((chain.ruptured(j, k).unwrap() - chain.stationary()).abs() < 1e-12);
        }
        assert_eq!(chain.ruptured(1, 13), None);
    }

    #[test]
    fn those_who_stay_are_less_often_in_a_rupture() {
        let chain = Chain::of(&Parameters::defaults().unwrap());
        assert!(chain.ruptured(3, 5).unwrap() < chain.ruptured(3, 3).unwrap());
    }

    #[test]
    fn everybody_comes_to_one_session_if_one_is_planned() {
        let mut parameters = Parameters::defaults().unwrap();
        (parameters.course.shortest, parameters.course.longest) = (1, 1);
        assert!((Chain::of(&parameters).expected_rows() - 1.0).abs() < 1e-12);
    }
}
