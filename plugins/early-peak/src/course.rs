//! The ratings of one alliance measure, collected once for every model of their course.

use dyad_plugin::derived::{Clients, in_window};
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Fit, Rows};

use crate::Settings;
use crate::growth::LAST_KNOT;

/// Rows of a model with more columns than any one model uses.
pub(crate) struct Model {
    rows: Rows,
    pub(crate) n: Counts,
    has_therapists: bool,
}

impl Model {
    /// A ~ some of the columns + (1 | therapist/client).
    pub(crate) fn fit(&self, columns: &[&str], criterion: Criterion) -> Result<Fit, String> {
        if !self.has_therapists {
            return Err("the study file names no therapist column".to_owned());
        }
        let rows = self.rows.with_columns(columns).map_err(|e| e.to_string())?;
        rows.fit(criterion).map_err(|e| e.to_string())
    }
}

/// One alliance measure over the sessions.
pub(crate) struct Course<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) seed: u64,
    pub(crate) clients: &'a Clients<'a>,
    pub(crate) alliance: &'a Measure,
    pub(crate) ratings: Floats<'a>,
    /// The window: `linear`, `quadratic` about the tested session, and `session_k` for every other session of it.
    pub(crate) window: Model,
    /// All sessions: `session` and (session − k)₊ for every knot k.
    pub(crate) whole: Model,
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
        let ratings = run.table("sessions")?.floats(&alliance.id)?;
        let (peak, [first, last]) = (settings.peak_session, settings.peak_window);
        let others: Vec<i64> = (first..=last).filter(|s| *s != peak).collect();
        let mut names = vec!["linear".to_owned(), "quadratic".to_owned()];
        names.extend(others.iter().map(|s| at(*s)));
        let inside = |s: i64| in_window(Some(s), settings.peak_window);
        let window = collect(clients, ratings, &names, inside, |s, x| {
            let t = (s - peak) as f64;
            x[..2].copy_from_slice(&[t, t * t]);
            x[2..].iter_mut().zip(&others).for_each(|(x, o)| *x = f64::from(u8::from(*o == s)));
        });
        let mut knots: Vec<i64> = (2..=LAST_KNOT).chain([peak, settings.second_knot]).collect();
        knots.sort_unstable();
        knots.dedup();
        let mut names = vec!["session".to_owned()];
        names.extend(knots.iter().map(|k| hinge(*k)));
        let whole = collect(
            clients,
            ratings,
            &names,
            |_| true,
            |s, x| {
                x[0] = s as f64;
                x[1..].iter_mut().zip(&knots).for_each(|(x, k)| *x = (s - k).max(0) as f64);
            },
        );
        let last_session = clients.session.values().iter().copied().max().unwrap_or(0);
        let seed = run.seed();
        Ok(Self { settings, seed, clients, alliance, ratings, window, whole, last_session })
    }

    /// Sessions and ratings of a client, in order.
    pub(crate) fn series(&self, client: usize) -> impl Iterator<Item = (i64, f64)> {
        let rows = self.clients.rows[client].clone();
        rows.filter_map(|row| self.clients.session.get(row).zip(self.ratings.get(row)))
    }
}

/// One pass over the sessions that `inside` lets pass.
fn collect(
    clients: &Clients<'_>,
    ratings: Floats<'_>,
    names: &[String],
    inside: impl Fn(i64) -> bool,
    fill: impl Fn(i64, &mut [f64]),
) -> Model {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut rows = Rows::in_nested_clusters(&names);
    let mut x = vec![0.0; names.len()];
    let mut with = Vec::new();
    for (id, (client, range)) in (0..).zip(clients.rows.iter().enumerate()) {
        let before = rows.len();
        let therapist = clients.therapist(client).unwrap_or(0);
        for row in range.clone() {
            let Some((session, rating)) = clients.session.get(row).zip(ratings.get(row)) else {
                continue;
            };
            // Both values are finite and the columns as many as named: a row cannot be refused.
            if inside(session) {
                fill(session, &mut x);
                drop(rows.push(therapist, id, &x, rating));
            }
        }
        if rows.len() > before {
            with.push(client);
        }
    }
    let n = Counts { rows: Some(rows.len() as u64), ..clients.counts(&with) };
    Model { rows, n, has_therapists: clients.has_therapists() }
}
