//! Ratings at the sessions of a window: who gave all of them, and how far one stands out from a client's others.

use crate::moments::Moments;

/// Ratings of clients at the sessions of a window, client after client; a missing one stays missing.
#[derive(Clone, Debug)]
pub struct Occasions {
    first: i64,
    width: usize,
    ratings: Vec<Option<f64>>,
}

impl Occasions {
    /// No client yet, in a window of these session numbers.
    #[must_use]
    pub fn of_window([first, last]: [i64; 2]) -> Self {
        let width = usize::try_from(last.saturating_sub(first)).unwrap_or(0) + 1;
        Self { first, width, ratings: Vec::new() }
    }

    /// How many sessions the window has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The position of a session in the window; for one outside, beyond all of them.
    #[must_use]
    pub fn position(&self, session: i64) -> usize {
        usize::try_from(session.saturating_sub(self.first)).unwrap_or(usize::MAX)
    }

    /// Adds the next client: session numbers with what was rated there. A session outside the window is left out.
    pub fn push(&mut self, rated: impl IntoIterator<Item = (i64, f64)>) {
        let start = self.ratings.len();
        self.ratings.resize(start + self.width, None);
        for (session, rating) in rated {
            let position = self.position(session);
            if let Some(slot) = self.ratings[start..].get_mut(position) {
                *slot = Some(rating);
            }
        }
    }

    fn clients(&self) -> impl Iterator<Item = &[Option<f64>]> {
        self.ratings.chunks_exact(self.width)
    }

    /// The clients, by position, who gave every rating, and their ratings row after row.
    #[must_use]
    pub fn complete(&self) -> (Vec<usize>, Vec<f64>) {
        let (mut clients, mut ratings) = (Vec::new(), Vec::new());
        for (client, row) in self.clients().enumerate().filter(|(_, row)| !row.contains(&None)) {
            clients.push(client);
            ratings.extend(row.iter().flatten());
        }
        (clients, ratings)
    }

    /// The moments of each occasion: of all ratings, and of those of clients who gave every rating.
    #[must_use]
    pub fn moments(&self) -> Vec<[Moments; 2]> {
        let mut moments = vec![[Moments::new(), Moments::new()]; self.width];
        for row in self.clients() {
            let is_complete = !row.contains(&None);
            for ([all, complete], rating) in moments.iter_mut().zip(row) {
                let Some(rating) = *rating else { continue };
                all.push(rating);
                if is_complete {
                    complete.push(rating);
                }
            }
        }
        moments
    }

    /// How far one session stands out: of every client who rated it and another one, the position and the rating less the mean of the
    /// client's others.
    ///
    /// # Missing values
    /// The mean is that of the ratings there are; clients without both are left out.
    ///
    /// # Source
    /// Arithmetic. Checked against R: `tests/golden/_early_peak.R`, `contrast_3_available`.
    #[must_use]
    pub fn contrasts(&self, session: i64) -> (Vec<usize>, Vec<f64>) {
        let occasion = self.position(session);
        let one = |(client, row): (usize, &[Option<f64>])| {
            let mut others = Moments::new();
            let others_at = row.iter().enumerate().filter(|(at, _)| *at != occasion);
            others_at.filter_map(|(_, rating)| *rating).for_each(|rating| others.push(rating));
            Some((client, row.get(occasion).copied()?? - others.mean().ok()?))
        };
        self.clients().enumerate().filter_map(one).unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lacks_a_rating_is_not_complete() {
        let mut ratings = Occasions::of_window([2, 4]);
        ratings.push([(1, 9.0), (2, 2.0), (3, 5.0), (4, 4.0)]);
        ratings.push([(3, 6.0), (4, 3.0), (7, 1.0)]);
        ratings.push([(2, 1.0), (4, 2.0)]);
        ratings.push([(3, 4.0)]);
        assert_eq!(ratings.complete(), (vec![0], vec![2.0, 5.0, 4.0]));
        assert_eq!(ratings.contrasts(3), (vec![0, 1], vec![2.0, 3.0]));
        let [all, complete] = &ratings.moments()[1];
        assert_eq!((all.n(), complete.n()), (3, 1));
        assert!(all.mean().is_ok_and(|mean| (mean - 5.0).abs() < 1e-12));
    }
}
