//! The random generator: small, named, the same everywhere.

use std::f64::consts::TAU;

/// A stream of random numbers that is a pure function of (seed, purpose, index).
///
/// xoshiro256++, its 256 bits of state filled by splitmix64 from a hash of the name. Streams of different names are for all practical
/// purposes independent: two overlap in n numbers with a probability of about n/2²⁵⁵. The logarithm and the cosine behind
/// [`Generator::normal`] come from `libm`, so that every platform draws the same bits.
///
/// # Source
/// `[@blackman2021]`, `[@steele2014]`. Checked against the recurrences written down anew in R, on 16-bit limbs:
/// `golden/stats/resample.R`.
///
/// # Examples
/// ```
/// use dyad_stats::resample::Generator;
///
/// let mut die = Generator::new(1, "a die", 0);
/// let throws: Vec<u64> = (0..3).map(|_| 1 + die.below(6)).collect();
/// assert!(throws.iter().all(|throw| (1..=6).contains(throw)));
/// ```
#[derive(Clone, Debug)]
pub struct Generator {
    state: [u64; 4],
}

impl Generator {
    /// The generator of this name. `purpose` says what the numbers are for ("bootstrap of early/A/Y/pearson"); `index` counts the
    /// replicates of one purpose.
    #[must_use]
    pub fn new(seed: u64, purpose: &str, index: u64) -> Self {
        // Each part passes the mixer before the next is added, and the length is a part, so that no two names run together.
        let mut key = mix(seed);
        key = mix(key ^ purpose.len() as u64);
        for bytes in purpose.as_bytes().chunks(8) {
            let word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            key = mix(key ^ word);
        }
        key = mix(key ^ index);
        let mut state = [0; 4];
        for word in &mut state {
            *word = mix(key);
            key = key.wrapping_add(STEP);
        }
        Self { state }
    }

    /// The next 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let out = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }

    /// A whole number from 0 to n − 1, each with the same probability; 0 if n is 0.
    ///
    /// The high word of bits·n; the few products that would favour some numbers are drawn again.
    ///
    /// # Source
    /// `[@lemire2019]`.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        loop {
            let product = u128::from(self.bits()) * u128::from(n);
            #[expect(clippy::cast_possible_truncation, reason = "the two words of the product")]
            let (high, low) = ((product >> 64) as u64, product as u64);
            // 2⁶⁴ mod n, looked at only where it can matter: it is less than n.
            if low >= n || low >= n.wrapping_neg().checked_rem(n).unwrap_or(0) {
                return high;
            }
        }
    }

    /// Draws different whole numbers below n that pass, in the order of the draws. It ends after n draws, so that it ends where few pass.
    pub fn different(
        &mut self,
        n: usize,
        passes: impl Fn(usize) -> bool,
    ) -> impl Iterator<Item = usize> {
        let mut drawn = Vec::new();
        (0..n).filter_map(move |_| {
            let one = usize::try_from(self.below(n as u64)).unwrap_or(0);
            let is_new = !drawn.contains(&one) && passes(one);
            drawn.extend(is_new.then_some(one));
            is_new.then_some(one)
        })
    }

    /// Counts how often each of n is drawn in n draws with replacement, n the length of `times`.
    ///
    /// As [`Generator::below`], but on 32 bits: each number serves two draws, its high half first. In a bootstrap the draws are most of
    /// the work. More than 2³² − 1 are drawn one by one.
    ///
    /// # Source
    /// `[@lemire2019]`.
    pub fn tally(&mut self, times: &mut [u32]) {
        times.fill(0);
        let Ok(n) = u32::try_from(times.len()) else {
            for _ in 0..times.len() {
                let drawn = usize::try_from(self.below(times.len() as u64));
                if let Some(count) = drawn.ok().and_then(|k| times.get_mut(k)) {
                    *count += 1;
                }
            }
            return;
        };
        // 2³² mod n: products whose low word is below it would favour some numbers.
        let favoured = u64::from(n.wrapping_neg().checked_rem(n).unwrap_or(0));
        let low = |product: u64| product & 0xFFFF_FFFF;
        let mut count = |product: u64| {
            // The high word: below n, which is an index already.
            if let Some(count) = usize::try_from(product >> 32).ok().and_then(|k| times.get_mut(k))
            {
                *count += 1;
            }
        };
        let mut left = n;
        while left > 0 {
            let bits = self.bits();
            let products = [bits >> 32, bits & 0xFFFF_FFFF].map(|half| half * u64::from(n));
            // Nearly always both are fair and both are needed: one question for the two.
            if low(products[0]).min(low(products[1])) >= favoured && left > 1 {
                products.into_iter().for_each(&mut count);
                left -= 2;
                continue;
            }
            for product in products {
                if low(product) >= favoured && left > 0 {
                    count(product);
                    left -= 1;
                }
            }
        }
    }

    /// A number from 0 (included) to 1 (not included), a multiple of 2⁻⁵³.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A standard normal number.
    ///
    /// √(−2 ln(1 − u))·cos(2πv).
    ///
    /// # Source
    /// `[@box1958]`.
    pub fn normal(&mut self) -> f64 {
        // 1 − u lies in (0, 1]: the logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        radius * libm::cos(TAU * self.uniform())
    }

    /// Puts values into an order in which every order has the same probability.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            let other = self.below(last as u64 + 1);
            // `other` is at most `last`, which is an index already.
            values.swap(last, usize::try_from(other).unwrap_or(last));
        }
    }
}

