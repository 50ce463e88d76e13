//! Figures: one file per kind, each with two functions. `draw` puts it on a canvas; `data` gives every number it draws.

mod bars;
mod caterpillar;
mod contour;
mod control_chart;
mod flow;
mod forest;
mod funnel;
mod incidence;
mod jacobson_truax;
mod missingness;
mod path;
mod raincloud;
mod scatter;
mod specification;
mod surface;
mod survival;
mod trajectory;

pub(crate) use flow::of_study;

use dyad_model::figure::Axis;
use dyad_model::{Cell, ColumnKind, Counts, Figure, Plot, Table};

use crate::ReportError;
use crate::svg::mark::Drawing;
use crate::svg::{Canvas, DrawError, Svg, Theme, padded};

/// Width of a figure in pixels: 180 mm in print.
const WIDTH: u32 = 720;

/// Draws a figure.
///
/// `name` is the id of the `<svg>` element and the prefix of the ids inside; it must be unique in a page.
///
/// # Errors
/// - [`ReportError::Figure`] if the figure has nothing to draw or a number that is not finite.
pub fn render_figure(figure: &Figure, name: &str, theme: Theme) -> Result<Svg, ReportError> {
    let drawing = drawing(figure)?;
    let drawing = match theme {
        Theme::Page => drawing,
        Theme::StandAlone => drawing.titled(&figure.title),
    };
    Ok(drawing.svg(name, &figure.title, &figure.alt, theme))
}

/// The marks of a figure, before they become SVG, pixels or PDF.
pub(crate) fn drawing(figure: &Figure) -> Result<Drawing, ReportError> {
    check(figure)?;
    let canvas = draw(&figure.plot).map_err(|error| refused(figure, &error.to_string()))?;
    Ok(canvas.finish())
}

fn draw(plot: &Plot) -> Result<Canvas, DrawError> {
    match plot {
        Plot::Scatter(plot) => scatter::draw(plot),
        Plot::Trajectory(plot) => trajectory::draw(plot),
        Plot::Bars(plot) => bars::draw(plot),
        Plot::Caterpillar(plot) => caterpillar::draw(plot),
        Plot::Flow(plot) => flow::draw(plot),
        Plot::Forest(plot) => forest::draw(plot),
        Plot::Funnel(plot) => funnel::draw(plot),
        Plot::Survival(plot) => survival::draw(plot),
        Plot::CumulativeIncidence(plot) => incidence::draw(plot),
        Plot::ResponseSurface(plot) => surface::draw(plot),
        Plot::JacobsonTruax(plot) => jacobson_truax::draw(plot),
        Plot::Raincloud(plot) => raincloud::draw(plot),
        Plot::ControlChart(plot) => control_chart::draw(plot),
        Plot::Path(plot) => path::draw(plot),
        Plot::Missingness(plot) => missingness::draw(plot),
        Plot::Specification(plot) => specification::draw(plot),
    }
}

/// Returns every number a figure draws, as a table whose first column says which part of the figure a row belongs to.
#[must_use]
pub fn figure_data(figure: &Figure) -> Table {
    let mut table = match &figure.plot {
        Plot::Scatter(plot) => scatter::data(plot),
        Plot::Trajectory(plot) => trajectory::data(plot),
        Plot::Bars(plot) => bars::data(plot),
        Plot::Caterpillar(plot) => caterpillar::data(plot),
        Plot::Flow(plot) => flow::data(plot),
        Plot::Forest(plot) => forest::data(plot),
        Plot::Funnel(plot) => funnel::data(plot),
        Plot::Survival(plot) => survival::data(plot),
        Plot::CumulativeIncidence(plot) => incidence::data(plot),
        Plot::ResponseSurface(plot) => surface::data(plot),
        Plot::JacobsonTruax(plot) => jacobson_truax::data(plot),
        Plot::Raincloud(plot) => raincloud::data(plot),
        Plot::ControlChart(plot) => control_chart::data(plot),
        Plot::Path(plot) => path::data(plot),
        Plot::Missingness(plot) => missingness::data(plot),
        Plot::Specification(plot) => specification::data(plot),
    };
    figure.id.clone_into(&mut table.id);
    figure.title.clone_into(&mut table.title);
    table
}

/// Refuses a figure that cannot be drawn honestly.
fn check(figure: &Figure) -> Result<(), ReportError> {
    let data = figure_data(figure);
    if data.rows.is_empty() {
        return Err(refused(figure, "it has nothing to draw: leave it out instead"));
    }
    let finite = |cell: &Cell| match cell {
        Cell::Number(value) => value.is_finite(),
        Cell::Interval([low, high]) => low.is_finite() && high.is_finite(),
        Cell::Missing | Cell::Text(_) => true,
    };
    if !data.rows.iter().flat_map(|row| &row.cells).all(finite) {
        return Err(refused(figure, "a number in it is not finite: leave the mark out instead"));
    }
    if let Plot::ResponseSurface(plot) = &figure.plot
        && !surface::is_whole(plot)
    {
        return Err(refused(
            figure,
            "its predictions do not fill a grid: `xs` and `ys` ascend, and `predicted` has one row per y with one number per x",
        ));
    }
    for text in [&figure.title, &figure.caption, &figure.alt] {
        if text.trim().is_empty() {
            return Err(refused(figure, "title, caption and alternative text are required"));
        }
    }
    Ok(())
}

pub(crate) fn refused(figure: &Figure, what: &str) -> ReportError {
    ReportError::Figure { id: figure.id.clone(), what: what.to_owned() }
}

/// The values an axis shows: its own range, or that of the values with a little air.
fn range_of(axis: &Axis, values: impl IntoIterator<Item = f64>) -> [f64; 2] {
    match axis.range {
        Some([low, high]) if low.is_finite() && high.is_finite() && low < high => [low, high],
        _ => padded(values),
    }
}

/// The lowest and the highest of some values; `None` without a finite one.
fn extent(values: impl IntoIterator<Item = f64>) -> Option<[f64; 2]> {
    values.into_iter().filter(|v| v.is_finite()).fold(None, |range, v| match range {
        None => Some([v, v]),
        Some([low, high]) => Some([low.min(v), high.max(v)]),
    })
}

/// Builds the data table of a figure.
struct Data(Table);

impl Data {
    /// A table with a text column `part` and further columns.
    fn new(columns: &[(&str, ColumnKind)]) -> Self {
        let table = Table::new("", "").column("part", "Part", ColumnKind::Text);
        Self(
            columns
                .iter()
                .fold(table, |table, (id, kind)| table.column(id, &id.replace('_', " "), *kind)),
        )
    }

    /// Adds a row of this part.
    fn push(&mut self, part: &str, cells: impl IntoIterator<Item = Cell>) {
        let cells: Vec<Cell> = std::iter::once(Cell::text(part)).chain(cells).collect();
        self.0.rows.push(dyad_model::Row { cells, n: Counts::default(), spread: None });
    }

    fn table(self) -> Table {
        self.0
    }
}

/// A number that is there; whether it is finite is checked later.
fn num(value: f64) -> Cell {
    Cell::Number(value)
}

/// A number that may be missing.
fn maybe(value: Option<f64>) -> Cell {
    value.map_or(Cell::Missing, Cell::Number)
}
