//! The gate for tables.

use std::collections::BTreeSet;

use dyad_model::{Cell, ColumnKind, Row, Table};

use super::across::{self, Place};
use super::audit::{Action, Audit};
use super::complement::{Hidden, System, Total};
use super::dominance::Dominance;
use super::estimates::{Withheld, counts, whole};
use super::profile::{Margins, Rules};
use super::text::without_numbers;

/// The gate for one table: `false` if it may not leave at all.
pub(crate) fn release(
    plugin: &str,
    table: &mut Table,
    rules: &Rules,
    published: &[u64],
    elsewhere: &BTreeSet<Place>,
    withheld: &mut Withheld,
    audit: &mut Audit,
) -> bool {
    let place = format!("{plugin}/{}", table.id);
    if table.rows.iter().all(|row| row.n.clients.is_none() && row.n.therapists.is_none()) {
        audit.add("T1", Action::Removed, place);
        return false;
    }
    table.note = without_numbers(&table.note).0;
    let columns = count_columns(table);
    let before: Vec<Vec<Option<u64>>> = table
        .rows
        .iter()
        .map(|row| columns.iter().map(|&c| count(&row.cells[c])).collect())
        .collect();
    let (system, index) = System::of_table(&before, published);
    let Some(states) = states(table, &columns, &system, &index, rules, elsewhere, withheld) else {
        audit.add("T10", Action::Removed, place);
        return false;
    };
    for (r, row) in table.rows.iter_mut().enumerate() {
        let fails = row_fails(row, rules);
        let mut hidden = fails;
        let at = || format!("{place}/row {}", r + 1);
        match rules.dominance(row.spread.take().as_ref(), row.n.clients) {
            Dominance::Fails => audit.add("T2", Action::SuppressedPrimary, at()),
            Dominance::Unknown if !fails && row.n.therapists.is_some() => {
                audit.add("T2", Action::Review, at());
            }
            _ => {}
        }
        for (k, &c) in columns.iter().enumerate() {
            let Some(cell) = index[r][k] else { continue };
            let Some(state) = states[cell] else { continue };
            withheld.insert(system.counts[cell]);
            row.cells[c] = Cell::Missing;
            hidden = true;
            let (rule, action) = match state {
                Hidden::Primary => ("T1", Action::SuppressedPrimary),
                Hidden::Secondary if elsewhere.contains(&(r, c)) => {
                    ("T7", Action::SuppressedSecondary)
                }
                Hidden::Secondary => ("T10", Action::SuppressedSecondary),
            };
            audit.add(rule, action, format!("{place}/row {}/{}", r + 1, table.columns[c].id));
        }
        // What was computed from a count gives it away: an interval of a share is that share again.
        let of_shares = |cell: &Cell| share_hidden(cell, row.n.clients, rules, withheld);
        let shares: Vec<&Cell> = table
            .columns
            .iter()
            .zip(&row.cells)
            .filter(|(column, cell)| column.kind == ColumnKind::Share && **cell != Cell::Missing)
            .map(|(_, cell)| cell)
            .collect();
        hidden |= shares.iter().any(|cell| of_shares(cell));
        let derived = hidden || (rules.base.is_some() && !shares.is_empty());
        for (column, cell) in table.columns.iter().zip(&mut row.cells) {
            if column.kind == ColumnKind::Text {
                continue;
            }
            let extreme = is_extreme(&column.id);
            let quantile = fewest_for(&column.id).is_some_and(|n| row.n.clients.unwrap_or(0) < n);
            // A share of a hidden count is that count.
            let computed = !matches!(column.kind, ColumnKind::Count | ColumnKind::Share) && derived;
            let share = column.kind == ColumnKind::Share
                && (hidden || share_hidden(cell, row.n.clients, rules, withheld));
            if (fails || extreme || quantile || share || computed) && *cell != Cell::Missing {
                *cell = Cell::Missing;
                let rule = if extreme || quantile { "T4" } else { "T1" };
                audit.add(
                    rule,
                    Action::SuppressedPrimary,
                    format!("{place}/row {}/{}", r + 1, column.id),
                );
            }
        }
    }
    round(table, &columns, &system, &index, &states, rules, &place, audit);
    true
}

/// The columns of counts.
pub(crate) fn count_columns(table: &Table) -> Vec<usize> {
    (0..table.columns.len())
        .filter(|&c| table.columns[c].kind == ColumnKind::Count && !is_label(table, c))
        .collect()
}

/// A first column of 1, 2, 3, … numbers the rows and counts nobody.
fn is_label(table: &Table, column: usize) -> bool {
    column == 0
        && table.rows.windows(2).all(|pair| {
            match (count(&pair[0].cells[0]), count(&pair[1].cells[0])) {
                (Some(a), Some(b)) => b == a + 1,
                _ => false,
            }
        })
        && table
            .rows
            .first()
            .is_some_and(|row| count(&row.cells[0]).is_some_and(|first| first <= 1))
}

/// A cell that counts.
pub(crate) fn count(cell: &Cell) -> Option<u64> {
    match cell {
        Cell::Number(value) => whole(*value),
        _ => None,
    }
}

