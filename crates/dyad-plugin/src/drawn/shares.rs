//! Shares as bars.

use dyad_model::figure::{Bar, Reference};
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
