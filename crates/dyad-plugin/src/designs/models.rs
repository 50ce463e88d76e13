//! The models that several analyses fit, each over the persons it can use and refused in the same words: sessions within clients
//! within therapists, clients within therapists, and least squares whose standard errors know that clients share therapists.

use std::fmt::Display;
use std::ops::Range;

use dyad_model::Counts;
use dyad_stats::linear::{ClusterRobust, Correction, Ols, ols};
use dyad_stats::mixed::{Criterion, Fit, Rows};

use crate::Failure;
use crate::derived::Clients;

/// One session row of a client.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// Its row in the sessions table.
    pub row: usize,
    /// Whose it is.
    pub client: usize,
    /// Its session number.
    pub session: i64,
    /// The client's row with the session number before; `None` after a missed session.
    pub previous: Option<usize>,
    /// Whether it is the client's last row.
    pub is_last: bool,
}

/// Session rows of a model with therapists and clients, and whom they come from.
pub struct SessionRows {
    /// What the model is fitted to.
    pub rows: Rows,
    /// Rows, clients, therapists, sites.
    pub n: Counts,
    pub(crate) dropped: Vec<(String, u64)>,
    therapists: Result<(), &'static str>,
}

impl SessionRows {
    /// Whether the study names therapists, or the sentence to refuse with.
    pub(crate) fn told_apart(&self) -> Result<(), String> {
        Ok(self.therapists?)
    }

    /// The model with some of the columns.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn fit_with<C: Display>(&self, columns: &[C], criterion: Criterion) -> Result<Fit, String> {
        self.therapists?;
        let columns: Vec<String> = columns.iter().map(C::to_string).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(self.rows.with_columns(&columns)?.fit(criterion)?)
    }

    /// y ~ columns + (1 | therapist/client), or with the random slopes of the rows.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn fit(&self, criterion: Criterion) -> Result<Fit, String> {
        self.therapists?;
        Ok(self.rows.fit(criterion)?)
    }
}

/// A regression over clients whose standard errors know that clients share therapists.
pub struct Regression {
    /// The least-squares fit.
    pub fit: Ols,
    therapists: Vec<Range<usize>>,
}

impl Regression {
    /// A slope with its CR2 standard error.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn slope(&self, column: &str) -> Result<ClusterRobust, String> {
        Ok(self.fit.cluster_robust(column, &self.therapists, Correction::Cr2)?)
    }
}

impl Clients<'_> {
    /// The session rows of a client, in order.
    #[must_use]
    pub fn sessions(&self, client: usize) -> impl DoubleEndedIterator<Item = At> {
        let rows = self.rows[client].clone();
        let (first, end) = (rows.start, rows.end);
        rows.map(move |row| {
            let session = self.session.get(row).unwrap_or(1);
            let follows =
                |row: &usize| *row >= first && self.session.get(*row) == Some(session - 1);
            let previous = row.checked_sub(1).filter(follows);
            At { row, client, session, previous, is_last: row + 1 == end }
        })
    }

    /// Collects session rows into the rows of a model. `row` writes the columns and gives the response, or the position of its reason
    /// among `reasons` for leaving the row out; a position beyond them is not counted.
    ///
    /// # Errors
    /// A [`Failure`] if a column holds what is not finite.
    pub fn session_rows(
        &self,
        mut rows: Rows,
        columns: usize,
        reasons: &[&str],
        mut row: impl FnMut(At, &mut [f64]) -> Result<f64, usize>,
    ) -> Result<SessionRows, Failure> {
        let (mut x, mut with) = (vec![0.0; columns], Vec::new());
        let mut dropped: Vec<(String, u64)> =
            reasons.iter().map(|reason| ((*reason).to_owned(), 0)).collect();
        for (id, client) in (0..).zip(0..self.len()) {
            let before = rows.len();
            let therapist = self.therapist(client).unwrap_or(0);
            for at in self.sessions(client) {
                match row(at, &mut x) {
                    Ok(y) => rows.push(therapist, id, &x, y)?,
                    Err(reason) => {
                        if let Some((_, times)) = dropped.get_mut(reason) {
                            *times += 1;
                        }
                    }
                }
            }
            if rows.len() > before {
                with.push(client);
            }
        }
        let n = Counts { rows: Some(rows.len() as u64), ..self.counts(&with) };
        Ok(SessionRows { rows, n, dropped, therapists: self.need_therapists() })
    }

    /// y ~ columns + (1 | therapist), REML, over these clients: one value each.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn therapist_model(
        &self,
        clients: &[usize],
        columns: &[(&str, &[f64])],
        y: &[f64],
    ) -> Result<Fit, String> {
        let therapists = self.told_apart(clients, "therapists and clients")?;
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mut rows = Rows::in_clusters(&names);
        let mut x = vec![0.0; columns.len()];
        for (therapist, range) in (0..).zip(therapists) {
            for i in range {
                x.iter_mut().zip(columns).for_each(|(x, (_, column))| *x = column[i]);
                rows.push(0, therapist, &x, y[i])?;
            }
        }
        Ok(rows.fit(Criterion::Reml)?)
    }

    /// Each client's therapist mean of a value, and what the client deviates from it.
    ///
    /// # Errors
    /// The sentence to refuse with, where the two cannot be told apart.
    pub fn between_and_within(
        &self,
        clients: &[usize],
        values: &[f64],
    ) -> Result<[Vec<f64>; 2], String> {
        let mut between = Vec::with_capacity(values.len());
        for range in self.told_apart(clients, "within and between")? {
            let of_therapist = &values[range];
            let mean = of_therapist.iter().sum::<f64>() / of_therapist.len() as f64;
            between.extend(of_therapist.iter().map(|_| mean));
        }
        let within = values.iter().zip(&between).map(|(value, mean)| value - mean).collect();
        Ok([between, within])
    }

    /// y ~ columns by least squares, over these clients: one value each.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn regression(
        &self,
        clients: &[usize],
        columns: &[(&str, &[f64])],
        y: &[f64],
    ) -> Result<Regression, String> {
        let therapists = self.therapist_ranges(clients)?;
        Ok(Regression { fit: ols(columns, y)?, therapists })
    }

    /// The rows of each therapist, from those of each of these clients, which follow one another without a gap.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn rows_by_therapist(
        &self,
        clients: &[usize],
        rows: &[Range<usize>],
    ) -> Result<Vec<Range<usize>>, String> {
        let therapists = self.therapist_ranges(clients)?.into_iter();
        let whole = |of: Range<usize>| rows[of.start].start..rows[of.end - 1].end;
        Ok(therapists.filter(|of| !of.is_empty()).map(whole).collect())
    }

    /// The clients of each therapist, where therapists differ from clients.
    fn told_apart(&self, clients: &[usize], what: &str) -> Result<Vec<Range<usize>>, String> {
        let therapists = self.therapist_ranges(clients)?;
        match therapists.len() {
            0 => Err("no client can be used".to_owned()),
            1 => Err("there is one therapist only".to_owned()),
            n if n == clients.len() => {
                Err(format!("every therapist has one client: {what} cannot be told apart"))
            }
            _ => Ok(therapists),
        }
    }
}
