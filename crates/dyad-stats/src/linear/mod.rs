//! Least squares, generalised linear models, and cluster-robust standard errors.

mod cluster_robust;
mod clustered_mean;
mod diagnostics;
mod glm;
mod line;
mod moderation;
mod ols;
mod response_surface;

pub use cluster_robust::{ClusterRobust, Correction};
pub use clustered_mean::clustered_mean;
pub use diagnostics::Diagnostics;
pub use glm::{Family, Glm, GlmCoefficient, glm};
pub use line::{Line, MeanAt};
pub use moderation::Moderation;
pub use ols::{Contrast, Ols, ols};
pub use response_surface::{ResponseSurface, SurfaceNumber, response_surface};
