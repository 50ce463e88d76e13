//! Derived quantities that several analyses share, with the study's one definition of each.
//!
//! | quantity | definition |
//! |---|---|
//! | early alliance of a client | mean of the non-missing ratings whose session number lies in the window |
//! | middle, late alliance | mean of the non-missing ratings in the second, last third of the client's treatment, by session number |
//! | final outcome | last non-missing value: a *last observation*, not a value at the end of treatment |
//! | baseline | the baseline measure; without one, the outcome of the client's first session |
//!
//! Everything here walks the sessions once, client by client, because clients are contiguous runs.

use std::collections::BTreeSet;
use std::ops::Range;

use dyad_model::{Counts, Dropped, Level, Measure, Role, Spread};

use crate::{Basis, Failure, Floats, Integers, Run};

/// The clients of a study: where each one's sessions lie, and to whom each belongs.
pub struct Clients<'r> {
    /// Rows of the sessions table, per client; empty for a client without sessions.
    pub rows: Vec<Range<usize>>,
    /// Session number of each row of the sessions table.
    pub session: Integers<'r>,
    therapist: Integers<'r>,
    site: Integers<'r>,
}

impl<'r> Clients<'r> {
    /// Reads the structural columns. The manifest must ask for `client`, `session` of `sessions` and `site`, `therapist`,
    /// `client` of `clients`.
    ///
    /// # Errors
    /// A [`Failure`] if one of these columns was not granted.
    pub fn of<S>(run: &'r Run<S>) -> Result<Self, Failure> {
        let sessions = run.table("sessions")?;
        let clients = run.table("clients")?;
        let ids = sessions.integers("client")?;
        let mut rows = vec![0..0; clients.len()];
        for run_of_rows in sessions.runs_of("client")? {
            let slot = ids
                .get(run_of_rows.start)
                .and_then(|id| usize::try_from(id).ok())
                .and_then(|id| rows.get_mut(id))
                .ok_or_else(|| Failure::internal("a session row without a client"))?;
            *slot = run_of_rows;
        }
        Ok(Self {
            rows,
            session: sessions.integers("session")?,
            therapist: clients.integers("therapist")?,
            site: clients.integers("site")?,
        })
    }

    /// Number of clients.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no client.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The client's therapist; `None` if the study names none.
    #[must_use]
    #[inline]
    pub fn therapist(&self, client: usize) -> Option<i64> {
        self.therapist.get(client)
    }

    /// The client's site.
    #[must_use]
    #[inline]
    pub fn site(&self, client: usize) -> i64 {
        self.site.get(client).unwrap_or(0)
    }

    /// Session numbers and non-missing values of a client, in order.
    pub fn rated(&self, client: usize, values: &Floats) -> impl Iterator<Item = (i64, f64)> {
        let rows = self.rows[client].clone();
        rows.filter_map(|row| self.session.get(row).zip(values.get(row)))
    }

    /// Per client, the mean of the non-missing values at sessions within the window.
    #[must_use]
    pub fn mean_in(&self, values: &Floats, window: [i64; 2]) -> Vec<Option<f64>> {
        self.each(|rows| {
            mean(
                rows.filter(|&row| in_window(self.session.get(row), window))
                    .filter_map(|row| values.get(row)),
            )
        })
    }

    /// Per client, the mean of the non-missing values.
    #[must_use]
    pub fn mean(&self, values: &Floats) -> Vec<Option<f64>> {
        self.each(|rows| mean(rows.filter_map(|row| values.get(row))))
    }

    /// Per client, the last non-missing value.
    #[must_use]
    pub fn last(&self, values: &Floats) -> Vec<Option<f64>> {
        self.each(|rows| rows.rev().find_map(|row| values.get(row)))
    }

    /// Per client, the first non-missing value.
    #[must_use]
    pub fn first(&self, values: &Floats) -> Vec<Option<f64>> {
        self.each(|mut rows| rows.find_map(|row| values.get(row)))
    }

    /// Per client, the mean of the non-missing values in one third of the treatment: 0 first, 1 middle, 2 last. Thirds go by the number
    /// of the client's last session T: the k-th holds the sessions s with kT/3 < s ≤ (k + 1)T/3.
    #[must_use]
    pub fn mean_in_third(&self, values: &Floats, third: i64) -> Vec<Option<f64>> {
        self.each(|rows| {
            let last = rows.clone().next_back().and_then(|row| self.session.get(row))?;
            let inside = |s: i64| 3 * s > third.saturating_mul(last) && 3 * s <= (third + 1) * last;
            mean(
                rows.filter(|&row| self.session.get(row).is_some_and(inside))
                    .filter_map(|row| values.get(row)),
            )
        })
    }

