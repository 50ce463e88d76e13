//! Clusters that enter the likelihood alike, summed: its cost is then that of the distinct patterns.

use super::pair::Symmetric;
use super::rows::{Rows, add_square};

/// Clusters with the same Z'Z: of one size, or, with a slope, also seen at the same occasions.
pub(super) struct Pattern {
    /// Z'Z.
    pub(super) cross: Symmetric,
    pub(super) clusters: f64,
    /// Σ M_a'M_b over them for (a, b) = (0, 0), and with a slope (0, 1) and (1, 1); lower triangles.
    pub(super) squares: Vec<f64>,
}

/// The clusters of one pattern within one outer cluster.
pub(super) struct Part {
    pub(super) pattern: u32,
    pub(super) clusters: f64,
}

/// Every outer cluster as the patterns it holds; contiguous, because an evaluation walks all of it.
#[derive(Default)]
pub(super) struct Outer {
    /// One past the last part of each outer cluster.
    pub(super) ends: Vec<usize>,
    pub(super) parts: Vec<Part>,
    /// Per part Σ M over its clusters.
    pub(super) sums: Vec<f64>,
}

/// Every cluster in its pattern, and every outer cluster as the patterns it holds.
pub(super) fn group(rows: &Rows) -> (Vec<Pattern>, Outer) {
    let (q, r) = (rows.width(), rows.effects());
    let cross_of = |cluster: usize| -> Symmetric {
        let size = f64::from(rows.sizes[cluster]);
        rows.slope.as_ref().map_or([size, 0.0, 0.0], |slope| {
            let m = &rows.sums[cluster * r * q..(cluster + 1) * r * q];
            [size, m[slope.at], m[q + slope.at]]
        })
    };
    let pairs = if r == 1 { 1 } else { 3 };
    let new = |cross| Pattern { cross, clusters: 0.0, squares: vec![0.0; pairs * q * q] };
    let mut pattern_of = vec![0_u32; rows.sizes.len()];
    let mut patterns: Vec<Pattern> = Vec::new();
    if r == 1 {
        // Without a slope the size says it all, and sizes are few: counted, not sorted.
        let largest = rows.sizes.iter().copied().max().unwrap_or(0) as usize;
        let mut of_size = vec![None; largest + 1];
        rows.sizes.iter().for_each(|&size| of_size[size as usize] = Some(0));
        for (size, pattern) in of_size.iter_mut().enumerate().filter(|(_, p)| p.is_some()) {
            *pattern = u32::try_from(patterns.len()).ok();
            patterns.push(new([size as f64, 0.0, 0.0]));
        }
        for (pattern, &size) in pattern_of.iter_mut().zip(&rows.sizes) {
            *pattern = of_size[size as usize].unwrap_or(0);
        }
    } else {
        let key = |cluster: usize| cross_of(cluster).map(|v| v + 0.0).map(f64::to_bits);
        let mut order: Vec<usize> = (0..rows.sizes.len()).collect();
        order.sort_by_key(|&cluster| key(cluster));
        let mut last = None;
        for &cluster in &order {
            let this = key(cluster);
            if last != Some(this) {
                last = Some(this);
                patterns.push(new(cross_of(cluster)));
            }
            pattern_of[cluster] = u32::try_from(patterns.len() - 1).unwrap_or(u32::MAX);
        }
    }
    // In the order of the rows, so that the sums do not depend on the sort.
    for (cluster, m) in rows.sums.chunks_exact(r * q).enumerate() {
        let pattern = &mut patterns[pattern_of[cluster] as usize];
        pattern.clusters += 1.0;
        add_squares(&mut pattern.squares, m, q, r);
    }
    let outer = if rows.nested { parts(rows, &pattern_of) } else { Outer::default() };
    (patterns, outer)
}

fn add_squares(squares: &mut [f64], m: &[f64], q: usize, r: usize) {
    if r == 1 {
        add_square(squares, m);
        return;
    }
    let (first, second) = m.split_at(q);
    for row in 0..q {
        for column in 0..=row {
            let at = row * q + column;
            squares[at] += first[row] * first[column];
            // Symmetrised: only M_0'M_1 + M_1'M_0 is ever used.
            squares[q * q + at] += first[row] * second[column] + second[row] * first[column];
            squares[2 * q * q + at] += second[row] * second[column];
        }
    }
}

fn parts(rows: &Rows, pattern_of: &[u32]) -> Outer {
    let width = rows.width() * rows.effects();
    let ends = rows.outer.iter().skip(1).copied().chain([rows.sizes.len()]);
    let mut outer = Outer::default();
    let mut patterns: Vec<u32> = Vec::new();
    for (first, end) in rows.outer.iter().copied().zip(ends) {
        // The patterns of this outer cluster, ascending: few, or as many as it has clusters.
        patterns.clear();
        patterns.extend(&pattern_of[first..end]);
        patterns.sort_unstable();
        patterns.dedup();
        let from = outer.parts.len();
        outer.parts.extend(patterns.iter().map(|&pattern| Part { pattern, clusters: 0.0 }));
        outer.sums.resize(outer.parts.len() * width, 0.0);
        for cluster in first..end {
            // Found by its place: the sums are then in the order of the rows.
            let Ok(place) = patterns.binary_search(&pattern_of[cluster]) else { continue };
            let part = from + place;
            let m = &rows.sums[cluster * width..(cluster + 1) * width];
            let into = &mut outer.sums[part * width..(part + 1) * width];
            into.iter_mut().zip(m).for_each(|(a, s)| *a += s);
            outer.parts[part].clusters += 1.0;
        }
        outer.ends.push(outer.parts.len());
    }
    outer
}
