//! Cutting at the edges of a panel. plotters would move what lies outside to the edge, without a word.

/// A rectangle in data coordinates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Left and right.
    pub(crate) x: [f64; 2],
    /// Bottom and top.
    pub(crate) y: [f64; 2],
}

impl Window {
    /// Whether the point lies in it, edges included.
    pub(crate) fn contains(&self, [x, y]: [f64; 2]) -> bool {
        (self.x[0]..=self.x[1]).contains(&x) && (self.y[0]..=self.y[1]).contains(&y)
    }

    /// The part of a segment that lies inside (Liang and Barsky).
    pub(crate) fn segment(&self, from: [f64; 2], to: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        let edges = [
            (-dx, from[0] - self.x[0]),
            (dx, self.x[1] - from[0]),
            (-dy, from[1] - self.y[0]),
            (dy, self.y[1] - from[1]),
        ];
        for (direction, distance) in edges {
            if direction.abs() < f64::MIN_POSITIVE {
                if distance < 0.0 {
                    return None;
                }
                continue;
            }
            let at = distance / direction;
            if direction < 0.0 { enter = enter.max(at) } else { leave = leave.min(at) }
        }
        let point = |at: f64| [from[0] + at * dx, from[1] + at * dy];
        (enter <= leave).then(|| [point(enter), point(leave)])
    }

    /// The parts of a line that lie inside, each a connected run of points.
    pub(crate) fn line(&self, points: &[[f64; 2]]) -> Vec<Vec<[f64; 2]>> {
        let mut runs: Vec<Vec<[f64; 2]>> = Vec::new();
        let mut connected = false;
        for pair in points.windows(2) {
            match self.segment(pair[0], pair[1]) {
                Some([from, to]) => {
                    match runs.last_mut() {
                        Some(run) if connected => run.push(to),
                        _ => runs.push(vec![from, to]),
                    }
                    connected = self.contains(pair[1]);
                }
                None => connected = false,
            }
        }
        runs
    }

    /// The part of a polygon that lies inside (Sutherland and Hodgman).
    pub(crate) fn polygon(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        let mut kept = points.to_vec();
        for (axis, bound, keep_above) in [
            (0, self.x[0], true),
            (0, self.x[1], false),
            (1, self.y[0], true),
            (1, self.y[1], false),
        ] {
            let inside =
                |p: &[f64; 2]| if keep_above { p[axis] >= bound } else { p[axis] <= bound };
            let mut next = Vec::with_capacity(kept.len() + 4);
            for index in 0..kept.len() {
                let (from, to) = (kept[index], kept[(index + 1) % kept.len()]);
                if inside(&from) {
                    next.push(from);
                }
                if inside(&from) != inside(&to) {
                    let share = (bound - from[axis]) / (to[axis] - from[axis]);
                    let mut cut =
                        [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
                    cut[axis] = bound;
                    next.push(cut);
                }
            }
            kept = next;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Window = Window { x: [0.0, 1.0], y: [0.0, 1.0] };

    #[test]
    fn a_segment_is_cut_where_it_leaves() {
        let [from, to] = UNIT.segment([-1.0, 0.5], [2.0, 0.5]).unwrap();
        assert!(from[0].abs() < 1e-12 && (to[0] - 1.0).abs() < 1e-12);
        assert!(UNIT.segment([-1.0, 2.0], [2.0, 2.0]).is_none());
        assert!(UNIT.segment([2.0, 0.0], [2.0, 1.0]).is_none());
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_two_lines() {
        let runs = UNIT.line(&[[0.1, 0.5], [0.4, 1.5], [0.7, 0.5], [0.9, 0.5]]);
        assert_eq!(runs.len(), 2);
        assert_eq!(runs[1].len(), 3);
        assert!(runs.iter().flatten().all(|p| UNIT.contains([p[0], p[1].min(1.0)])));
    }

    #[test]
    fn a_polygon_larger_than_the_window_becomes_the_window() {
        let kept = UNIT.polygon(&[[-1.0, -1.0], [2.0, -1.0], [2.0, 2.0], [-1.0, 2.0]]);
        let area: f64 = (0..kept.len())
            .map(|i| {
                let (a, b) = (kept[i], kept[(i + 1) % kept.len()]);
                a[0] * b[1] - b[0] * a[1]
            })
            .sum::<f64>()
            / 2.0;
        assert!((area - 1.0).abs() < 1e-12);
    }
}
