//! Small dense kernels: models here have ten columns or fewer.

mod cholesky;
mod symmetric;

pub(crate) use cholesky::Cholesky;
pub(crate) use symmetric::eigen;
