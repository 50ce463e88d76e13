//! Rows to units: duplicates, changes of therapist, order, dense identifiers.

use rayon::prelude::*;

use crate::{
    code::Code,
    map::{Mapped, Names, Target, Wanted},
    places::Places,
    problem::Problems,
    study_file::TwoTherapists,
};

/// A client with one therapist at one site: one contiguous run of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Dense numbers in sort order.
    pub(crate) site: u32,
    pub(crate) therapist: Option<u32>,
    /// Numbers of [`Names`].
    pub(crate) site_name: u32,
    pub(crate) therapist_name: u32,
    pub(crate) client_name: u32,
    /// First and one past the last position in [`Arranged::order`].
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The rows that are used, in their final order, and the units they form.
#[derive(Debug, Default)]
pub(crate) struct Arranged {
    /// Indices of rows, sorted by (site, therapist, client, session).
    pub(crate) order: Vec<u32>,
    /// Unit `i` is client `i`.
    pub(crate) units: Vec<Unit>,
    /// First unit of every therapist, and one past the last; empty without a therapist column.
    pub(crate) therapists: Vec<(u32, usize, usize)>,
    pub(crate) sites: usize,
    pub(crate) duplicates: u64,
    pub(crate) other_therapist: u64,
    /// Clients with more than one therapist.
    pub(crate) changed_therapist: u64,
}

/// The sort key of a row within the file.
struct Keys<'a> {
    rows: &'a Mapped,
    site: Vec<u32>,
    therapist: Vec<u32>,
    client: Vec<u32>,
}

/// Rows that follow each other in the file, of one client with one therapist, and already in order: first row and one past the last.
type Run = (u32, u32);

impl Keys<'_> {
    fn site(&self, row: u32) -> u32 {
        self.rows.site.get(row as usize).map_or(0, |&number| self.site[number as usize])
    }
    fn therapist(&self, row: u32) -> u32 {
        self.rows.therapist.get(row as usize).map_or(0, |&n| self.therapist[n as usize])
    }
    fn client(&self, row: u32) -> u32 {
        self.client[self.rows.client[row as usize] as usize]
    }
    fn session(&self, row: u32) -> u16 {
        self.rows.session[row as usize]
    }

    /// Whether two rows are of one client.
    fn same_client(&self, a: u32, b: u32) -> bool {
        let (a, b) = (a as usize, b as usize);
        self.rows.client[a] == self.rows.client[b] && self.rows.site.get(a) == self.rows.site.get(b)
    }

    /// Whether two rows have one therapist, wherever that is.
    fn same_therapist(&self, a: u32, b: u32) -> bool {
        self.rows.therapist.get(a as usize) == self.rows.therapist.get(b as usize)
    }

    /// All rows, as runs. Most files hold the sessions of a client together and in order, and then there are few.
    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for row in (0..).take(self.rows.len()) {
            match runs.last_mut() {
                Some((_, past))
                    if self.session(row - 1) <= self.session(row)
                        && self.same_client(row - 1, row)
                        && self.same_therapist(row - 1, row) =>
                {
                    *past = row + 1;
                }
                _ => runs.push((row, row + 1)),
            }
        }
        runs
    }

    /// The rows of all runs, sorted by three ranks, then by session number and by place in the file.
    fn sorted(&self, runs: &[Run], rank: impl Fn(u32) -> [u32; 3] + Sync) -> Vec<u32> {
        let firsts: Vec<u32> = runs.iter().map(|run| run.0).collect();
        let positions = self.positions(&firsts, &rank);
        let mut order: Vec<u32> = Vec::with_capacity(self.rows.len());
        for same in positions.chunk_by(|&a, &b| {
            let (a, b) = (firsts[a as usize], firsts[b as usize]);
            rank(a) == rank(b)
        }) {
            let from = order.len();
            for &run in same {
                let (first, past) = runs[run as usize];
                order.extend(first..past);
            }
            // Several runs may reach into each other.
            if same.len() > 1 {
                order[from..].sort_unstable_by_key(|&row| (self.session(row), row));
            }
        }
        order
    }

    /// The positions of rows, sorted by three ranks of their rows, then by session number and by position.
    fn positions(&self, rows: &[u32], rank: impl Fn(u32) -> [u32; 3] + Sync) -> Vec<u32> {
        let bits = |most: u32| u32::BITS - most.leading_zeros();
        let mut most = [0; 3];
        for row in rows {
            let ranks = rank(*row);
            most = std::array::from_fn(|i| ranks[i].max(most[i]));
        }
        let [of_a, of_b, of_c] = most.map(bits);
        let of_session = bits(rows.iter().map(|&row| self.session(row)).max().unwrap_or(0).into());
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let of_position = bits(count);
        let mut positions: Vec<u32> = (0..count).collect();
        if of_a + of_b + of_c + of_session + of_position > u64::BITS {
            positions.par_sort_by_cached_key(|&at| {
                let row = rows[at as usize];
                (rank(row), self.session(row), at)
            });
            return positions;
        }
        // All side by side in one number: found once, compared at once.
        let key = |(at, &row): (u32, &u32)| {
            let [a, b, c] = rank(row).map(u64::from);
            let key = (((a << of_b) | b) << of_c) | c;
            let key = (key << of_session) | u64::from(self.session(row));
            (key << of_position) | u64::from(at)
        };
        let mut keyed: Vec<u64> = (0..count).zip(rows).map(key).collect();
        keyed.par_sort_unstable();
        let place = (1_u64 << of_position) - 1;
        for (position, sorted) in positions.iter_mut().zip(keyed) {
            *position = u32::try_from(sorted & place).unwrap_or(u32::MAX);
        }
        positions
    }

    /// Whether every client number stands at one site with one therapist, so that no order by therapist tears a client apart.
    fn steady(&self, runs: &[Run]) -> bool {
        let mut seen: Vec<Option<u32>> = vec![None; self.client.len()];
        runs.iter().all(|&(row, _)| {
            let first = *seen[self.rows.client[row as usize] as usize].get_or_insert(row);
            self.same_client(first, row) && self.same_therapist(first, row)
        })
    }
}