/// Whether nothing of a row may be shown.
pub(crate) fn row_fails(row: &Row, rules: &Rules) -> bool {
    let clients = row.n.clients.is_some_and(|n| rules.hides(n));
    let few = row.n.therapists.is_some_and(|n| n > 0 && n < rules.therapists);
    let therapists_alone =
        row.n.clients.is_none() && row.n.therapists.is_none_or(|n| rules.hides(n));
    let dominated = rules.dominance(row.spread.as_ref(), row.n.clients) == Dominance::Fails;
    clients || few || therapists_alone || dominated
}

/// Minimum and maximum are single persons.
fn is_extreme(id: &str) -> bool {
    id.split(['_', '-', '.']).any(|part| matches!(part, "min" | "max" | "minimum" | "maximum"))
}

/// How many persons a quantile needs: ten beyond it.
fn fewest_for(id: &str) -> Option<u64> {
    let of = |percent: u64| {
        let tail = percent.min(100 - percent).max(1);
        Some(1000_u64.div_ceil(tail))
    };
    id.split(['_', '-', '.']).find_map(|part| match part {
        "median" => of(50),
        _ => of(part.strip_prefix('q')?.parse::<u64>().ok().filter(|q| (1..100).contains(q))?),
    })
}

/// Whether a share stands for a number of persons that is hidden.
fn share_hidden(cell: &Cell, clients: Option<u64>, rules: &Rules, withheld: &Withheld) -> bool {
    let (Cell::Number(share), Some(n)) = (cell, clients) else { return false };
    let Some(count) = whole(share * n as f64) else { return false };
    rules.hides(count) || (count > 0 && withheld.contains(&count))
}

/// Which counts are hidden; `None` if the table cannot be made safe.
fn states(
    table: &Table,
    columns: &[usize],
    system: &System,
    index: &[Vec<Option<usize>>],
    rules: &Rules,
    elsewhere: &BTreeSet<Place>,
    withheld: &Withheld,
) -> Option<Vec<Option<Hidden>>> {
    let mut primary = vec![false; system.counts.len()];
    for (row, cells) in table.rows.iter().zip(index) {
        for cell in cells.iter().flatten() {
            let count = system.counts[*cell];
            primary[*cell] = row_fails(row, rules)
                || rules.hides(count)
                || (count > 0 && withheld.contains(&count));
        }
    }
    debug_assert!(index.iter().all(|row| row.len() == columns.len()));
    if rules.complementary {
        let mut hidden: Vec<Option<Hidden>> =
            primary.iter().map(|&p| p.then_some(Hidden::Primary)).collect();
        for (r, row) in index.iter().enumerate() {
            for (cell, &column) in row.iter().zip(columns) {
                if let (Some(cell), true) = (cell, elsewhere.contains(&(r, column))) {
                    hidden[*cell] = hidden[*cell].or(Some(Hidden::Secondary));
                }
            }
        }
        let mut system = system.clone();
        across::within(&mut system, &mut hidden, table, index, rules);
        system.protect_from(hidden, rules.clients)
    } else if let Some(rounding) = rules.rounding() {
        system.protect_rounded(&primary, rounding)
    } else {
        Some(primary.into_iter().map(|p| p.then_some(Hidden::Primary)).collect())
    }
}

