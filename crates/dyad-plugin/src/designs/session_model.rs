//! A measure from session to session, given what is known of the client: a mixed model.

use dyad_stats::mixed::{Criterion, Fit, Level, Rows};

use crate::derived::Variable;
use crate::section::Section;
use crate::{Failure, Floats};

/// A column of the model.
#[derive(Clone, Copy, Debug)]
pub enum Column<'v> {
    /// Sessions since the first, by number: session − 1.
    Session,
    /// A variable of the client, or of the client's therapist.
    Client(&'v Variable),
    /// Sessions since the first times a variable.
    SessionBy(&'v Variable),
}

impl<'v> Column<'v> {
    /// Why a client without a value is left out.
    fn lacks(self) -> &'v str {
        match self {
            Self::Session => "",
            Self::Client(variable) | Self::SessionBy(variable) => &variable.lacks,
        }
    }
}

impl Section<'_> {
    /// y ~ columns + (1 | therapist/client) by REML, with random slopes of [`Column::Session`] at these levels, and the section over its
    /// rows. A row without y is left out with the text `lacks`, one without a variable with the reason of the first that is missing.
    ///
    /// # Errors
    /// A [`Failure`] if a column holds what is not finite, or there is no session column for the slopes. What only refuses the model is
    /// said in its place.
    pub fn session_model(
        &self,
        y: &Floats<'_>,
        lacks: &str,
        columns: &[(&str, Column<'_>)],
        slopes: &[Level],
    ) -> Result<(Self, Result<Fit, String>), Failure> {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mut rows = Rows::in_nested_clusters(&names);
        if !slopes.is_empty() {
            let session = columns.iter().find(|(_, column)| matches!(column, Column::Session));
            rows = rows.with_random_slope(session.map_or("", |(name, _)| name), slopes)?;
        }
        let lacks = self.text(lacks);
        let reasons = columns.iter().map(|(_, column)| column.lacks());
        let reasons: Vec<&str> = [&lacks[..]].into_iter().chain(reasons).collect();
        let rows = self.clients.session_rows(rows, columns.len(), &reasons, |at, x| {
            let response = y.get(at.row).ok_or(0_usize)?;
            let since_first = (at.session - 1) as f64;
            for (reason, ((_, column), x)) in (1_usize..).zip(columns.iter().zip(x)) {
                let of = |variable: &Variable| variable.values[at.client].ok_or(reason);
                *x = match column {
                    Column::Session => since_first,
                    Column::Client(variable) => of(variable)?,
                    Column::SessionBy(variable) => since_first * of(variable)?,
                };
            }
            Ok(response)
        })?;
        Ok((self.over(&rows), rows.fit(Criterion::Reml)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn a_row_without_something_is_left_out_with_the_first_reason() {
        let run = made::six_clients("text.nobody = \"no rating\"");
        let study = Study::of(&run).unwrap();
        let alliance = study.scores(&run.measures()[0]).unwrap();
        let values = [1.0, 2.0, f64::NAN, 4.0, 5.0, 6.0].map(|x: f64| (!x.is_nan()).then_some(x));
        let known = Variable::new(values.to_vec(), "not known");
        let columns = [
            ("session", Column::Session),
            ("known", Column::Client(&known)),
            ("session_by_known", Column::SessionBy(&known)),
        ];
        let (s, _) = study.section().session_model(&alliance, "nobody", &columns, &[]).unwrap();
        let n = s.n();
        assert_eq!((n.rows, n.clients, n.therapists), (Some(9), Some(5), Some(3)));
        let lost: Vec<_> =
            s.basis().dropped.iter().map(|lost| (&lost.reason[..], lost.rows)).collect();
        assert_eq!(lost, [("no rating", Some(1)), ("not known", Some(2))]);
    }

    #[test]
    fn the_columns_are_sessions_since_the_first_and_variables() {
        // Rows from the model itself, so that a fit finds its coefficients.
        let (mut client, mut session, mut y) = (Vec::new(), Vec::new(), Vec::new());
        let known: Vec<Option<f64>> = (0..8).map(|c| Some(f64::from(c * c % 5))).collect();
        for (c, x) in (0_i32..).zip(known.iter().flatten()) {
            for t in 0..4 {
                client.push(i64::from(c));
                session.push(i64::from(t + 1));
                let noise = f64::from((7 * c + 3 * t * t) % 4 - 1) * 1e-3;
                y.push(2.0 + 0.5 * f64::from(t) - x + 0.25 * f64::from(t) * x + noise);
            }
        }
        let sessions = [
            ("client", made::whole(&client)),
            ("session", made::whole(&session)),
            ("y", made::scores(&y)),
        ];
        let ids: Vec<i64> = (0..8).collect();
        let pairs: Vec<i64> = (0..8).map(|c| c / 2).collect();
        let clients = [
            ("client", made::whole(&ids)),
            ("therapist", made::whole(&pairs)),
            ("site", made::whole(&[0; 8])),
        ];
        let run = made::run(
            &[made::measure("y", "outcome")],
            "text.nobody = \"no y\"",
            sessions,
            clients,
        );
        let study = Study::of(&run).unwrap();
        let known = Variable::new(known, "not known");
        let columns = [
            ("t", Column::Session),
            ("x", Column::Client(&known)),
            ("tx", Column::SessionBy(&known)),
        ];
        let y = study.scores(&run.measures()[0]).unwrap();
        for slopes in [&[][..], &[Level::Cluster]] {
            let (_, fit) = study.section().session_model(&y, "nobody", &columns, slopes).unwrap();
            let fit = fit.unwrap();
            assert_eq!(fit.slope_variance(Level::Cluster).is_some(), !slopes.is_empty());
            for (name, b) in [("t", 0.5), ("x", -1.0), ("tx", 0.25)] {
                let found = fit.coefficient(name).unwrap().estimate;
                assert!((found - b).abs() < 1e-2, "{name}: {found}");
            }
        }
        let none = study.section().session_model(&y, "nobody", &columns[1..2], &[Level::Cluster]);
        assert!(none.is_err(), "no session column whose slope could vary");
    }
}
