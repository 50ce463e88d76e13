//! Profile likelihood intervals of standard deviations.

use super::fit::{self, Fit, Start};
use super::kernel::evaluate::{Deviance, Shape};
use super::kernel::minimise::minimise;
use super::kernel::pair::Symmetric;
use super::kernel::rows::{Criterion, Level};
use crate::distributions::normal;
use crate::{Result, StatsError};

/// A standard deviation of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StandardDeviation {
    /// Of the random intercepts of a level.
    Intercept(Level),
    /// Of the random slopes of a level.
    Slope(Level),
    /// Within clusters.
    Residual,
}

/// A profile likelihood interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower limit; 0 if the data do not exclude it.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

/// The deviance of the ML model as a function of standard deviations and correlations, in units of the response's scale.
///
/// Per level: SD of the intercepts, and with a slope their correlation and the SD of the slopes; then σ.
struct Natural<'a> {
    deviance: &'a Deviance,
    centre: f64,
    scale: f64,
}

impl Natural<'_> {
    fn shape(&self) -> Shape {
        self.deviance.shape
    }

    /// Covariances of a level's effects, relative to σ², on the centred and scaled column, from those on the given one.
    fn standardised(&self, s: Symmetric) -> Symmetric {
        let (c, k) = (self.centre, self.scale);
        [s[0] + 2.0 * c * s[1] + c * c * s[2], k * (s[1] + c * s[2]), k * k * s[2]]
    }

    /// The deviance without constants, and its gradient.
    fn value(&self, phi: &[f64]) -> Option<(f64, Vec<f64>)> {
        let shape = self.shape();
        let (&sigma, effects) = phi.split_last()?;
        if sigma <= 0.0 {
            return None;
        }
        let mut levels = [[0.0; 3]; 2];
        let mut derivatives: Vec<(usize, Vec<Symmetric>)> = Vec::new();
        let mut at = 0;
        for (index, level) in [Level::Cluster, Level::Outer].into_iter().enumerate() {
            let own = shape.parameters_of(level);
            let relative = |m: Symmetric| self.standardised(m.map(|v| v / (sigma * sigma)));
            match effects.get(at..at + own)? {
                [sd] => {
                    levels[index] = relative([sd * sd, 0.0, 0.0]);
                    derivatives.push((index, vec![relative([2.0 * sd, 0.0, 0.0])]));
                }
                [sd, rho, slope] => {
                    if rho.abs() >= 1.0 {
                        return None;
                    }
                    levels[index] = relative([sd * sd, rho * sd * slope, slope * slope]);
                    derivatives.push((
                        index,
                        vec![
                            relative([2.0 * sd, rho * slope, 0.0]),
                            relative([0.0, sd * slope, 0.0]),
                            relative([0.0, rho * sd, 2.0 * slope]),
                        ],
                    ));
                }
                _ => {}
            }
            at += own;
        }
        let evaluated = self.deviance.at_sigma(levels[0], levels[1], true).ok()?;
        let df = self.deviance.residual_df();
        let s2 = sigma * sigma;
        let value = evaluated.log_terms + df * s2.ln() + evaluated.rss / s2;
        let elements: Vec<f64> =
            evaluated.gradient.iter().map(|g| g.log_terms + g.rss / s2).collect();
        let mut gradient = Vec::with_capacity(phi.len());
        let mut in_sigma = 2.0 * df / sigma - 2.0 * evaluated.rss / (s2 * sigma);
        let mut first = 0;
        for (index, columns) in derivatives {
            let own = &elements[first..first + columns.len()];
            let along = |d: Symmetric| own.iter().zip(d).map(|(e, d)| e * d).sum::<f64>();
            gradient.extend(columns.iter().map(|&d| along(d)));
            in_sigma -= 2.0 / sigma * along(levels[index]);
            first += columns.len();
        }
        gradient.push(in_sigma);
        Some((value, gradient))
    }

    /// The lowest deviance with one parameter held, and where it is.
    fn profiled(&self, held: usize, value: f64, start: &[f64]) -> Option<(f64, Vec<f64>)> {
        let fill = |v: &[f64]| {
            let mut phi = v.to_vec();
            phi.insert(held, value);
            phi
        };
        let objective = |v: &[f64]| {
            let (deviance, mut gradient) = self.value(&fill(v))?;
            gradient.remove(held);
            Some((deviance, gradient))
        };
        let mut from = start.to_vec();
        from.remove(held);
        minimise(&objective, &from, None).map(|found| (found.value, fill(&found.at)))
    }
}

