//! Tables on their way to a plugin: only the columns it was granted, written once into a sealed memory file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::MetadataVersion;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use dyad_model::{Manifest, Role, Study, TableName};

use crate::linux::memory;

/// A table as a worker gets it: Arrow IPC in a sealed memory file.
#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) name: &'static str,
    pub(crate) file: File,
    pub(crate) bytes: usize,
}

/// The columns of a table, by position: what distinguishes one projection from another.
type Key = (TableName, Vec<usize>);

/// Writes each distinct projection of a study once, however many plugins ask for it.
pub(crate) struct Projections<'s> {
    study: &'s Study,
    written: BTreeMap<Key, Arc<Projection>>,
}

impl<'s> Projections<'s> {
    pub(crate) fn new(study: &'s Study) -> Self {
        Self { study, written: BTreeMap::new() }
    }

    /// The tables a manifest asks for, with nothing else in them.
    pub(crate) fn granted(&mut self, manifest: &Manifest) -> io::Result<Vec<Arc<Projection>>> {
        let mut tables = Vec::new();
        for name in TableName::ALL {
            let Some(asked) = manifest.reads.get(name.as_str()) else { continue };
            let key = (name, columns(self.study, name, asked));
            if let Some(known) = self.written.get(&key) {
                tables.push(Arc::clone(known));
                continue;
            }
            let batch = self.study.tables.get(name).project(&key.1).map_err(io::Error::other)?;
            let projection = Arc::new(write(name, &batch)?);
            self.written.insert(key, Arc::clone(&projection));
            tables.push(projection);
        }
        Ok(tables)
    }
}

/// Positions of the columns asked for, in the table's own order. What the study does not have is left out.
fn columns(study: &Study, name: TableName, asked: &[String]) -> Vec<usize> {
    let roles = [
        Role::Alliance,
        Role::Outcome,
        Role::Baseline,
        Role::Burnout,
        Role::Covariate,
        Role::Dropout,
    ];
    let schema = study.tables.get(name).schema();
    let granted = |column: &str| {
        let role = study.measures.iter().find(|m| m.id == column).map(|m| m.role);
        asked.iter().any(|a| match a.strip_prefix('@') {
            Some(word) => roles.iter().any(|r| r.as_str() == word && Some(*r) == role),
            None => a == column,
        })
    };
    // Items come with a measure that is granted itself, never alone.
    let items = asked.iter().any(|a| a == Manifest::ITEMS);
    let behind = |column: &str| {
        study.measures.iter().any(|m| m.items.iter().any(|i| i == column) && granted(&m.id))
    };
    let wanted = |column: &str| granted(column) || (items && behind(column));
    let fields = schema.fields().iter().enumerate();
    fields.filter(|(_, field)| wanted(field.name())).map(|(position, _)| position).collect()
}

/// The one copy a table ever gets. Buffers are aligned to 64 bytes, so that readers can use them where they lie.
fn write(name: TableName, batch: &RecordBatch) -> io::Result<Projection> {
    let mut file = memory::create(c"table")?;
    let options =
        IpcWriteOptions::try_new(64, false, MetadataVersion::V5).map_err(io::Error::other)?;
    let mut writer = FileWriter::try_new_with_options(&mut file, &batch.schema(), options)
        .map_err(io::Error::other)?;
    writer.write(batch).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    drop(writer);
    let bytes = usize::try_from(file.stream_position()?).map_err(io::Error::other)?;
    memory::seal(&file)?;
    Ok(Projection { name: name.as_str(), file, bytes })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Float64Array, RecordBatch};
    use dyad_model::{Flow, Level, Measure, Role, Study, TableName, Tables};

    use super::columns;

    fn measure(id: &str, role: Role) -> Measure {
        Measure {
            id: id.to_owned(),
            role,
            level: Level::Session,
            rater: None,
            better: None,
            range: None,
            reliability: None,
            functional: None,
            cutoff: None,
            reliable_change: None,
            instrument: None,
            items: (1..=2).map(|item| format!("{id}.item_{item}")).collect(),
        }
    }

    #[test]
    fn items_come_with_their_measure_and_never_alone() {
        let names = ["wai", "phq", "wai.item_1", "wai.item_2", "phq.item_1", "phq.item_2"];
        let column = || Arc::new(Float64Array::from(vec![1.0])) as _;
        let sessions = RecordBatch::try_from_iter(names.map(|name| (name, column()))).unwrap();
        let empty = sessions.slice(0, 0);
        let tables =
            Tables { sessions, clients: empty.clone(), therapists: empty.clone(), sites: empty };
        let study = Study {
            title: String::new(),
            seed: 1,
            measures: vec![measure("wai", Role::Alliance), measure("phq", Role::Outcome)],
            tables,
            flow: Flow {
                rows_read: 1,
                rows_used: 1,
                dropped: Vec::new(),
                sites: 1,
                therapists: 0,
                clients: 1,
            },
            notes: Vec::new(),
            replications: Vec::new(),
        };
        for (asked, expected) in [
            (vec!["@alliance"], vec![0]),
            (vec!["@item"], vec![]),
            (vec!["@alliance", "@item"], vec![0, 2, 3]),
            (vec!["@outcome", "@item"], vec![1, 4, 5]),
            (vec!["wai", "@item"], vec![0, 2, 3]),
        ] {
            let words: Vec<String> = asked.iter().map(ToString::to_string).collect();
            assert_eq!(columns(&study, TableName::Sessions, &words), expected, "{asked:?}");
        }
    }
}
