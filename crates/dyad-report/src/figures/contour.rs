//! The geometry of a surface given on a grid: values between its points, contour lines, and the hull of points.

use dyad_model::figure::ResponseSurface;

/// The surface between its grid points, bilinear; outside the grid the value at its edge.
pub(super) fn at(plot: &ResponseSurface, [x, y]: [f64; 2]) -> f64 {
    let ((i, s), (j, t)) = (place(&plot.xs, x), place(&plot.ys, y));
    let z = |row: usize, column: usize| plot.predicted[row][column];
    let below = z(j, i) + s * (z(j, i + 1) - z(j, i));
    let above = z(j + 1, i) + s * (z(j + 1, i + 1) - z(j + 1, i));
    below + t * (above - below)
}

/// The interval of the grid a value is in, and how far along, 0 to 1.
fn place(grid: &[f64], value: f64) -> (usize, f64) {
    let index = grid.partition_point(|&g| g <= value).clamp(1, grid.len() - 1) - 1;
    let share = (value - grid[index]) / (grid[index + 1] - grid[index]);
    (index, share.clamp(0.0, 1.0))
}

/// The line where the surface has this height, as segments (marching triangles: each cell is cut along its diagonal).
pub(super) fn segments(plot: &ResponseSurface, level: f64) -> Vec<[[f64; 2]; 2]> {
    let mut found = Vec::new();
    for j in 0..plot.ys.len() - 1 {
        for i in 0..plot.xs.len() - 1 {
            let corner = |di: usize, dj: usize| {
                [plot.xs[i + di], plot.ys[j + dj], plot.predicted[j + dj][i + di]]
            };
            let (a, b, c, d) = (corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1));
            found.extend(triangle([a, b, c], level));
            found.extend(triangle([a, c, d], level));
        }
    }
    found
}

fn triangle(corners: [[f64; 3]; 3], level: f64) -> Option<[[f64; 2]; 2]> {
    let [a, b, c] = corners;
    let mut cuts = [[a, b], [b, c], [c, a]].into_iter().filter_map(|[from, to]| {
        // Half open, so that a corner on the line belongs to one edge only.
        let crosses = (from[2] < level) != (to[2] < level);
        crosses.then(|| {
            let share = (level - from[2]) / (to[2] - from[2]);
            [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]
        })
    });
    Some([cuts.next()?, cuts.next()?])
}

/// The convex hull, counter-clockwise (Andrew's monotone chain); fewer than three corners if the points lie on a line.
pub(super) fn hull(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    sorted.dedup();
    let half = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut chain: Vec<[f64; 2]> = Vec::new();
        for p in points {
            while let [.., a, b] = chain[..]
                && (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) <= 0.0
            {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut sorted.iter().copied());
    hull.extend(half(&mut sorted.iter().rev().copied()));
    hull
}

#[cfg(test)]
mod tests {
    use dyad_model::figure::Axis;

    use super::*;

    /// z = x + 2y, which straight pieces follow exactly.
    fn plane() -> ResponseSurface {
        let (xs, ys): (Vec<f64>, Vec<f64>) = (vec![0.0, 1.0, 3.0], vec![0.0, 2.0]);
        let predicted = ys.iter().map(|y| xs.iter().map(|x| x + 2.0 * y).collect()).collect();
        ResponseSurface {
            x: Axis::new("x"),
            y: Axis::new("y"),
            z: Axis::new("z"),
            xs,
            ys,
            predicted,
            points: Vec::new(),
            bins: Vec::new(),
            congruence: false,
            annotation: String::new(),
        }
    }

    #[test]
    fn between_grid_points_a_plane_is_itself_and_its_contours_have_its_height() {
        let plane = plane();
        for p in [[0.5, 0.5], [2.0, 1.5], [3.0, 2.0], [0.0, 0.0]] {
            assert!((at(&plane, p) - (p[0] + 2.0 * p[1])).abs() < 1e-12);
        }
        let line = segments(&plane, 2.5);
        assert!(!line.is_empty());
        for [x, y] in line.into_iter().flatten() {
            assert!((x + 2.0 * y - 2.5).abs() < 1e-12);
        }
        assert!(segments(&plane, 100.0).is_empty());
    }

    #[test]
    fn the_hull_has_the_outer_points_only() {
        let points = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [2.0, 2.0], [2.0, 0.0]];
        assert_eq!(hull(&points), [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]]);
        assert!(hull(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]).len() < 3);
    }
}
