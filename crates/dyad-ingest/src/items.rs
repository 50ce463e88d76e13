//! Item columns for the analyses that ask for them: in the order of the study, reversed items turned.

use std::collections::BTreeMap;

use dyad_model::{Level, Role};
use rayon::prelude::*;

use crate::{
    map::{Mapped, Target, Wanted},
    scales::Scale,
    tables::MeasureValues,
};

/// An item that becomes a column of the sessions table.
#[derive(Debug)]
struct Item {
    /// `<measure>.item_<number>`
    name: String,
    /// Position of its column among the columns read.
    column: usize,
    /// Lowest plus highest answer, if the item is reversed.
    turned_about: Option<f64>,
}

/// The items that are kept.
#[derive(Debug, Default)]
pub(crate) struct Items {
    items: Vec<Item>,
    /// Names of the items behind a measure, by its position.
    behind: BTreeMap<usize, Vec<String>>,
}

impl Items {
    /// The items of every scale of these roles that the sessions file holds; a baseline, burnout or dropout is no measure of a
    /// session, whatever file it stands in.
    pub(crate) fn of(wanted: &[Wanted], scales: &[Scale], roles: &[Role]) -> Self {
        let mut kept = Self::default();
        let by_session = |role| matches!(role, Role::Alliance | Role::Outcome | Role::Covariate);
        for (s, scale) in scales.iter().enumerate() {
            let column = |item| wanted.iter().position(|w| w.target == Target::Item(s, item));
            let columns: Option<Vec<usize>> = (1..=scale.key.items).map(column).collect();
            let Some(columns) = columns else { continue };
            if !roles.contains(&scale.role) || !by_session(scale.role) {
                continue;
            }
            let name = |item: usize| format!("{}.item_{item}", scale.id);
            let [low, high] = scale.key.item_range;
            for (item, column) in (1..).zip(columns) {
                let reversed = scale.key.subscales.iter().any(|s| s.reversed.contains(&item));
                let turned_about = reversed.then_some(low + high);
                kept.items.push(Item { name: name(item), column, turned_about });
            }
            for (subscale, &measure) in scale.key.subscales.iter().zip(&scale.measures) {
                let names = subscale.items.iter().map(|&item| name(item)).collect();
                kept.behind.insert(measure, names);
            }
        }
        kept
    }

    /// The columns behind a measure.
    pub(crate) fn behind(&self, measure: usize) -> Vec<String> {
        self.behind.get(&measure).cloned().unwrap_or_default()
    }

    /// Takes the columns out of the rows, in this order.
    pub(crate) fn take(&self, rows: &mut Mapped, order: &[u32]) -> Vec<MeasureValues> {
        let mut taken = Vec::with_capacity(self.items.len());
        for item in &self.items {
            taken.push((item, std::mem::take(&mut rows.values[item.column])));
        }
        let column = |(item, answers): (&Item, Vec<f64>)| {
            let turned = |answer: f64| item.turned_about.map_or(answer, |about| about - answer);
            MeasureValues {
                id: item.name.clone(),
                level: Level::Session,
                values: order.iter().map(|&row| turned(answers[row as usize])).collect(),
            }
        };
        taken.into_par_iter().map(column).collect()
    }
}
