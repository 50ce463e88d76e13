//! Regressions over the clients of a section: standardised, moderated, logistic, and what their residuals say.

use dyad_model::{Estimate, Measure, NoteKind};
use dyad_stats::linear::{ClusterRobust, Family, Moderation, glm};
use dyad_stats::moments::standardised;

use crate::Given;
use crate::derived::Variable;
use crate::designs::models::Regression;
use crate::reported::{OddsRatio, Reported};
use crate::section::{Added, Section};

/// A skewness or an excess kurtosis beyond these is far from normal.
const FAR: [f64; 2] = [1.0, 2.0];

/// Above this variance inflation a slope says little.
const INFLATED: f64 = 5.0;

/// What a slope of the predictor depends on: the product, and the slope one standard deviation below and above the moderator's mean.
#[derive(Clone, Copy, Debug)]
pub struct Moderated {
    product: ClusterRobust,
    slopes: [f64; 2],
}

impl Reported for Moderated {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        let [below, above] = self.slopes;
        let given = self.product.onto(estimate, section);
        given.details([("slope_below", below), ("slope_above", above)])
    }
}

/// What one of several variables adds to the others: its slope, and by how much they inflate its variance.
#[derive(Clone, Copy, Debug)]
pub struct BesideOthers {
    slope: ClusterRobust,
    inflation: Option<f64>,
}

impl Reported for BesideOthers {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        let inflated = self.inflation.is_some_and(|vif| vif > INFLATED);
        let given = self.slope.onto(estimate, section);
        given.detail_if("variance_inflation", self.inflation).warn_if(
            inflated,
            "the other variables hold most of this one: the slope is hardly determined",
        )
    }
}

impl<'s> Section<'s> {
    /// Adds a slope of a regression with its CR2 standard error.
    pub fn slope(
        &self,
        key: &str,
        fit: &Result<Regression, String>,
        column: &str,
    ) -> Added<'_, 's> {
        self.add(key, fit.as_ref().map_err(Clone::clone).and_then(|fit| fit.slope(column)))
    }

