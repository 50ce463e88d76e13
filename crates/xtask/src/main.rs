//! Tasks of the workspace: `cargo xtask test`, `cargo xtask golden`, `cargo xtask lint`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to a terminal")]

mod acro;
mod bench;
mod browser;
mod build;
mod example_report;
mod golden;
mod lint;
mod shell;
mod simulations;
mod test;

use std::env;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK

  test [ARGS]         build the executable and every plugin beside it, then `cargo test --workspace ARGS`
  golden [--install]  make the golden values again with R and compare; --install first installs R by apt
  bench [--peers [--write] [--limit SECONDS] [--only PROGRAM,…]]
                      measure the statistics, or whole runs against R and Python; --write puts the tables into
                      crates/dyad-bench/README.md
  example-report [--write]
                      compare reports/example with what the demo writes; --write replaces it
  browser [--install]
                      look at the demo's report in Chromium: console, requests, widths, contrast, paper; --install first
                      installs what that needs by apt
  acro [--install]    ask PyPI's acro again for its decisions on disclosure; --install makes a Python for it in target/acro
  simulations [--studies N] [--executable DYAD]
                      analyse studies whose truth is known and write tests/simulations/README.md: how often intervals hold
                      it, how often something is found that is not there
  lint                check what compilers cannot: file length, datasets, citations, the code map";

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let task = words.next();
    let rest: Vec<String> = words.collect();
    let done = match task.as_deref() {
        Some("test") => test::run(&rest),
        Some("bench") => bench::run(&rest),
        Some("golden") => golden::run(&rest),
        Some("example-report") => example_report::run(&rest),
        Some("acro") => acro::run(&rest),
        Some("browser") => browser::run(&rest),
        Some("simulations") => simulations::run(&rest),
        Some("lint") => lint::run(&rest),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
