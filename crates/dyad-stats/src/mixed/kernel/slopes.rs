//! The walk over the clusters of an outer cluster where a slope is random: two rows per cluster, and most of an evaluation.

use super::groups::Part;
use super::pair::Absorbed;

/// Adds to `a` the kept sums TM of every part, and to `da` (three matrices, or one, or none) −P·dΣ·TM. `false` for a width that has
/// no loop of its own; nothing is added then.
pub(super) fn walk(
    (parts, sums): (&[Part], &[f64]),
    absorbed: &[Absorbed],
    width: usize,
    a: &mut [f64],
    da: &mut [f64],
) -> bool {
    match width {
        3 => fixed::<3>(parts, sums, absorbed, a, da),
        4 => fixed::<4>(parts, sums, absorbed, a, da),
        5 => fixed::<5>(parts, sums, absorbed, a, da),
        6 => fixed::<6>(parts, sums, absorbed, a, da),
        7 => fixed::<7>(parts, sums, absorbed, a, da),
        8 => fixed::<8>(parts, sums, absorbed, a, da),
        9 => fixed::<9>(parts, sums, absorbed, a, da),
        _ => return false,
    }
    true
}

/// A number of columns that the compiler knows: its loops are unrolled.
fn fixed<const Q: usize>(
    parts: &[Part],
    sums: &[f64],
    absorbed: &[Absorbed],
    a: &mut [f64],
    da: &mut [f64],
) {
    let (sums, _) = sums.as_chunks::<Q>();
    let mut into = [[0.0; Q]; 2];
    let mut slopes = [[[0.0; Q]; 2]; 3];
    let elements = da.len() / (2 * Q);
    for (part, sum) in parts.iter().zip(sums.chunks_exact(2)) {
        let own = &absorbed[part.pattern as usize];
        let (t, [p, r, s]) = (own.kept, own.cross);
        let (mut first, mut second) = ([0.0; Q], [0.0; Q]);
        for k in 0..Q {
            first[k] = t[0] * sum[0][k] + t[1] * sum[1][k];
            second[k] = t[2] * sum[0][k] + t[3] * sum[1][k];
            into[0][k] += first[k];
            into[1][k] += second[k];
        }
        if elements > 0 {
            for k in 0..Q {
                slopes[0][0][k] -= p * first[k];
                slopes[0][1][k] -= r * first[k];
            }
        }
        if elements > 1 {
            for k in 0..Q {
                slopes[1][0][k] -= r * first[k] + p * second[k];
                slopes[1][1][k] -= s * first[k] + r * second[k];
                slopes[2][0][k] -= r * second[k];
                slopes[2][1][k] -= s * second[k];
            }
        }
    }
    let all = slopes.as_flattened().as_flattened();
    a.iter_mut().zip(into.as_flattened()).for_each(|(a, own)| *a += own);
    da.iter_mut().zip(all).for_each(|(da, own)| *da += own);
}
