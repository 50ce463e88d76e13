//! The ratings of one alliance measure, collected once for every model of their course.

use dyad_plugin::derived::{Clients, in_window};
use dyad_plugin::models::SessionRows;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::Rows;

use crate::Settings;

/// The latest knot of the profile.
pub(crate) const LAST_KNOT: i64 = 7;

/// One alliance measure over the sessions.
pub(crate) struct Course<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) seed: u64,
    pub(crate) clients: &'a Clients<'a>,
    pub(crate) alliance: &'a Measure,
    /// Words about the measure, `A`.
    pub(crate) words: Words<'a>,
    pub(crate) ratings: Floats<'a>,
    /// The window: `linear`, `quadratic` about the tested session, and `session k` for every other session of it.
    pub(crate) window: SessionRows,
    /// All sessions: `session` and (session − k)₊ for every knot k.
    pub(crate) whole: SessionRows,
    pub(crate) last_session: i64,
}

/// The column (session − k)₊.
pub(crate) fn hinge(knot: i64) -> String {
    format!("after {knot}")
}

/// The column that is 1 at a session of the window.
pub(crate) fn at(session: i64) -> String {
    format!("session {session}")
}

impl<'a> Course<'a> {
    pub(crate) fn of(
        run: &'a Run<Settings>,
        clients: &'a Clients<'a>,
        alliance: &'a Measure,
    ) -> Result<Self, Failure> {
        let settings = run.settings();
        let ratings = run.scores(alliance)?;
        let (peak, [first, last]) = (settings.peak_session, settings.peak_window);
        let collect = |names: &[String], fill: &dyn Fn(i64, &mut [f64]) -> Option<()>| {
            let columns: Vec<&str> = names.iter().map(String::as_str).collect();
            let rows = Rows::in_nested_clusters(&columns);
            clients.session_rows(rows, columns.len(), &[], |at, x| {
                let rating = ratings.get(at.row).ok_or(0_usize)?;
                fill(at.session, x).map(|()| rating).ok_or(0_usize)
            })
        };
        let others: Vec<i64> = (first..=last).filter(|s| *s != peak).collect();
        let mut names = vec!["linear".to_owned(), "quadratic".to_owned()];
        names.extend(others.iter().map(|s| at(*s)));
        let window = collect(&names, &|session, x| {
            let t = (session - peak) as f64;
            x[..2].copy_from_slice(&[t, t * t]);
            let is = |other: &i64| f64::from(u8::from(*other == session));
            x[2..].iter_mut().zip(&others).for_each(|(x, other)| *x = is(other));
            in_window(Some(session), settings.peak_window).then_some(())
        })?;
        let mut knots: Vec<i64> = (2..=LAST_KNOT).chain([peak, settings.second_knot]).collect();
        knots.sort_unstable();
        knots.dedup();
        let mut names = vec!["session".to_owned()];
        names.extend(knots.iter().map(|k| hinge(*k)));
        let whole = collect(&names, &|session, x| {
            x[0] = session as f64;
            x[1..].iter_mut().zip(&knots).for_each(|(x, k)| *x = (session - k).max(0) as f64);
            Some(())
        })?;
        Ok(Self {
            settings,
            seed: run.seed(),
            clients,
            alliance,
            words: run.words().about("A", alliance),
            ratings,
            window,
            whole,
            last_session: clients.session.values().iter().copied().max().unwrap_or(0),
        })
    }

    /// Sessions and ratings of a client, in order.
    pub(crate) fn series(&self, client: usize) -> impl Iterator<Item = (i64, f64)> {
        let rows = self.clients.rows[client].clone();
        rows.filter_map(|row| self.clients.session.get(row).zip(self.ratings.get(row)))
    }

    /// Those of the window.
    pub(crate) fn inside(&self, client: usize) -> impl Iterator<Item = (i64, f64)> {
        self.series(client).filter(|(s, _)| in_window(Some(*s), self.settings.peak_window))
    }

    /// How many sessions the window has.
    pub(crate) fn width(&self) -> usize {
        let [first, last] = self.settings.peak_window;
        usize::try_from(last - first + 1).unwrap_or(0)
    }
}