    /// Per client, the value of a measure of any level: the mean over sessions, the client's own, or the therapist's.
    ///
    /// # Errors
    /// A [`Failure`] if its column was not granted.
    pub fn value<S>(&self, run: &Run<S>, measure: &Measure) -> Result<Vec<Option<f64>>, Failure> {
        let column = |table: &str| run.table(table)?.floats(&measure.id);
        Ok(match measure.level {
            Level::Session => self.mean(&column("sessions")?),
            Level::Client => {
                let values = column("clients")?;
                (0..self.len()).map(|client| values.get(client)).collect()
            }
            Level::Therapist => {
                let values = column("therapists")?;
                let of = |client| values.get(usize::try_from(self.therapist(client)?).ok()?);
                (0..self.len()).map(of).collect()
            }
        })
    }

    fn each(&self, of: impl Fn(Range<usize>) -> Option<f64>) -> Vec<Option<f64>> {
        self.rows.iter().map(|rows| of(rows.clone())).collect()
    }

    /// Intake severity for this outcome, and where it comes from. The manifest must ask for `@baseline` of `clients`.
    ///
    /// With several baseline measures the one whose id contains the outcome's id serves, else the first.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn baseline<S>(&self, run: &Run<S>, outcome: &Measure) -> Result<Baseline, Failure> {
        let declared: Vec<&Measure> = run.measures_of(Role::Baseline).collect();
        let own = declared.iter().find(|m| m.id.contains(&outcome.id)).or(declared.first());
        if let Some(measure) = own {
            let values = run.table("clients")?.floats(&measure.id)?;
            return Ok(Baseline {
                values: (0..self.len()).map(|client| values.get(client)).collect(),
                source: format!("the measure {}", measure.id),
                measured: true,
            });
        }
        let values = run.table("sessions")?.floats(&outcome.id)?;
        let source = format!(
            "{} at the client's first session, because the study declares no baseline measure",
            outcome.id
        );
        Ok(Baseline {
            values: self.each(|mut rows| rows.next().and_then(|row| values.get(row))),
            source,
            measured: false,
        })
    }

    /// The session rows with a value of both measures, client by client.
    #[must_use]
    pub fn pairs(&self, x: &Floats, y: &Floats) -> Pairs {
        let (mut xs, mut ys) = (Vec::with_capacity(x.len()), Vec::with_capacity(x.len()));
        let (mut ranges, mut with) = (Vec::new(), Vec::new());
        for (client, rows) in self.rows.iter().enumerate() {
            let start = xs.len();
            for (a, b) in rows.clone().filter_map(|row| x.get(row).zip(y.get(row))) {
                xs.push(a);
                ys.push(b);
            }
            if xs.len() > start {
                ranges.push(start..xs.len());
                with.push(client);
            }
        }
        let lost = (x.len() - xs.len()) as u64;
        let reason = "a value of the pair is missing".to_owned();
        let dropped = Dropped { reason, rows: Some(lost), ..Dropped::default() };
        Pairs {
            n: Counts { rows: Some(xs.len() as u64), ..self.counts(&with) },
            x: xs,
            y: ys,
            clients: ranges,
            with,
            dropped: if lost > 0 { vec![dropped] } else { Vec::new() },
        }
    }

    /// The clients with a value of every variable, and how many were left out for which reason. A client who lacks several is counted
    /// once, under the first.
    #[must_use]
    pub fn complete(&self, variables: &[&Variable]) -> Sample {
        let mut lacking = vec![0_u64; variables.len()];
        let mut clients = Vec::with_capacity(self.len());
        for client in 0..self.len() {
            match variables.iter().position(|variable| variable.values[client].is_none()) {
                Some(at) => lacking[at] += 1,
                None => clients.push(client),
            }
        }
        let counted = variables.iter().zip(lacking);
        let Basis { n, dropped } = counted
            .fold(self.counts(&clients).into(), |basis: Basis, (v, n)| basis.without(&v.lacks, n));
        Sample { clients, dropped, n }
    }

    /// Clients, therapists and sites among these clients, given in ascending order.
    #[must_use]
    pub fn counts(&self, clients: &[usize]) -> Counts {
        let therapists: BTreeSet<i64> = clients.iter().filter_map(|&c| self.therapist(c)).collect();
        let sites: BTreeSet<i64> = clients.iter().map(|&c| self.site(c)).collect();
        Counts {
            rows: None,
            clients: Some(clients.len() as u64),
            therapists: self.has_therapists().then_some(therapists.len() as u64),
            sites: Some(sites.len() as u64),
        }
    }

    /// How far single therapists stand behind these clients, given in ascending order, for [`Estimate::spread`]; `None` without
    /// clients, or if the study names no therapists.
    ///
    /// [`Estimate::spread`]: dyad_model::Estimate::spread
    #[must_use]
    pub fn spread(&self, clients: &[usize]) -> Option<Spread> {
        let caseloads = self.caseloads(clients).ok()?;
        let caseloads: Vec<u64> = caseloads.into_iter().map(u64::from).collect();
        Spread::over_therapists(&caseloads)
    }

    /// Whether the study names therapists.
    #[must_use]
    pub fn has_therapists(&self) -> bool {
        (0..self.len()).any(|client| self.therapist(client).is_some())
    }

    /// Asks for a study that names therapists.
    ///
    /// # Errors
    /// The sentence to refuse with, if it names none.
    pub fn need_therapists(&self) -> Result<(), &'static str> {
        if self.has_therapists() { Ok(()) } else { Err("the study file names no therapist column") }
    }

    /// Contiguous ranges of positions in `clients` that share a therapist.
    ///
    /// # Errors
    /// The sentence to refuse with, if the study names no therapists.
    pub fn therapist_ranges(&self, clients: &[usize]) -> Result<Vec<Range<usize>>, &'static str> {
        self.need_therapists()?;
        Ok(ranges_by(clients, |client| self.therapist(client)))
    }

    /// How many of these clients each therapist has.
    ///
    /// # Errors
    /// The sentence to refuse with, if the study names no therapists.
    pub fn caseloads(&self, clients: &[usize]) -> Result<Vec<u32>, &'static str> {
        let ranges = self.therapist_ranges(clients)?;
        Ok(ranges.iter().map(|of| u32::try_from(of.len()).unwrap_or(u32::MAX)).collect())
    }

    /// Contiguous ranges of positions in `clients` that share a site.
    #[must_use]
    pub fn site_ranges(&self, clients: &[usize]) -> Vec<Range<usize>> {
        ranges_by(clients, |client| Some(self.site(client)))
    }
}

