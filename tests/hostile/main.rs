//! Plugins that do what they must not: each ends in its own status, the others deliver, no secret leaves, no process stays.

mod isolation;
mod libraries;
mod matrix;
mod swap;
