//! From a study file and its data files to a checked study.
