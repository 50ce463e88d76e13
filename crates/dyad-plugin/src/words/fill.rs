//! What a placeholder can stand for, and how it is written.

use dyad_model::{Estimate, Measure, Role, apa};

use crate::sentence::left_out;

/// What a placeholder stands for.
#[derive(Clone, Debug)]
pub enum Fill {
    /// Words.
    Text(String),
    /// A number, or a count.
    Number(f64),
    /// Lower and upper limit.
    Interval([f64; 2]),
    /// A measure: its name, and `.id`.
    Measure {
        /// Its id.
        id: String,
        /// Its name in sentences.
        name: String,
        /// What turns a number towards benefit, of an outcome.
        benefit_sign: Option<f64>,
    },
    /// An estimate: its number, `.label`, `.ci`, `.benefit`, `.benefit_ci`, `.p`, `.clients`, `.therapists`, the `.reason` it is refused with, who was
    /// `.lost`, and its details by their names.
    Estimate(Box<Estimate>),
}

impl Fill {
    /// A part of it by name; without a name, what it is itself.
    pub(super) fn part(&self, part: &str) -> Option<Self> {
        let count = |n: Option<u64>| Self::Number(n.unwrap_or(0) as f64);
        match (self, part) {
            (Self::Estimate(e), "") => e.estimate.map(Self::Number),
            (Self::Estimate(e), "ci") => e.ci.map(Self::Interval),
            (Self::Estimate(e), "benefit") => e.benefit.map(Self::Number),
            (Self::Estimate(e), "benefit_ci") => e.benefit_interval().map(Self::Interval),
            (Self::Estimate(e), "p") => e.p.map(Self::Number),
            (Self::Estimate(e), "reason") => {
                let lacks =
                    if e.estimate.is_none() { "no estimate" } else { "no interval can be given" };
                Some(Self::Text(e.refused.clone().unwrap_or_else(|| lacks.to_owned())))
            }
            (Self::Estimate(e), "label") => Some(Self::Text(e.label.clone())),
            (Self::Estimate(e), "lost") => Some(Self::Text(left_out(&e.dropped))),
            (Self::Estimate(e), "clients") => Some(count(e.n.clients)),
            (Self::Estimate(e), "therapists") => Some(count(e.n.therapists)),
            (Self::Estimate(e), name) => match e.details.get(name)?.as_str() {
                Some(word) => Some(Self::Text(word.to_owned())),
                None => e.number(name).map(Self::Number),
            },
            (Self::Measure { id, .. }, "id") => Some(Self::Text(id.clone())),
            (Self::Measure { name, .. }, "") => Some(Self::Text(name.clone())),
            (found, "") => Some(found.clone()),
            _ => None,
        }
    }

    /// Its text in a format, see [`super`]; `None` if it cannot be written so.
    pub(super) fn written(&self, format: &str) -> Option<String> {
        let decimals = |digits: &str| digits.parse::<usize>().ok();
        Some(match (self, format) {
            (Self::Text(text), "") => text.clone(),
            // As counts and settings are written: no more digits than needed.
            (Self::Number(x), "") => x.to_string(),
            (Self::Number(x), "p") => apa::p_value(*x),
            (Self::Number(x), _) => match (format.strip_prefix('%'), format.strip_prefix('.')) {
                (Some(digits), _) => apa::percent(*x, decimals(digits)?),
                (_, Some(digits)) => apa::bounded(*x, decimals(digits)?),
                _ => match decimals(format) {
                    Some(digits) => apa::number(*x, digits),
                    None if x.to_string() == "1" => format!("1 {format}"),
                    None => format!("{x} {format}s"),
                },
            },
            (Self::Interval(ci), _) => match (format.strip_prefix('%'), format.strip_prefix('.')) {
                (Some(digits), _) => {
                    let [low, high] =
                        [ci[0], ci[1]].map(|x| Some(apa::percent(x, decimals(digits)?)));
                    format!("[{}, {}]", low?, high?)
                }
                (_, Some(digits)) => apa::bounded_interval(*ci, decimals(digits)?),
                _ => apa::interval(*ci, decimals(format)?),
            },
            _ => return None,
        })
    }
}

impl From<&Measure> for Fill {
    fn from(measure: &Measure) -> Self {
        let benefit_sign = (measure.role == Role::Outcome).then(|| measure.benefit_sign());
        Self::Measure { id: measure.id.clone(), name: measure.name(), benefit_sign }
    }
}

impl From<&Estimate> for Fill {
    fn from(estimate: &Estimate) -> Self {
        Self::Estimate(Box::new(estimate.clone()))
    }
}

impl From<&str> for Fill {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Fill {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Fill {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Fill {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Fill {
    fn from(count: u64) -> Self {
        Self::Number(count as f64)
    }
}

impl From<usize> for Fill {
    fn from(count: usize) -> Self {
        Self::Number(count as f64)
    }
}

impl From<i64> for Fill {
    fn from(number: i64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<[f64; 2]> for Fill {
    fn from(interval: [f64; 2]) -> Self {
        Self::Interval(interval)
    }
}
