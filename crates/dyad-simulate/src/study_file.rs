//! The study file of a simulated study.

use crate::Parameters;

/// `study.toml` for sessions in `file`.
pub(crate) fn text(parameters: &Parameters, file: &str) -> String {
    let Parameters { network, alliance, symptom, burnout, .. } = parameters;
    let [low, high] = alliance.range;
    let [least, most] = symptom.range;
    format!(
        r#"# SIMULATED data: no person stands behind these numbers. truth.json says what is true in them.
version = 1

[study]
title = "Simulated study"
seed = {seed}
simulated = true

[data]
sessions = "{file}"

[columns]
site = "site"
therapist = "therapist"
client = "client"
session = "session"

[measures.alliance_client]
role = "alliance"
rater = "client"
column = "alliance_client"
range = [{low}, {high}]

[measures.alliance_therapist]
role = "alliance"
rater = "therapist"
column = "alliance_therapist"
range = [{low}, {high}]

[measures.symptom]
role = "outcome"
column = "symptom"
better = "lower"
range = [{least}, {most}]
reliability = {reliability}
functional = {{ mean = {mean}, sd = {sd} }}
cutoff = {caseness}

[measures.baseline]
role = "baseline"
column = "baseline"

[measures.burnout]
role = "burnout"
column = "burnout"
range = [{unstrained}, {strained}]
cutoff = {cutoff}

[measures.dropout]
role = "dropout"
column = "dropout"
"#,
        seed = network.seed,
        reliability = symptom.reliability,
        mean = symptom.functional.mean,
        sd = symptom.functional.sd,
        caseness = symptom.cutoff,
        unstrained = burnout.range[0],
        strained = burnout.range[1],
        cutoff = burnout.cutoff,
    )
}