/// Arranges the rows of the sessions file. What contradicts itself goes into `problems`.
pub(crate) fn arrange(
    rows: &Mapped,
    wanted: &[Wanted],
    names: &Names,
    policy: TwoTherapists,
    places: &Places,
    problems: &mut Problems,
) -> Arranged {
    let keys = Keys {
        rows,
        site: names.site.ranks(),
        therapist: names.therapist.ranks(),
        client: names.client.ranks(),
    };
    let mut out = Arranged::default();
    let by_therapist = |row: u32| [keys.site(row), keys.therapist(row), keys.client(row)];
    let runs = keys.runs();
    let steady = keys.steady(&runs);
    let order = if steady {
        keys.sorted(&runs, by_therapist)
    } else {
        keys.sorted(&runs, |row| [keys.site(row), keys.client(row), 0])
    };

    let mut kept = Vec::with_capacity(order.len());
    for client in order.chunk_by(|&a, &b| keys.same_client(a, b)) {
        let from = kept.len();
        without_duplicates(client, &keys, wanted, places, &mut kept, &mut out, problems);
        one_therapist(from, &keys, policy, places, &mut kept, &mut out, problems);
        days_grow(&kept[from..], &keys, places, problems);
    }
    drop(order);
    if !steady {
        // The rows of a client are in order already, and stay so.
        kept =
            keys.positions(&kept, by_therapist).into_iter().map(|at| kept[at as usize]).collect();
    }
    out.order = kept;
    units(&keys, &mut out);
    out
}

/// Drops rows that repeat a session in every mapped column; a session with two different rows is a problem.
fn without_duplicates(
    client: &[u32],
    keys: &Keys<'_>,
    wanted: &[Wanted],
    places: &Places,
    kept: &mut Vec<u32>,
    out: &mut Arranged,
    problems: &mut Problems,
) {
    for same in client.chunk_by(|&a, &b| keys.session(a) == keys.session(b)) {
        let first = same[0];
        kept.push(first);
        for &other in &same[1..] {
            // Session 0 is a problem of its own already.
            if keys.session(other) == 0 {
                continue;
            }
            match first_difference(first, other, keys.rows, wanted) {
                None => out.duplicates += 1,
                Some(column) => problems.push(Code::DuplicateSession, || {
                    let record = |row: u32| keys.rows.row.at(row as usize);
                    let (a, b) = (record(first), record(other));
                    places.problem(Code::DuplicateSession, b).column(column).found(format!(
                        "the same client and session as {}, with other values",
                        places.row(a)
                    ))
                }),
            }
        }
    }
}

