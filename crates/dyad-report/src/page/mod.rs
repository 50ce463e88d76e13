//! The page: results turned into what the template prints.

mod analysis;
mod groups;
mod part;
mod rates;
mod sample;
mod sentence;
mod table;

use std::collections::BTreeSet;

use askama::Template;
use dyad_model::{NoteKind, Provenance, Results, Role, Status, apa};

use self::analysis::AnalysisView;
use self::sentence::Sentences;
use self::table::TableView;
pub(crate) use self::table::check;
use crate::bib::Library;
use crate::figures;
use crate::release::{self, Released, rule_words};
use crate::svg::{Theme, css};
use crate::{Options, Profile, ReportError, words};

/// One line of the first screen.
struct Glance {
    anchor: String,
    title: String,
    question: String,
    answer: String,
    problem: Option<String>,
}

/// Something to know before believing an answer, and where it is said again.
#[derive(Clone)]
struct Caution {
    anchor: String,
    title: String,
    text: String,
}

/// The first screen has room for so many.
const MOST_CAUTIONS: usize = 3;

/// A paragraph of the texts for a paper.
struct Paragraph {
    title: String,
    html: String,
}

/// Numbers that could not be given for one reason.
struct Refusal {
    analysis: String,
    reason: String,
    labels: Vec<String>,
}

/// Analyses nobody asked for, or that the data do not allow, by reason.
struct Skipped {
    titles: Vec<String>,
    reason: String,
}

/// A line of the reproducibility box.
struct Fact {
    name: String,
    value: String,
}

/// An entry of the reference list.
struct Listed {
    key: String,
    before: String,
    container: String,
    after: String,
    url: Option<String>,
}

/// The whole page.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    title: String,
    figure_css: String,
    facts: Vec<Fact>,
    glance: Vec<Glance>,
    skipped: Vec<Skipped>,
    cautions: Vec<Caution>,
    more_cautions: usize,
    rates: Option<TableView>,
    warnings: Vec<String>,
    notes: Vec<String>,
    flow: analysis::FigureView,
    measures: TableView,
    data: Vec<TableView>,
    analyses: Vec<AnalysisView>,
    methods: Vec<Paragraph>,
    results: Vec<Paragraph>,
    limitations: Vec<Paragraph>,
    problems: Vec<Glance>,
    refusals: Vec<Refusal>,
    run: Vec<Fact>,
    inputs: Option<TableView>,
    plugins: Option<TableView>,
    study_file: String,
    references: Vec<Listed>,
    unknown_keys: Vec<String>,
    version: String,
    release: ReleaseView,
}

/// What disclosure control did.
struct ReleaseView {
    headline: String,
    detail: String,
    table: Option<TableView>,
    svg: bool,
    png: bool,
    pdf: bool,
}

/// Renders the page, after disclosure control.
///
/// # Errors
/// - [`ReportError::Table`] if a row does not fit its table.
/// - [`ReportError::Page`] if the template fails.
pub fn render_html(
    results: &Results,
    provenance: &Provenance,
    options: &Options,
) -> Result<String, ReportError> {
    for table in
        results.tables.iter().chain(results.analyses.iter().flat_map(|a| &a.findings.tables))
    {
        table::check(table)?;
    }
    let released = options.release(results);
    render(&released, &release::provenance(provenance, options.profile), options)
}

