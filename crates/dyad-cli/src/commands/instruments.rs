//! `dyad instruments list` and `dyad instruments show NAME`.

use dyad_instruments::{Key, Subscale};
use dyad_model::Direction;
use serde_json::{Value, json};

use crate::args::Format;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Every key that comes with the program, and the instruments whose key a user supplies.
pub(crate) fn list(terminal: &Terminal) -> Result<u8, Failure> {
    let keys =
        dyad_instruments::builtin().into_iter().map(find).collect::<Result<Vec<Key>, Failure>>()?;
    let recognised = dyad_instruments::recognised();
    if terminal.format == Format::Json {
        let keys: Vec<Value> = keys
            .iter()
            .map(|key| json!({ "id": key.id, "name": key.name, "title": key.title, "items": key.items }))
            .collect();
        let names: Vec<Value> = recognised
            .iter()
            .map(|known| json!({ "id": known.id, "name": known.name, "supply": known.supply }))
            .collect();
        let list = json!({ "schema_version": 1, "keys": keys, "recognised": names });
        terminal.result(&format!("{list:#}"));
        return Ok(0);
    }
    for key in keys {
        terminal.result(&format!("{:10} {} items  {}", key.id, key.items, key.title));
    }
    for known in recognised {
        terminal.result(&format!("{:10} {}: {}", known.id, known.name, known.supply));
    }
    Ok(0)
}

/// One key: items, reversal, missing-item rule, direction, cut-offs, source and how sure it is.
pub(crate) fn show(name: &str, terminal: &Terminal) -> Result<u8, Failure> {
    let key = find(name)?;
    if terminal.format == Format::Json {
        terminal.result(&format!("{:#}", as_json(&key)));
        return Ok(0);
    }
    let [low, high] = key.item_range;
    let step = key.item_step.map_or_else(String::new, |step| format!(" in steps of {step}"));
    let mut lines = vec![
        format!("{}: {}", key.name, key.title),
        format!("items      {}, answered {low} to {high}{step}", key.items),
        format!("source     {}", key.source),
    ];
    lines.extend(key.notes.iter().map(|note| format!("note       {note}")));
    for subscale in &key.subscales {
        lines.extend(described(subscale));
    }
    terminal.result(&lines.join("\n"));
    Ok(0)
}

fn better(subscale: &Subscale) -> &'static str {
    match subscale.better {
        Direction::Higher => "higher",
        Direction::Lower => "lower",
    }
}

fn as_json(key: &Key) -> Value {
    let subscales: Vec<Value> = key
        .subscales
        .iter()
        .map(|s| {
            json!({
                "id": s.id, "items": s.items, "reversed": s.reversed, "aggregate": s.aggregate.as_str(),
                "range": s.range, "better": better(s), "missing_rule": s.missing_rule.to_string(),
                "cutoff": s.cutoff.map(|cutoff| cutoff.to_string()), "reliable_change": s.reliable_change,
                "checked": s.confidence.checked, "confidence": s.confidence.text,
            })
        })
        .collect();
    json!({
        "schema_version": 1, "id": key.id, "name": key.name, "title": key.title, "items": key.items,
        "item_range": key.item_range, "item_step": key.item_step, "source": key.source, "notes": key.notes,
        "subscales": subscales,
    })
}

fn described(subscale: &Subscale) -> Vec<String> {
    let numbers =
        |items: &[usize]| items.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
    let [low, high] = subscale.range;
    let aggregate = match subscale.aggregate.as_str() {
        "mean_x10" => "ten times the mean",
        other => other,
    };
    let mut lines = vec![
        subscale.id.clone(),
        format!("  items      {}", numbers(&subscale.items)),
        format!("  score      {aggregate}, {low} to {high}, {} is better", better(subscale)),
        format!("  blanks     {}", subscale.missing_rule.in_words()),
    ];
    if !subscale.reversed.is_empty() {
        lines.push(format!("  reversed   {}", numbers(&subscale.reversed)));
    }
    if let Some(cutoff) = subscale.cutoff {
        lines.push(format!("  cut-off    {cutoff}"));
    }
    if let Some(change) = subscale.reliable_change {
        lines.push(format!("  reliable   a change of {change}"));
    }
    let checked = if subscale.confidence.checked { "checked" } else { "not all checked" };
    lines.push(format!("  confidence {checked}: {}", subscale.confidence.text));
    lines
}

fn find(name: &str) -> Result<Key, Failure> {
    dyad_instruments::find(name).map_err(|e| {
        Failure::coded("unknown_instrument", e.to_string())
            .hint("`dyad instruments list` shows every key")
    })
}
