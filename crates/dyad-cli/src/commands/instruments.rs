//! `dyad instruments list` and `dyad instruments show NAME`.

use dyad_instruments::{Key, Subscale};

use crate::failure::Failure;
use crate::terminal::Terminal;

/// Every key that comes with the program, and the instruments whose key a user supplies.
pub(crate) fn list(terminal: &Terminal) -> Result<u8, Failure> {
    for id in dyad_instruments::builtin() {
        let key = find(id)?;
        terminal.result(&format!("{id:10} {} items  {}", key.items, key.title));
    }
    for known in dyad_instruments::recognised() {
        terminal.result(&format!("{:10} {}: {}", known.id, known.name, known.supply));
    }
    Ok(0)
}

/// One key: items, reversal, missing-item rule, direction, cut-offs, source and how sure it is.
pub(crate) fn show(name: &str, terminal: &Terminal) -> Result<u8, Failure> {
    let key = find(name)?;
    let [low, high] = key.item_range;
    let mut lines = vec![
        format!("{}: {}", key.name, key.title),
        format!("items      {}, answered {low} to {high}", key.items),
        format!("source     {}", key.source),
    ];
    lines.extend(key.notes.iter().map(|note| format!("note       {note}")));
    for subscale in &key.subscales {
        lines.extend(described(subscale));
    }
    terminal.result(&lines.join("\n"));
    Ok(0)
}

fn described(subscale: &Subscale) -> Vec<String> {
    let numbers =
        |items: &[usize]| items.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
    let [low, high] = subscale.range;
    let mut lines = vec![
        format!("{}", subscale.id),
        format!("  items      {}", numbers(&subscale.items)),
        format!(
            "  score      {low} to {high}, {} is better",
            match subscale.better {
                dyad_model::Direction::Higher => "higher",
                dyad_model::Direction::Lower => "lower",
            }
        ),
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
