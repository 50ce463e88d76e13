//! A small study in memory, as an analysis receives it.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema};
use dyad_model::{Direction, Flow, Level, Measure, Norm, Rater, Role, Study, Tables};

use crate::{Block, Client, Draw, Parameters, Session, SimulateError};

/// Draws a study and keeps it: the four tables in the documented layout, the measures of the study file.
///
/// # Errors
/// As [`Draw::new`].
pub fn study(parameters: &Parameters) -> Result<Study, SimulateError> {
    let draw = Draw::new(parameters)?;
    let block = draw.block(0..draw.therapists());
    let rows = block.sessions.len() as u64;
    let tables = tables(&block, parameters.network.sites);
    let tables = tables.map_err(|e| SimulateError::Parameter(e.to_string()))?;
    Ok(Study {
        title: "Simulated study".to_owned(),
        seed: parameters.network.seed,
        measures: measures(parameters),
        flow: Flow {
            rows_read: rows,
            rows_used: rows,
            dropped: Vec::new(),
            sites: parameters.network.sites.into(),
            therapists: draw.therapists() as u64,
            clients: draw.clients().into(),
        },
        notes: Vec::new(),
        replications: Vec::new(),
        tables,
    })
}

fn tables(block: &Block, sites: u32) -> Result<Tables, ArrowError> {
    let clients = &block.clients;
    // The first client of each therapist stands for it; every therapist has one.
    let heads: Vec<&Client> =
        clients.chunk_by(|a, b| a.therapist == b.therapist).filter_map(<[Client]>::first).collect();
    let per_session = |of: fn(&Client) -> u32| {
        let each = |c: &Client| std::iter::repeat_n(i64::from(of(c)), c.sessions.len());
        integers(clients.iter().flat_map(each))
    };
    let measured = |of: fn(&Session) -> Option<f64>| -> ArrayRef {
        Arc::new(block.sessions.iter().map(of).collect::<Float64Array>())
    };
    Ok(Tables {
        sessions: batch(vec![
            ("site", per_session(|c| c.site)),
            ("therapist", per_session(|c| c.therapist)),
            ("client", per_session(|c| c.client)),
            ("session", integers(block.sessions.iter().map(|s| i64::from(s.session)))),
            ("alliance_client", measured(|s| s.alliance_client)),
            ("alliance_therapist", measured(|s| s.alliance_therapist)),
            ("symptom", measured(|s| s.symptom)),
        ])?,
        clients: batch(vec![
            ("site", integers(clients.iter().map(|c| i64::from(c.site)))),
            ("therapist", integers(clients.iter().map(|c| i64::from(c.therapist)))),
            ("client", integers(clients.iter().map(|c| i64::from(c.client)))),
            ("baseline", floats(clients.iter().map(|c| c.baseline))),
            ("dropout", floats(clients.iter().map(|c| f64::from(u8::from(c.dropout))))),
        ])?,
        therapists: batch(vec![
            ("site", integers(heads.iter().map(|c| i64::from(c.site)))),
            ("therapist", integers(heads.iter().map(|c| i64::from(c.therapist)))),
            ("burnout", floats(heads.iter().map(|c| c.burnout))),
        ])?,
        sites: batch(vec![("site", integers((0..sites).map(i64::from)))])?,
    })
}

fn integers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<Int64Array>())
}

fn floats(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<Float64Array>())
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, ArrowError> {
    let field =
        |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, array)| array).collect())
}

fn measures(parameters: &Parameters) -> Vec<Measure> {
    let Parameters { alliance, symptom, burnout, .. } = parameters;
    let measure = |id: &str, role: Role, level: Level| Measure {
        id: id.to_owned(),
        role,
        level,
        rater: None,
        better: None,
        range: None,
        reliability: None,
        functional: None,
        cutoff: None,
        reliable_change: None,
        instrument: None,
        items: Vec::new(),
    };
    let rated = |id: &str, rater: Rater| Measure {
        rater: Some(rater),
        range: Some(alliance.range),
        ..measure(id, Role::Alliance, Level::Session)
    };
    vec![
        rated("alliance_client", Rater::Client),
        rated("alliance_therapist", Rater::Therapist),
        Measure {
            better: Some(Direction::Lower),
            range: Some(symptom.range),
            reliability: Some(symptom.reliability),
            functional: Some(Norm { mean: symptom.functional.mean, sd: symptom.functional.sd }),
            cutoff: Some(symptom.cutoff),
            ..measure("symptom", Role::Outcome, Level::Session)
        },
        measure("baseline", Role::Baseline, Level::Client),
        Measure {
            better: Some(Direction::Lower),
            range: Some(burnout.range),
            cutoff: Some(burnout.cutoff),
            ..measure("burnout", Role::Burnout, Level::Therapist)
        },
        measure("dropout", Role::Dropout, Level::Client),
    ]
}
