//! Shares as bars and tables.

use dyad_model::Cell;
use dyad_model::figure::{Bar, Reference};
use dyad_stats::proportions::wilson;
use dyad_stats::sequence::Peaks;

use crate::section::Section;

impl Section<'_> {
    /// Adds the shares that stand under these keys, each as a bar with its interval under the name that its text gives, one of them
    /// highlighted; nothing where none was given. The words have the `{largest}` and its `{kind}`.
    pub fn share_bars(&self, key: &str, shares: &[(String, String)], highlighted: &str) {
        let bars = shares.iter().filter_map(|(share, name)| {
            let share = self.get(share)?;
            let (label, highlight) = (self.text(name), name == highlighted);
            let (value, interval) = (share.estimate?, share.ci);
            Some(Bar { label, value, interval, highlight, ..Bar::default() })
        });
        let bars: Vec<Bar> = bars.collect();
        let Some(largest) = bars.iter().max_by(|a, b| a.value.total_cmp(&b.value)) else { return };
        self.with("largest", largest.value).with("kind", &largest.label).bars(key, bars, None);
    }

    /// Adds a bar for each share of `of`, with its Wilson interval; one label may be highlighted. The words have the `{low}`est and the
    /// `{high}`est share.
    pub fn shares(&self, key: &str, counts: Vec<(String, u64)>, of: u64, highlighted: &str) {
        let bar = |(label, count): (String, u64)| {
            let (value, interval) = (count as f64 / of as f64, wilson(count, of).ok());
            Bar { highlight: label == highlighted, label, value, interval, ..Bar::default() }
        };
        let bars: Vec<Bar> = counts.into_iter().map(bar).collect();
        let low = bars.iter().map(|bar| bar.value).fold(1.0, f64::min);
        let high = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        self.numbers([("low", low), ("high", high)]).bars(key, bars, None);
    }

    /// Adds the table of the counts that stand under these keys, each as a row with its text and its share of them all; nothing where none
    /// was given.
    pub fn count_table(&self, table: &str, counts: &[(String, String)]) {
        let given = counts.iter().filter_map(|(count, name)| Some((self.number(count)?, name)));
        let given: Vec<(f64, &String)> = given.collect();
        let all: f64 = given.iter().map(|(count, _)| count).sum();
        if !given.is_empty() {
            self.table(
                table,
                given.into_iter().map(|(count, name)| {
                    let [count, share] = [count, count / all].map(|x| Cell::number(Some(x)));
                    (self.n(), [Cell::text(self.text(name)), count, share])
                }),
            );
        }
    }

    /// Adds where clients peak in a window that begins at a session, with the band of any order and its line, named by the text
    /// `any_order`; the tested session stands out. The words have `{tested}` and `{expected}` shares, and how many clients are `{tied}`.
    pub fn peak_bars(&self, key: &str, peaks: &Peaks, first: i64, tested: i64) {
        let (band, expected) = (peaks.null_band(), 1.0 / peaks.shares.len() as f64);
        let bars: Vec<Bar> = (first..)
            .zip(&peaks.shares)
            .map(|(session, &value)| Bar {
                label: session.to_string(),
                value,
                null_band: Some(band),
                highlight: session == tested,
                ..Bar::default()
            })
            .collect();
        let share = bars.iter().find(|bar| bar.highlight).map_or(0.0, |bar| bar.value);
        let s = self.with("tied", peaks.tied_clients);
        let s = s.numbers([("tested", share), ("expected", expected)]);
        s.bars(key, bars, Some(Reference { label: s.text("any_order"), value: expected }));
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::Estimate;
    use dyad_model::{Cell, figure::Plot};
    use dyad_stats::sequence::peaks;

    use crate::{Study, made};

    const WORDS: &str = r#"
[text]
up = "rising"
down = "falling"
any_order = "any order"

[figure.kinds]
title = "Kinds"
caption = "Bars."
alt = "Most, {largest:%0}, are {kind}."

[figure.peaks]
title = "Peaks"
caption = "{tied:client}"
alt = "{tested:2} against {expected:2}"

[table.kinds]
title = "Kinds"
columns = [["kind", "Kind", "text"], ["n", "n", "count"], ["share", "Share", "share"]]
"#;

    #[test]
    fn the_largest_share_is_named() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section();
        let shares = [("a", "up"), ("b", "down"), ("c", "up")];
        let shares = shares.map(|(key, name)| (key.to_owned(), name.to_owned()));
        s.share_bars("kinds", &shares, "down");
        s.push(Estimate::new("a", "").value(0.3).ci([0.1, 0.5]));
        s.push(Estimate::new("b", "").value(0.7));
        s.push(Estimate::new("c", "").refused("nobody"));
        s.share_bars("kinds", &shares, "down");
        let figures = study.close(String::new(), Vec::new(), "").figures;
        assert_eq!(figures.len(), 1, "without a share there is no figure");
        assert_eq!(figures[0].alt, "Most, 70 %, are falling.");
        let Plot::Bars(bars) = &figures[0].plot else { unreachable!("shares are bars") };
        let highlighted: Vec<bool> = bars.bars.iter().map(|bar| bar.highlight).collect();
        assert_eq!((highlighted, bars.bars[0].interval), (vec![false, true], Some([0.1, 0.5])));
    }

    #[test]
    fn counts_have_their_share_of_all_of_them() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section();
        let kinds = [("a", "up"), ("b", "down"), ("c", "up")];
        let kinds = kinds.map(|(key, name)| (key.to_owned(), name.to_owned()));
        s.count_table("kinds", &kinds);
        s.push(Estimate::new("a", "").value(3.0));
        s.push(Estimate::new("b", "").value(1.0));
        s.count_table("kinds", &kinds);
        let tables = study.close(String::new(), Vec::new(), "").tables;
        let row = |name: &str, count, share| {
            vec![Cell::text(name), Cell::count(count), Cell::number(Some(share))]
        };
        let rows: Vec<Vec<Cell>> = tables[0].rows.iter().map(|row| row.cells.clone()).collect();
        assert_eq!(rows, [row("rising", 3, 0.75), row("falling", 1, 0.25)]);
        assert_eq!(tables.len(), 1, "without a count there is no table");
    }

    #[test]
    fn the_tested_session_stands_out() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let found = peaks(&[1.0, 2.0, 3.0, 3.0, 5.0, 4.0], 2).unwrap();
        study.section().peak_bars("peaks", &found, 4, 5);
        let figures = study.close(String::new(), Vec::new(), "").figures;
        assert_eq!(
            (&figures[0].caption[..], &figures[0].alt[..]),
            ("1 client", "0.50 against 0.50")
        );
        let Plot::Bars(bars) = &figures[0].plot else { unreachable!("shares are bars") };
        assert_eq!((&bars.bars[1].label[..], bars.bars[1].highlight), ("5", true));
    }
}
