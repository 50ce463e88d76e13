//! What was found of every two of some things, as a matrix.

use dyad_model::{Cell, ColumnKind};

use crate::section::Section;
use crate::words::Words;

impl Section<'_> {
    /// Adds the table of the estimates of this key, one of every two: each thing, with its name in ids and its label, against those
    /// after it. `rows` and `columns` are the placeholders of the key that stand for the two names.
    pub fn matrix(
        &self,
        table: &str,
        key: &str,
        [rows, columns]: [&'static str; 2],
        things: &[(&str, String)],
    ) {
        let later = things.get(1..).unwrap_or_default();
        let headed = later.iter().fold(Words::table(self, table), |table, (name, label)| {
            table.column(name, label, ColumnKind::Correlation)
        });
        let first = &things[..later.len()];
        self.push_table(headed.with_rows(first.iter().map(|(name, label)| {
            let of = |(column, _): &(&str, String)| {
                Cell::number(self.with(rows, *name).with(columns, *column).number(key))
            };
            let cells: Vec<Cell> =
                [Cell::text(label)].into_iter().chain(later.iter().map(of)).collect();
            (self.n(), cells)
        })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Study;
    use crate::designs::leaving::tests::run;

    #[test]
    fn each_stands_against_those_after_it() {
        let run = run(&[]);
        let study = Study::of(&run).unwrap();
        let (s, key) = (study.section(), "{one}/{other}");
        let _ = s.with("one", "a").with("other", "c").add(key, Ok::<_, String>(0.5));
        let things = ["a", "b", "c"].map(|name| (name, name.to_uppercase()));
        s.matrix("agreement", key, ["one", "other"], &things);
        let findings = study.close(String::new(), Vec::new(), "");
        let rows: Vec<_> = findings.tables[0].rows.iter().map(|row| row.cells.clone()).collect();
        let missing = || Cell::number(None);
        assert_eq!(rows[0], [Cell::text("A"), missing(), Cell::number(Some(0.5))]);
        assert_eq!(rows[1..], [[Cell::text("B"), missing(), missing()]]);
    }
}
