//! Tables on their way to a plugin: only the columns it was granted, written at most once into sealed memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use arrow_array::RecordBatch;
use arrow_ipc::MetadataVersion;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use dyad_model::{Manifest, Role, Study, TableName};
use sha2::{Digest, Sha256};

use crate::system::{Sealed, System};

/// A table as a worker gets it.
#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) name: &'static str,
    pub(crate) rows: usize,
    /// Hash of what is in it: names, types and values of its columns.
    pub(crate) sha256: Vec<u8>,
    batch: RecordBatch,
    system: System,
    sealed: Mutex<Option<Arc<Sealed>>>,
}

impl Projection {
    /// The sealed table: the one copy it ever gets, made by whoever needs it first.
    pub(crate) fn sealed(&self) -> io::Result<Arc<Sealed>> {
        let mut sealed = self.sealed.lock().map_err(|_| io::Error::other("a writer panicked"))?;
        if let Some(sealed) = &*sealed {
            return Ok(Arc::clone(sealed));
        }
        let made = Arc::new(Sealed::write(self.system, |file| encode(file, &self.batch))?);
        *sealed = Some(Arc::clone(&made));
        Ok(made)
    }
}

/// The columns of a table, by position: what distinguishes one projection from another.
type Key = (TableName, Vec<usize>);

/// Keeps each distinct projection of a study once, however many plugins ask for it.
pub(crate) struct Projections<'s> {
    study: &'s Study,
    system: System,
    made: BTreeMap<Key, Arc<Projection>>,
    hashes: BTreeMap<(TableName, usize), Vec<u8>>,
    hashed: bool,
}

impl<'s> Projections<'s> {
    /// `hashed`: whether contents are wanted as hashes, for the cache.
    pub(crate) fn new(study: &'s Study, system: System, hashed: bool) -> Self {
        Self { study, system, made: BTreeMap::new(), hashes: BTreeMap::new(), hashed }
    }

    /// The tables a manifest asks for, with nothing else in them.
    pub(crate) fn granted(&mut self, manifest: &Manifest) -> io::Result<Vec<Arc<Projection>>> {
        let mut tables = Vec::new();
        for name in TableName::ALL {
            let Some(asked) = manifest.reads.get(name.as_str()) else { continue };
            let key = (name, columns(self.study, name, asked));
            if let Some(known) = self.made.get(&key) {
                tables.push(Arc::clone(known));
                continue;
            }
            let batch = self.study.tables.get(name).project(&key.1).map_err(io::Error::other)?;
            let projection = Arc::new(Projection {
                name: name.as_str(),
                rows: batch.num_rows(),
                sha256: if self.hashed { self.hash(&key)? } else { Vec::new() },
                batch,
                system: self.system,
                sealed: Mutex::new(None),
            });
            self.made.insert(key, Arc::clone(&projection));
            tables.push(projection);
        }
        Ok(tables)
    }

    /// Each column is hashed once per study, whichever projections it is in.
    fn hash(&mut self, (name, positions): &Key) -> io::Result<Vec<u8>> {
        let table = self.study.tables.get(*name);
        let mut all = Sha256::new();
        all.update(table.num_rows().to_le_bytes());
        for &position in positions {
            let known = match self.hashes.entry((*name, position)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let column = table.project(&[position]).map_err(io::Error::other)?;
                    let mut hasher = Hasher(Sha256::new());
                    encode(&mut hasher, &column)?;
                    place.insert(hasher.0.finalize().to_vec())
                }
            };
            all.update(known);
        }
        Ok(all.finalize().to_vec())
    }
}

/// A hash as a file.
struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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

/// A batch as an Arrow file. Buffers are aligned to 64 bytes, so that readers can use them where they lie.
pub(crate) fn encode(to: &mut dyn Write, batch: &RecordBatch) -> io::Result<()> {
    let options =
        IpcWriteOptions::try_new(64, false, MetadataVersion::V5).map_err(io::Error::other)?;
    let mut writer =
        FileWriter::try_new_with_options(to, &batch.schema(), options).map_err(io::Error::other)?;
    writer.write(batch).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)
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
