//! The ratings of one alliance measure, collected once for every question about their course.

use dyad_plugin::derived::Clients;
use dyad_plugin::models::SessionRows;
use dyad_plugin::prelude::*;
use dyad_stats::growth::Term;
use dyad_stats::mixed::Rows;
use dyad_stats::sequence::Occasions;

use crate::Settings;

/// The latest knot of the profile.
pub(crate) const LAST_KNOT: i64 = 7;

/// One alliance measure over the sessions.
pub(crate) struct Course<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) seed: u64,
    pub(crate) clients: &'a Clients<'a>,
    /// Words about the measure, `A`.
    pub(crate) words: Words<'a>,
    ratings: Floats<'a>,
    /// The ratings of the window, client by client.
    pub(crate) early: Occasions,
    /// Rows of the window: a parabola about the tested session, and every other session of it.
    pub(crate) window: SessionRows,
    /// Rows of all sessions: lines that meet at any knot.
    pub(crate) whole: SessionRows,
    pub(crate) last_session: i64,
}

impl<'a> Course<'a> {
    pub(crate) fn of(
        run: &'a Run<Settings>,
        clients: &'a Clients<'a>,
        alliance: &Measure,
    ) -> Result<Self, Failure> {
        let (settings, ratings) = (run.settings(), run.scores(alliance)?);
        let peak = settings.peak_session;
        let collect = |terms: &[Term], [first, last]: [i64; 2]| {
            let names: Vec<String> = terms.iter().map(Term::to_string).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let rows = Rows::in_nested_clusters(&names);
            clients.session_rows(rows, terms.len(), &[], |at, x| {
                let rating = ratings.get(at.row).filter(|_| (first..=last).contains(&at.session));
                let rating = rating.ok_or(0_usize)?;
                x.iter_mut().zip(terms).for_each(|(x, term)| *x = term.value(at.session));
                Ok(rating)
            })
        };
        let mut parabola = vec![Term::Linear(peak), Term::Quadratic(peak)];
        parabola.extend(settings.others());
        let mut knots: Vec<i64> = (2..=LAST_KNOT).chain([peak, settings.second_knot]).collect();
        knots.sort_unstable();
        knots.dedup();
        let mut lines = vec![Term::Session];
        lines.extend(knots.into_iter().map(Term::After));
        let mut early = Occasions::of_window(settings.peak_window);
        (0..clients.len()).for_each(|client| early.push(clients.rated(client, &ratings)));
        Ok(Self {
            settings,
            seed: run.seed(),
            clients,
            words: run.words().about("A", alliance),
            ratings,
            early,
            window: collect(&parabola, settings.peak_window)?,
            whole: collect(&lines, [i64::MIN, i64::MAX])?,
            last_session: clients.session.values().iter().copied().max().unwrap_or(0),
        })
    }

    /// Sessions and ratings of a client, in order.
    pub(crate) fn series(&self, client: usize) -> impl Iterator<Item = (i64, f64)> {
        self.clients.rated(client, &self.ratings)
    }
}
