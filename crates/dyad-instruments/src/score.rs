//! Scoring a row of answers.

use crate::{
    key::{Key, KeyError, Subscale},
    rules::{Aggregate, MissingRule},
};

/// What a study changes in a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// How items are put together, in all subscales.
    pub aggregate: Option<Aggregate>,
    /// Lowest and highest answer; the ranges of the scores follow.
    pub item_range: Option<[f64; 2]>,
    /// What happens to blanks, in all subscales that are not the sum of others.
    pub missing_rule: Option<MissingRule>,
    /// The reversed items were turned before.
    pub already_reversed: bool,
}

impl Key {
    /// The key with a study's changes.
    ///
    /// # Errors
    /// [`KeyError::Subscale`] if a rule asks for more answers than there are items.
    pub fn with(mut self, overrides: &Overrides) -> Result<Self, KeyError> {
        let published = self.item_range;
        self.item_range = overrides.item_range.unwrap_or(published);
        let moved = self.item_range.map(f64::to_bits) != published.map(f64::to_bits);
        for subscale in &mut self.subscales {
            if overrides.already_reversed {
                subscale.reversed.clear();
            }
            let other = overrides.aggregate.filter(|a| *a != subscale.aggregate);
            subscale.aggregate = other.unwrap_or(subscale.aggregate);
            if let Some(rule) = overrides.missing_rule
                && subscale.missing_rule != MissingRule::FromSubscales
            {
                subscale.missing_rule = rule;
            }
            if let MissingRule::MinAnswered(k) = subscale.missing_rule
                && k > subscale.items.len()
            {
                return Err(KeyError::Subscale {
                    subscale: subscale.id.clone(),
                    what: format!(
                        "{k} answers are asked for, it has {} items",
                        subscale.items.len()
                    ),
                });
            }
            if moved || other.is_some() {
                let n = subscale.items.len();
                subscale.range = self.item_range.map(|end| subscale.aggregate.of_mean(end, n));
                // Points of the published scale are not points of another one.
                subscale.cutoff = None;
                subscale.reliable_change = None;
            }
        }
        // The rows of the file hold for the key as it was.
        if *overrides != Overrides::default() {
            self.checks.clear();
        }
        // Added subscales of means are no total of the same kind: score it from the items.
        if overrides.aggregate.is_some_and(|a| a != Aggregate::Sum) {
            let rule = overrides.missing_rule.unwrap_or(MissingRule::Complete);
            for subscale in &mut self.subscales {
                if subscale.missing_rule == MissingRule::FromSubscales {
                    subscale.missing_rule = rule;
                }
            }
        }
        Ok(self)
    }

    /// The scores of one row of answers, in the order of the subscales.
    ///
    /// A reversed item scores low + high − x. Each subscale then follows its missing rule; a score that cannot be given is
    /// missing, never a sum with blanks as 0.
    ///
    /// # Shape and units
    /// `items`: one answer per item, in the printed order; `None` is a blank. A shorter row counts as blanks.
    #[must_use]
    pub fn score(&self, items: &[Option<f64>]) -> Vec<Option<f64>> {
        let parts: Vec<Option<f64>> =
            self.subscales.iter().map(|subscale| self.score_items(subscale, items)).collect();
        self.subscales
            .iter()
            .zip(&parts)
            .map(|(subscale, &own)| {
                if subscale.missing_rule != MissingRule::FromSubscales {
                    return own;
                }
                let others = self.subscales.iter().zip(&parts).filter(|(s, _)| !s.is_total());
                others.map(|(_, score)| *score).sum()
            })
            .collect()
    }

    fn score_items(&self, subscale: &Subscale, items: &[Option<f64>]) -> Option<f64> {
        let [low, high] = self.item_range;
        let answers: Vec<f64> = (subscale.items.iter())
            .filter_map(|&item| {
                let answer = items.get(item - 1).copied().flatten()?;
                Some(if subscale.reversed.contains(&item) { low + high - answer } else { answer })
            })
            .collect();
        let (answered, n) = (answers.len(), subscale.items.len());
        if !subscale.missing_rule.suffices(answered, n) {
            return None;
        }
        let sum: f64 = answers.iter().sum();
        let blanks = (n - answered) as f64;
        if subscale.missing_rule == MissingRule::SubscaleMeanRounded && blanks > 0.0 {
            let filled = (sum / answered as f64 + 0.5).floor();
            return Some(subscale.aggregate.of_mean((sum + blanks * filled) / n as f64, n));
        }
        // A complete sum is not divided and multiplied again.
        if subscale.aggregate == Aggregate::Sum && answered == n {
            return Some(sum);
        }
        Some(subscale.aggregate.of_mean(sum / answered as f64, n))
    }

    /// Whether a value is one of the possible answers.
    #[must_use]
    pub fn is_answer(&self, value: f64) -> bool {
        let [low, high] = self.item_range;
        let on_step = self.item_step.is_none_or(|step| {
            let steps = (value - low) / step;
            (steps - steps.round()).abs() < 1e-9
        });
        (low..=high).contains(&value) && on_step
    }
}
