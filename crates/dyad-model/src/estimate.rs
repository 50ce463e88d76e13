//! One number, with everything a reader needs to trust it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Counts, Dropped, Spread};

/// A test statistic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Statistic {
    /// Its name: `t`, `z`, `F`, `chi2`, …
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Its degrees of freedom, if it has any.
    #[serde(default)]
    pub df: Option<f64>,
    /// The second degrees of freedom of an F statistic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub df2: Option<f64>,
}

/// The answer to a claim that is a rule, not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The data support the claim.
    Supported,
    /// The data speak against the claim.
    NotSupported,
    /// The data allow neither.
    Undecided,
}

impl Verdict {
    /// As files name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::NotSupported => "not_supported",
            Self::Undecided => "undecided",
        }
    }
}

/// Which tests an estimate's p value is adjusted together with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Declared in the study file before the data were looked at.
    Primary,
    /// All others of the run.
    Exploratory,
}

/// One estimate of an analysis.
///
/// Built by chaining: `Estimate::new(id, label).clients(119).value(0.28).ci([0.1, 0.4])`. A value that is not finite
/// becomes a refusal: NaN never leaves an analysis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The id below the plugin's: `early/alliance_client/symptom/pearson`.
    pub id: String,
    /// What it is, in a few words for a person.
    pub label: String,
    /// The number; `None` if refused or if the answer is a verdict.
    pub estimate: Option<f64>,
    /// The estimate with its sign turned so that + means a stronger alliance goes with a better outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit: Option<f64>,
    /// Its standard error.
    #[serde(default)]
    pub se: Option<f64>,
    /// Lower and upper limit.
    #[serde(default)]
    pub ci: Option<[f64; 2]>,
    /// The interval's confidence level.
    #[serde(default = "default_level")]
    pub level: f64,
    /// The test statistic.
    #[serde(default)]
    pub statistic: Option<Statistic>,
    /// Two-sided p value unless the method says otherwise.
    #[serde(default)]
    pub p: Option<f64>,
    /// The family of tests p is adjusted in. Set by the host, which alone sees every analysis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
    /// p adjusted within its family by Holm's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_holm: Option<f64>,
    /// p adjusted within its family by the rule of Benjamini and Hochberg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_bh: Option<f64>,
    /// Persons and rows used.
    #[serde(default)]
    pub n: Counts,
    /// How far single therapists or sites stand behind it, if the analysis says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// Persons and rows left out, by reason.
    #[serde(default)]
    pub dropped: Vec<Dropped>,
    /// How it was computed.
    #[serde(default)]
    pub method: String,
    /// Keys of `references.bib`.
    #[serde(default)]
    pub source: Vec<String>,
    /// Cautions computed for this run.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Why there is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The answer to a claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Set by disclosure control: `suppressed_primary`, `suppressed_secondary` or `rounded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Further numbers that belong to this one (variance components, the criterion, counts), by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
}

fn default_level() -> f64 {
    0.95
}

