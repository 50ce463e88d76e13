//! `dyad simulate`: a study with known truth.

use std::fs;

use dyad_model::apa;
use dyad_simulate::{DEFAULTS, Parameters, SimulateError, Written};
use serde_json::json;

use crate::args::{DataFormat, Format, SimulateArgs};
use crate::failure::Failure;
use crate::output::Pending;
use crate::terminal::Terminal;

/// Writes the sessions, a study file that `dyad run` takes, and what is true.
pub(crate) fn simulate(args: &SimulateArgs, terminal: &Terminal) -> Result<u8, Failure> {
    if args.print {
        terminal.result(DEFAULTS.trim_end());
        return Ok(0);
    }
    let parameters = parameters(args)?;
    let pending = Pending::begin_marked(&args.out, args.force, "truth.json")?;
    let format = match args.data {
        DataFormat::Csv => dyad_simulate::Format::Csv,
        DataFormat::Parquet => dyad_simulate::Format::Parquet,
    };
    let progress = terminal.progress("drawing sessions");
    let written =
        dyad_simulate::write(&parameters, format, pending.folder()).map_err(Failure::from)?;
    pending.commit()?;
    drop(progress);
    say(&written, args, terminal);
    Ok(0)
}

fn parameters(args: &SimulateArgs) -> Result<Parameters, Failure> {
    let file = args.parameters.as_ref().map(|path| {
        fs::read_to_string(path).map_err(|e| Failure::io("read the parameters", path, &e))
    });
    let file = file.transpose()?;
    let short = [
        ("network.seed", args.seed),
        ("network.sites", args.sites.map(Into::into)),
        ("network.therapists_per_site", args.therapists.map(Into::into)),
        ("network.clients_per_therapist", args.clients.map(Into::into)),
    ];
    let short = short.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?)));
    let assignments: Vec<String> = args.set.iter().cloned().chain(short).collect();
    let parameters = Parameters::with(file.as_deref(), &assignments).map_err(Failure::from)?;
    match args.sessions {
        Some(sessions) => parameters.sized(sessions).map_err(Failure::from),
        None => Ok(parameters),
    }
}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::Parameter(_) => Self::usage(error.to_string())
                .hint("`dyad simulate --print` shows every parameter with its default"),
            _ => Self::coded("io", error.to_string()),
        }
    }
}

fn say(written: &Written, args: &SimulateArgs, terminal: &Terminal) {
    let study = args.out.join("study.toml");
    let Written { sessions, clients, therapists, sites, cut_off } = *written;
    match terminal.format {
        Format::Json => {
            let value = json!({
                "schema_version": 1, "study": study.display().to_string(),
                "sessions": sessions, "clients": clients, "therapists": therapists, "sites": sites,
            });
            terminal.result(&format!("{value:#}"));
        }
        Format::Text => {
            terminal.result(&format!(
                "{}: {}, {}, {}, {}",
                study.display(),
                apa::counted(sessions, "session"),
                apa::counted(clients, "client"),
                apa::counted(therapists, "therapist"),
                apa::counted(sites, "site"),
            ));
            terminal.message(&format!("next: dyad run {}", study.display()));
        }
    }
    let most = cut_off.into_iter().max().unwrap_or(0);
    if most.saturating_mul(200) > sessions {
        terminal.message(
            "warning: the ends of a range cut off more than one value in 200; truth.json counts them and holds less exactly",
        );
    }
}
