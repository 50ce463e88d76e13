//! Total minus part: where some of a group's persons are counted again elsewhere, the others follow by subtraction.
//!
//! Nothing in a table says that one column counts a part of another. So any two columns whose rows have the same names, and of which
//! one is nowhere the larger, are taken for a whole and a part of it; what is wrongly taken only hides more.

use std::collections::BTreeSet;

use dyad_model::{ColumnKind, Table};

use super::complement::{Hidden, System, Total};
use super::profile::Rules;
use super::tables::{count, count_columns};

/// A cell of a table: row and column.
pub(crate) type Place = (usize, usize);

impl System {
    /// Adds those of a whole who are not in a part of it: a count nobody publishes, which must stay open if it is small.
    fn subtract(
        &mut self,
        hidden: &mut Vec<Option<Hidden>>,
        whole: Total,
        part: usize,
        threshold: u64,
    ) {
        let all = match whole {
            Total::Known(count) => count,
            Total::Cell(cell) => self.counts[cell],
        };
        let Some(rest) = all.checked_sub(self.counts[part]) else { return };
        self.counts.push(rest);
        // Where nobody is left the two counts are one, shown twice.
        let small = (1..threshold).contains(&rest);
        hidden.push(Some(if small { Hidden::Primary } else { Hidden::Secondary }));
        self.sums.push((vec![part, self.counts.len() - 1], whole));
    }
}

/// Adds what the columns of one table say of one another, and each of its counts of everybody in the study.
pub(crate) fn within(
    system: &mut System,
    hidden: &mut Vec<Option<Hidden>>,
    table: &Table,
    index: &[Vec<Option<usize>>],
    rules: &Rules,
) {
    let columns = count_columns(table);
    if let Some(&everybody) = system.published.first() {
        let near = |n: u64| n < everybody && everybody - n < rules.clients;
        for cell in index.iter().flatten().flatten() {
            if near(system.counts[*cell]) {
                system.subtract(hidden, Total::Known(everybody), *cell, rules.clients);
            }
        }
    }
    let persons = |k: usize| {
        let id = table.columns[columns[k]].id.as_str();
        matches!(id, "n" | "of" | "clients" | "therapists") || id.starts_with("n_")
    };
    for whole in (0..columns.len()).filter(|k| persons(*k)) {
        for part in (0..columns.len()).filter(|k| *k != whole && persons(*k)) {
            let pairs: Vec<(usize, usize)> =
                index.iter().filter_map(|row| Some((row[whole]?, row[part]?))).collect();
            if is_part(pairs.iter().map(|&(a, b)| (system.counts[a], system.counts[b]))) {
                for (a, b) in pairs {
                    system.subtract(hidden, Total::Cell(a), b, rules.clients);
                }
            }
        }
    }
}

/// Whether the second of each pair can count a part of those whom the first counts.
fn is_part(mut pairs: impl Iterator<Item = (u64, u64)> + Clone) -> bool {
    pairs.clone().any(|(all, some)| some < all) && pairs.all(|(all, some)| some <= all)
}

/// The cells of each table that must not be shown because another table shows a whole or a part of theirs.
pub(crate) fn between(tables: &[Table], rules: &Rules, published: &[u64]) -> Vec<BTreeSet<Place>> {
    let mut gone = vec![BTreeSet::new(); tables.len()];
    for (a, whole) in tables.iter().enumerate() {
        for (b, part) in tables.iter().enumerate().filter(|(b, _)| *b != a) {
            pair([whole, part], [a, b], rules, published, &mut gone);
        }
    }
    gone
}

