//! Finds, pins, runs and supervises analysis plugins.
