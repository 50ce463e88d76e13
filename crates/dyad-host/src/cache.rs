//! Findings of earlier runs, by what they were computed from: a second run of the same study computes nothing again.
//!
//! One file per analysis that delivered (a line with what `run.json` records, then the findings) and one per run in which all did
//! (what its `results.json` and `run.json` hold). Nothing else is kept, no row and no identifier. Findings are not yet released, so
//! only the user can read the folder.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dyad_plugin::abi::{ABI_MAJOR, ABI_MINOR};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::catalogue::{Catalogue, Found, Place, hexadecimal};
use crate::projection::Projection;

/// Entries that are kept; the oldest go first.
const MAX_ENTRIES: usize = 1000;
/// No entry is larger: findings are capped far below.
const MAX_BYTES: u64 = 128 << 20;

/// A folder of findings.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// What was kept of an analysis.
pub(crate) struct Kept {
    pub(crate) record: Map<String, Value>,
    pub(crate) output: Vec<u8>,
}

impl Cache {
    /// A cache in this folder, which is made if it is not there.
    ///
    /// # Errors
    /// If the folder cannot be made private.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
        Ok(Self { folder: folder.to_path_buf() })
    }

    /// The findings that are kept under a key, if they are whole.
    pub(crate) fn get(&self, key: &str) -> Option<Kept> {
        let body = self.read(key)?;
        let (record, output) = split(&body)?;
        Some(Kept { record: serde_json::from_slice(record).ok()?, output: output.to_vec() })
    }

    /// Keeps findings. A cache that cannot be written is no reason to fail.
    pub(crate) fn put(&self, key: &str, record: &Map<String, Value>, output: &[u8]) {
        let Ok(mut body) = serde_json::to_vec(record) else { return };
        body.push(b'\n');
        body.extend_from_slice(output);
        self.write(key, &body);
    }

    /// What is kept under a key, if it is whole.
    #[must_use]
    pub fn read(&self, key: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(self.path(key)).ok()?;
        file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
        let (hash, body) = split(&bytes)?;
        (hash == hexadecimal(&Sha256::digest(body)).as_bytes()).then(|| body.to_vec())
    }

    /// Keeps bytes under a key. A cache that cannot be written is no reason to fail.
    pub fn write(&self, key: &str, body: &[u8]) {
        drop(self.try_write(key, body));
    }

    fn try_write(&self, key: &str, body: &[u8]) -> io::Result<()> {
        // Readable by its owner alone from the first moment; named only when it is whole.
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.folder)?;
        file.write_all(hexadecimal(&Sha256::digest(body)).as_bytes())?;
        file.write_all(b"\n")?;
        file.write_all(body)?;
        file.persist(self.path(key)).map_err(|e| e.error)?;
        self.prune()
    }

    fn prune(&self) -> io::Result<()> {
        let entries = fs::read_dir(&self.folder)?.flatten();
        let mut entries: Vec<_> =
            entries.filter_map(|e| Some((e.metadata().ok()?.modified().ok()?, e.path()))).collect();
        if entries.len() <= MAX_ENTRIES {
            return Ok(());
        }
        entries.sort();
        let surplus = entries.len() - MAX_ENTRIES;
        for (_, path) in entries.into_iter().take(surplus) {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.findings"))
    }
}

/// What stands before the first newline, and after it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&b| b == b'\n')?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// The key of a whole run: what it read, by `data`, and every plugin as it is here. `None`: some plugin cannot be used, which a run
/// must say again.
#[must_use]
pub fn run_key(catalogue: &Catalogue, data: &str, program: &str) -> Option<String> {
    let mut all = Sha256::new();
    let mut add = |part: &str| {
        all.update((part.len() as u64).to_le_bytes());
        all.update(part);
    };
    add("run");
    add(program);
    add(data);
    add(&format!("{:?} {:?}", catalogue.place.sandbox, catalogue.place.system));
    for plugin in &catalogue.plugins {
        plugin.manifest.as_ref().ok()?;
        add(&plugin.id);
        add(&plugin.sha256);
        add(plugin.interpreter.as_deref().unwrap_or_default());
        // A lock may lower limits, under which an analysis might not have delivered.
        add(&format!("{:?}", plugin.locked));
    }
    Some(hexadecimal(&all.finalize()))
}

/// Everything findings depend on, and how they were computed: plugin, settings, seed, measures, tables, confinement, program.
pub(crate) fn key(
    plugin: &Found,
    place: &Place,
    request: &str,
    tables: &[Arc<Projection>],
) -> String {
    let mut all = Sha256::new();
    let mut add = |part: &[u8]| {
        all.update((part.len() as u64).to_le_bytes());
        all.update(part);
    };
    add(env!("CARGO_PKG_VERSION").as_bytes());
    add(format!("{ABI_MAJOR}.{ABI_MINOR} {:?} {:?}", place.sandbox, place.system).as_bytes());
    add(plugin.id.as_bytes());
    add(plugin.sha256.as_bytes());
    add(plugin.interpreter.as_deref().unwrap_or_default().as_bytes());
    add(request.as_bytes());
    for table in tables {
        add(table.name.as_bytes());
        add(&table.sha256);
    }
    hexadecimal(&all.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("dyad")).unwrap();
        let record: Map<String, Value> =
            [("cpu_s".to_owned(), Value::from(1.5))].into_iter().collect();
        assert!(cache.get("a").is_none());
        cache.put("a", &record, b"{\"notes\":\n[]}");
        let kept = cache.get("a").unwrap();
        assert_eq!((kept.record, kept.output.as_slice()), (record, &b"{\"notes\":\n[]}"[..]));
        let path = cache.path("a");
        let whole = fs::read(&path).unwrap();
        for cut in [0, 10, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(cache.get("a").is_none(), "{cut} bytes pass");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("dyad")).unwrap();
        cache.put("a", &Map::new(), b"{}");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&cache.folder), 0o700);
        assert_eq!(mode(&cache.path("a")), 0o600);
    }
}
