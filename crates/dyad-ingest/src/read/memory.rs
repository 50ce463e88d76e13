//! What the readers of binary formats share: columns in memory, and a wall around code that may panic on a damaged file.

use std::{
    cell::Cell,
    panic,
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use polars::prelude::{Float64Chunked, NewChunkedArray, StringChunked};

use super::{Batch, Cells, Hidden, Rows, Source, Table, checked_header};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Rows of a batch.
const BATCH: usize = 100_000;
/// Cells a binary file may claim: far above any session table, far below what would exhaust a machine.
const CELLS: u64 = 500_000_000;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a reader on a thread of its own. A panic becomes a problem; its message, which may quote data, is not shown.
pub(super) fn isolated<T: Send>(
    file: &str,
    work: impl FnOnce() -> Result<T, Problems> + Send,
) -> Result<T, Problems> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    let refused = || Problems::from(Problem::new(Code::Unreadable, file));
    thread::scope(|scope| {
        let quiet = || {
            QUIET.set(true);
            work()
        };
        match thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, quiet) {
            Ok(handle) => handle.join().unwrap_or_else(|_| Err(refused())),
            Err(_) => Err(refused()),
        }
    })
}

/// Does `n` pieces of work of a reader side by side, each as isolated as the reader; gives the results in order.
pub(super) fn side_by_side<T: Send>(
    file: &str,
    n: usize,
    work: impl Fn(usize) -> Result<T, Problems> + Sync,
) -> Result<Vec<T>, Problems> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(n);
    if threads < 2 {
        return (0..n).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || -> Vec<(usize, Result<T, Problems>)> {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= n {
                return done;
            }
            done.push((i, work(i)));
        }
    };
    let mut done = thread::scope(|scope| {
        let started: Vec<_> =
            (0..threads).map(|_| scope.spawn(|| isolated(file, || Ok(take())))).collect();
        let refused = || Err(Problem::new(Code::Unreadable, file).into());
        let parts: Result<Vec<_>, Problems> =
            started.into_iter().map(|t| t.join().unwrap_or_else(|_| refused())).collect();
        parts.map(|parts| parts.into_iter().flatten().collect::<Vec<_>>())
    })?;
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Refuses a size that a damaged header may claim.
pub(super) fn plausible(rows: u64, columns: usize, file: &str) -> Result<(), Problems> {
    if rows.saturating_mul(columns as u64) <= CELLS && columns > 0 {
        return Ok(());
    }
    Err(Problem::new(Code::Unreadable, file)
        .found(format!("a file that claims {rows} rows of {columns} columns"))
        .into())
}

/// Columns held in memory.
struct InMemory {
    columns: Vec<Cells>,
    records: usize,
}

impl Source for InMemory {
    fn batches(&self) -> usize {
        self.records.div_ceil(BATCH)
    }

    fn batch(&self, i: usize) -> Result<Batch, Problems> {
        let start = i * BATCH;
        let length = BATCH.min(self.records - start);
        let columns = self.columns.iter().map(|column| column.slice(start, length)).collect();
        Ok(Batch { columns, rows: Rows::From(start as u64 + 1) })
    }
}

impl Cells {
    fn slice(&self, start: usize, length: usize) -> Self {
        let offset = i64::try_from(start).unwrap_or(i64::MAX);
        match self {
            Self::Text(text) => Self::Text(text.slice(offset, length)),
            Self::Number(numbers) => Self::Number(numbers.slice(offset, length)),
            Self::Date(days) => Self::Date(days[start..start + length].to_vec()),
        }
    }

    /// Text cells.
    pub(super) fn text<S: AsRef<str>>(cells: impl Iterator<Item = Option<S>>) -> Self {
        Self::Text(StringChunked::from_iter_options("".into(), cells))
    }

    /// Number cells.
    pub(super) fn number(cells: impl Iterator<Item = Option<f64>>) -> Self {
        Self::Number(Float64Chunked::from_iter_options("".into(), cells))
    }

    /// Number cells of which none is empty.
    pub(super) fn numbers(cells: Vec<f64>) -> Self {
        Self::Number(Float64Chunked::from_vec("".into(), cells))
    }

    /// Whole numbers: as numbers where a double holds them exactly, else as text, so that no identifier loses its end.
    pub(super) fn whole(cells: &[Option<i64>]) -> Self {
        const EXACT: u64 = 1 << 53;
        if cells.iter().flatten().all(|v| v.unsigned_abs() <= EXACT) {
            Self::number(cells.iter().map(|v| v.map(|v| v as f64)))
        } else {
            Self::text(cells.iter().map(|v| v.map(|v| v.to_string())))
        }
    }

    /// Single-precision numbers, as they are written: 4.2 stays 4.2.
    pub(super) fn single(cells: impl Iterator<Item = Option<f32>>) -> Self {
        Self::number(cells.map(|v| v.map(|v| v.to_string().parse().unwrap_or(f64::NAN))))
    }

    /// Cells without any value.
    pub(super) fn empty(length: usize) -> Self {
        Self::text(std::iter::repeat_n(None::<&str>, length))
    }
}

/// What a reader of a binary format found.
pub(super) struct Contents {
    pub(super) header: Vec<String>,
    pub(super) columns: Vec<Cells>,
    pub(super) format: String,
    pub(super) remarks: Vec<String>,
    pub(super) hidden: Vec<Hidden>,
}

/// The table, if its columns have names and one length.
pub(super) fn table(contents: Contents, file: &str) -> Result<Table, Problems> {
    let Contents { header, columns, format, remarks, hidden } = contents;
    let header = checked_header(header, file)?;
    let records = columns.first().map_or(0, Cells::len);
    if header.is_empty() {
        return Err(Problem::new(Code::FileEmpty, file).into());
    }
    if columns.len() != header.len() || columns.iter().any(|column| column.len() != records) {
        return Err(Problem::new(Code::RowCount, file).into());
    }
    Ok(Table {
        header,
        decimal: b'.',
        records: records as u64,
        blank: 0,
        format,
        remarks,
        hidden,
        source: Box::new(InMemory { columns, records }),
    })
}