fn pair(
    tables: [&Table; 2],
    places: [usize; 2],
    rules: &Rules,
    published: &[u64],
    gone: &mut [BTreeSet<Place>],
) {
    let rows = same_rows(tables[0], tables[1]);
    let columns = tables.map(count_columns);
    let shared: Vec<(usize, usize)> = columns[0]
        .iter()
        .flat_map(|&a| columns[1].iter().map(move |&b| (a, b)))
        .filter(|&(a, b)| tables[0].columns[a].id == tables[1].columns[b].id)
        .filter(|&(a, b)| {
            let pairs = rows.iter().filter_map(|&(r, s)| {
                Some((count(&tables[0].rows[r].cells[a])?, count(&tables[1].rows[s].cells[b])?))
            });
            is_part(pairs)
        })
        .collect();
    if shared.is_empty() {
        return;
    }
    // Both tables in one system.
    let mut system = System { published: published.to_vec(), ..System::default() };
    let mut cells: [Vec<(usize, Place)>; 2] = [Vec::new(), Vec::new()];
    let mut hidden = Vec::new();
    for which in 0..2 {
        let table = tables[which];
        let counts: Vec<Vec<Option<u64>>> = table
            .rows
            .iter()
            .map(|row| columns[which].iter().map(|&c| count(&row.cells[c])).collect())
            .collect();
        let (own, index) = System::of_table(&counts, published);
        let offset = system.counts.len();
        for (r, row) in index.iter().enumerate() {
            for (k, cell) in row.iter().enumerate() {
                let Some(cell) = cell else { continue };
                let place = (r, columns[which][k]);
                cells[which].push((cell + offset, place));
                let fails = super::tables::row_fails(&table.rows[r], rules);
                hidden.push(if fails || rules.hides(own.counts[*cell]) {
                    Some(Hidden::Primary)
                } else {
                    gone[places[which]].contains(&place).then_some(Hidden::Secondary)
                });
            }
        }
        system.counts.extend(own.counts);
        system.sums.extend(own.sums.into_iter().map(|(parts, total)| {
            let total = match total {
                Total::Cell(cell) => Total::Cell(cell + offset),
                known @ Total::Known(_) => known,
            };
            (parts.into_iter().map(|part| part + offset).collect(), total)
        }));
    }
    let find = |which: usize, place: Place| {
        cells[which].iter().find(|(_, at)| *at == place).map(|(cell, _)| *cell)
    };
    for &(a, b) in &shared {
        for &(r, s) in &rows {
            if let (Some(whole), Some(part)) = (find(0, (r, a)), find(1, (s, b))) {
                system.subtract(&mut hidden, Total::Cell(whole), part, rules.clients);
            }
        }
    }
    let states = system.protect_from(hidden, rules.clients);
    for which in 0..2 {
        for (cell, place) in &cells[which] {
            let hide = states.as_ref().is_none_or(|s| s[*cell] == Some(Hidden::Secondary));
            if hide {
                gone[places[which]].insert(*place);
            }
        }
    }
}

/// The rows of two tables that have the same name; none if a name stands twice in a table.
fn same_rows(a: &Table, b: &Table) -> Vec<(usize, usize)> {
    let names = |table: &Table| -> Option<Vec<String>> {
        let names: Vec<String> = table.rows.iter().map(|row| name(table, row)).collect();
        let unique: BTreeSet<&String> = names.iter().collect();
        (unique.len() == names.len()).then_some(names)
    };
    let (Some(first), Some(second)) = (names(a), names(b)) else { return Vec::new() };
    first
        .iter()
        .enumerate()
        .filter_map(|(r, name)| Some((r, second.iter().position(|other| other == name)?)))
        .collect()
}

/// What a row is called: its words, and its first cell whatever it is.
fn name(table: &Table, row: &dyad_model::Row) -> String {
    let words = table.columns.iter().zip(&row.cells).enumerate();
    let words = words.filter(|(at, (column, _))| *at == 0 || column.kind == ColumnKind::Text);
    words.map(|(_, (_, cell))| format!("{cell:?}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use dyad_model::{Cell, Counts};

    use super::*;
    use crate::Profile;

    fn table(id: &str, counts: &[u64]) -> Table {
        let n = Counts { clients: Some(200), therapists: Some(20), ..Counts::default() };
        counts.iter().enumerate().fold(
            Table::new(id, "T").column("group", "Group", ColumnKind::Text).column(
                "n",
                "n",
                ColumnKind::Count,
            ),
            |table, (row, &count)| {
                table.row(n, [Cell::text(format!("g{row}")), Cell::count(count)])
            },
        )
    }

    #[test]
    fn a_part_that_leaves_a_few_out_is_not_shown() {
        let rules = Profile::Acro.rules().unwrap();
        let few =
            between(&[table("all", &[40, 50, 60]), table("part", &[37, 20, 30])], &rules, &[]);
        assert_eq!(few.iter().map(BTreeSet::len).sum::<usize>(), 1);
        assert!(few.iter().flatten().all(|(row, _)| *row == 0));
        let many = between(&[table("all", &[40, 50]), table("part", &[20, 25])], &rules, &[]);
        assert!(many.iter().all(BTreeSet::is_empty));
        // One is larger here and the other there: neither is a part of the other.
        let others = between(&[table("a", &[40, 50]), table("b", &[41, 48])], &rules, &[]);
        assert!(others.iter().all(BTreeSet::is_empty));
    }

    #[test]
    fn a_count_that_leaves_a_few_of_the_study_out_is_not_shown() {
        let rules = Profile::Acro.rules().unwrap();
        let table = table("t", &[116, 60]);
        let (mut system, index) = System::of_table(&[vec![Some(116)], vec![Some(60)]], &[120]);
        let mut hidden = vec![None; 2];
        within(&mut system, &mut hidden, &table, &index, &rules);
        let hidden = system.protect_from(hidden, rules.clients).unwrap();
        assert_eq!(hidden[..2], [Some(Hidden::Secondary), None]);
    }
}
