//! A study as files: sessions, study file, truth.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;
use serde_json::json;

use crate::csv::{HEADER, Names, lines};
use crate::parquet::{Writer, batch};
use crate::{Block, Draw, Parameters, SimulateError, study_file, truth};

/// Rows that are drawn as one block: a few megabytes, and enough that threads wait little for each other.
const BLOCK: f64 = 16_384.0;

/// What the sessions file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated text.
    Csv,
    /// Parquet, snappy.
    Parquet,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Session rows.
    pub sessions: u64,
    /// Clients.
    pub clients: u64,
    /// Therapists.
    pub therapists: u64,
    /// Sites.
    pub sites: u64,
    /// Values that the end of a range cut off: the client's ratings, the therapist's, symptom scores.
    pub cut_off: [u64; 3],
}

/// Writes `sessions.csv` or `sessions.parquet`, `study.toml` and `truth.json` into a folder.
///
/// Blocks of therapists are drawn by all threads and written in order: the bytes depend on the parameters alone, and memory does
/// not grow with the study.
///
/// # Errors
/// [`SimulateError::Write`] if a file cannot be written; [`SimulateError::Parameter`] as [`Draw::new`].
pub fn write(
    parameters: &Parameters,
    format: Format,
    folder: &Path,
) -> Result<Written, SimulateError> {
    let draw = Draw::new(parameters)?;
    let names = Names::new(parameters.network.sites, draw.therapists(), draw.clients());
    let file = match format {
        Format::Csv => "sessions.csv",
        Format::Parquet => "sessions.parquet",
    };
    let failed = |file: &str| {
        let file = file.to_owned();
        move |e: std::io::Error| SimulateError::Write { file, reason: e.to_string() }
    };
    let mut out = BufWriter::new(File::create(folder.join(file)).map_err(failed(file))?);
    let mut written = Written {
        therapists: draw.therapists() as u64,
        sites: parameters.network.sites.into(),
        ..Written::default()
    };
    match format {
        Format::Csv => {
            out.write_all(HEADER.as_bytes()).map_err(failed(file))?;
            let encode = |block: &Block| Ok(lines(block, names, parameters));
            in_order(&draw, parameters, &mut written, encode, |lines: Vec<u8>| {
                out.write_all(&lines).map_err(failed(file))
            })?;
            out.flush().map_err(failed(file))?;
        }
        Format::Parquet => {
            let mut writer = Writer::new(&mut out, file)?;
            let encode = |block: &Block| batch(block, names, file);
            in_order(&draw, parameters, &mut written, encode, |batch| writer.write(&batch))?;
            writer.finish()?;
            out.flush().map_err(failed(file))?;
        }
    }
    let study = folder.join("study.toml");
    fs::write(study, study_file::text(parameters, file)).map_err(failed("study.toml"))?;
    let text = format!("{:#}\n", described(parameters, &written));
    fs::write(folder.join("truth.json"), text).map_err(failed("truth.json"))?;
    Ok(written)
}

/// Draws and encodes block after block by all threads while the blocks before are written.
fn in_order<T: Send>(
    draw: &Draw<'_>,
    parameters: &Parameters,
    written: &mut Written,
    encode: impl Fn(&Block) -> Result<T, SimulateError> + Sync,
    mut write: impl FnMut(T) -> Result<(), SimulateError> + Send,
) -> Result<(), SimulateError> {
    let blocks = blocks(draw, parameters);
    let make = |therapists: &Range<usize>| {
        let block = draw.block(therapists.clone());
        let counts = (block.sessions.len() as u64, block.clients.len() as u64, block.cut_off);
        encode(&block).map(|encoded| (encoded, counts))
    };
    let mut ready = Vec::new();
    let mut rounds = blocks.chunks(2 * rayon::current_num_threads());
    loop {
        let round = rounds.next();
        let draw_next = || round.map(|round| round.par_iter().map(make).collect::<Vec<_>>());
        let write_last = || {
            for made in ready {
                let (encoded, (sessions, clients, cut_off)) = made?;
                write(encoded)?;
                written.sessions += sessions;
                written.clients += clients;
                written.cut_off.iter_mut().zip(cut_off).for_each(|(sum, n)| *sum += n);
            }
            Ok(())
        };
        let (next, done): (_, Result<(), SimulateError>) = rayon::join(draw_next, write_last);
        done?;
        match next {
            Some(next) => ready = next,
            None => return Ok(()),
        }
    }
}

/// Therapists block by block: a matter of the parameters, not of the machine.
fn blocks(draw: &Draw<'_>, parameters: &Parameters) -> Vec<Range<usize>> {
    let caseload = f64::from(parameters.network.clients_per_therapist);
    let each = (BLOCK / (caseload * parameters.sessions_per_client())).max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and 16,384"
    )]
    let each = each as usize;
    let starts = (0..draw.therapists()).step_by(each);
    starts.map(|start| start..(start + each).min(draw.therapists())).collect()
}

/// `truth.json`.
fn described(parameters: &Parameters, written: &Written) -> serde_json::Value {
    let truth: serde_json::Map<String, serde_json::Value> = truth(parameters)
        .into_iter()
        .map(|(id, one)| (id, json!({ "value": one.value, "what": one.what })))
        .collect();
    let [client, therapist, symptom] = written.cut_off;
    json!({
        "schema_version": 1,
        "generator": "xoshiro256++",
        "size": {
            "sessions": written.sessions, "clients": written.clients,
            "therapists": written.therapists, "sites": written.sites,
        },
        "cut_off": {
            "what": "values that the end of a range cut off; the truth holds as far as they are few",
            "alliance_client": client, "alliance_therapist": therapist, "symptom": symptom,
        },
        "truth": truth,
        "parameters": parameters,
    })
}
