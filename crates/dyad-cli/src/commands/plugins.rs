//! `dyad plugins list` and `dyad plugins info`.

use dyad_host::Found;
use serde_json::{Value, json};

use super::run::catalogue;
use crate::args::{Format, Sandbox};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Every plugin found, and why one was refused. Describing a plugin runs its code, so it is confined as a run is.
pub(crate) fn list(terminal: &Terminal) -> Result<u8, Failure> {
    let catalogue = catalogue(Sandbox::BestEffort)?;
    if terminal.format == Format::Json {
        let plugins: Vec<Value> = catalogue.plugins.iter().map(described).collect();
        terminal.result(&format!("{:#}", json!({ "schema_version": 1, "plugins": plugins })));
    } else {
        let width = catalogue.plugins.iter().map(|p| p.id.len()).max().unwrap_or(0);
        for plugin in &catalogue.plugins {
            let said = match &plugin.manifest {
                Ok(manifest) => format!("{:8} {}", manifest.version, manifest.title),
                Err((status, reason)) => format!("{}: {reason}", status.as_str()),
            };
            terminal.result(&format!("{:width$}  {}  {said}", plugin.id, &plugin.sha256[..12]));
        }
        for path in &catalogue.shadowed {
            terminal.message(&format!(
                "passed over, a plugin of this name came first: {}",
                path.display()
            ));
        }
    }
    Ok(u8::from(catalogue.plugins.iter().any(|p| p.manifest.is_err())))
}

fn described(plugin: &Found) -> Value {
    let manifest = plugin.manifest.as_ref();
    json!({
        "id": plugin.id,
        "file": plugin.path.display().to_string(),
        "sha256": plugin.sha256,
        "status": manifest.err().map_or("ok", |(status, _)| status.as_str()),
        "reason": manifest.err().map(|(_, reason)| reason),
        "manifest": manifest.ok(),
    })
}

/// One plugin: settings with defaults, columns it asks for, estimates, sources, limits.
pub(crate) fn info(id: &str, terminal: &Terminal) -> Result<u8, Failure> {
    let catalogue = catalogue(Sandbox::BestEffort)?;
    let Some(plugin) = catalogue.get(id) else {
        return Err(unknown_plugin(id, &catalogue.plugins));
    };
    if terminal.format == Format::Json {
        terminal.result(&format!("{:#}", described(plugin)));
        return Ok(u8::from(plugin.manifest.is_err()));
    }
    let manifest = match &plugin.manifest {
        Ok(manifest) => manifest,
        Err((status, reason)) => {
            terminal.result(&format!("{id}: {}: {reason}", status.as_str()));
            return Ok(1);
        }
    };
    let mut lines = vec![
        format!("{} {}: {}", manifest.id, manifest.version, manifest.title),
        format!("file      {}", plugin.path.display()),
        format!("sha256    {}", plugin.sha256),
    ];
    let list = |values: &[String]| {
        if values.is_empty() { "nothing".to_owned() } else { values.join(", ") }
    };
    lines.push(format!("needs     {}", list(&manifest.needs)));
    for (table, columns) in &manifest.reads {
        lines.push(format!("reads     {table}: {}", columns.join(", ")));
    }
    for (key, default) in &manifest.settings {
        lines.push(format!("setting   {key} = {default}"));
    }
    let limits = manifest.limits;
    lines.push(format!(
        "limits    {} s, {} s CPU, {} MB memory, {} MB of findings, threads: {}",
        limits.wall_s, limits.cpu_s, limits.memory_mb, limits.output_mb, limits.threads
    ));
    lines.extend(manifest.delivers.iter().map(|e| format!("estimate  {id}/{}", e.id)));
    terminal.result(&lines.join("\n"));
    Ok(0)
}

/// No such plugin, with the nearest one there is.
pub(crate) fn unknown_plugin(id: &str, plugins: &[Found]) -> Failure {
    let failure = Failure::coded("unknown_plugin", format!("there is no plugin `{id}`"));
    let nearest = plugins.iter().map(|p| (strsim::damerau_levenshtein(&p.id, id), &p.id)).min();
    match nearest {
        Some((distance, nearest)) if distance <= 1 + nearest.len() / 3 => {
            failure.hint(format!("did you mean `{nearest}`?"))
        }
        _ => failure.hint("`dyad plugins list` shows every plugin"),
    }
}
