//! The settings of a plugin against the defaults of its manifest: a misspelt key must not change results in silence.

use dyad_model::Manifest;
use serde_json::{Map, Value};

use crate::HostError;

/// Refuses unknown keys and values of another type than the default's.
pub(crate) fn check(manifest: &Manifest, settings: &Map<String, Value>) -> Result<(), HostError> {
    for (key, value) in settings {
        let Some(default) = manifest.settings.get(key) else {
            return Err(unknown(manifest, key));
        };
        if !fits(default, value) {
            return Err(HostError::Settings {
                plugin: manifest.id.clone(),
                problem: format!("`{key}` expects {}, as in its default {default}", kind(default)),
                suggestion: None,
            });
        }
    }
    Ok(())
}

fn unknown(manifest: &Manifest, key: &str) -> HostError {
    let nearest = manifest
        .settings
        .keys()
        .map(|known| (strsim::damerau_levenshtein(known, key), known))
        .min()
        .filter(|(distance, known)| *distance <= 1 + known.len() / 3)
        .map(|(_, known)| known.clone());
    let known: Vec<&str> = manifest.settings.keys().map(String::as_str).collect();
    let known = if known.is_empty() {
        "it has no settings".to_owned()
    } else {
        format!("it knows {}", known.join(", "))
    };
    HostError::Settings {
        plugin: manifest.id.clone(),
        problem: format!("unknown key `{key}`; {known}"),
        suggestion: nearest,
    }
}

/// A default of null takes anything; numbers are of one kind.
fn fits(default: &Value, value: &Value) -> bool {
    matches!(
        (default, value),
        (Value::Null, _)
            | (Value::Bool(_), Value::Bool(_))
            | (Value::Number(_), Value::Number(_))
            | (Value::String(_), Value::String(_))
            | (Value::Array(_), Value::Array(_))
            | (Value::Object(_), Value::Object(_))
    )
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "anything",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_named_with_its_neighbour() {
        let mut manifest = Manifest::new("early-peak", "0.1.0", "Early peak");
        manifest.settings.insert("peak_window".to_owned(), serde_json::json!([1, 5]));
        let given = |text| serde_json::from_str::<Map<String, Value>>(text).unwrap();
        assert!(check(&manifest, &given(r#"{"peak_window": [1, 4]}"#)).is_ok());
        let misspelt = check(&manifest, &given(r#"{"peak_windw": [1, 4]}"#)).unwrap_err();
        assert_eq!(misspelt.hint().as_deref(), Some("did you mean `peak_window`?"));
        assert!(check(&manifest, &given(r#"{"peak_window": "1-5"}"#)).is_err());
    }
}
