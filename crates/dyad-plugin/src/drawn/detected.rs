//! Detectors side by side.

use dyad_model::{Cell, ColumnKind};

use crate::designs::detected::{Detected, Detector};
use crate::words::Words;

impl Detected<'_> {
    /// The detectors that could be applied, with their positions.
    fn applied(&self) -> impl Iterator<Item = (usize, &Detector)> {
        self.detectors.iter().enumerate().filter(|(_, detector)| detector.rule.is_ok())
    }

    /// Adds the table of the detectors that could be applied, if anybody has enough ratings: what each of them is, the text `row`, and the
    /// numbers so far under these keys, one for each further column; a column of shares has that of the `{clients}` with enough ratings.
    pub fn table<const N: usize>(&self, table: &str, keys: [&str; N]) {
        if self.found.is_empty() {
            return;
        }
        let clients = self.found.len() as f64;
        let described = Words::table(&self.section.with("clients", clients), table);
        let kinds: Vec<ColumnKind> = described.columns.iter().map(|column| column.kind).collect();
        self.section.push_table(described.with_rows(self.applied().map(|(_, detector)| {
            let s = self.about(detector);
            let number = |(key, kind): (&str, &ColumnKind)| {
                let of = if *kind == ColumnKind::Share { clients } else { 1.0 };
                Cell::number(s.number(key).map(|number| number / of))
            };
            let numbers = keys.into_iter().zip(kinds.iter().skip(1)).map(number);
            (s.n(), [Cell::text(s.text("row"))].into_iter().chain(numbers).collect::<Vec<_>>())
        })));
    }

    /// Adds the share of clients with a rupture by every detector that could be applied, if anybody has enough ratings, one of them
    /// highlighted: see [`Section::shares`](crate::Section::shares).
    pub fn bars(&self, figure: &str, highlighted: usize) {
        if !self.found.is_empty() {
            let bar = |(at, of): (usize, &Detector)| (of.label(), self.found.count(at).clients);
            let highlighted = self.detectors[highlighted].label();
            let bars = self.applied().map(bar).collect();
            self.section.shares(figure, bars, self.found.len() as u64, &highlighted);
        }
    }

    /// Adds the matrix of the estimates of every two detectors under this key, if anybody has enough ratings: see
    /// [`Section::matrix`](crate::Section::matrix).
    pub fn matrix(&self, table: &str, key: &str) {
        if !self.found.is_empty() {
            let names = self.detectors.iter().map(|detector| (detector.name, detector.label()));
            self.section.matrix(table, key, ["first", "second"], &names.collect::<Vec<_>>());
        }
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::figure::Plot;

    use super::*;
    use crate::designs::detected::tests::detected;
    use crate::{Study, made};

    const WORDS: &str = r#"
[table.ruptures]
title = "Ruptures"
columns = [["detector", "Detector", "text"], ["clients", "Clients", "count"], ["share", "Share", "share"]]

[figure.ruptures]
title = "Ruptures"
caption = "Shares."
alt = "From {low:%0} to {high:%0}."
x = "Detector"
y = "Share"

[text]
row = "{name}: {described}"

[text.detector]
fixed_drop = "a drop"

[estimate."{detector}/clients"]
label = "Clients"
"#;

    #[test]
    fn a_share_is_of_the_clients_with_enough_ratings() {
        let sessions = [
            ("client", made::whole(&[0, 0, 1, 1, 2])),
            ("session", made::whole(&[1, 2, 1, 2, 1])),
            ("alliance", made::scores(&[5.0, 4.0, 5.0, 5.0, 5.0])),
        ];
        let none = || made::whole(&[0, 0, 0]);
        let clients =
            [("client", made::whole(&[0, 1, 2])), ("therapist", none()), ("site", none())];
        let run = made::run(&[], WORDS, sessions, clients);
        let study = Study::of(&run).unwrap();
        let all = detected(&study, 2);
        let _ = all.about(&all.detectors[0]).add("{detector}/clients", Ok::<_, String>(1_u64));
        all.table("ruptures", ["{detector}/clients", "{detector}/clients"]);
        all.bars("ruptures", 0);
        let findings = study.close(String::new(), Vec::new(), "");
        let cells = [Cell::text("fixed drop: a drop"), Cell::count(1), Cell::number(Some(0.5))];
        assert_eq!(findings.tables[0].rows[0].cells, cells);
        let Plot::Bars(bars) = &findings.figures[0].plot else { panic!("bars") };
        let shares: Vec<bool> = bars.bars.iter().map(|bar| bar.value > 0.4).collect();
        assert_eq!(shares, [true, false]);
    }
}
