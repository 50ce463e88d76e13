//! One row per client and columns by session number, turned into one row per client and session.

use std::collections::BTreeSet;

use super::{Mapped, Target, Wanted};

/// A wide file made long.
pub(crate) struct Widened {
    pub(crate) rows: Mapped,
    pub(crate) wanted: Vec<Wanted>,
    /// Client sessions where every measure is missing; they give no row.
    pub(crate) empty: u64,
}

/// Makes one row per record and session number found in any template; plain columns are repeated on each of them.
pub(crate) fn lengthen(wide: &Mapped, wanted: &[Wanted]) -> Widened {
    let numbers: BTreeSet<u16> = wanted.iter().filter_map(|w| w.session).collect();
    // One column per target; the columns of a template become one.
    let mut long: Vec<Wanted> = Vec::new();
    for w in wanted {
        if long.iter().all(|known| known.target != w.target) {
            long.push(Wanted { session: None, ..w.clone() });
        }
    }
    let column = |target: Target, number: u16| {
        let holds = |w: &Wanted| w.target == target && w.session.is_none_or(|s| s == number);
        wanted.iter().position(holds)
    };
    let mut rows = Mapped { blank: wide.blank, ..Mapped::default() };
    rows.values = vec![Vec::new(); long.len()];
    let mut empty = 0;
    // By number: for every long column, the wide column its values come from.
    let sources: Vec<(u16, Vec<Option<usize>>)> = numbers
        .into_iter()
        .map(|n| (n, long.iter().map(|w| column(w.target, n)).collect()))
        .collect();
    for record in 0..wide.len() {
        for (number, columns) in &sources {
            let value = |at: Option<usize>| {
                at.and_then(|at| wide.values[at].get(record).copied()).unwrap_or(f64::NAN)
            };
            let rated = columns
                .iter()
                .flatten()
                .any(|&at| wanted[at].session.is_some() && !value(Some(at)).is_nan());
            if !rated {
                empty += 1;
                continue;
            }
            rows.row.push(wide.row.at(record));
            rows.session.push(*number);
            let copy = |to: &mut Vec<u32>, from: &[u32]| to.extend(from.get(record));
            copy(&mut rows.site, &wide.site);
            copy(&mut rows.therapist, &wide.therapist);
            copy(&mut rows.client, &wide.client);
            for ((to, &at), w) in rows.values.iter_mut().zip(columns).zip(&long) {
                if matches!(w.target, Target::Measure(_) | Target::Item(_, _)) {
                    to.push(value(at));
                }
            }
        }
    }
    Widened { rows, wanted: long, empty }
}
