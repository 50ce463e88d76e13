//! The command line, as clap sees it.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Examples stand first: most people copy one.
const EXAMPLES: &str = "\
Examples:
  dyad demo                          a report from simulated data, in reports/demo
  dyad init sessions.csv             a first study file, to correct
  dyad validate study.toml           check the data, analyse nothing
  dyad run study.toml                analyse and write reports/<study>
  dyad explain early-peak/peak/alliance_client/contrast_3

Exit codes:
  0  done
  1  the report was written, but an analysis neither delivered nor was skipped; or validation found problems
  2  usage, study file, input or output: there is no report

This program never uses the network.";

/// Session data in, an honest report out: alliance, outcome, ruptures, burnout.
#[derive(Debug, Parser)]
#[command(name = "dyad", version, after_help = EXAMPLES, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Say less: only the result on stdout.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub quiet: u8,

    /// Say more: stages with their times, and what the sandbox enforced.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person.
    Text,
    /// For a program: one JSON document on stdout.
    Json,
}

/// What plugins may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sandbox {
    /// Refuse to run a plugin that cannot be fully confined.
    Required,
    /// Confine as far as this machine can, and say in the report how far.
    BestEffort,
    /// A process of its own and limits only: for studies marked as simulated.
    Off,
}

/// The files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// study.toml
    Study,
    /// results.json
    Results,
    /// run.json
    Run,
    /// What a plugin says of itself.
    Manifest,
    /// What a plugin hands back.
    Findings,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Analyse a study and write its report.
    Run(RunArgs),
    /// Analyse simulated data: the quickest way to see a report.
    Demo(DemoArgs),
    /// Check a study file and its data without analysing them.
    Validate {
        /// The study file.
        study: PathBuf,
    },
    /// Write a first study file beside a data file, guessed from its header.
    Init {
        /// The sessions file.
        data: PathBuf,
        /// Print it instead of writing study.toml.
        #[arg(long)]
        print: bool,
    },
    /// Draw a study whose truth is known: for power, teaching, dry runs and benchmarks.
    Simulate(SimulateArgs),
    /// Render a report again from its results, without analysing.
    Report {
        /// A folder written by `dyad run`.
        folder: PathBuf,
        /// Folder to write [default: the same].
        #[arg(long)]
        out: Option<PathBuf>,
        /// Replace the folder if it exists.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        pictures: PictureArgs,
    },
    /// Set two runs side by side: a replication, an audit cycle.
    Compare {
        /// The first run's folder.
        first: PathBuf,
        /// The second run's folder.
        second: PathBuf,
        /// Folder to write.
        #[arg(long, default_value = "reports/comparison")]
        out: PathBuf,
        /// Replace the folder if it exists.
        #[arg(long)]
        force: bool,
    },
    /// Say what an estimate is, how it is computed and when it misleads.
    Explain {
        /// Its full id: plugin/…, as in results.json.
        id: String,
    },
    /// Write the tables a study is analysed from: items scored, missing codes emptied.
    Score {
        /// The study file.
        study: PathBuf,
        /// A new folder for the tables.
        #[arg(long)]
        out: PathBuf,
    },
    /// Print the JSON Schema of a file: for editors, and for programs that read results.
    Schema {
        /// Which file.
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Write a copy of a study's data with keyed hashes for identifiers and day offsets for dates.
    Pseudonymise {
        /// The study file.
        study: PathBuf,
        /// A file with at least 32 random bytes, kept away from the copy.
        #[arg(long)]
        key: PathBuf,
        /// A new folder for the copy.
        #[arg(long)]
        out: PathBuf,
    },
    /// The scoring keys that come with the program.
    #[command(subcommand)]
    Instruments(InstrumentsCommand),
    /// What analyses there are.
    #[command(subcommand)]
    Plugins(PluginsCommand),
}

/// `dyad run`.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// The study file.
    pub study: PathBuf,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `dyad demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What a sessions file can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataFormat {
    /// Comma-separated text.
    Csv,
    /// Parquet.
    Parquet,
}

/// `dyad simulate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes sessions.csv or sessions.parquet, study.toml, and truth.json with the true values by the ids of the estimates.
The same parameters give the same bytes on every machine and with any number of threads.

Examples:
  dyad simulate --seed 1                                   about 13,000 sessions, in simulated/
  dyad simulate --sessions 10000000 --data parquet --out large
  dyad simulate --set symptom.within=0 --set rupture.rate=0.2 --out no-effect")]
