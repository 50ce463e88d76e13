//! The physical record of every row, as runs of consecutive numbers: a file without gaps needs one.

/// Row numbers of rows, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    /// First row of each run, and its number.
    runs: Vec<(usize, u64)>,
    len: usize,
}

impl Records {
    /// Consecutive rows from this number on.
    pub(crate) fn run(first: u64, len: usize) -> Self {
        let runs = if len == 0 { Vec::new() } else { vec![(0, first)] };
        Self { runs, len }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds the number of the next row.
    pub(crate) fn push(&mut self, number: u64) {
        let follows =
            self.runs.last().is_some_and(|&(at, first)| first + (self.len - at) as u64 == number);
        if !follows {
            self.runs.push((self.len, number));
        }
        self.len += 1;
    }

    /// Adds the numbers of other rows.
    pub(crate) fn extend(&mut self, other: &Self) {
        for (i, &(at, first)) in other.runs.iter().enumerate() {
            let past = other.runs.get(i + 1).map_or(other.len, |next| next.0);
            self.push(first);
            self.len += past - at - 1;
        }
    }

    /// The number of a row.
    pub(crate) fn at(&self, row: usize) -> u64 {
        let run = self.runs.partition_point(|&(at, _)| at <= row).saturating_sub(1);
        self.runs.get(run).map_or(0, |&(at, first)| first + (row - at) as u64)
    }
}

impl FromIterator<u64> for Records {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut records = Self::default();
        numbers.into_iter().for_each(|number| records.push(number));
        records
    }
}

#[cfg(test)]
mod tests {
    use super::Records;

    #[test]
    fn runs_give_back_every_number() {
        let numbers = [5, 6, 7, 9, 10, 2, 3, 3, 4];
        let (first, second): (Records, Records) =
            (numbers[..4].iter().copied().collect(), numbers[4..].iter().copied().collect());
        let mut all = first;
        all.extend(&second);
        assert_eq!(all.len(), numbers.len());
        let back: Vec<u64> = (0..all.len()).map(|row| all.at(row)).collect();
        assert_eq!(back, numbers);
        assert_eq!(all.runs.len(), 4);
    }
}
