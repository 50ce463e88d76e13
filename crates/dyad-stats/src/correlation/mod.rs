//! Correlations, their tests and intervals; intraclass correlations.