/// The first mapped column in which two rows differ.
fn first_difference<'w>(a: u32, b: u32, rows: &Mapped, wanted: &'w [Wanted]) -> Option<&'w str> {
    let (a, b) = (a as usize, b as usize);
    let differs = |(i, column): &(usize, &Wanted)| match column.target {
        Target::Site | Target::Client | Target::Session => false,
        Target::Therapist => rows.therapist[a] != rows.therapist[b],
        Target::Day | Target::Date => rows.day[a] != rows.day[b],
        // Missing is NaN here, with one bit pattern.
        Target::Measure(_) | Target::Item(_, _) => {
            rows.values[*i][a].to_bits() != rows.values[*i][b].to_bits()
        }
    };
    wanted.iter().enumerate().find(differs).map(|(_, column)| column.name.as_str())
}

/// Applies the study file's rule to a client whose rows name more than one therapist.
fn one_therapist(
    from: usize,
    keys: &Keys<'_>,
    policy: TwoTherapists,
    places: &Places,
    kept: &mut Vec<u32>,
    out: &mut Arranged,
    problems: &mut Problems,
) {
    let client = &kept[from..];
    let Some(&other) = client.iter().find(|&&row| !keys.same_therapist(client[0], row)) else {
        return;
    };
    let first = keys.therapist(client[0]);
    out.changed_therapist += 1;
    let stays = match policy {
        TwoTherapists::Refuse => {
            problems.push(Code::TwoTherapists, || {
                let record = |row: u32| keys.rows.row.at(row as usize);
                let (a, b) = (record(client[0]), record(other));
                places
                    .problem(Code::TwoTherapists, b)
                    .found(format!("a client with two therapists, here and in {}", places.row(a)))
            });
            return;
        }
        TwoTherapists::Episodes => return,
        TwoTherapists::First => first,
        TwoTherapists::Most => {
            let count = |t: u32| client.iter().filter(|&&row| keys.therapist(row) == t).count();
            // Rows are in session order, and only a larger count replaces: ties go to the first.
            client
                .iter()
                .map(|&row| keys.therapist(row))
                .fold(first, |best, t| if count(t) > count(best) { t } else { best })
        }
    };
    let before = kept.len();
    let mut tail = kept.split_off(from);
    tail.retain(|&row| keys.therapist(row) == stays);
    kept.extend(tail);
    out.other_therapist += (before - kept.len()) as u64;
}

/// Days may not go back while session numbers grow.
fn days_grow(client: &[u32], keys: &Keys<'_>, places: &Places, problems: &mut Problems) {
    if keys.rows.day.is_empty() {
        return;
    }
    let mut last: Option<(i32, u32)> = None;
    for &row in client {
        let Some(day) = keys.rows.day[row as usize] else { continue };
        if let Some((before, earlier)) = last
            && day < before
        {
            problems.push(Code::DayDecreases, || {
                places.problem(Code::DayDecreases, keys.rows.row.at(row as usize)).found(format!(
                    "a day before that of {}, an earlier session of the same client",
                    places.row(keys.rows.row.at(earlier as usize))
                ))
            });
        }
        last = Some((day, row));
    }
}

/// Cuts the sorted rows into units, therapists and sites, numbered as they come.
fn units(keys: &Keys<'_>, out: &mut Arranged) {
    let has_therapist = !keys.rows.therapist.is_empty();
    let same = |a: u32, b: u32| keys.same_client(a, b) && keys.same_therapist(a, b);
    let mut last: Option<(u32, u32)> = None;
    let mut position = 0;
    for unit in out.order.chunk_by(|&a, &b| same(a, b)) {
        let row = unit[0];
        let key = (keys.site(row), keys.therapist(row));
        let new_site = last.is_none_or(|(site, _)| site != key.0);
        let new_therapist = last != Some(key);
        out.sites += usize::from(new_site);
        let site = u32::try_from(out.sites - 1).unwrap_or(u32::MAX);
        let at = out.units.len();
        if has_therapist {
            if new_therapist {
                out.therapists.push((site, at, at));
            }
            if let Some(therapist) = out.therapists.last_mut() {
                therapist.2 = at + 1;
            }
        }
        let name = |numbers: &[u32]| numbers.get(row as usize).copied().unwrap_or(0);
        out.units.push(Unit {
            site,
            therapist: has_therapist
                .then(|| u32::try_from(out.therapists.len() - 1).unwrap_or(u32::MAX)),
            site_name: name(&keys.rows.site),
            therapist_name: name(&keys.rows.therapist),
            client_name: name(&keys.rows.client),
            start: position,
            end: position + unit.len(),
        });
        position += unit.len();
        last = Some(key);
    }
}