    /// z(y) ~ z of every column, by least squares over the sample. A column has its name in the model, and what it is called where it does
    /// not vary.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn standardised(
        &self,
        columns: &[(&str, &str, &[f64])],
        (called, y): (&str, &[f64]),
    ) -> Result<Regression, String> {
        let z = |called: &str, values: &[f64]| standardised(values, called.to_owned());
        let scaled = columns.iter().map(|(_, called, values)| z(called, values));
        let scaled: Vec<Vec<f64>> = scaled.collect::<Result<_, _>>()?;
        let names = columns.iter().map(|(name, ..)| *name);
        let scaled: Vec<(&str, &[f64])> = names.zip(scaled.iter().map(|z| &z[..])).collect();
        self.regression(&scaled, &z(called, y)?)
    }

    /// What each of several variables adds to the others, over the clients with all of them: z(y) ~ z(baseline) + z of each. `{names}` are
    /// those of the variables.
    #[must_use]
    pub fn together(
        &self,
        (y, baseline): (&Variable, &Variable),
        variables: &[(&Measure, Variable)],
    ) -> (Self, Vec<Result<BesideOthers, String>>) {
        let given: Vec<&Variable> = variables.iter().map(|(_, variable)| variable).collect();
        let (section, values) = self.complete_of(&[&[y, baseline], &given[..]].concat());
        let names: Vec<String> = variables.iter().map(|(measure, _)| measure.name()).collect();
        let ids = variables.iter().map(|(measure, _)| &measure.id[..]);
        let mut columns = vec![("baseline", "the baseline", &values[1][..])];
        let named = ids.clone().zip(&names).zip(&values[2..]);
        columns.extend(named.map(|((id, name), x)| (id, &name[..], &x[..])));
        let fit = section.standardised(&columns, ("the outcome", &values[0]));
        let each = ids.map(|id| {
            let fit = fit.as_ref()?;
            let inflation = fit.fit.variance_inflation(id);
            Ok(BesideOthers { slope: fit.slope(id)?, inflation })
        });
        let each = each.collect();
        (section.with("names", names.join(", ")), each)
    }

    /// y ~ covariates + predictor × moderator, both centred, by least squares over the sample. Predictor and moderator come with what they
    /// are called where they do not vary.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn moderated(
        &self,
        covariates: &[(&str, &[f64])],
        [predictor, moderator]: [(&str, &[f64]); 2],
        y: &[f64],
    ) -> Result<Moderated, String> {
        let called = [predictor.0.to_owned(), moderator.0.to_owned()];
        let centred = Moderation::of(predictor.1, moderator.1, called)?;
        let mut columns = covariates.to_vec();
        columns.extend([
            ("predictor", &centred.predictor[..]),
            ("moderator", &centred.moderator),
            ("product", &centred.product),
        ]);
        let found = self.regression(&columns, y)?;
        // The intercept comes first, the product last.
        let [at, .., of_product] = found.fit.beta[covariates.len() + 1..] else {
            return Err("a moderated regression has three columns".to_owned());
        };
        let slopes = centred.simple_slopes(at, of_product);
        Ok(Moderated { product: found.slope("product")?, slopes })
    }

    /// The odds ratio per unit of the first column in logit(y) ~ columns, robust by therapist where the study names them.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn odds_ratio(&self, columns: &[(&str, &[f64])], y: &[f64]) -> Result<OddsRatio, String> {
        let therapists = self.therapists().unwrap_or_default();
        let fit = glm(columns, y, &[], Family::Logit, &therapists)?;
        let first = columns.first().map_or("", |(name, _)| name);
        let (b, events) = (fit.coefficient(first)?, y.iter().sum());
        Ok(OddsRatio { b, clusters: therapists.len(), events })
    }

    /// Adds what the residuals of y ~ columns say, as the notes `note.outliers` and `note.residuals`, and whether the squared deviations of
    /// the last column add to it, as `note.line`; nothing where the model cannot be fitted.
    pub fn check_regression(&self, columns: &[(&str, &[f64])], y: &[f64]) {
        let fit = |columns: &[(&str, &[f64])]| self.regression(columns, y).ok();
        let Some(found) = fit(columns).and_then(|fit| fit.fit.diagnostics()) else { return };
        let x = columns.last().map_or(&[][..], |(_, x)| x);
        let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
        let squared: Vec<f64> = x.iter().map(|x| (x - mean) * (x - mean)).collect();
        let curved = [columns, &[("squared", &squared[..])]].concat();
        if let Some(curve) = fit(&curved).and_then(|fit| fit.slope("squared").ok()) {
            let says = if curve.p < 0.05 { "note.too_simple" } else { "note.no_curve" };
            let s = self.numbers([("b", curve.estimate), ("p", curve.p)]).with_text("says", says);
            s.note(NoteKind::Assumption, "note.line");
        }
        let far = found.skewness.abs() > FAR[0] || found.kurtosis.abs() > FAR[1];
        let s = self.with_text("says", if far { "note.far" } else { "note.near" }).numbers([
            ("influential", found.influential as f64),
            ("leverage", found.high_leverage as f64),
            ("cook", found.cooks_max),
            ("residual", found.residual_max),
            ("skewness", found.skewness),
            ("kurtosis", found.kurtosis),
        ]);
        s.note(NoteKind::Assumption, "note.outliers");
        s.note(NoteKind::Assumption, "note.residuals");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    const WORDS: &str = r#"
[estimate."b"]
label = "b"

[text.note]
line = "{b:2} {p:p}: {says}"
too_simple = "bent"
no_curve = "straight"
outliers = "{influential} {leverage} {cook:1} {residual:1}"
residuals = "{skewness:1} {kurtosis:1}: {says}"
far = "far"
near = "near"
"#;
    const X: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0];
    const M: [f64; 6] = [0.0, 1.0, 1.0, 0.0, 2.0, 1.0];
    const Y: [f64; 6] = [2.0, 3.5, 3.0, 5.0, 7.5, 7.0];

    #[test]
    fn a_moderated_slope_is_that_of_the_product() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section().over_clients((0..6).collect(), "");
        let found = s.moderated(&[], [("x", &X), ("m", &M)], &Y).unwrap();
        let product: Vec<f64> = X.iter().zip(&M).map(|(x, m)| x * m).collect();
        let plain = s.regression(&[("x", &X), ("m", &M), ("xm", &product)], &Y).unwrap();
        // Centring moves the slopes, not the product's.
        assert!((found.product.estimate - plain.fit.beta[3]).abs() < 1e-12);
        let mean = M.iter().sum::<f64>() / 6.0;
        let middle = f64::midpoint(found.slopes[0], found.slopes[1]);
        assert!((middle - (plain.fit.beta[1] + mean * plain.fit.beta[3])).abs() < 1e-12);
        let same = s.moderated(&[], [("x", &X), ("m", &[1.0; 6])], &Y).unwrap_err();
        assert_eq!(same, "no variation in m");
    }

    #[test]
    fn standardised_slopes_do_not_know_units() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section().over_clients((0..6).collect(), "");
        let cm: Vec<f64> = X.iter().map(|x| 100.0 * x + 3.0).collect();
        let slope = |x: &[f64]| {
            let fit = s.standardised(&[("x", "the x", x), ("m", "the m", &M)], ("the y", &Y));
            s.slope("b", &fit, "x").estimate().estimate.unwrap()
        };
        assert!((slope(&X) - slope(&cm)).abs() < 1e-12);
    }

    #[test]
    fn variables_are_entered_together() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let variable =
            |values: &[f64]| Variable::new(values.iter().map(|v| Some(*v)).collect(), "nothing");
        let process = [(&run.measures()[0], variable(&X)), (&run.measures()[1], variable(&M))];
        let z = [5.0, 4.0, 6.0, 1.0, 3.0, 2.0];
        let (s, each) = study.section().together((&variable(&Y), &variable(&z)), &process);
        assert_eq!((s.n().clients, s.text("note.far")), (Some(6), "far".to_owned()));
        let columns = [("z", "z", &z[..]), ("x", "x", &X), ("m", "m", &M)];
        let alone = s.standardised(&columns, ("y", &Y)).unwrap();
        let first = s.add("b", each[0].clone()).estimate();
        assert!((first.estimate.unwrap() - alone.slope("x").unwrap().estimate).abs() < 1e-12);
        assert_eq!(first.number("variance_inflation"), alone.fit.variance_inflation("x"));
        let (_, same) = study.section().together((&variable(&Y), &variable(&X)), &process);
        assert!(same[0].is_err(), "it is the baseline");
    }

    #[test]
    fn residuals_are_said_in_notes() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section().over_clients((0..6).collect(), "");
        s.check_regression(&[("x", &X)], &Y);
        s.check_regression(&[("x", &[1.0; 6])], &Y);
        let notes = study.close(String::new(), Vec::new(), "").notes;
        assert_eq!(notes.len(), 3, "nothing is said of a model that cannot be fitted");
        assert!(notes[0].text.ends_with("straight") && notes[2].text.ends_with("near"));
    }

    #[test]
    fn an_odds_ratio_says_what_its_interval_rests_on() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section().over_clients((0..6).collect(), "");
        let left = [0.0, 1.0, 0.0, 0.0, 1.0, 1.0];
        let found = s.odds_ratio(&[("x", &X)], &left).unwrap();
        let few = s.estimated("b", Ok::<_, String>(found));
        assert_eq!(few.number("events"), Some(3.0));
        assert_eq!(few.statistic.unwrap().df, Some(2.0));
        assert!(few.warnings[0].contains("few therapists"));
        let many = s.estimated("b", Ok::<_, String>(OddsRatio { clusters: 30, ..found }));
        assert!(many.warnings.is_empty());
        let b = dyad_stats::linear::GlmCoefficient { robust_se: None, ..found.b };
        let none = s.estimated("b", Ok::<_, String>(OddsRatio { b, clusters: 0, ..found }));
        assert!(none.warnings[0].contains("no therapists") && none.statistic.unwrap().name == "z");
    }
}
