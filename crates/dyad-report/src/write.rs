//! Writes a report into an empty folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dyad_model::{Figure, Provenance, Results, Table};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::bib::Library;
use crate::figures::{figure_data, of_study, render_figure};
use crate::page::{check, cited_keys, figures_in_order, render};
use crate::pictures::{Painter, Plate, book};
use crate::svg::{Theme, put};
use crate::{Options, ReportError, csv, estimates, files, markdown, release, words};

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files, below the folder, in the order of their names.
    pub files: Vec<WrittenFile>,
    /// Figures that could not be drawn, with the reason; the page says the same.
    pub undrawn: Vec<String>,
}

/// One file of a report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WrittenFile {
    /// Its name below the folder, with `/` between its parts.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Writes the report: `report.html`, `report.md`, `results.json`, `release.json`, `run.json`, `references.bib`, `tables/*.csv` and
/// `figures/*.{svg,csv}`, with `figures/*.png` and `figures.pdf` where they are asked for.
///
/// Disclosure control comes first: everything is made from what the profile lets pass, and `release.json` says what it did.
///
/// The same results give the same bytes; only `run.json` has a clock in it, and it is the caller's.
///
/// # Errors
/// - [`ReportError::NoFolder`], [`ReportError::FolderNotEmpty`] if `dir` is not an existing empty folder.
/// - [`ReportError::DuplicateId`] if two tables or two figures would have the same file.
/// - [`ReportError::Table`] if a row does not fit its table.
/// - [`ReportError::Font`] if pictures are asked for and cannot be painted.
/// - [`ReportError::Io`] if a file cannot be written.
pub fn write(
    results: &Results,
    provenance: &Provenance,
    options: &Options,
    dir: &Path,
) -> Result<Written, ReportError> {
    let mut folder = Folder::open(dir, options)?;
    for table in
        results.tables.iter().chain(results.analyses.iter().flat_map(|a| &a.findings.tables))
    {
        check(table)?;
    }
    let mut released = options.release(results);
    for analysis in &mut released.results.analyses {
        analysis.findings.figures.iter_mut().for_each(Figure::thin);
    }
    let provenance = &release::provenance(provenance, options.profile);
    let results = &released.results;
    let file = ResultsFile { results, release: Header { profile: options.profile.as_str() } };
    folder.put("results.json", &json(&file)?)?;
    folder.put("run.json", &json(provenance)?)?;
    folder.put("release.json", &json(&released.audit)?)?;
    folder.put("report.html", &render(&released, provenance, options)?)?;
    folder.put("report.md", &markdown::render(results, provenance))?;
    let keys = cited_keys(results, options);
    folder.put("references.bib", &Library::embedded().file(&keys))?;
    folder.make("tables")?;
    folder.put("tables/estimates.csv", &estimates::csv(results))?;
    folder.make("figures")?;
    let study = of_study(&results.flow);
    folder.put("tables/study-flow.csv", &csv::table(&figure_data(&study)))?;
    for table in &results.tables {
        folder.table(table, "study")?;
    }
    for analysis in &results.analyses {
        for table in &analysis.findings.tables {
            folder.table(table, &analysis.plugin)?;
        }
    }
    let mut plates = Vec::new();
    for (number, (plugin, figure)) in figures_in_order(results, &study).into_iter().enumerate() {
        folder.figure(figure, plugin)?;
        let n = words::counts(&figure.n).join(", ");
        let n = if n.is_empty() { n } else { format!(" n: {n}.") };
        plates.push(Plate {
            number: format!("Figure {}", number + 1),
            figure,
            caption: format!("{}{n}", figure.caption),
        });
    }
    if options.pictures().pdf {
        folder.put_bytes("figures.pdf", &book(&results.study.title, &plates)?)?;
    }
    folder.written.files.sort();
    Ok(folder.written)
}

/// `results.json`: the results, and under which profile they left.
#[derive(Serialize)]
struct ResultsFile<'a> {
    #[serde(flatten)]
    results: &'a Results,
    release: Header,
}

#[derive(Serialize)]
struct Header {
    profile: &'static str,
}

/// Pretty JSON with a line end; numbers are the shortest that read back the same.
fn json<T: Serialize>(value: &T) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(value).map_err(ReportError::Serialize)?;
    text.push('\n');
    Ok(text)
}

/// The folder being filled.
struct Folder<'a> {
    dir: &'a Path,
    /// Whether figures are written as files of their own.
    svg: bool,
    /// Paints them as PNG, if they are asked for.
    painter: Option<Painter>,
    names: BTreeSet<String>,
    written: Written,
}

impl<'a> Folder<'a> {
    fn open(dir: &'a Path, options: &Options) -> Result<Self, ReportError> {
        if !dir.is_dir() {
            return Err(ReportError::NoFolder { path: dir.to_owned() });
        }
        let mut entries = fs::read_dir(dir).map_err(|source| io("read", dir.to_owned(), source))?;
        if entries.next().is_some() {
            return Err(ReportError::FolderNotEmpty { path: dir.to_owned() });
        }
        let svg = options.profile.lets_svg_out();
        let painter = options.pictures().png.then(Painter::new).transpose()?;
        Ok(Self { dir, svg, painter, names: BTreeSet::new(), written: Written::default() })
    }

    fn make(&self, name: &str) -> Result<(), ReportError> {
        let path = self.dir.join(name);
        fs::create_dir(&path).map_err(|source| io("create", path, source))
    }

    fn put(&mut self, name: &str, text: &str) -> Result<(), ReportError> {
        self.put_bytes(name, text.as_bytes())
    }

    fn put_bytes(&mut self, name: &str, content: &[u8]) -> Result<(), ReportError> {
        let path = self.dir.join(name);
        fs::write(&path, content).map_err(|source| io("write", path, source))?;
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(content) {
            put(&mut sha256, format_args!("{byte:02x}"));
        }
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.written.files.push(WrittenFile { name: name.to_owned(), bytes, sha256 });
        Ok(())
    }

    /// Takes a file name; on some systems `A.csv` and `a.csv` are the same file.
    fn claim(&mut self, kind: &str, plugin: &str, id: &str) -> Result<String, ReportError> {
        let name = format!("{kind}/{}", files::name(plugin, id));
        if self.names.insert(name.to_lowercase()) {
            Ok(name)
        } else {
            Err(ReportError::DuplicateId { plugin: plugin.to_owned(), id: id.to_owned() })
        }
    }

    fn table(&mut self, table: &Table, plugin: &str) -> Result<(), ReportError> {
        let name = self.claim("tables", plugin, &table.id)?;
        self.put(&format!("{name}.csv"), &csv::table(table))
    }

    fn figure(&mut self, figure: &Figure, plugin: &str) -> Result<(), ReportError> {
        let name = self.claim("figures", plugin, &figure.id)?;
        match render_figure(figure, &files::name(plugin, &figure.id), Theme::StandAlone) {
            Ok(svg) => {
                if self.svg {
                    self.put(&format!("{name}.svg"), &svg.markup)?;
                }
                let png = self.painter.as_ref().map(|painter| painter.paint(figure)).transpose()?;
                if let Some(png) = png {
                    self.put_bytes(&format!("{name}.png"), &png)?;
                }
                self.put(&format!("{name}.csv"), &csv::table(&figure_data(figure)))
            }
            Err(error) => {
                self.written.undrawn.push(error.to_string());
                Ok(())
            }
        }
    }
}

fn io(action: &'static str, path: PathBuf, source: std::io::Error) -> ReportError {
    ReportError::Io { action, path, source }
}
