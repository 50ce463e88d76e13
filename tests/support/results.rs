//! A written output folder, read as JSON: the file is what is promised, not the types that made it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fail;

/// `results.json`, with its estimates by full name (`<plugin>/<id>`).
#[derive(Clone, Debug)]
pub struct Results {
    /// The whole document.
    pub document: Value,
    /// Every estimate, refused ones too.
    pub estimates: BTreeMap<String, Value>,
}

impl Results {
    /// Reads the results of an output folder.
    ///
    /// # Panics
    /// If there is no `results.json`, if it is not of the documented shape, or if an estimate stands twice.
    #[must_use]
    pub fn read(out: &Path) -> Self {
        let path = out.join("results.json");
        let text = fs::read_to_string(&path).unwrap_or_else(|e| fail(&path, &e));
        let document: Value = serde_json::from_str(&text).unwrap_or_else(|e| fail(&path, &e));
        let mut estimates = BTreeMap::new();
        for analysis in list(&document["analyses"], "analyses") {
            let plugin = analysis["plugin"].as_str().expect("an analysis names its plugin");
            for estimate in list(&analysis["estimates"], "estimates") {
                let id = estimate["id"].as_str().expect("an estimate has an id");
                let twice = estimates.insert(format!("{plugin}/{id}"), estimate.clone());
                assert!(twice.is_none(), "{plugin}/{id} stands twice in results.json");
            }
        }
        Self { document, estimates }
    }

    /// How an analysis ended; `None` if it is not there.
    #[must_use]
    pub fn status(&self, plugin: &str) -> Option<&str> {
        let analyses = self.document["analyses"].as_array()?;
        analyses.iter().find(|a| a["plugin"] == plugin)?["status"].as_str()
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    assert!(value.is_array(), "results.json: `{name}` is not a list");
    value.as_array().expect("it was just checked")
}
