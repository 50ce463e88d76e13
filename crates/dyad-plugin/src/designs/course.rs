//! The course of a measure over the sessions: what was rated at each session and by whom, and the rows of its models.

use std::collections::{BTreeMap, BTreeSet};

use dyad_model::figure::TrajectoryPoint;
use dyad_stats::growth::{Term, Typology};
use dyad_stats::mixed::Rows;
use dyad_stats::moments::Moments;
use dyad_stats::sequence::Occasions;

use crate::designs::models::SessionRows;
use crate::section::Section;
use crate::{Basis, Failure, Floats};

/// What was rated at one session number: by whom, in ascending order, and how.
#[derive(Default)]
struct AtSession {
    clients: Vec<usize>,
    ratings: Vec<f64>,
}

/// One measure over the sessions, by session number.
pub struct Course<'s> {
    /// About the measure.
    pub section: Section<'s>,
    ratings: Floats<'s>,
    sessions: BTreeMap<i64, AtSession>,
}

impl<'s> Course<'s> {
    /// Collects the ratings of all clients.
    #[must_use]
    pub fn of(section: Section<'s>, ratings: Floats<'s>) -> Self {
        let mut sessions: BTreeMap<i64, AtSession> = BTreeMap::new();
        for client in 0..section.clients.len() {
            for (session, rating) in section.clients.rated(client, &ratings) {
                let at = sessions.entry(session).or_default();
                at.clients.push(client);
                at.ratings.push(rating);
            }
        }
        Self { section, ratings, sessions }
    }

    /// Session numbers and ratings of a client, in order.
    pub fn of_client(&self, client: usize) -> impl Iterator<Item = (i64, f64)> {
        self.section.clients.rated(client, &self.ratings)
    }

    /// The last session of the study, rated or not; 0 without any.
    #[must_use]
    pub fn last_session(&self) -> i64 {
        self.section.clients.session.values().iter().copied().max().unwrap_or(0)
    }

    /// The section over the clients who rated a session, `{k}`, and their ratings; `lacks` is the text that says what the others lack.
    #[must_use]
    pub fn at(&self, session: i64, lacks: &str) -> (Section<'s>, Vec<f64>) {
        let s = self.section.with("k", session);
        let (clients, ratings) = match self.sessions.get(&session) {
            Some(at) => (at.clients.clone(), at.ratings.clone()),
            None => Default::default(),
        };
        let s = s.over_clients(clients, s.text(lacks));
        let n = s.n().with_rows(ratings.len() as u64);
        (s.over(Basis { n, ..s.basis().clone() }), ratings)
    }

    /// Mean, its t interval and number of ratings at every session, as they are drawn.
    pub(crate) fn points(&self) -> Vec<TrajectoryPoint> {
        let point = |(&session, at): (&i64, &AtSession)| {
            let ratings = Moments::of(&at.ratings);
            let interval = ratings.t_interval(0.95).ok();
            Some(TrajectoryPoint {
                x: session as f64,
                mean: ratings.mean().ok()?,
                low: interval.map(|i| i[0]),
                high: interval.map(|i| i[1]),
                n: ratings.n(),
                spread: None,
            })
        };
        self.sessions.iter().filter_map(point).collect()
    }

    /// The ratings at the sessions of a window, client by client.
    #[must_use]
    pub fn within(&self, window: [i64; 2]) -> Occasions {
        let mut occasions = Occasions::of_window(window);
        (0..self.section.clients.len()).for_each(|client| occasions.push(self.of_client(client)));
        occasions
    }