pub(crate) struct SimulateArgs {
    /// A TOML file of parameters; what it leaves out keeps its default.
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<PathBuf>,
    /// One parameter, as in alliance.mean=5; may be repeated, and comes after the file.
    #[arg(long, value_name = "TABLE.KEY=VALUE")]
    pub set: Vec<String>,
    /// Print every parameter with its default and its source, and write nothing.
    #[arg(long)]
    pub print: bool,
    /// Seed of every random draw (network.seed).
    #[arg(long)]
    pub seed: Option<u64>,
    /// Sites (network.sites).
    #[arg(long)]
    pub sites: Option<u32>,
    /// Therapists of each site (network.therapists_per_site).
    #[arg(long)]
    pub therapists: Option<u32>,
    /// Clients of a therapist, on average (network.clients_per_therapist).
    #[arg(long)]
    pub clients: Option<u32>,
    /// Session rows, about: the number of therapists follows.
    #[arg(long, conflicts_with = "therapists")]
    pub sessions: Option<u64>,
    /// What the sessions file is.
    #[arg(long, value_enum, default_value_t = DataFormat::Csv)]
    pub data: DataFormat,
    /// Folder to write.
    #[arg(long, default_value = "simulated")]
    pub out: PathBuf,
    /// Replace the folder if it exists.
    #[arg(long)]
    pub force: bool,
}

/// What a run needs besides its study.
#[derive(Debug, clap::Args)]
pub(crate) struct OutputArgs {
    /// Folder to write [default: reports/ and the study's name].
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Replace the folder if it exists.
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub pictures: PictureArgs,
    /// Plugins at work at once [default: the number of cores].
    #[arg(long)]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// How far plugins must be confined [default: required; demo: best-effort].
    #[arg(long, value_enum)]
    pub sandbox: Option<Sandbox>,
    /// Run this plugin alone; may be given more than once. The others are listed as skipped.
    #[arg(long, value_name = "PLUGIN")]
    pub only: Vec<String>,
    /// Compute everything again, and keep nothing for the next run.
    #[arg(long)]
    pub no_cache: bool,
    /// Write what plugins print and say into this file, for their author. It may quote data: only you can read it.
    #[arg(long, value_name = "FILE")]
    pub debug_plugins: Option<PathBuf>,
}

/// Figures for programs that read no SVG.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct PictureArgs {
    /// Write every figure as PNG too: 180 mm wide at 300 dpi.
    #[arg(long)]
    pub png: bool,
    /// Write all figures into figures.pdf too.
    #[arg(long)]
    pub pdf: bool,
}

impl From<PictureArgs> for dyad_report::Pictures {
    fn from(args: PictureArgs) -> Self {
        Self { png: args.png, pdf: args.pdf }
    }
}

/// `dyad plugins …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginsCommand {
    /// Every plugin found, and why one was refused.
    List,
    /// One plugin: settings with defaults, columns it asks for, estimates, sources, limits.
    Info {
        /// The plugin's id.
        id: String,
    },
    /// Test a plugin as its author: handshake, settings, empty and missing data, determinism, limits, leaks.
    Check {
        /// A library, or the folder of a plugin, which is built first [default: the plugin of this folder].
        path: Option<PathBuf>,
    },
    /// Show what a plugin asks for, and allow it: copies it and writes plugins.lock.
    Add {
        /// A library, or the folder of a script.
        path: PathBuf,
        /// Folder of plugins [default: the first of DYAD_PLUGIN_PATH].
        #[arg(long)]
        to: Option<PathBuf>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Take a plugin out of its folder and of plugins.lock.
    Remove {
        /// The plugin's id.
        id: String,
        /// Folder of plugins [default: the first of DYAD_PLUGIN_PATH].
        #[arg(long)]
        from: Option<PathBuf>,
    },
    /// Write a plugin that works, to change.
    New {
        /// Its id: lower case words joined by `-`.
        name: String,
        /// The language to write it in.
        #[arg(long, value_enum, default_value_t = Language::Rust)]
        lang: Language,
        /// A checkout of dyad, for a plugin in Rust [default: where this program was built].
        #[arg(long)]
        kit: Option<PathBuf>,
    },
}

/// Languages a plugin can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// With the kit: about 50 lines for a statistic.
    Rust,
    /// With the header alone.
    C,
    /// A script; needs R.
    R,
    /// A script; needs Python 3.
    Python,
}

/// `dyad instruments …`.
#[derive(Debug, Subcommand)]
pub(crate) enum InstrumentsCommand {
    /// Every key, and the instruments whose key you supply.
    List,
    /// One key: items, reversal, cut-offs, source, and how sure it is.
    Show {
        /// Its name: WAI-SR, phq-9, …
        name: String,
    },
}
