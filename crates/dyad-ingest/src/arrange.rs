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
}

impl Keys<'_> {
    /// Sorts rows by three ranks below the given numbers, then by session number and by place in the file.
    fn sort(&self, rows: &mut [u32], ranks: [usize; 3], rank: impl Fn(u32) -> [u32; 3] + Sync) {
        let bits = |n: usize| usize::BITS - n.leading_zeros();
        let [of_a, of_b, of_c] = ranks.map(bits);
        let of_session =
            u16::BITS - self.rows.session.iter().max().map_or(0, |n| n.leading_zeros());
        let of_row = bits(self.rows.len());
        let of_key = of_a + of_b + of_c + of_session;
        if of_key > u64::BITS {
            rows.par_sort_unstable_by_key(|&row| (rank(row), self.session(row), row));
            return;
        }
        // Ranks and session number side by side in one number: found once, compared at once.
        let key = |row: u32| {
            let [a, b, c] = rank(row).map(u64::from);
            (((((a << of_b) | b) << of_c) | c) << of_session) | u64::from(self.session(row))
        };
        if rows.is_sorted_by_key(|&row| (key(row), row)) {
            return;
        }
        if of_key + of_row > u64::BITS {
            let mut keyed: Vec<(u64, u32)> = rows.par_iter().map(|&row| (key(row), row)).collect();
            keyed.par_sort_unstable();
            rows.iter_mut().zip(keyed).for_each(|(row, (_, sorted))| *row = sorted);
            return;
        }
        // There is room for the place in the file, too.
        let mut keyed: Vec<u64> =
            rows.par_iter().map(|&row| (key(row) << of_row) | u64::from(row)).collect();
        keyed.par_sort_unstable();
        let place = (1_u64 << of_row) - 1;
        for (row, sorted) in rows.iter_mut().zip(keyed) {
            *row = u32::try_from(sorted & place).unwrap_or(u32::MAX);
        }
    }

    /// Whether every client number stands at one site with one therapist, so that no order by therapist tears a client apart.
    fn steady(&self) -> bool {
        let mut seen: Vec<Option<(u32, u32)>> = vec![None; self.client.len()];
        (0..).take(self.rows.len()).all(|row| {
            let now = (self.site(row), self.therapist(row));
            *seen[self.rows.client[row as usize] as usize].get_or_insert(now) == now
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
    let mut order: Vec<u32> = (0..).take(rows.len()).collect();
    let by_therapist = |rows: &mut [u32]| {
        keys.sort(rows, [keys.site.len(), keys.therapist.len(), keys.client.len()], |i| {
            [keys.site(i), keys.therapist(i), keys.client(i)]
        });
    };
    let steady = keys.steady();
    if steady {
        by_therapist(&mut order);
    } else {
        keys.sort(&mut order, [keys.site.len(), keys.client.len(), 0], |i| {
            [keys.site(i), keys.client(i), 0]
        });
    }

    let mut kept = Vec::with_capacity(order.len());
    for client in
        order.chunk_by(|&a, &b| (keys.site(a), keys.client(a)) == (keys.site(b), keys.client(b)))
    {
        let from = kept.len();
        without_duplicates(client, &keys, wanted, places, &mut kept, &mut out, problems);
        one_therapist(from, &keys, policy, places, &mut kept, &mut out, problems);
        days_grow(&kept[from..], &keys, places, problems);
    }
    drop(order);
    if !steady {
        by_therapist(&mut kept);
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
    let first = keys.therapist(client[0]);
    let Some(&other) = client.iter().find(|&&row| keys.therapist(row) != first) else { return };
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
    let mut last: Option<(u32, u32, u32)> = None;
    for (position, &row) in out.order.iter().enumerate() {
        let key = (keys.site(row), keys.therapist(row), keys.client(row));
        if last == Some(key) {
            if let Some(unit) = out.units.last_mut() {
                unit.end = position + 1;
            }
            continue;
        }
        let new_site = last.is_none_or(|(site, _, _)| site != key.0);
        let new_therapist = last.is_none_or(|(site, t, _)| (site, t) != (key.0, key.1));
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
            end: position + 1,
        });
        last = Some(key);
    }
}
