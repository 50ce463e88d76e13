//! `dyad demo`: a whole run on simulated data that the executable carries with it.

use std::fs;
use std::path::PathBuf;

use super::run::{Plan, execute};
use crate::args::{DemoArgs, Sandbox};
use crate::failure::Failure;
use crate::output::ScratchFolder;
use crate::terminal::Terminal;

/// The simulated practice network, the same files as in `datasets/practice-network`.
const STUDY: &str = include_str!("../../../../datasets/practice-network/study.toml");
const SESSIONS: &str = include_str!("../../../../datasets/practice-network/sessions.csv");

/// Runs the demo. Its own folder is replaced without asking: it holds nothing that cannot be made again.
pub(crate) fn demo(args: &DemoArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let scratch = ScratchFolder::new()?;
    let study = scratch.path().join("study.toml");
    for (path, text) in [(&study, STUDY), (&scratch.path().join("sessions.csv"), SESSIONS)] {
        fs::write(path, text).map_err(|e| Failure::io("write", path, &e))?;
    }
    terminal
        .message("simulated data: no person, service or instrument stands behind these numbers");
    let own = args.output.out.is_none();
    let out = args.output.out.clone().unwrap_or_else(|| PathBuf::from("reports/demo"));
    let mut plan = Plan::new(study, out, Sandbox::BestEffort, &args.output);
    plan.force |= own;
    execute(&plan, terminal)
}
