//! The correlation of two variables with a third held constant.

use super::pearson::{Correlation, check_pairs, coefficient};
use crate::moments::Cross;
use crate::{Result, StatsError};

/// Returns the partial correlation of `x` and `y` given `z`.
///
/// The correlation of the residuals of x and y on z; df n − 3; interval with standard error 1/√(n − 4) on the Fisher z scale.
///
/// # Shape and units
/// `x`, `y`, `z`: length n ≥ 5; element i of each is the same client.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`pearson`](super::pearson), and [`StatsError::Collinear`] if z determines x or y.
///
/// # Source
/// `[@fisher1924]`. Checked against R `psych::partial.r`, `psych::r.con`.
pub fn partial(x: &[f64], y: &[f64], z: &[f64]) -> Result<Correlation> {
    check_pairs(x, y, 5)?;
    check_pairs(x, z, 5)?;
    let (zx, zy) = (Cross::of(z, x), Cross::of(z, y));
    coefficient(&zx, ["the variable held constant", "the first variable"])?;
    coefficient(&zy, ["the variable held constant", "the second variable"])?;
    let residual = |cross: &Cross, values: &[f64]| -> Vec<f64> {
        let slope = cross.xy / cross.xx;
        values.iter().zip(z).map(|(v, z)| v - cross.mean_y - slope * (z - cross.mean_x)).collect()
    };
    let left = Cross::of(&residual(&zx, x), &residual(&zy, y));
    for (squares, total, name) in [(left.xx, zx.yy, "first"), (left.yy, zy.yy, "second")] {
        if squares <= 1e-20 * total {
            let columns =
                vec![format!("the {name} variable"), "the variable held constant".to_owned()];
            return Err(StatsError::Collinear { columns });
        }
    }
    let r = (left.xy / left.xx.sqrt() / left.yy.sqrt()).clamp(-1.0, 1.0);
    let n = x.len() as f64;
    Ok(Correlation::new(r, x.len(), n - 3.0, Some(1.0 / (n - 4.0).sqrt())))
}
