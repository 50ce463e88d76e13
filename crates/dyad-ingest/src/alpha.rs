//! Cronbach's alpha of every scored subscale, by session: part of the data-quality table.

use std::collections::BTreeMap;

use crate::{
    map::{Mapped, Target, Wanted},
    scales::Scale,
};

/// Fewest rows with all items answered for a value.
const ENOUGH: usize = 10;

/// Alpha of one subscale in one session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alpha {
    /// The measure's id, with the subscale's.
    pub(crate) id: String,
    /// `None` for an instrument answered once per person.
    pub(crate) session: Option<u16>,
    /// Rows with all items answered.
    pub(crate) rows: u64,
    /// `None` with too few rows or without any variance.
    pub(crate) value: Option<f64>,
}

/// The alphas of all scales whose items the file holds, in the order of scales, subscales and sessions.
///
/// α = k / (k − 1) · (1 − Σ s²ᵢ / s²ₜ) over complete rows, after reversal.
pub(crate) fn alphas(rows: &Mapped, wanted: &[Wanted], scales: &[Scale]) -> Vec<Alpha> {
    let mut out = Vec::new();
    let mut by_session: BTreeMap<Option<u16>, Vec<usize>> = BTreeMap::new();
    for row in 0..rows.len() {
        by_session.entry(rows.session.get(row).copied()).or_default().push(row);
    }
    for (s, scale) in scales.iter().enumerate() {
        let column = |item: usize| wanted.iter().position(|w| w.target == Target::Item(s, item));
        let [low, high] = scale.key.item_range;
        for subscale in &scale.key.subscales {
            let columns: Option<Vec<(usize, bool)>> = (subscale.items.iter())
                .map(|&item| Some((column(item)?, subscale.reversed.contains(&item))))
                .collect();
            let Some(columns) = columns.filter(|columns| columns.len() > 1) else { continue };
            for (&session, of_session) in &by_session {
                let answers: Vec<Vec<f64>> = (of_session.iter())
                    .map(|&row| {
                        let value = |&(column, reversed): &(usize, bool)| {
                            let raw: f64 = rows.values[column][row];
                            if reversed { low + high - raw } else { raw }
                        };
                        columns.iter().map(value).collect::<Vec<f64>>()
                    })
                    .filter(|answers| answers.iter().all(|a| !a.is_nan()))
                    .collect();
                let id = if subscale.is_total() {
                    scale.id.clone()
                } else {
                    format!("{}.{}", scale.id, subscale.id)
                };
                let value = (answers.len() >= ENOUGH).then(|| of(&answers)).flatten();
                out.push(Alpha { id, session, rows: answers.len() as u64, value });
            }
        }
    }
    out
}

/// Alpha of complete rows.
fn of(rows: &[Vec<f64>]) -> Option<f64> {
    let k = rows.first()?.len();
    let items: f64 = (0..k).map(|i| variance(rows.iter().map(|row| row[i]))).sum();
    let total = variance(rows.iter().map(|row| row.iter().sum()));
    (total > 0.0).then(|| k as f64 / (k as f64 - 1.0) * (1.0 - items / total))
}

fn variance(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let (n, sum) = values.clone().fold((0.0, 0.0), |(n, sum), v| (n + 1.0, sum + v));
    let mean = sum / n;
    values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)
}
