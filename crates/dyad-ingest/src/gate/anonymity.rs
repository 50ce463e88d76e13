//! How many persons share a combination of quasi-identifiers. Persons are counted, never rows.

use std::collections::BTreeMap;

use dyad_model::{Note, NoteKind};

use crate::{map::cells::Cell, problem::Problems, read::Table};

/// Group sizes below which the number of persons is told.
const SMALL: usize = 5;
const LARGER: usize = 11;

/// The quasi-identifiers of every person: the first row that names the person counts.
pub(crate) fn persons(
    tables: &[&Table],
    person: &[usize],
    quasi: &[usize],
) -> Result<Vec<Vec<String>>, Problems> {
    let mut persons: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    let batches =
        tables.iter().flat_map(|table| (0..table.source.batches()).map(|i| table.source.batch(i)));
    for batch in batches {
        let batch = batch?;
        let texts = |columns: &[usize]| -> Vec<Vec<String>> {
            columns.iter().map(|&c| batch.columns[c].iter().map(text).collect()).collect()
        };
        let (keys, values) = (texts(person), texts(quasi));
        let row_of = |columns: &[Vec<String>], row: usize| -> Vec<String> {
            columns.iter().map(|column| column[row].clone()).collect()
        };
        for row in 0..batch.len() {
            persons.entry(row_of(&keys, row)).or_insert_with(|| row_of(&values, row));
        }
    }
    Ok(persons.into_values().collect())
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.to_owned(),
        Cell::Number(value) => value.to_string(),
        Cell::Date(days) => days.to_string(),
    }
}

/// Persons by the size of the group that shares their values in some columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Exposed {
    alone: usize,
    small: usize,
    larger: usize,
}

fn exposed(persons: &[Vec<String>], columns: &[usize]) -> Exposed {
    let mut groups: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for person in persons {
        let key = columns.iter().map(|&c| person[c].as_str()).collect();
        *groups.entry(key).or_default() += 1;
    }
    let below = |k: usize| groups.values().filter(|n| **n < k).sum();
    Exposed { alone: below(2), small: below(SMALL), larger: below(LARGER) }
}

/// The warnings about a kind of person. `names` are the columns of `persons`.
pub(crate) fn warnings(what: &str, names: &[String], persons: &[Vec<String>]) -> Vec<Note> {
    let all: Vec<usize> = (0..names.len()).collect();
    let total = exposed(persons, &all);
    let list = |columns: &[usize]| {
        columns.iter().map(|&c| format!("`{}`", names[c])).collect::<Vec<_>>().join(", ")
    };
    let mut notes = Vec::new();
    let mut warn = |text: String| notes.push(Note { kind: NoteKind::Warning, text });
    if total.small > 0 {
        let isolating = match isolating(persons, names.len(), total.alone) {
            Some(columns) if total.alone > 0 => {
                format!(" {} are enough to single those {} out.", list(&columns), total.alone)
            }
            _ => String::new(),
        };
        warn(format!(
            "Of {} {what}s, {} share their values of {} with nobody (k = 1), {} with fewer than four others (k < 5), {} \
             with fewer than ten (k < 11).{isolating}",
            persons.len(),
            total.alone,
            list(&all),
            total.small,
            total.larger,
        ));
    }
    for column in all {
        let mut categories: BTreeMap<&str, usize> = BTreeMap::new();
        for person in persons {
            *categories.entry(&person[column]).or_default() += 1;
        }
        let rare = categories.values().filter(|n| **n < SMALL).count();
        if rare > 0 {
            warn(format!(
                "`{}` has {rare} of {} categories with fewer than five {what}s.",
                names[column],
                categories.len()
            ));
        }
    }
    notes
}

/// The warnings about sensitive columns: `persons` hold `names`, then `sensitive`.
///
/// Persons who are not alone, but whose group agrees in the sensitive value: whoever knows the group knows the value.
pub(crate) fn revealed(
    names: &[String],
    sensitive: &[String],
    persons: &[Vec<String>],
) -> Vec<Note> {
    let mut groups: BTreeMap<&[String], Vec<&[String]>> = BTreeMap::new();
    for person in persons {
        let (group, values) = person.split_at(names.len());
        groups.entry(group).or_default().push(values);
    }
    let mut notes = Vec::new();
    for (column, name) in sensitive.iter().enumerate() {
        let agreed = groups.values().filter(|group| {
            let first = &group[0][column];
            group.len() > 1 && !first.is_empty() && group.iter().all(|v| v[column] == *first)
        });
        let told: usize = agreed.map(Vec::len).sum();
        if told > 0 {
            let text = format!(
                "The sensitive column `{name}` is the same for everybody who shares {}: it is given away for {told} clients in \
                 groups of two or more.",
                names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
            );
            notes.push(Note { kind: NoteKind::Warning, text });
        }
    }
    notes
}

/// The smallest set of at most three columns that leaves as many persons alone as all columns do.
fn isolating(persons: &[Vec<String>], columns: usize, alone: usize) -> Option<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..3 {
        sets = sets
            .into_iter()
            .flat_map(|set| {
                let from = set.last().map_or(0, |last| last + 1);
                (from..columns).map(move |column| [set.as_slice(), &[column]].concat())
            })
            .collect();
        if let Some(set) = sets.iter().find(|set| exposed(persons, set).alone == alone) {
            return Some(set.clone());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_counted_and_the_isolating_columns_named() {
        let names = ["age_band".to_owned(), "gender".to_owned(), "site".to_owned()];
        let mut persons: Vec<Vec<String>> = Vec::new();
        for i in 0..24 {
            persons
                .push([["a", "b"][i % 2], ["f", "m"][i / 2 % 2], "north"].map(String::from).into());
        }
        assert_eq!(warnings("client", &names, &persons), []);
        persons.push(["c", "f", "north"].map(String::from).into());
        let notes = warnings("client", &names, &persons);
        let expected =
            "Of 25 clients, 1 share their values of `age_band`, `gender`, `site` with nobody";
        assert!(notes[0].text.starts_with(expected), "{}", notes[0].text);
        assert!(
            notes[0].text.ends_with("`age_band` are enough to single those 1 out."),
            "{}",
            notes[0].text
        );
        assert!(notes[1].text.starts_with("`age_band` has 1 of 3 categories"), "{}", notes[1].text);
    }
}