/// What splitmix64 adds from one number to the next.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// One step of splitmix64.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_run_together() {
        let first = |purpose: &str, index| Generator::new(7, purpose, index).bits();
        let all = [
            first("", 0),
            first("", 1),
            first("a", 0),
            first("a\0", 0),
            first("bootstrap", 1),
            first("bootstrap of r", 1),
            Generator::new(8, "a", 0).bits(),
        ];
        for (k, one) in all.iter().enumerate() {
            assert!(!all[..k].contains(one));
        }
    }

    #[test]
    fn every_face_of_a_die_is_as_likely() {
        let mut die = Generator::new(1, "die", 0);
        let mut faces = [0_u32; 7];
        for _ in 0..70_000 {
            faces[usize::try_from(die.below(7)).unwrap()] += 1;
        }
        // χ²(6) above 33 has a probability of 1e-5.
        let chi2: f64 = faces.iter().map(|&f| (f64::from(f) - 1e4).powi(2) / 1e4).sum();
        assert!(chi2 < 33.0, "{faces:?}");
        assert_eq!((die.below(1), die.below(0)), (0, 0));
    }

    #[test]
    fn nobody_is_drawn_twice_and_an_end_comes() {
        let mut generator = Generator::new(4, "lines", 0);
        let drawn = generator.different(50, |one| one % 2 == 1).take(6);
        let mut drawn: Vec<usize> = drawn.collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert!(drawn.len() == 6 && drawn.iter().all(|one| *one < 50 && one % 2 == 1), "{drawn:?}");
        assert_eq!(generator.different(50, |_| false).count(), 0);
    }

    #[test]
    fn numbers_above_half_the_range_are_not_favoured() {
        // A plain remainder would give the lower half of 0 … 3·2⁶² twice as often.
        let (mut generator, n) = (Generator::new(2, "range", 0), 3_u64 << 62);
        let third = (0..30_000).filter(|_| generator.below(n) < n / 3).count();
        assert!(third.abs_diff(10_000) < 400, "{third}");
    }

    #[test]
    fn every_one_is_drawn_as_often() {
        let (mut generator, mut sums) = (Generator::new(6, "tally", 0), [0_u32; 7]);
        let mut times = [0; 7];
        for _ in 0..10_000 {
            generator.tally(&mut times);
            assert_eq!(times.iter().sum::<u32>(), 7);
            sums.iter_mut().zip(times).for_each(|(sum, k)| *sum += k);
        }
        // χ²(6) above 33 has a probability of 1e-5.
        let chi2: f64 = sums.iter().map(|&k| (f64::from(k) - 1e4).powi(2) / 1e4).sum();
        assert!(chi2 < 33.0, "{sums:?}");
        generator.tally(&mut []);
    }

    #[test]
    fn normal_numbers_have_the_moments_of_the_normal() {
        let mut generator = Generator::new(3, "normal", 0);
        let n = 200_000;
        let (mut m1, mut m2, mut m4) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let z = generator.normal();
            m1 += z;
            m2 += z * z;
            m4 += z.powi(4);
        }
        let n = f64::from(n);
        // Five standard errors each: 1/√n, √2/√n, √96/√n.
        assert!((m1 / n).abs() < 5.0 / n.sqrt());
        assert!((m2 / n - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
        assert!((m4 / n - 3.0).abs() < 5.0 * (96.0 / n).sqrt());
    }

    #[test]
    fn every_order_is_as_likely() {
        let mut generator = Generator::new(4, "orders", 0);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            let mut cards = [0, 1, 2, 3];
            generator.shuffle(&mut cards);
            *counts.entry(cards).or_insert(0_u32) += 1;
        }
        let chi2: f64 = counts.values().map(|&c| (f64::from(c) - 1e3).powi(2) / 1e3).sum();
        assert_eq!(counts.len(), 24);
        // χ²(23) above 64 has a probability of 1e-5.
        assert!(chi2 < 64.0, "{counts:?}");
    }
}
