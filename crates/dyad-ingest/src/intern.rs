//! Texts to small numbers, in the order they are first seen.

use std::{hash::Hasher, num::NonZeroU32};

use rayon::prelude::*;

/// Numbers the different texts of a column. The order of the numbers depends on the order of the texts alone.
///
/// A hash table of our own making: the standard one is seeded at random, a tree compares a text twenty times per row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interner {
    /// The texts one after the other, and where each ends.
    text: String,
    ends: Vec<usize>,
    slots: Vec<Option<NonZeroU32>>,
}

impl Interner {
    /// The number of `text`, new or known.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if (self.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        match self.slot(text) {
            Ok(number) => number,
            Err(slot) => {
                let number = u32::try_from(self.len()).unwrap_or(u32::MAX - 1);
                self.slots[slot] = NonZeroU32::new(number + 1);
                self.text.push_str(text);
                self.ends.push(self.text.len());
                number
            }
        }
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: u32) -> &str {
        let at = number as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// How many different texts were seen.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The rank of every number in the byte order of the texts.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..).take(self.len()).collect();
        order.par_sort_unstable_by(|&a, &b| self.text(a).cmp(self.text(b)));
        let mut ranks = vec![0; order.len()];
        for (rank, number) in (0..).zip(order) {
            ranks[number as usize] = rank;
        }
        ranks
    }

    /// The slot that holds `text` (its number), or the free one where it belongs.
    fn slot(&self, text: &str) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash(text) & mask;
        loop {
            match self.slots[at] {
                None => return Err(at),
                Some(number) if self.text(number.get() - 1) == text => {
                    return Ok(number.get() - 1);
                }
                Some(_) => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.slots = vec![None; (self.slots.len() * 2).max(16)];
        for number in (0..).take(self.len()) {
            if let Err(slot) = self.slot(self.text(number)) {
                self.slots[slot] = NonZeroU32::new(number + 1);
            }
        }
    }
}

/// A hash with a fixed key: the same on every run.
#[expect(clippy::cast_possible_truncation, reason = "only the low bits are used")]
fn hash(text: &str) -> usize {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish() as usize
}

#[cfg(test)]
mod tests {
    use super::Interner;

    #[test]
    fn numbers_are_stable_and_ranks_follow_the_bytes() {
        let mut names = Interner::default();
        let texts: Vec<String> = (0..1000).map(|i| format!("c{}", i * 7 % 1000)).collect();
        let first: Vec<u32> = texts.iter().map(|t| names.number(t)).collect();
        let again: Vec<u32> = texts.iter().map(|t| names.number(t)).collect();
        assert_eq!(first, again);
        assert_eq!(names.len(), 1000);
        let ranks = names.ranks();
        let mut sorted = texts.clone();
        sorted.sort();
        for text in &texts {
            let rank = ranks[names.number(text) as usize] as usize;
            assert_eq!(&sorted[rank], text);
        }
    }
}