impl Estimate {
    /// An estimate without a number yet.
    #[must_use]
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self { id: id.into(), label: label.into(), level: default_level(), ..Self::default() }
    }

    /// Sets the number. Not finite: the estimate is refused instead.
    #[must_use]
    pub fn value(mut self, value: f64) -> Self {
        if value.is_finite() {
            self.estimate = Some(value);
            self
        } else {
            self.refused("the estimate is not a finite number")
        }
    }

    /// Sets the number and, with the sign of the outcome's direction, its `benefit`.
    #[must_use]
    pub fn value_with_benefit(self, value: f64, benefit_sign: f64) -> Self {
        let mut with = self.value(value);
        with.benefit = with.estimate.map(|v| v * benefit_sign);
        with
    }

    /// Refuses the number, with the reason; what was known of its precision goes too.
    #[must_use]
    pub fn refused(mut self, reason: impl Into<String>) -> Self {
        (self.estimate, self.benefit, self.se, self.ci, self.statistic, self.p) =
            Default::default();
        (self.p_holm, self.p_bh) = Default::default();
        self.refused = Some(reason.into());
        self
    }

    /// Answers a claim instead of giving a number.
    #[must_use]
    pub fn verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = Some(verdict);
        self
    }

    /// Sets the standard error; not finite: left out.
    #[must_use]
    pub fn se(mut self, se: f64) -> Self {
        self.se = se.is_finite().then_some(se);
        self
    }

    /// Sets the 95 % interval; a limit that is not finite: left out.
    #[must_use]
    pub fn ci(mut self, [low, high]: [f64; 2]) -> Self {
        self.ci = (low.is_finite() && high.is_finite()).then_some([low, high]);
        self
    }

    /// Sets the 95 % interval where the method gives one.
    #[must_use]
    pub fn interval(self, ci: Option<[f64; 2]>) -> Self {
        match ci {
            Some(ci) => self.ci(ci),
            None => self,
        }
    }

    /// Sets a t, F, χ² … statistic with its degrees of freedom.
    #[must_use]
    pub fn statistic(mut self, name: &str, value: f64, df: Option<f64>) -> Self {
        self.statistic =
            value.is_finite().then(|| Statistic { name: name.to_owned(), value, df, df2: None });
        self
    }

    /// Sets the p value; not finite: left out.
    #[must_use]
    pub fn p(mut self, p: f64) -> Self {
        self.p = p.is_finite().then_some(p);
        self
    }

    /// Sets number, standard error, interval, t statistic and p of a tested effect at once; df, interval and p are left out where the
    /// method gives none.
    #[must_use]
    pub fn tested(
        self,
        value: f64,
        se: f64,
        ci: Option<[f64; 2]>,
        (t, df): (f64, Option<f64>),
        p: Option<f64>,
    ) -> Self {
        self.value(value).se(se).interval(ci).statistic("t", t, df).p_if(p)
    }

    /// Sets the p value where the method gives one.
    #[must_use]
    pub fn p_if(self, p: Option<f64>) -> Self {
        match p {
            Some(p) => self.p(p),
            None => self,
        }
    }

    /// Sets all counts at once.
    #[must_use]
    pub fn counts(mut self, n: Counts) -> Self {
        self.n = n;
        self
    }

    /// Says how far single therapists or sites stand behind it.
    #[must_use]
    pub fn spread(mut self, spread: Option<Spread>) -> Self {
        self.spread = spread;
        self
    }

    /// Sets the number of rows used.
    #[must_use]
    pub fn rows(mut self, n: u64) -> Self {
        self.n.rows = Some(n);
        self
    }

    /// Sets the number of clients used.
    #[must_use]
    pub fn clients(mut self, n: u64) -> Self {
        self.n.clients = Some(n);
        self
    }

    /// Sets the number of therapists used.
    #[must_use]
    pub fn therapists(mut self, n: u64) -> Self {
        self.n.therapists = Some(n);
        self
    }

    /// Says how many clients were left out and why; nothing is added for 0.
    #[must_use]
    pub fn dropped(self, reason: impl Into<String>, clients: u64) -> Self {
        self.dropped_units(Dropped {
            reason: reason.into(),
            clients: Some(clients),
            ..Dropped::default()
        })
    }

    /// Says how many session rows were left out and why; nothing is added for 0.
    #[must_use]
    pub fn dropped_rows(self, reason: impl Into<String>, rows: u64) -> Self {
        self.dropped_units(Dropped {
            reason: reason.into(),
            rows: Some(rows),
            ..Dropped::default()
        })
    }

    /// Says what was left out, in any unit; nothing is added if every count is 0.
    #[must_use]
    pub fn dropped_units(mut self, dropped: Dropped) -> Self {
        let counts = [dropped.rows, dropped.clients, dropped.therapists, dropped.sites];
        if counts.into_iter().flatten().any(|n| n > 0) {
            self.dropped.push(dropped);
        }
        self
    }

    /// Says how it was computed.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = method.into();
        self
    }

    /// Adds a key of `references.bib`.
    #[must_use]
    pub fn source(mut self, key: &str) -> Self {
        self.source.push(key.to_owned());
        self
    }

    /// Adds a caution computed for this run.
    #[must_use]
    pub fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds a further number by name; not finite: left out.
    #[must_use]
    pub fn detail(mut self, name: &str, value: f64) -> Self {
        if let Some(number) = serde_json::Number::from_f64(value) {
            self.details.insert(name.to_owned(), Value::Number(number));
        }
        self
    }

    /// The interval of `benefit`: that of the number, turned with it.
    #[must_use]
    pub fn benefit_interval(&self) -> Option<[f64; 2]> {
        let (benefit, [low, high]) = (self.benefit?, self.ci?);
        let turned = self.estimate.is_some_and(|value| value.to_bits() != benefit.to_bits());
        Some(if turned { [-high, -low] } else { [low, high] })
    }

    /// A further number by name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.details.get(name)?.as_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_not_finite_becomes_a_refusal() {
        let estimate = Estimate::new("a/b", "A").se(1.0).value(f64::NAN);
        assert_eq!(estimate.estimate, None);
        assert_eq!(estimate.se, None);
        assert!(estimate.refused.is_some());
    }

    #[test]
    fn the_interval_of_benefit_turns_with_it() {
        let lower_is_better =
            Estimate::new("a", "A").value_with_benefit(-0.2, -1.0).ci([-0.4, 0.1]);
        assert_eq!(lower_is_better.benefit_interval(), Some([-0.1, 0.4]));
        let higher_is_better = Estimate::new("a", "A").value_with_benefit(0.2, 1.0).ci([0.1, 0.4]);
        assert_eq!(higher_is_better.benefit_interval(), Some([0.1, 0.4]));
        assert_eq!(Estimate::new("a", "A").value(0.2).ci([0.1, 0.4]).benefit_interval(), None);
    }

    #[test]
    fn nothing_dropped_leaves_no_entry() {
        assert!(Estimate::new("a", "A").dropped("no rating", 0).dropped.is_empty());
    }

    #[test]
    fn json_keeps_every_digit() {
        let estimate = Estimate::new("a", "A").value(-0.188_647_411_362_939_02);
        let text = serde_json::to_string(&estimate).unwrap();
        let back: Estimate = serde_json::from_str(&text).unwrap();
        assert_eq!(back, estimate);
    }
}
