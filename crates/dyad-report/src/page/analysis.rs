//! One analysis of the page.

use dyad_model::{Analysis, Cell, Counts, Estimate, Family, Figure, NoteKind, Status, Table};

use super::sentence::Sentences;
use super::table::TableView;
use crate::figures::{figure_data, render_figure};
use crate::files;
use crate::svg::Theme;
use crate::{Options, ReportError, words};

/// More rows of a figure's data than these are left to the CSV file.
const MOST_DATA_ROWS: usize = 40;

/// A group with more estimates than these is folded.
const MOST_OPEN_ESTIMATES: usize = 14;

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
        self.tables += 1;
        table.number = format!("Table {}", self.tables);
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

/// An estimate's row.
pub(crate) struct EstimateView {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) benefit: String,
    pub(crate) interval: String,
    pub(crate) statistic: String,
    pub(crate) p: String,
    pub(crate) adjusted: String,
    pub(crate) primary: bool,
    pub(crate) n: Vec<String>,
    pub(crate) refused: Option<String>,
    pub(crate) warnings: Vec<String>,
}

/// How one or more estimates were computed.
pub(crate) struct HowView {
    pub(crate) labels: Vec<String>,
    pub(crate) ids: Vec<String>,
    pub(crate) what: String,
    pub(crate) formula: String,
    pub(crate) misleads: String,
    pub(crate) r: String,
    pub(crate) method: String,
    pub(crate) sources: String,
    pub(crate) dropped: Vec<String>,
}

/// Estimates whose ids begin alike.
#[expect(clippy::struct_excessive_bools, reason = "one per column that may be left out")]
pub(crate) struct GroupView {
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) estimates: Vec<EstimateView>,
    pub(crate) how: Vec<HowView>,
    pub(crate) benefit: bool,
    pub(crate) interval: bool,
    pub(crate) statistic: bool,
    pub(crate) p: bool,
    pub(crate) columns: usize,
    pub(crate) throughout: String,
    pub(crate) folded: bool,
}