impl Fit {
    /// The profile likelihood interval of a standard deviation.
    ///
    /// {s : D(s) − D(ŝ) ≤ z²}, D(s) the ML deviance minimised over everything but s. As in lme4, a REML fit is profiled by ML.
    ///
    /// # Errors
    /// - [`StatsError::OutOfDomain`] if `level` is not between 0 and 1.
    /// - [`StatsError::Refused`] if the model has no such standard deviation.
    /// - [`StatsError::NotConverged`] where the profile cannot be followed (a correlation at ±1).
    ///
    /// # Source
    /// `[@bates2015]`, section 5.1. Checked against R `confint(m, method = "profile")`: `golden/stats/mixed.R`.
    pub fn profile_interval(&self, of: StandardDeviation, level: f64) -> Result<Interval> {
        if !(level > 0.0 && level < 1.0) {
            return Err(StatsError::OutOfDomain { what: "level", expected: "between 0 and 1" });
        }
        let first_outer = self.shape.parameters_of(Level::Cluster);
        let start_of = |l: Level| if l == Level::Outer { first_outer } else { 0 };
        let held = match of {
            StandardDeviation::Residual => Some(self.shape.parameters()),
            StandardDeviation::Intercept(l) if self.shape.parameters_of(l) > 0 => Some(start_of(l)),
            StandardDeviation::Slope(l) if self.shape.parameters_of(l) == 3 => {
                Some(start_of(l) + 2)
            }
            _ => None,
        };
        let held = held.ok_or_else(|| {
            StatsError::Refused("the model has no such standard deviation".into())
        })?;
        let lost =
            || StatsError::NotConverged { what: "the profile of the likelihood", iterations: 200 };
        let deviance = Deviance::new(&self.data, Criterion::Ml);
        let theta = {
            let near = Start { theta: self.solution.theta.clone(), curvature: None };
            fit::optimum(&deviance, Some(&near)).map_err(|_| lost())?.theta
        };
        let (centre, scale) = self.slope_origin();
        let natural = Natural { deviance: &deviance, centre, scale };
        let best = natural.at_theta(&theta).ok_or_else(lost)?;
        let (lowest, _) = natural.value(&best).ok_or_else(lost)?;
        let z = normal::quantile(f64::midpoint(1.0, level));
        let mut warm = best.clone();
        // √(D(s) − D(ŝ)) − z: nearly linear in s.
        let mut excess = |s: f64| -> Result<f64> {
            // At 0 a standard deviation is stationary: it would never leave it again.
            let start: Vec<f64> = warm
                .iter()
                .zip(&best)
                .map(|(w, b)| if w.abs() < 0.1 * b.abs() { *b } else { *w })
                .collect();
            let (value, at) = natural
                .profiled(held, s, &start)
                .or_else(|| natural.profiled(held, s, &best))
                .ok_or_else(lost)?;
            warm = at;
            Ok((value - lowest).max(0.0).sqrt() - z)
        };
        let estimate = best[held];
        let mut above = if estimate > 1e-3 { estimate * 1.2 } else { 0.1 };
        let mut inside = estimate;
        while excess(above)? < 0.0 {
            inside = above;
            above *= 1.4;
            if above > 1e8 {
                return Err(lost());
            }
        }
        let high = root(&mut excess, inside, above)?;
        // Downwards until it is left, or so far that the data do not exclude 0.
        let (mut below, mut inside) = (estimate / 1.2, estimate);
        while below > 1e-4 * estimate && excess(below)? < 0.0 {
            inside = below;
            below /= 1.4;
        }
        let low = if below > 1e-4 * estimate && estimate > 1e-6 {
            root(&mut excess, inside, below)?
        } else {
            0.0
        };
        let factor = self.scale[self.scale.len() - 1];
        Ok(Interval { low: low * factor, high: high * factor })
    }
}

impl Natural<'_> {
    /// Standard deviations and correlations at θ, σ at its best.
    fn at_theta(&self, theta: &[f64]) -> Option<Vec<f64>> {
        let at = self.deviance.at(theta, false).ok()?;
        let sigma2 = at.rss / self.deviance.residual_df();
        let mut phi = Vec::with_capacity(theta.len() + 1);
        for level in [Level::Cluster, Level::Outer] {
            let s = self.shape().sigma(theta, level).map(|v| v * sigma2);
            match self.shape().parameters_of(level) {
                1 => phi.push(s[0].sqrt()),
                3 => {
                    let (c, k) = (self.centre, self.scale);
                    let slope = s[2].sqrt() / k;
                    let intercept = (s[0] - 2.0 * c / k * s[1] + c * c / (k * k) * s[2]).sqrt();
                    let covariance = (s[1] - c / k * s[2]) / k;
                    phi.extend([intercept, covariance / (intercept * slope), slope]);
                }
                _ => {}
            }
        }
        phi.push(sigma2.sqrt());
        phi.iter().all(|v| v.is_finite()).then_some(phi)
    }
}

/// The root between a value inside the interval and one outside, by the Illinois method.
fn root(f: &mut dyn FnMut(f64) -> Result<f64>, inside: f64, outside: f64) -> Result<f64> {
    let (mut a, mut b) = (inside, outside);
    let (mut fa, mut fb) = (f(a)?, f(b)?);
    for _ in 0..100 {
        let next = b - fb * (b - a) / (fb - fa);
        let value = f(next)?;
        if value * fb <= 0.0 {
            (a, fa) = (b, fb);
        } else {
            fa *= 0.5;
        }
        (b, fb) = (next, value);
        if fb.abs() < 1e-9 || (b - a).abs() <= 1e-10 * b.abs() {
            return Ok(b);
        }
    }
    Err(StatsError::NotConverged { what: "a limit of the profile interval", iterations: 100 })
}
