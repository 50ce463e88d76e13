//! Cross-products of two variables in one pass.

/// Number, means, and sums of squared and crossed deviations of pairs.
///
/// Accumulates and merges as [`Moments`](super::Moments) does.
///
/// # Source
/// `[@chan1983]`. R: `cov`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cross {
    /// Number of pairs.
    pub n: u64,
    /// Mean of the first variable.
    pub mean_x: f64,
    /// Mean of the second.
    pub mean_y: f64,
    /// Σ (x − x̄)².
    pub xx: f64,
    /// Σ (y − ȳ)².
    pub yy: f64,
    /// Σ (x − x̄)(y − ȳ).
    pub xy: f64,
}

impl Cross {
    /// The cross-products of paired slices; what the longer one has beyond the other is not looked at.
    #[must_use]
    pub fn of(x: &[f64], y: &[f64]) -> Self {
        let mut cross = Self::default();
        for (&x, &y) in x.iter().zip(y) {
            cross.push(x, y);
        }
        cross
    }

    /// Adds a pair.
    pub fn push(&mut self, x: f64, y: f64) {
        self.n += 1;
        let n = self.n as f64;
        let (step_x, step_y) = (x - self.mean_x, y - self.mean_y);
        self.mean_x += step_x / n;
        self.mean_y += step_y / n;
        self.xx += step_x * (x - self.mean_x);
        self.yy += step_y * (y - self.mean_y);
        self.xy += step_x * (y - self.mean_y);
    }

    /// Adds the pairs of another part.
    pub fn merge(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        let (a, b) = (self.n as f64, other.n as f64);
        let (step_x, step_y) = (other.mean_x - self.mean_x, other.mean_y - self.mean_y);
        let weight = a * b / (a + b);
        self.n += other.n;
        self.mean_x += step_x * b / (a + b);
        self.mean_y += step_y * b / (a + b);
        self.xx += other.xx + step_x * step_x * weight;
        self.yy += other.yy + step_y * step_y * weight;
        self.xy += other.xy + step_x * step_y * weight;
    }

    /// Adds deviations of another group from its own means, and not the means: the pooled within-group sums.
    pub fn merge_within(&mut self, other: &Self) {
        self.n += other.n;
        self.xx += other.xx;
        self.yy += other.yy;
        self.xy += other.xy;
    }
}
