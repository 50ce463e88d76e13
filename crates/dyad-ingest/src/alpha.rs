//! Cronbach's alpha of every scored subscale, by session: part of the data-quality table.

use std::collections::BTreeMap;

use dyad_instruments::Subscale;
use dyad_stats::reliability::{ItemSums, alpha};
use rayon::prelude::*;

use crate::{
    map::{Mapped, Target, Wanted},
    scales::Scale,
};

/// Fewest rows with all items answered for a value.
const ENOUGH: u64 = 10;

/// Alpha of one subscale in one session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alpha {
    /// The measure's id, with the subscale's.
    pub(crate) id: String,
    /// `None` for an instrument answered once per person.
    pub(crate) session: Option<u16>,
    /// Rows with all items answered.
    pub(crate) rows: u64,
    /// `None` with too few rows, or with an item that everybody answered alike.
    pub(crate) value: Option<f64>,
}

/// The alphas of all scales whose items the file holds, in the order of scales, subscales and sessions; over complete rows, after
/// reversal.
pub(crate) fn alphas(rows: &Mapped, wanted: &[Wanted], scales: &[Scale]) -> Vec<Alpha> {
    let subscales = scales.iter().enumerate().flat_map(|(s, scale)| {
        scale.key.subscales.iter().map(move |subscale| (s, scale, subscale))
    });
    let subscales: Vec<_> = subscales.collect();
    subscales
        .into_par_iter()
        .flat_map_iter(|(s, scale, subscale)| of(rows, wanted, s, scale, subscale))
        .collect()
}

/// The alphas of one subscale, in one walk over the rows.
fn of(
    rows: &Mapped,
    wanted: &[Wanted],
    s: usize,
    scale: &Scale,
    subscale: &Subscale,
) -> Vec<Alpha> {
    let column = |item: usize| wanted.iter().position(|w| w.target == Target::Item(s, item));
    let columns: Option<Vec<(&[f64], bool)>> = (subscale.items.iter())
        .map(|&item| {
            Some((rows.values[column(item)?].as_slice(), subscale.reversed.contains(&item)))
        })
        .collect();
    let Some(columns) = columns.filter(|columns| columns.len() > 1) else { return Vec::new() };
    let [low, high] = scale.key.item_range;
    let mut by_session: BTreeMap<Option<u16>, ItemSums> = BTreeMap::new();
    let mut answers = vec![None; columns.len()];
    for row in 0..rows.len() {
        for (answer, (column, reversed)) in answers.iter_mut().zip(&columns) {
            let raw = column[row];
            let turned = if *reversed { low + high - raw } else { raw };
            *answer = (!raw.is_nan()).then_some(turned);
        }
        let session = rows.session.get(row).copied();
        let sums = by_session.entry(session).or_insert_with(|| ItemSums::new(columns.len()));
        // As many answers as items, each within its range: nothing to refuse.
        let pushed = sums.push(&answers);
        debug_assert!(pushed.is_ok(), "answers within their range are finite");
    }
    let id = if subscale.is_total() {
        scale.id.clone()
    } else {
        format!("{}.{}", scale.id, subscale.id)
    };
    by_session
        .into_iter()
        .map(|(session, sums)| {
            let value = (sums.n() >= ENOUGH).then(|| alpha(&sums).ok()).flatten();
            Alpha { id: id.clone(), session, rows: sums.n(), value: value.map(|found| found.raw) }
        })
        .collect()
}
