//! Small dense kernels: models here have ten columns or fewer.

mod cholesky;
pub(crate) mod design;
mod symmetric;

pub(crate) use cholesky::Cholesky;
pub(crate) use symmetric::eigen;