/// One value per client, and what is said of a client who has none.
#[derive(Clone, Debug)]
pub struct Variable {
    /// In the order of the clients.
    pub values: Vec<Option<f64>>,
    /// Why a client without a value is left out.
    pub lacks: String,
}

impl Variable {
    /// Values, and what is said of who has none.
    #[must_use]
    pub fn new(values: Vec<Option<f64>>, lacks: impl Into<String>) -> Self {
        Self { values, lacks: lacks.into() }
    }
}

impl From<Baseline> for Variable {
    fn from(baseline: Baseline) -> Self {
        Self::new(baseline.values, "no baseline")
    }
}

/// Session rows with both of two values.
pub struct Pairs {
    /// First value of each row.
    pub x: Vec<f64>,
    /// Second value.
    pub y: Vec<f64>,
    /// Positions in `x` and `y`, per client; clients without a pair are left out.
    pub clients: Vec<Range<usize>>,
    /// Whose these ranges are.
    pub with: Vec<usize>,
    /// How many rows, clients, therapists, sites.
    pub n: Counts,
    /// Rows left out, by reason.
    pub dropped: Vec<Dropped>,
}

impl Pairs {
    /// What the clients' means rest on, out of so many clients.
    #[must_use]
    pub fn of_clients(&self, all: usize) -> Basis {
        let lost = (all - self.with.len()) as u64;
        let n = Counts { rows: None, ..self.n };
        Basis::from(n).without("no session with both values", lost)
    }
}

/// Intake severity, and where it comes from.
pub struct Baseline {
    /// One value per client.
    pub values: Vec<Option<f64>>,
    /// In words: "the measure baseline".
    pub source: String,
    /// Whether a baseline measure was declared.
    pub measured: bool,
}

/// The clients an estimate rests on.
pub struct Sample {
    /// Their numbers, ascending.
    pub clients: Vec<usize>,
    /// Who was left out, by reason.
    pub dropped: Vec<Dropped>,
    /// How many clients, therapists, sites.
    pub n: Counts,
}

impl Sample {
    /// The values of these clients.
    #[must_use]
    pub fn pick(&self, of: &Variable) -> Vec<f64> {
        self.clients.iter().filter_map(|&client| of.values[client]).collect()
    }
}

/// Whether a session number lies in the window, both ends included.
#[must_use]
pub fn in_window(session: Option<i64>, [first, last]: [i64; 2]) -> bool {
    session.is_some_and(|s| (first..=last).contains(&s))
}

/// Whether a setting is a window of session numbers: from 1, the first not above the last.
#[must_use]
pub fn is_window([first, last]: [i64; 2]) -> bool {
    1 <= first && first <= last
}

/// The mean, correctly rounded, as R's `mean` gives it: clients whose means are equal must tie in a rank correlation here and there alike.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut n, mut sum, mut lost) = (0.0, 0.0_f64, 0.0);
    for value in values {
        n += 1.0;
        let next = sum + value;
        // What rounding the sum lost (Neumaier): exact whichever of the two is larger.
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    if n <= 0.0 {
        return None;
    }
    let quotient = (sum + lost) / n;
    // One step of division by remainder gives the last bit.
    let remainder = (-quotient).mul_add(n, sum) + lost;
    Some(quotient + remainder / n)
}

/// Contiguous ranges of positions in `units`, clients or therapists, whose keys are the same.
#[must_use]
pub fn ranges_by<K: PartialEq>(units: &[usize], key: impl Fn(usize) -> K) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for end in 1..=units.len() {
        if end == units.len() || key(units[end]) != key(units[start]) {
            ranges.push(start..end);
            start = end;
        }
    }
    ranges
}
