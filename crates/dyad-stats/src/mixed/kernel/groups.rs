//! Clusters that enter the likelihood alike, summed: its cost is then that of the distinct patterns.

use super::pair::Symmetric;
use super::rows::Rows;

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
    pub(super) pattern: usize,
    pub(super) clusters: f64,
    /// Σ M over them.
    pub(super) sum: Vec<f64>,
}

/// Every cluster in its pattern, and every outer cluster as the patterns it holds.
pub(super) fn group(rows: &Rows) -> (Vec<Pattern>, Vec<Vec<Part>>) {
    let (q, r) = (rows.width(), rows.effects());
    let cross_of = |cluster: usize| -> Symmetric {
        let size = f64::from(rows.sizes[cluster]);
        rows.slope.as_ref().map_or([size, 0.0, 0.0], |slope| {
            let m = &rows.sums[cluster * r * q..(cluster + 1) * r * q];
            [size, m[slope.at], m[q + slope.at]]
        })
    };
    let mut order: Vec<usize> = (0..rows.sizes.len()).collect();
    let key = |cluster: usize| cross_of(cluster).map(|v| v + 0.0).map(f64::to_bits);
    order.sort_by_key(|&cluster| key(cluster));

    let mut pattern_of = vec![0_usize; order.len()];
    let mut patterns: Vec<Pattern> = Vec::new();
    let mut last = None;
    for &cluster in &order {
        let this = key(cluster);
        if last != Some(this) {
            last = Some(this);
            let pairs = if r == 1 { 1 } else { 3 };
            patterns.push(Pattern {
                cross: cross_of(cluster),
                clusters: 0.0,
                squares: vec![0.0; pairs * q * q],
            });
        }
        pattern_of[cluster] = patterns.len() - 1;
    }
    // In the order of the rows, so that the sums do not depend on the sort.
    for (cluster, m) in rows.sums.chunks_exact(r * q).enumerate() {
        let pattern = &mut patterns[pattern_of[cluster]];
        pattern.clusters += 1.0;
        add_squares(&mut pattern.squares, m, q, r);
    }
    let outer = if rows.nested { parts(rows, &pattern_of) } else { Vec::new() };
    (patterns, outer)
}

fn add_squares(squares: &mut [f64], m: &[f64], q: usize, r: usize) {
    let (first, second) = m.split_at(q);
    for row in 0..q {
        for column in 0..=row {
            let at = row * q + column;
            squares[at] += first[row] * first[column];
            if r == 2 {
                // Symmetrised: only M_0'M_1 + M_1'M_0 is ever used.
                squares[q * q + at] += first[row] * second[column] + second[row] * first[column];
                squares[2 * q * q + at] += second[row] * second[column];
            }
        }
    }
}

fn parts(rows: &Rows, pattern_of: &[usize]) -> Vec<Vec<Part>> {
    let width = rows.width() * rows.effects();
    let ends = rows.outer.iter().skip(1).copied().chain([rows.sizes.len()]);
    let mut order: Vec<usize> = Vec::new();
    rows.outer
        .iter()
        .copied()
        .zip(ends)
        .map(|(first, end)| {
            order.clear();
            order.extend(first..end);
            order.sort_by_key(|&cluster| pattern_of[cluster]);
            let mut parts: Vec<Part> = Vec::new();
            for &cluster in &order {
                let pattern = pattern_of[cluster];
                if parts.last().is_none_or(|part| part.pattern != pattern) {
                    parts.push(Part { pattern, clusters: 0.0, sum: vec![0.0; width] });
                }
                let m = &rows.sums[cluster * width..(cluster + 1) * width];
                if let Some(part) = parts.last_mut() {
                    part.clusters += 1.0;
                    part.sum.iter_mut().zip(m).for_each(|(a, s)| *a += s);
                }
            }
            parts
        })
        .collect()
}
