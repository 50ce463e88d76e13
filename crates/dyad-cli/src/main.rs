//! The `dyad` command: the only crate that prints or exits.

mod args;
mod commands;
mod failure;
mod output;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command, Format, InstrumentsCommand, PluginsCommand};
use failure::Failure;
use terminal::Terminal;

fn main() -> ExitCode {
    // First of all, while the process has one thread: a worker that runs a plugin is this executable started by itself.
    dyad_host::run_if_worker();

    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let terminal = Terminal::new(args.format, args.quiet, args.verbose);
    let done = match args.command {
        Command::Run(run) => commands::run::run(&run, &terminal),
        Command::Demo(demo) => commands::demo::demo(&demo, &terminal),
        Command::Validate { study } => commands::validate::validate(&study, &terminal),
        Command::Init { data, print } => commands::init::init(&data, print, &terminal),
        Command::Simulate(args) => commands::simulate::simulate(&args, &terminal),
        Command::Report { folder, out, force, pictures } => {
            commands::report::report(&folder, out.as_deref(), force, pictures.into(), &terminal)
        }
        Command::Compare { first, second, out, force } => {
            commands::report::compare(&first, &second, &out, force, &terminal)
        }
        Command::Score { study, out } => commands::score::score(&study, &out, &terminal),
        Command::Schema { of } => commands::schema::schema(of, &terminal),
        Command::Pseudonymise { study, key, out } => {
            commands::pseudonymise::pseudonymise(&study, &key, &out, &terminal)
        }
        Command::Instruments(InstrumentsCommand::List) => commands::instruments::list(&terminal),
        Command::Instruments(InstrumentsCommand::Show { name }) => {
            commands::instruments::show(&name, &terminal)
        }
        Command::Explain { id } => commands::explain::explain(&id, &terminal),
        Command::Plugins(PluginsCommand::List) => commands::plugins::list(&terminal),
        Command::Plugins(PluginsCommand::Info { id }) => commands::plugins::info(&id, &terminal),
        Command::Plugins(PluginsCommand::Check { path }) => {
            commands::plugin_check::check(path.as_deref(), &terminal)
        }
        Command::Plugins(PluginsCommand::Add { path, to, yes }) => {
            commands::plugin_lock::add(&path, to.as_deref(), yes, &terminal)
        }
        Command::Plugins(PluginsCommand::Remove { id, from }) => {
            commands::plugin_lock::remove(&id, from.as_deref(), &terminal)
        }
        Command::Plugins(PluginsCommand::New { name, lang, kit }) => {
            commands::plugin_new::new(&name, lang, kit.as_deref(), &terminal)
        }
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            report(&failure, &terminal);
            ExitCode::from(failure.exit)
        }
    }
}

/// Prints an error for a person, or as JSON for a program.
fn report(failure: &Failure, terminal: &Terminal) {
    if terminal.format == Format::Json {
        let error = serde_json::json!({
            "schema_version": 1,
            "error": { "code": failure.code, "message": failure.message, "hint": failure.hint,
                       "problems": failure.problems },
        });
        terminal.result(&format!("{error:#}"));
    } else {
        terminal.error(&failure.to_string());
    }
}