/// One analysis.
pub(crate) struct AnalysisView {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) plugin: String,
    pub(crate) version: String,
    pub(crate) ok: bool,
    pub(crate) status: String,
    pub(crate) reason: String,
    pub(crate) question: String,
    pub(crate) answer: String,
    pub(crate) warnings: Vec<String>,
    pub(crate) assumptions: Vec<String>,
    pub(crate) others: Vec<String>,
    pub(crate) figures: Vec<FigureView>,
    pub(crate) tables: Vec<TableView>,
    pub(crate) groups: Vec<GroupView>,
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
        let figures =
            findings.figures.iter().map(|f| figure(f, &analysis.plugin, numbers)).collect();
        let mut tables = Vec::new();
        for table in &findings.tables {
            let file = format!("tables/{}.csv", files::name(&analysis.plugin, &table.id));
            let mut view = TableView::new(table, Some(file))?;
            numbers.number_table(&mut view);
            tables.push(view);
        }
        Ok(Self {
            anchor: anchor(&analysis.plugin),
            title: super::title(analysis),
            plugin: analysis.plugin.clone(),
            version: analysis.version.clone(),
            ok: analysis.status == Status::Ok,
            status: words::status(analysis.status).to_owned(),
            reason: analysis.reason.clone().unwrap_or_default(),
            question: sentences.html(&findings.text.question),
            answer: sentences.html(&findings.text.answer),
            warnings: notes(&[NoteKind::Warning]),
            assumptions: notes(&[NoteKind::Assumption]),
            others: notes(&[NoteKind::Choice, NoteKind::Info]),
            figures,
            tables,
            groups: groups(analysis, options, sentences, numbers),
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
        title: figure.title.clone(),
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

/// Estimates by the first part of their ids, in the order of their first member.
fn groups(
    analysis: &Analysis,
    options: &Options,
    sentences: &Sentences<'_>,
    numbers: &mut Numbers,
) -> Vec<GroupView> {
    let mut heads: Vec<&str> = Vec::new();
    let first = |e: &Estimate| e.id.split('/').next().unwrap_or("").len();
    for estimate in &analysis.findings.estimates {
        let head = &estimate.id[..first(estimate)];
        if !heads.contains(&head) {
            heads.push(head);
        }
    }
    heads
        .into_iter()
        .map(|head| {
            let members: Vec<&Estimate> =
                analysis.findings.estimates.iter().filter(|e| &e.id[..first(e)] == head).collect();
            numbers.tables += 1;
            let shared = shared(&members);
            let has = |part: fn(&Estimate) -> bool| members.iter().any(|e| part(e));
            let [benefit, interval, statistic, p] = [
                has(|e| e.benefit.is_some()),
                has(|e| e.ci.is_some()),
                has(|e| e.statistic.is_some()),
                has(|e| e.p.is_some()),
            ];
            GroupView {
                number: format!("Table {}", numbers.tables),
                title: words::heading(head),
                benefit,
                interval,
                statistic,
                p,
                columns: 2 + [benefit, interval, statistic, p].into_iter().filter(|c| *c).count(),
                throughout: words::counts(&shared).join(", "),
                folded: members.len() > MOST_OPEN_ESTIMATES,
                estimates: members.iter().map(|e| row(e, &shared)).collect(),
                how: how(&analysis.plugin, &members, options, sentences),
            }
        })
        .collect()
}

/// The counts that are the same for every estimate with a number: said once below the table. Clients stay in their column.
fn shared(members: &[&Estimate]) -> Counts {
    let given: Vec<&Counts> =
        members.iter().filter(|e| e.refused.is_none()).map(|e| &e.n).collect();
    let same = |unit: fn(&Counts) -> Option<u64>| {
        let first = given.first().and_then(|n| unit(n));
        first.filter(|_| given.len() > 1 && given.iter().all(|n| unit(n) == first))
    };
    Counts { rows: None, clients: None, therapists: same(|n| n.therapists), sites: None }
}

fn row(estimate: &Estimate, shared: &Counts) -> EstimateView {
    let mut n = estimate.n;
    if shared.therapists.is_some() && (n.clients.is_some() || n.rows.is_some()) {
        n.therapists = None;
    }
    if n.rows == n.clients {
        n.rows = None;
    }
    EstimateView {
        label: estimate.label.clone(),
        value: words::value(estimate),
        benefit: words::benefit(estimate),
        interval: words::interval(estimate),
        statistic: words::statistic(estimate),
        p: words::p(estimate.p),
        adjusted: words::adjusted(estimate),
        primary: estimate.family == Some(Family::Primary),
        n: words::counts(&n),
        refused: estimate.refused.clone(),
        warnings: estimate.warnings.clone(),
    }
}

/// Estimates computed the same way stand together.
fn how(
    plugin: &str,
    members: &[&Estimate],
    options: &Options,
    sentences: &Sentences<'_>,
) -> Vec<HowView> {
    let mut views: Vec<HowView> = Vec::new();
    for estimate in members {
        let dropped: Vec<String> = estimate.dropped.iter().map(words::dropped).collect();
        let explained = options.explain(plugin, &estimate.id);
        let more = explained.map(|e| &e.source[..]).unwrap_or_default();
        let mut keys: Vec<&str> = Vec::new();
        for key in estimate.source.iter().chain(more) {
            if !keys.contains(&key.as_str()) {
                keys.push(key);
            }
        }
        let sources = sentences.keys(keys.into_iter()).join("; ");
        let part = |field: fn(&dyad_model::Explained) -> &String| {
            explained.map(field).cloned().unwrap_or_default()
        };
        let view = HowView {
            labels: vec![estimate.label.clone()],
            ids: vec![format!("{plugin}/{}", estimate.id)],
            what: part(|e| &e.what),
            formula: part(|e| &e.formula),
            misleads: part(|e| &e.misleads),
            r: part(|e| &e.r),
            method: estimate.method.clone(),
            sources,
            dropped,
        };
        match views.iter_mut().find(|other| other.same_way(&view)) {
            Some(other) => {
                other.labels.extend(view.labels);
                other.ids.extend(view.ids);
            }
            None => views.push(view),
        }
    }
    views
}

impl HowView {
    fn same_way(&self, other: &Self) -> bool {
        let key = |view: &Self| {
            [&view.what, &view.formula, &view.method, &view.sources].map(String::clone)
        };
        key(self) == key(other) && self.dropped == other.dropped
    }
}