/// Renders what has passed disclosure control.
pub(crate) fn render(
    released: &Released,
    provenance: &Provenance,
    options: &Options,
) -> Result<String, ReportError> {
    let results = &released.results;
    let library = Library::embedded();
    let sentences = Sentences::new(&library);
    let mut numbers = analysis::Numbers::default();
    let flow = figures::of_study(&results.flow);
    let flow = analysis::figure(&flow, "study", &mut numbers);
    let mut measures = measures(results);
    numbers.number_table(&mut measures);
    let mut rates = rates::table(results, options);
    if let Some(table) = &mut rates {
        numbers.number_table(table);
    }
    let mut data = Vec::new();
    for table in &results.tables {
        let file = format!("tables/{}.csv", crate::files::name("study", &table.id));
        let mut view = TableView::new(table, Some(file))?;
        numbers.number_table(&mut view);
        data.push(view);
    }
    let analyses = results
        .analyses
        .iter()
        .filter(|a| a.status != Status::Skipped)
        .map(|a| AnalysisView::new(a, options, &sentences, &mut numbers))
        .collect::<Result<Vec<_>, _>>()?;
    let (skipped, asked): (Vec<_>, Vec<_>) =
        results.analyses.iter().partition(|a| a.status == Status::Skipped);
    let glance: Vec<Glance> = asked.iter().map(|a| self::glance(a)).collect();
    let skipped = by_reason(&skipped);
    let paragraphs = |text: fn(&dyad_model::Text) -> &str| -> Vec<Paragraph> {
        results
            .analyses
            .iter()
            .filter(|a| !text(&a.findings.text).trim().is_empty())
            .map(|a| Paragraph { title: title(a), html: sentences.html(text(&a.findings.text)) })
            .collect()
    };
    let of_kind = |warning: bool| -> Vec<String> {
        results
            .notes
            .iter()
            .filter(|note| (note.kind == NoteKind::Warning) == warning)
            .map(|note| sentences.html(&note.text))
            .collect()
    };
    let (methods, texts, limitations) =
        (paragraphs(|t| &t.methods), paragraphs(|t| &t.results), paragraphs(|t| &t.limitations));
    let (mut warnings, notes) = (of_kind(true), of_kind(false));
    warnings.extend(words::overrides(provenance).iter().map(|sentence| sentences.html(sentence)));
    let cited = sentences.cited();
    let of_study = results.notes.iter().filter(|note| note.kind == NoteKind::Warning);
    let of_study = of_study.map(|note| sentence::plain(&note.text));
    let mut cautions: Vec<Caution> = of_study
        .chain(words::overrides(provenance))
        .map(|text| Caution { anchor: "sample".into(), title: "Sample and data".into(), text })
        .collect();
    cautions.extend(self::cautions(results));
    let more_cautions = cautions.len().saturating_sub(MOST_CAUTIONS);
    cautions.truncate(MOST_CAUTIONS);
    // Tables are numbered in the order of the page.
    let release = release_view(released, options, &mut numbers);
    let page = Page {
        title: results.study.title.clone(),
        figure_css: css(Theme::Page),
        facts: facts(results),
        glance,
        skipped,
        cautions,
        more_cautions,
        rates,
        warnings,
        notes,
        flow,
        measures,
        data,
        analyses,
        methods,
        results: texts,
        limitations,
        problems: results
            .analyses
            .iter()
            .filter(|a| !matches!(a.status, Status::Ok | Status::Skipped))
            .map(self::glance)
            .collect(),
        refusals: refusals(results),
        run: run_facts(results, provenance),
        inputs: table::from_maps("Input files", &provenance.inputs, &mut numbers),
        plugins: table::from_maps("Plugins", &provenance.plugins, &mut numbers),
        study_file: provenance.study_file.clone(),
        references: listed(&library, &cited),
        unknown_keys: cited.iter().filter(|key| library.get(key).is_none()).cloned().collect(),
        version: provenance.version.clone(),
        release,
    };
    Ok(page.render()?)
}

/// The first page says under which rules it was made; a table says what they did.
fn release_view(
    released: &Released,
    options: &Options,
    numbers: &mut analysis::Numbers,
) -> ReleaseView {
    let audit = &released.audit;
    let internal = options.profile == Profile::Internal;
    let headline = if internal {
        "Internal: not checked for release.".to_owned()
    } else {
        format!("Released under the rules of {}.", options.profile.as_str())
    };
    let detail = match (internal, audit.withheld()) {
        (true, 0) => {
            "For the people who hold the data. Nothing was rounded or withheld.".to_owned()
        }
        (true, n) => format!(
            "For the people who hold the data. Nothing was rounded or withheld; under the profile acro, {} would be.",
            apa::counted(n as u64, "part")
        ),
        (false, n) => {
            format!("Withheld: {}. What is missing says why.", apa::counted(n as u64, "part"))
        }
    };
    let rows: Vec<Vec<String>> = audit
        .by_rule()
        .into_iter()
        .map(|((rule, action), n)| {
            let done = match action {
                release::Action::SuppressedPrimary => "withheld",
                release::Action::SuppressedSecondary => "withheld to protect another",
                release::Action::Rounded => "rounded",
                release::Action::Removed => "left out",
                release::Action::Review => "to be looked at",
            };
            vec![rule.to_owned(), rule_words(rule).to_owned(), done.to_owned(), n.to_string()]
        })
        .collect();
    let table = (!rows.is_empty()).then(|| {
        let (title, note) = if internal {
            ("What the profile acro would change", "Nothing of this was done here.")
        } else {
            (
                "What disclosure control changed",
                "Places, never values, are in release.json. Thresholds for therapists and quantiles are stricter than the body asks for.",
            )
        };
        let mut view = TableView::of_words(title, note, &["Rule", "Because of", "Done", "Times"], rows);
        numbers.number_table(&mut view);
        view
    });
    ReleaseView {
        headline,
        detail,
        table,
        svg: options.profile.lets_svg_out(),
        png: options.pictures().png,
        pdf: options.pictures().pdf,
    }
}

