//! `dyad explain`: what an estimate is, how it is computed, when it misleads.

use dyad_model::Explained;
use serde_json::json;

use super::plugins::unknown_plugin;
use super::run::catalogue;
use crate::args::{Format, Sandbox};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Explains an estimate by its full id, or a problem by its code.
pub(crate) fn explain(id: &str, terminal: &Terminal) -> Result<u8, Failure> {
    if let Some(text) = dyad_ingest::explain(id) {
        terminal.result(&match terminal.format {
            Format::Text => format!("{id}\n{text}"),
            Format::Json => {
                format!("{:#}", json!({ "schema_version": 1, "code": id, "text": text }))
            }
        });
        return Ok(0);
    }
    let catalogue = catalogue(Sandbox::BestEffort)?;
    let Some((plugin, estimate)) = id.split_once('/') else {
        return Err(Failure::coded("unknown_id", format!("`{id}` is neither an estimate's full id nor a problem's code"))
            .hint("an estimate's full id is <plugin>/<id>, as in early-peak/peak/alliance_client/contrast_3"));
    };
    let found = catalogue.get(plugin).ok_or_else(|| unknown_plugin(plugin, &catalogue.plugins))?;
    let manifest = found.manifest.as_ref().map_err(|(status, reason)| {
        Failure::coded("plugin_unusable", format!("{plugin}: {}: {reason}", status.as_str()))
    })?;
    // A pattern explains itself: `mean/*/session_*` is as good a question as `mean/alliance_client/session_3`.
    let explained =
        manifest.explain(estimate).or_else(|| manifest.delivers.iter().find(|e| e.id == estimate));
    let Some(explained) = explained else {
        let known: Vec<String> =
            manifest.delivers.iter().map(|e| format!("{plugin}/{}", e.id)).collect();
        return Err(Failure::coded(
            "unknown_id",
            format!("{plugin} delivers no estimate `{estimate}`"),
        )
        .hint(format!("it delivers {}", known.join(", "))));
    };
    match terminal.format {
        Format::Text => terminal.result(&text(id, explained)),
        Format::Json => {
            let value = json!({ "schema_version": 1, "id": id, "explained": explained });
            terminal.result(&format!("{value:#}"));
        }
    }
    Ok(0)
}

fn text(id: &str, explained: &Explained) -> String {
    let mut lines = vec![id.to_owned(), explained.what.clone()];
    let source = explained.source.join(", ");
    let parts = [
        ("formula", &explained.formula),
        ("misleads", &explained.misleads),
        ("in R", &explained.r),
        ("source", &source),
    ];
    lines.extend(
        parts
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("{name:9} {text}")),
    );
    lines.join("\n")
}
