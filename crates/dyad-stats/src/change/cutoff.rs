//! Cut-offs between a clinical and a functional population.

/// Mean and standard deviation of a population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Population {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
}

/// Two standard deviations of the clinical population from its mean, towards the functional one.
///
/// # Source
/// `[@jacobson1991]`.
#[must_use]
pub fn cutoff_a(clinical: Population, functional: Population) -> f64 {
    clinical.mean + 2.0 * clinical.sd * (functional.mean - clinical.mean).signum()
}

/// Two standard deviations of the **functional** population from its mean, towards the clinical one.
///
/// # Source
/// `[@jacobson1991]`.
#[must_use]
pub fn cutoff_b(clinical: Population, functional: Population) -> f64 {
    functional.mean + 2.0 * functional.sd * (clinical.mean - functional.mean).signum()
}

/// The score as many standard deviations from one mean as from the other.
///
/// (SD_clin·M_func + SD_func·M_clin)/(SD_clin + SD_func).
///
/// # Source
/// `[@jacobson1991]`.
#[must_use]
pub fn cutoff_c(clinical: Population, functional: Population) -> f64 {
    (clinical.sd * functional.mean + functional.sd * clinical.mean) / (clinical.sd + functional.sd)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Jacobson & Truax (1991): clinical 40 (7.5), functional 60 (7.5) give a = 55, b = 45, c = 50.
    #[test]
    fn the_worked_example_of_the_paper() {
        let (clinical, functional) =
            (Population { mean: 40.0, sd: 7.5 }, Population { mean: 60.0, sd: 7.5 });
        assert!((cutoff_a(clinical, functional) - 55.0).abs() < 1e-12);
        assert!((cutoff_b(clinical, functional) - 45.0).abs() < 1e-12);
        assert!((cutoff_c(clinical, functional) - 50.0).abs() < 1e-12);
    }

    #[test]
    fn b_uses_the_functional_spread() {
        let (clinical, functional) =
            (Population { mean: 16.0, sd: 4.0 }, Population { mean: 5.5, sd: 4.6 });
        assert!((cutoff_b(clinical, functional) - 14.7).abs() < 1e-12);
    }
}