/// Every figure with the folder name of who made it, in the order in which the page numbers them.
pub(crate) fn figures_in_order<'a>(
    results: &'a Results,
    study: &'a dyad_model::Figure,
) -> Vec<(&'a str, &'a dyad_model::Figure)> {
    let of_analyses = results.analyses.iter().flat_map(|analysis| {
        part::in_order(&analysis.findings.figures)
            .into_iter()
            .map(|figure| (analysis.plugin.as_str(), figure))
    });
    std::iter::once(("study", study)).chain(of_analyses).collect()
}

/// The keys of `references.bib` that a report cites.
pub(crate) fn cited_keys(results: &Results, options: &Options) -> BTreeSet<String> {
    let library = Library::embedded();
    let sentences = Sentences::new(&library);
    for analysis in &results.analyses {
        let text = &analysis.findings.text;
        for part in [&text.question, &text.answer, &text.methods, &text.results, &text.limitations]
        {
            sentences.html(part);
        }
        for note in &analysis.findings.notes {
            sentences.html(&note.text);
        }
        for estimate in &analysis.findings.estimates {
            let explained = options.explain(&analysis.plugin, &estimate.id);
            let more = explained.map(|e| &e.source[..]).unwrap_or_default();
            sentences.keys(estimate.source.iter().chain(more).map(String::as_str));
        }
    }
    for note in &results.notes {
        sentences.html(&note.text);
    }
    sentences.cited()
}

/// What an analysis is called.
fn title(analysis: &dyad_model::Analysis) -> String {
    if analysis.title.is_empty() {
        words::heading(&analysis.plugin)
    } else {
        analysis.title.clone()
    }
}

fn glance(analysis: &dyad_model::Analysis) -> Glance {
    let problem = (analysis.status != Status::Ok).then(|| {
        let status = words::ended(analysis.status);
        analysis.reason.as_ref().map_or_else(|| status.clone(), |why| format!("{status}: {why}"))
    });
    Glance {
        anchor: analysis::anchor(&analysis.plugin),
        title: title(analysis),
        question: sentence::plain(&analysis.findings.text.question),
        answer: sentence::plain(&analysis.findings.text.answer),
        problem,
    }
}

/// The cautions of the analyses: first one of each analysis, then the second of each, and so on. What an analysis says of itself
/// stands before what it says of single estimates.
fn cautions(results: &Results) -> Vec<Caution> {
    let mut of_each: Vec<Vec<Caution>> = Vec::new();
    for analysis in &results.analyses {
        let findings = &analysis.findings;
        let notes = findings.notes.iter().filter(|note| note.kind == NoteKind::Warning);
        let given = findings.estimates.iter().filter(|e| e.refused.is_none());
        let texts = notes.map(|n| &n.text).chain(given.flat_map(|e| &e.warnings));
        let mut own: Vec<Caution> = Vec::new();
        for text in texts.map(|text| sentence::sentence(&sentence::plain(text))) {
            if own.iter().all(|caution| caution.text != text) {
                let anchor = analysis::anchor(&analysis.plugin);
                own.push(Caution { anchor, title: title(analysis), text });
            }
        }
        of_each.push(own);
    }
    let longest = of_each.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest).flat_map(|i| of_each.iter().filter_map(move |own| own.get(i).cloned())).collect()
}

/// Skipped analyses; those with one reason stand together.
fn by_reason(analyses: &[&dyad_model::Analysis]) -> Vec<Skipped> {
    let mut all: Vec<Skipped> = Vec::new();
    for analysis in analyses {
        let reason = analysis.reason.clone().unwrap_or_default();
        match all.iter_mut().find(|skipped| skipped.reason == reason) {
            Some(same) => same.titles.push(title(analysis)),
            None => all.push(Skipped { titles: vec![title(analysis)], reason }),
        }
    }
    all
}

