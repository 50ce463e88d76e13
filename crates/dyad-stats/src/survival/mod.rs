//! Time to dropout: Kaplan–Meier, log-rank, Cox, discrete time.
