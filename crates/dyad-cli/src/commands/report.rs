//! `dyad report` and `dyad compare`: from results that are there already.

use std::collections::BTreeMap;
use std::path::Path;

use dyad_model::Explained;
use dyad_report::{Options, Pictures, ReportError};

use super::run::catalogue;
use crate::args::Sandbox;
use crate::failure::Failure;
use crate::output::Pending;
use crate::terminal::Terminal;

/// Renders a report folder again from its own results, without analysing: after an update of the program, for example.
pub(crate) fn report(
    folder: &Path,
    out: Option<&Path>,
    force: bool,
    pictures: Pictures,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let saved = dyad_report::read(folder).map_err(failed)?;
    let target = out.unwrap_or(folder);
    // In place of itself it may be put without being asked: nothing is lost that was not read.
    let pending = Pending::begin(target, force || out.is_none())?;
    let options = Options {
        explained: explained(),
        profile: saved.profile,
        released: Some(saved.audit),
        pictures,
    };
    dyad_report::write(&saved.results, &saved.provenance, &options, pending.folder())
        .map_err(failed)?;
    pending.commit()?;
    terminal.result(&format!("report: {}", target.join("report.html").display()));
    Ok(0)
}

/// Sets two runs side by side.
pub(crate) fn compare(
    first: &Path,
    second: &Path,
    out: &Path,
    force: bool,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let (first, second) =
        (dyad_report::read(first).map_err(failed)?, dyad_report::read(second).map_err(failed)?);
    let pending = Pending::begin_marked(out, force, "compare.csv")?;
    let comparison = dyad_report::compare(&first.results, &second.results);
    dyad_report::write_comparison(&comparison, pending.folder()).map_err(failed)?;
    pending.commit()?;
    terminal.result(&format!("comparison: {}", out.join("compare.html").display()));
    Ok(0)
}

/// What the plugins that are here say of their estimates; a folder may be rendered without any.
fn explained() -> BTreeMap<String, Vec<Explained>> {
    let plugins = catalogue(Sandbox::BestEffort).map(|c| c.plugins).unwrap_or_default();
    plugins.into_iter().filter_map(|p| Some((p.id, p.manifest.ok()?.delivers))).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "used where errors are mapped")]
fn failed(error: ReportError) -> Failure {
    Failure::coded("report", error.to_string())
}