/// What was refused: one entry for each reason of an analysis.
fn refusals(results: &Results) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = Vec::new();
    for analysis in &results.analyses {
        let title = title(analysis);
        for estimate in &analysis.findings.estimates {
            let Some(reason) = &estimate.refused else { continue };
            let label = words::start(&estimate.label);
            match refusals.iter_mut().find(|r| r.analysis == title && r.reason == *reason) {
                Some(same) => same.labels.push(label),
                None => refusals.push(Refusal {
                    analysis: title.clone(),
                    reason: reason.clone(),
                    labels: vec![label],
                }),
            }
        }
    }
    refusals
}

/// Who is in the study.
fn facts(results: &Results) -> Vec<Fact> {
    let flow = &results.flow;
    let of = |n: u64, one: &str| {
        fact(if n == 1 { one.to_owned() } else { format!("{one}s") }, n.to_string())
    };
    [
        (flow.clients, "client"),
        (flow.rows_used, "session"),
        (flow.therapists, "therapist"),
        (flow.sites, "site"),
    ]
    .into_iter()
    // Nobody stands for "not told": a study without therapists, or a number that is withheld.
    .filter(|(n, _)| *n > 0)
    .map(|(n, one)| of(n, one))
    .collect()
}

fn fact(name: impl Into<String>, value: String) -> Fact {
    Fact { name: name.into(), value }
}

fn run_facts(results: &Results, provenance: &Provenance) -> Vec<Fact> {
    let mut facts = vec![fact("dyad", provenance.version.clone())];
    if let Some(commit) = &provenance.commit {
        facts.push(fact("commit", commit.clone()));
    }
    if !provenance.command.is_empty() {
        facts.push(fact("command", provenance.command.join(" ")));
    }
    facts.push(fact("seed", results.study.seed.to_string()));
    if !provenance.machine.is_empty() {
        facts.push(fact("machine", provenance.machine.clone()));
    }
    facts
}

/// The definitions the study file gives.
fn measures(results: &Results) -> TableView {
    let range = |range: Option<[f64; 2]>| {
        range.map_or_else(
            || words::MISSING.to_owned(),
            |[low, high]| format!("{} to {}", short(low), short(high)),
        )
    };
    let number = |value: Option<f64>| value.map_or_else(|| words::MISSING.to_owned(), short);
    let rows = results
        .study
        .measures
        .iter()
        .map(|m| {
            let role = match m.rater {
                Some(rater) => format!("{}, {}", m.role.as_str(), rater.adjective()),
                None => m.role.as_str().to_owned(),
            };
            let better = match m.better {
                Some(direction) if direction.sign() < 0.0 => "lower",
                Some(_) => "higher",
                None => words::MISSING,
            };
            let reliability = m
                .reliability
                .map_or_else(|| words::MISSING.to_owned(), |value| apa::bounded(value, 2));
            let norm = m.functional.map_or_else(
                || words::MISSING.to_owned(),
                |norm| format!("{} ({})", short(norm.mean), short(norm.sd)),
            );
            vec![
                m.name(),
                role,
                range(m.range),
                better.to_owned(),
                reliability,
                norm,
                number(m.cutoff),
            ]
        })
        .collect();
    let heads =
        ["Measure", "Role", "Range", "Better", "Reliability", "Functional M (SD)", "Cut-off"];
    let note = if results.study.measures.iter().any(|m| m.role == Role::Outcome) {
        "As the study file defines them. A dash: not given."
    } else {
        "As the study file defines them. A dash: not given; no outcome is defined."
    };
    TableView::of_words("Measures and definitions", note, &heads, rows)
}

/// A number without digits nobody wrote.
fn short(value: f64) -> String {
    let text = format!("{value}");
    text.strip_prefix('-').map_or(text.clone(), |rest| format!("−{rest}"))
}

fn listed(library: &Library, cited: &BTreeSet<String>) -> Vec<Listed> {
    let mut listed: Vec<Listed> = cited
        .iter()
        .filter_map(|key| library.get(key).map(|reference| (key, reference)))
        .map(|(key, reference)| {
            let [before, container, after] = reference.listed();
            Listed { key: key.clone(), before, container, after, url: reference.doi_url() }
        })
        .collect();
    listed.sort_by(|a, b| a.before.cmp(&b.before));
    listed
}
