//! Alpha, omega and the standard error of measurement.
