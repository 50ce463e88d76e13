//! One analysis of the page.

use dyad_model::{Analysis, Cell, Figure, NoteKind, Status, Table};

use super::groups::{GroupView, groups};
use super::part::{Part, in_order, of_figure};
use super::sample;
use super::sentence::Sentences;
use super::table::TableView;
use crate::figures::{figure_data, render_figure};
use crate::files;
use crate::svg::Theme;
use crate::{Options, ReportError, words};

/// More rows of a figure's data than these are left to the CSV file.
const MOST_DATA_ROWS: usize = 40;

/// Numbers figures and tables through the whole page.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    figures: usize,
    tables: usize,
}

impl Numbers {
    fn figure(&mut self) -> String {
        self.figures += 1;
        format!("Figure {}", self.figures)
    }

    /// Gives a table the next number.
    pub(crate) fn number_table(&mut self, table: &mut TableView) {
        table.number = self.table();
    }

    /// The next number of a table.
    pub(crate) fn table(&mut self) -> String {
        self.tables += 1;
        format!("Table {}", self.tables)
    }
}

/// A figure as the template prints it.
pub(crate) struct FigureView {
    /// "Figure 3".
    pub(crate) number: String,
    /// What is shown.
    pub(crate) title: String,
    /// What marks and bands are.
    pub(crate) caption: String,
    /// "119 clients, 24 therapists".
    pub(crate) n: String,
    /// The drawing, or why there is none.
    pub(crate) drawing: Result<String, String>,
    /// Its numbers, if they are few.
    pub(crate) data: Option<TableView>,
    /// Its file without extension.
    pub(crate) file: String,
    /// Its anchor in the page.
    pub(crate) anchor: String,
}

/// One analysis.
pub(crate) struct AnalysisView {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) plugin: String,
    pub(crate) version: String,
    pub(crate) ok: bool,
    pub(crate) status: String,
    /// The same as the start of a sentence.
    pub(crate) ended: String,
    pub(crate) reason: String,
    pub(crate) question: String,
    pub(crate) answer: String,
    pub(crate) warnings: Vec<String>,
    pub(crate) assumptions: Vec<String>,
    pub(crate) others: Vec<String>,
    pub(crate) sample: Option<TableView>,
    pub(crate) quality: PartView,
    pub(crate) result: PartView,
    pub(crate) robustness: PartView,
}

/// What an analysis shows under one heading.
#[derive(Default)]
pub(crate) struct PartView {
    pub(crate) figures: Vec<FigureView>,
    pub(crate) tables: Vec<TableView>,
    pub(crate) groups: Vec<GroupView>,
}

impl PartView {
    /// Whether there is nothing under the heading.
    pub(crate) fn is_empty(&self) -> bool {
        self.figures.is_empty() && self.tables.is_empty() && self.groups.is_empty()
    }
}

/// The page's anchor of an analysis.
pub(crate) fn anchor(plugin: &str) -> String {
    format!("analysis-{}", files::safe(plugin))
}

impl AnalysisView {
    /// Turns an analysis into what the page shows.
    pub(crate) fn new(
        analysis: &Analysis,
        options: &Options,
        sentences: &Sentences<'_>,
        numbers: &mut Numbers,
    ) -> Result<Self, ReportError> {
        let findings = &analysis.findings;
        let notes = |wanted: &[NoteKind]| -> Vec<String> {
            findings
                .notes
                .iter()
                .filter(|note| wanted.contains(&note.kind))
                .map(|note| sentences.html(&note.text))
                .collect()
        };
        let mut sample = sample::table(&findings.estimates);
        if let Some(table) = &mut sample {
            numbers.number_table(table);
        }
        let mut parts = [PartView::default(), PartView::default(), PartView::default()];
        for (part, view) in Part::ALL.into_iter().zip(&mut parts) {
            let here = in_order(&findings.figures).into_iter().filter(|f| of_figure(f) == part);
            view.figures = here.map(|f| figure(f, &analysis.plugin, numbers)).collect();
            for table in findings.tables.iter().filter(|_| part == Part::Result) {
                let file = format!("tables/{}.csv", files::name(&analysis.plugin, &table.id));
                let mut table = TableView::new(table, Some(file))?;
                numbers.number_table(&mut table);
                view.tables.push(table);
            }
            view.groups = groups(analysis, part, options, sentences, numbers);
        }
        let [quality, result, robustness] = parts;
        Ok(Self {
            anchor: anchor(&analysis.plugin),
            title: super::title(analysis),
            plugin: analysis.plugin.clone(),
            version: analysis.version.clone(),
            ok: analysis.status == Status::Ok,
            status: words::status(analysis.status).to_owned(),
            ended: words::start(&words::ended(analysis.status)),
            reason: analysis.reason.clone().unwrap_or_default(),
            question: sentences.html(&findings.text.question),
            answer: sentences.html(&findings.text.answer),
            warnings: notes(&[NoteKind::Warning]),
            assumptions: notes(&[NoteKind::Assumption]),
            others: notes(&[NoteKind::Choice, NoteKind::Info]),
            sample,
            quality,
            result,
            robustness,
        })
    }
}

/// A figure of the page; one that cannot be drawn says why.
pub(crate) fn figure(figure: &Figure, plugin: &str, numbers: &mut Numbers) -> FigureView {
    let file = files::name(plugin, &figure.id);
    let data = compact(figure_data(figure));
    let fits = data.rows.len() <= MOST_DATA_ROWS && data.columns.len() <= 7;
    let data = fits.then(|| TableView::new(&data, None).ok());
    FigureView {
        number: numbers.figure(),
        title: words::start(&figure.title),
        caption: figure.caption.clone(),
        n: words::counts(&figure.n).join(", "),
        drawing: render_figure(figure, &format!("fig-{file}"), Theme::Page)
            .map(|svg| svg.markup)
            .map_err(|error| error.to_string()),
        data: data.flatten(),
        anchor: format!("figure-{file}"),
        file: format!("figures/{file}"),
    }
}

/// A table without the columns that say the same, or nothing, in every row.
fn compact(mut table: Table) -> Table {
    let says = |index: usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.cells.get(index));
        let first = cells.next();
        match first {
            Some(Cell::Number(_)) => true,
            first => cells.any(|cell| Some(cell) != first),
        }
    };
    let keep: Vec<bool> = (0..table.columns.len()).map(says).collect();
    let mut kept = keep.iter();
    table.columns.retain(|_| kept.next().copied().unwrap_or(false));
    for row in &mut table.rows {
        let mut kept = keep.iter();
        row.cells.retain(|_| kept.next().copied().unwrap_or(false));
    }
    table
}