    /// The rows of rating ~ terms + (1 | therapist/client) at the sessions of a window.
    ///
    /// # Errors
    /// A [`Failure`] if a rating is not finite.
    pub fn rows(&self, terms: &[Term], [first, last]: [i64; 2]) -> Result<SessionRows, Failure> {
        let names: Vec<String> = terms.iter().map(Term::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = Rows::in_nested_clusters(&names);
        self.section.clients.session_rows(rows, terms.len(), &[], |at, x| {
            let inside = (first..=last).contains(&at.session);
            let rating = self.ratings.get(at.row).filter(|_| inside).ok_or(0_usize)?;
            x.iter_mut().zip(terms).for_each(|(x, term)| *x = term.value(at.session));
            Ok(rating)
        })
    }

    /// The rows of lines that meet at any of these knots, over all sessions: [`Term::Session`], and [`Term::After`] every knot.
    ///
    /// # Errors
    /// As [`rows`](Course::rows).
    pub fn lines(&self, knots: impl IntoIterator<Item = i64>) -> Result<SessionRows, Failure> {
        let knots: BTreeSet<i64> = knots.into_iter().collect();
        let terms = [Term::Session].into_iter().chain(knots.into_iter().map(Term::After));
        self.rows(&terms.collect::<Vec<_>>(), [i64::MIN, i64::MAX])
    }

    /// The section over the clients whose course has a kind, `{n}` of them, and the kinds. `few` and `unclear` are the texts that say what
    /// the others lack: ratings, or a scatter about their parabola.
    #[must_use]
    pub fn kinds(&self, few: &str, unclear: &str) -> (Section<'s>, Typology) {
        let (mut typology, mut with) = (Typology::default(), Vec::new());
        let (mut sessions, mut ratings) = (Vec::new(), Vec::new());
        for client in 0..self.section.clients.len() {
            sessions.clear();
            ratings.clear();
            for (session, rating) in self.of_client(client) {
                sessions.push(session as f64);
                ratings.push(rating);
            }
            if typology.push(&ratings, &sessions) {
                with.push(client);
            }
        }
        let s = self.section.with("n", with.len());
        let basis = Basis::from(s.clients.counts(&with)).without(s.text(few), typology.few);
        (s.over(basis.without(s.text(unclear), typology.unclear)), typology)
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::Role;

    use super::*;
    use crate::{Study, made};

    const WORDS: &str = r#"
[text.lacks]
rating = "no rating at {k}"
few = "too few"
line = "on a line"
"#;

    #[test]
    fn a_course_knows_who_rated_what_when() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let a = run.first_of(Role::Alliance).unwrap();
        let course = Course::of(study.about("A", a), study.scores(a).unwrap());
        let (s, ratings) = course.at(2, "lacks.rating");
        assert_eq!((s.sample(), &ratings[..]), (&[0, 1, 2, 4][..], &[5.0, 3.5, 6.0, 4.5][..]));
        assert_eq!((s.n().rows, s.n().therapists), (Some(4), Some(3)));
        let lost = &s.basis().dropped[0];
        assert_eq!((&lost.reason[..], lost.clients), ("no rating at 2", Some(2)));
        assert!(course.at(9, "lacks.rating").1.is_empty());
        assert_eq!(course.last_session(), 3);
        assert_eq!(course.within([1, 2]).complete().0, [0, 1, 2, 4]);
        let points: Vec<(f64, u64)> = course.points().iter().map(|p| (p.mean, p.n)).collect();
        assert_eq!(points, [(4.0, 6), (4.75, 4), (3.0, 1)]);
    }

    #[test]
    fn rows_are_those_of_the_window() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let a = run.first_of(Role::Alliance).unwrap();
        let course = Course::of(study.about("A", a), study.scores(a).unwrap());
        let rows = course.rows(&[Term::Linear(2)], [2, 3]).unwrap();
        assert_eq!((rows.rows.len(), rows.n.clients), (5, Some(5)));
        // Two of the knots are the same one.
        let lines = course.lines([2, 1, 2]).unwrap();
        assert_eq!(lines.rows.len(), 11);
        assert!(lines.knot_profile(3..=4).best().is_none(), "there are no such knots");
        let (s, typology) = course.kinds("lacks.few", "lacks.line");
        assert_eq!(
            (typology.few, s.n().clients, s.basis().dropped[0].clients),
            (6, Some(0), Some(6))
        );
    }
}