/// Rounds counts, makes shares again and, where the profile wants it, margins from their released parts.
#[expect(clippy::too_many_arguments, reason = "the state of one table, read once")]
fn round(
    table: &mut Table,
    columns: &[usize],
    system: &System,
    index: &[Vec<Option<usize>>],
    states: &[Option<Hidden>],
    rules: &Rules,
    place: &str,
    audit: &mut Audit,
) {
    if rules.base.is_some() {
        let mut released: Vec<u64> = system.counts.iter().map(|&n| rules.round(n)).collect();
        if rules.margins == Margins::SumOfRounded {
            for (cells, total) in &system.sums {
                if let Total::Cell(total) = total {
                    released[*total] =
                        cells.iter().filter(|c| states[**c].is_none()).map(|c| released[*c]).sum();
                }
            }
        }
        for (r, row) in table.rows.iter_mut().enumerate() {
            for (k, &c) in columns.iter().enumerate() {
                if let (Some(cell), Cell::Number(_)) = (index[r][k], &row.cells[c]) {
                    row.cells[c] = Cell::count(released[cell]);
                }
            }
            let base = row.n.clients.map(|n| (n, rules.round(n)));
            for (column, cell) in table.columns.iter().zip(&mut row.cells) {
                if let (ColumnKind::Share, Cell::Number(share), Some((exact, rounded))) =
                    (column.kind, &*cell, base)
                {
                    let part = whole(share * exact as f64).map(|n| rules.round(n));
                    *cell = match part {
                        Some(part) if rounded > 0 => {
                            Cell::Number((part as f64 / rounded as f64).min(1.0))
                        }
                        _ => Cell::Missing,
                    };
                }
            }
        }
        audit.add("T9", Action::Rounded, place);
    }
    for row in &mut table.rows {
        row.n = counts(row.n, rules);
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::Counts;

    use super::*;
    use crate::Profile;

    fn n(clients: u64) -> Counts {
        Counts { clients: Some(clients), therapists: Some(12), ..Counts::default() }
    }

    fn table(values: &[u64]) -> Table {
        values.iter().enumerate().fold(
            Table::new("t", "T")
                .column("class", "Class", ColumnKind::Text)
                .column("n", "n", ColumnKind::Count)
                .column("share", "Share", ColumnKind::Share),
            |table, (i, &v)| {
                table.row(n(v), [Cell::text(format!("c{i}")), Cell::count(v), Cell::Number(0.1)])
            },
        )
    }

    fn run(profile: Profile, table: &mut Table, published: &[u64]) -> (bool, Audit) {
        let mut audit = Audit::default();
        let kept = release(
            "p",
            table,
            &profile.rules().unwrap(),
            published,
            &BTreeSet::new(),
            &mut Withheld::new(),
            &mut audit,
        );
        (kept, audit)
    }

    #[test]
    fn small_cells_go_and_so_does_what_gives_them_away() {
        let mut t = table(&[40, 52, 25, 3]);
        let (kept, audit) = run(Profile::Acro, &mut t, &[120]);
        assert!(kept);
        let shown: Vec<bool> = t.rows.iter().map(|r| r.cells[1] != Cell::Missing).collect();
        assert_eq!(shown, [true, true, false, false]);
        assert!(audit.entries.iter().any(|e| e.action == Action::SuppressedSecondary));
        assert_eq!(t.rows[3].cells[2], Cell::Missing);
    }

    #[test]
    fn rounding_and_its_margin() {
        let mut t = table(&[41, 52, 27, 3, 123]);
        let (kept, _) = run(Profile::Opensafely, &mut t, &[]);
        assert!(kept);
        let cells: Vec<Cell> = t.rows.iter().map(|r| r.cells[1].clone()).collect();
        assert_eq!(
            cells,
            [Cell::count(40), Cell::count(50), Cell::count(25), Cell::Missing, Cell::count(115)]
        );
        let mut t = table(&[41, 52, 27, 3, 123]);
        run(Profile::Nhs, &mut t, &[]);
        assert_eq!(t.rows[4].cells[1], Cell::count(125));
    }

    #[test]
    fn sessions_of_one_client_and_rows_without_persons_do_not_pass() {
        let mut t = Table::new("t", "T").column("n", "Sessions", ColumnKind::Count).row(
            Counts { rows: Some(10), clients: Some(1), therapists: Some(1), sites: None },
            [Cell::count(10)],
        );
        run(Profile::Opensafely, &mut t, &[]);
        assert_eq!(t.rows[0].cells[0], Cell::Missing);
        let mut nobody = Table::new("t", "T")
            .column("n", "n", ColumnKind::Count)
            .row(Counts::default(), [Cell::count(50)]);
        assert!(!run(Profile::Opensafely, &mut nobody, &[]).0);
    }

    #[test]
    fn an_interval_does_not_give_a_hidden_share_away() {
        let make = |count: u64| {
            Table::new("t", "T")
                .column("n", "n", ColumnKind::Count)
                .column("share", "Share", ColumnKind::Share)
                .column("low", "Low", ColumnKind::Number)
                .column("ci", "CI", ColumnKind::Interval)
                .row(
                    n(120),
                    [
                        Cell::count(count),
                        Cell::Number(count as f64 / 120.0),
                        Cell::Number(0.0179),
                        Cell::Interval([0.0179, 0.0938]),
                    ],
                )
        };
        for profile in [Profile::Opensafely, Profile::Acro, Profile::Nhs] {
            let mut few = make(5);
            run(profile, &mut few, &[]);
            assert!(few.rows[0].cells.iter().all(|cell| *cell == Cell::Missing), "{profile:?}");
        }
        // A rounded share does not stand beside an interval of the exact one; without rounding nothing is hidden.
        let (mut rounded, mut exact) = (make(42), make(42));
        run(Profile::Opensafely, &mut rounded, &[]);
        assert_eq!(rounded.rows[0].cells[2..], [Cell::Missing, Cell::Missing]);
        run(Profile::Acro, &mut exact, &[]);
        assert!(exact.rows[0].cells.iter().all(|cell| *cell != Cell::Missing));
    }

    #[test]
    fn extremes_never_and_quantiles_only_of_many() {
        let make = |clients| {
            Table::new("t", "T")
                .column("max", "Max", ColumnKind::Number)
                .column("q10", "10 %", ColumnKind::Number)
                .column("median", "Median", ColumnKind::Number)
                .row(n(clients), [Cell::Number(27.0), Cell::Number(3.0), Cell::Number(12.0)])
        };
        let mut few = make(40);
        run(Profile::Opensafely, &mut few, &[]);
        assert_eq!(few.rows[0].cells, [Cell::Missing, Cell::Missing, Cell::Number(12.0)]);
        let mut many = make(120);
        run(Profile::Opensafely, &mut many, &[]);
        assert_eq!(many.rows[0].cells, [Cell::Missing, Cell::Number(3.0), Cell::Number(12.0)]);
    }
}
