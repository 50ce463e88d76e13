//! What leaves under each release profile, read as an attacker reads it: every file of the folder, cell by cell.

mod cells;
mod page;
mod pdf;
mod scan;
mod small_counts;
