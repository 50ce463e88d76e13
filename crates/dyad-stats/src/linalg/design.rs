//! Passes over a design: few columns, many rows, row after row in memory.

/// Widths for which a pass is compiled on its own, its inner loops unrolled and its sums in registers.
const WIDEST: usize = 8;

/// One pass over the rows of a design.
pub(crate) trait Pass {
    /// What the pass gives.
    type Given;
    /// Walks rows of [`width`]`::<P>(any)` columns.
    fn over<const P: usize>(self, any: usize) -> Self::Given;
}

/// The width of a row: known to the compiler, unless P is 0.
#[inline]
pub(crate) fn width<const P: usize>(any: usize) -> usize {
    if P == 0 { any } else { P }
}

/// Walks a design of any width, those up to [`WIDEST`] by code of their own.
pub(crate) fn with_width<T: Pass>(width: usize, pass: T) -> T::Given {
    match width {
        1 => pass.over::<1>(width),
        2 => pass.over::<2>(width),
        3 => pass.over::<3>(width),
        4 => pass.over::<4>(width),
        5 => pass.over::<5>(width),
        6 => pass.over::<6>(width),
        7 => pass.over::<7>(width),
        8 => pass.over::<8>(width),
        _ => pass.over::<0>(width),
    }
}

/// Running sums of a pass: in an array where the width has code of its own, so that the compiler can keep them in registers.
pub(crate) struct Sums<const N: usize> {
    array: [f64; N],
    more: Vec<f64>,
}

/// As many sums as a row has columns.
pub(crate) type RowSums = Sums<WIDEST>;
/// One sum per pair of columns.
pub(crate) type SquareSums = Sums<{ WIDEST * WIDEST }>;

impl<const N: usize> Sums<N> {
    #[inline]
    pub(crate) fn new(size: usize) -> Self {
        Self { array: [0.0; N], more: if size > N { vec![0.0; size] } else { Vec::new() } }
    }

    #[inline]
    pub(crate) fn of(&mut self, size: usize) -> &mut [f64] {
        if size > N { &mut self.more } else { &mut self.array[..size] }
    }
}

/// X'X, both triangles.
pub(crate) fn gram(design: &[f64], columns: usize) -> Vec<f64> {
    struct Gram<'a>(&'a [f64]);
    impl Pass for Gram<'_> {
        type Given = Vec<f64>;
        fn over<const P: usize>(self, any: usize) -> Vec<f64> {
            let p = width::<P>(any);
            let mut sums = SquareSums::new(p * p);
            let sums = sums.of(p * p);
            for x in self.0.chunks_exact(p) {
                add_square(sums, x, 1.0, p);
            }
            mirror(sums, p);
            sums.to_vec()
        }
    }
    with_width(columns, Gram(design))
}

/// Adds weight·xx' to the lower triangle.
#[inline]
pub(crate) fn add_square(lower: &mut [f64], x: &[f64], weight: f64, p: usize) {
    for i in 0..p {
        let weighted = weight * x[i];
        for j in 0..=i {
            lower[i * p + j] += weighted * x[j];
        }
    }
}

/// Copies the lower triangle into the upper one.
pub(crate) fn mirror(square: &mut [f64], p: usize) {
    for i in 0..p {
        for j in 0..i {
            square[j * p + i] = square[i * p + j];
        }
    }
}

/// X'v.
pub(crate) fn transposed_times(design: &[f64], v: &[f64], columns: usize) -> Vec<f64> {
    struct Product<'a>(&'a [f64], &'a [f64]);
    impl Pass for Product<'_> {
        type Given = Vec<f64>;
        fn over<const P: usize>(self, any: usize) -> Vec<f64> {
            let p = width::<P>(any);
            let mut sums = RowSums::new(p);
            let sums = sums.of(p);
            for (x, v) in self.0.chunks_exact(p).zip(self.1) {
                for k in 0..p {
                    sums[k] += x[k] * v;
                }
            }
            sums.to_vec()
        }
    }
    with_width(columns, Product(design, v))
}

/// Hands every row's x'b to `each`, with the place where it belongs.
pub(crate) fn each_product<T>(
    design: &[f64],
    b: &[f64],
    into: &mut [T],
    each: impl FnMut(&mut T, f64),
) {
    struct Products<'a, T, F>(&'a [f64], &'a [f64], &'a mut [T], F);
    impl<T, F: FnMut(&mut T, f64)> Pass for Products<'_, T, F> {
        type Given = ();
        fn over<const P: usize>(mut self, any: usize) {
            let p = width::<P>(any);
            let b = &self.1[..p];
            for (x, into) in self.0.chunks_exact(p).zip(self.2) {
                (self.3)(into, dot(x, b, p));
            }
        }
    }
    with_width(b.len(), Products(design, b, into, each));
}

/// x'b of two rows of one width.
#[inline]
pub(crate) fn dot(x: &[f64], b: &[f64], p: usize) -> f64 {
    let mut sum = 0.0;
    for k in 0..p {
        sum += x[k] * b[k];
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_sums_the_same() {
        for p in [1, 2, 5, 8, 9, 12] {
            let design: Vec<f64> = (0_u32..).take(7 * p).map(|i| f64::from(i * 7 % 11)).collect();
            let v = [1.0, -2.0, 0.5, 3.0, 0.0, 1.5, -1.0];
            let column = |k: usize| (0..7).map(move |row| row * p + k);
            let by_hand = |i: usize, j: usize| -> f64 {
                column(i).zip(column(j)).map(|(a, b)| design[a] * design[b]).sum()
            };
            let square: Vec<f64> = (0..p * p).map(|at| by_hand(at / p, at % p)).collect();
            assert_eq!(gram(&design, p), square);
            let product: Vec<f64> =
                (0..p).map(|k| column(k).zip(v).map(|(a, v)| design[a] * v).sum()).collect();
            assert_eq!(transposed_times(&design, &v, p), product);
            let b: Vec<f64> = (0_u32..).take(p).map(f64::from).collect();
            let mut fitted = [1.0; 7];
            each_product(&design, &b, &mut fitted, |into, value| *into -= value);
            for (row, fitted) in fitted.iter().enumerate() {
                let value: f64 = (0..p).map(|k| design[row * p + k] * b[k]).sum();
                assert!((fitted - (1.0 - value)).abs() < 1e-9);
            }
        }
    }
}
