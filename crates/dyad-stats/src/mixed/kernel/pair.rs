//! Matrices of two rows and two columns: an intercept and one slope. A model without a slope has zeros in the second row.

/// A symmetric matrix \[\[a, b\], \[b, c\]\] as `[a, b, c]`.
pub(crate) type Symmetric = [f64; 3];

/// Any matrix, row after row.
pub(crate) type Square = [f64; 4];

/// The inner product ⟨A, B⟩ = tr(A·B) of two symmetric matrices.
pub(crate) fn inner(a: Symmetric, b: Symmetric) -> f64 {
    a[0] * b[0] + 2.0 * a[1] * b[1] + a[2] * b[2]
}

/// A'·S·A.
pub(crate) fn sandwich(a: Square, s: Symmetric) -> Symmetric {
    let top = [s[0] * a[0] + s[1] * a[2], s[0] * a[1] + s[1] * a[3]];
    let bottom = [s[1] * a[0] + s[2] * a[2], s[1] * a[1] + s[2] * a[3]];
    [
        a[0] * top[0] + a[2] * bottom[0],
        a[0] * top[1] + a[2] * bottom[1],
        a[1] * top[1] + a[3] * bottom[1],
    ]
}

/// How random effects with covariance matrix Σ and cross-products Q = Z'Z enter the likelihood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absorbed {
    /// log|I + ΣQ|.
    pub(crate) log_determinant: f64,
    /// K = (Σ⁻¹ + Q)⁻¹, also where Σ is singular: what is taken away is M'KM.
    pub(crate) taken: Symmetric,
    /// T = I − QK: Z'V⁻¹ = T·Z'.
    pub(crate) kept: Square,
    /// P = Q − QKQ = Z'V⁻¹Z.
    pub(crate) cross: Symmetric,
}

impl Absorbed {
    /// Takes random effects out of a cluster.
    pub(crate) fn new(sigma: Symmetric, q: Symmetric) -> Self {
        let determinant_of = |m: Symmetric| m[0] * m[2] - m[1] * m[1];
        // |I + ΣQ| − 1 = tr(ΣQ) + |Σ||Q|, which keeps its digits when Σ is small.
        let above_one =
            inner(sigma, q) + determinant_of(sigma).max(0.0) * determinant_of(q).max(0.0);
        let scale = 1.0 / (1.0 + above_one);
        // (I + QΣ)⁻¹ is the adjugate over the determinant, and equals T.
        let kept = [
            (1.0 + q[1] * sigma[1] + q[2] * sigma[2]) * scale,
            -(q[0] * sigma[1] + q[1] * sigma[2]) * scale,
            -(q[1] * sigma[0] + q[2] * sigma[1]) * scale,
            (1.0 + q[0] * sigma[0] + q[1] * sigma[1]) * scale,
        ];
        let product = |s: Symmetric| {
            [
                s[0] * kept[0] + s[1] * kept[2],
                s[0] * kept[1] + s[1] * kept[3],
                s[1] * kept[1] + s[2] * kept[3],
            ]
        };
        let cross = [
            kept[0] * q[0] + kept[1] * q[1],
            kept[0] * q[1] + kept[1] * q[2],
            kept[2] * q[1] + kept[3] * q[2],
        ];
        Self { log_determinant: above_one.ln_1p(), taken: product(sigma), kept, cross }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absorbing_solves_the_defining_equations() {
        let (sigma, q) = ([1.5, -0.4, 0.7], [6.0, 2.0, 9.0]);
        let a = Absorbed::new(sigma, q);
        // K(Σ⁻¹ + Q) = I.
        let d = sigma[0] * sigma[2] - sigma[1] * sigma[1];
        let m = [sigma[2] / d + q[0], -sigma[1] / d + q[1], sigma[0] / d + q[2]];
        let k = a.taken;
        assert!((k[0] * m[0] + k[1] * m[1] - 1.0).abs() < 1e-12);
        assert!((k[0] * m[1] + k[1] * m[2]).abs() < 1e-12);
        assert!((k[1] * m[1] + k[2] * m[2] - 1.0).abs() < 1e-12);
        let direct = (1.0 + sigma[0] * q[0] + sigma[1] * q[1])
            * (1.0 + sigma[1] * q[1] + sigma[2] * q[2])
            - (sigma[0] * q[1] + sigma[1] * q[2]) * (sigma[1] * q[0] + sigma[2] * q[1]);
        assert!((a.log_determinant - direct.ln()).abs() < 1e-13);
    }

    #[test]
    fn a_singular_covariance_is_no_exception() {
        let a = Absorbed::new([2.0, 0.0, 0.0], [5.0, 3.0, 4.0]);
        assert!((a.taken[0] - 2.0 / 11.0).abs() < 1e-15);
        assert!(a.taken[1].abs() < 1e-15 && a.taken[2].abs() < 1e-15);
    }
}
