//! Small dense kernels: models here have ten columns or fewer.

mod cholesky;

pub(crate) use cholesky::Cholesky;
