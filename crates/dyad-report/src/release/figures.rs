//! The gate for figures: groups instead of persons, and nothing drawn that a table could not say.

use dyad_model::figure::{
    Bars, Bin2, Cloud, FlowChart, Forest, FunnelKind, JacobsonTruax, Missingness, Trajectory,
};
use dyad_model::{Counts, Figure, Marks, Plot};

use super::audit::{Action, Audit};
use super::estimates::{Withheld, counts, whole};
use super::profile::Rules;
use super::survival;
use super::text::without_numbers;

/// The gate for one figure: `false` if it may not leave.
pub(crate) fn release(
    plugin: &str,
    figure: &mut Figure,
    rules: &Rules,
    withheld: &Withheld,
    audit: &mut Audit,
) -> bool {
    let place = format!("{plugin}/{}", figure.id);
    let simulated = matches!(figure.plot, Plot::ControlChart(_)) && figure.n == Counts::default();
    if !simulated && few(&figure.n, rules) {
        audit.add("T1", Action::Removed, place);
        return false;
    }
    let exact = figure.n;
    if !plot(figure, exact, rules, withheld) {
        audit.add("T8", Action::Removed, place);
        return false;
    }
    if figure.marks != Marks::Groups {
        audit.add("T8", Action::SuppressedPrimary, place.clone());
        figure.marks = Marks::Groups;
    }
    if rules.base.is_some() {
        audit.add("T9", Action::Rounded, place.clone());
    }
    figure.n = counts(figure.n, rules);
    let (caption, a) = without_numbers(&figure.caption);
    let (alt, b) = without_numbers(&figure.alt);
    if a || b {
        audit.add("T11", Action::Removed, place);
    }
    figure.caption = if caption.is_empty() {
        "As released: groups, no single persons.".to_owned()
    } else {
        caption
    };
    figure.alt = if alt.is_empty() {
        format!("{}. Its numbers are in its data table.", figure.title)
    } else {
        alt
    };
    true
}

/// Whether too few persons stand behind a figure.
fn few(n: &Counts, rules: &Rules) -> bool {
    match (n.clients, n.therapists) {
        (Some(clients), _) if clients < rules.clients => true,
        (Some(_), Some(therapists)) => therapists > 0 && therapists < rules.therapists,
        (Some(_), None) => false,
        (None, Some(therapists)) => therapists < rules.clients,
        (None, None) => true,
    }
}

/// Changes what is drawn; `false` if nothing is left.
fn plot(figure: &mut Figure, n: Counts, rules: &Rules, withheld: &Withheld) -> bool {
    let persons = n.clients.or(n.therapists).unwrap_or(0);
    match &mut figure.plot {
        Plot::Scatter(plot) => {
            plot.points.clear();
            plot.annotation.clear();
            bins(&mut plot.bins, rules);
            // The line ran from the lowest to the highest single person: it ends where the released bins end.
            let low = plot.bins.iter().map(|bin| bin.x[0]).fold(f64::INFINITY, f64::min);
            let high = plot.bins.iter().map(|bin| bin.x[1]).fold(f64::NEG_INFINITY, f64::max);
            let first = plot.line.first().map_or(low, |p| p.x);
            let last = plot.line.last().map_or(high, |p| p.x);
            plot.line.retain(|p| p.x >= low && p.x <= high && p.x > first && p.x < last);
            !plot.bins.is_empty()
        }
        Plot::Trajectory(plot) => trajectory(plot, rules),
        Plot::Bars(plot) => bars(plot, persons, rules, withheld),
        Plot::Caterpillar(plot) => {
            plot.units.clear();
            plot.bins.retain(|bin| bin.count > 0);
            // A hole in a histogram of all therapists is known from the others: all bins pass or none does.
            let pass = plot.bins.iter().all(|bin| !rules.hides(bin.count));
            for bin in &mut plot.bins {
                bin.count = rules.round(bin.count);
            }
            pass && !plot.bins.is_empty()
        }
        Plot::Flow(plot) => flow(plot, rules),
        Plot::Forest(plot) => forest(plot, rules),
        Plot::Funnel(plot) => match plot.funnel {
            FunnelKind::Caseload => {
                // Unlabelled therapists, and only those whose own caseload could be a table's cell.
                plot.points
                    .retain(|point| whole(point[0]).is_some_and(|n| n > 0 && !rules.hides(n)));
                plot.points.len() as u64 >= rules.therapists && rules.base.is_none()
            }
            FunnelKind::SmallStudy => false,
        },
        Plot::Survival(plot) => survival::curves(plot, rules),
        Plot::CumulativeIncidence(plot) => survival::incidence(plot, rules),
        Plot::ResponseSurface(plot) => {
            // The surface is the model's coefficients over the whole scale; where the persons are is told by bins alone.
            plot.points.clear();
            plot.annotation.clear();
            bins(&mut plot.bins, rules);
            true
        }
        Plot::JacobsonTruax(plot) => jacobson_truax(plot, persons, rules, withheld),
        Plot::Raincloud(plot) => {
            for group in &mut plot.groups {
                cloud(group, rules);
            }
            plot.groups.retain(|group| !group.density.is_empty());
            !plot.groups.is_empty()
        }
        Plot::ControlChart(_) => n == Counts::default(),
        Plot::Path(_) | Plot::Specification(_) => true,
        Plot::Missingness(plot) => missingness(plot, rules),
    }
}

fn bins(bins: &mut Vec<Bin2>, rules: &Rules) {
    bins.retain(|bin| bin.count > 0 && !rules.hides(bin.count));
    for bin in bins {
        bin.count = rules.round(bin.count);
    }
}

/// Stops where a session has too few clients; quantiles of a tenth need a hundred.
fn trajectory(plot: &mut Trajectory, rules: &Rules) -> bool {
    plot.samples.clear();
    for series in &mut plot.series {
        let stop = series.points.iter().position(|p| p.n < rules.clients);
        series.points.truncate(stop.unwrap_or(series.points.len()));
        for point in &mut series.points {
            if point.n < 100 {
                point.spread = None;
            }
            point.n = rules.round(point.n);
        }
    }
    plot.series.retain(|series| !series.points.is_empty());
    !plot.series.is_empty()
}

/// Shares or counts of persons: all bars pass or none does, since bars of one whole give a missing one away.
fn bars(plot: &mut Bars, persons: u64, rules: &Rules, withheld: &Withheld) -> bool {
    let shares = plot.bars.iter().all(|bar| (0.0..=1.0).contains(&bar.value));
    let count = |value: f64| whole(if shares { value * persons as f64 } else { value });
    let pass = plot.bars.iter().all(|bar| {
        count(bar.value).is_none_or(|n| !(rules.hides(n) || n > 0 && withheld.contains(&n)))
    });
    if let (true, true) = (pass, rules.base.is_some()) {
        for bar in &mut plot.bars {
            bar.interval = None;
            bar.null_band = None;
            if let Some(n) = count(bar.value) {
                let rounded = rules.round(n) as f64;
                let base = rules.round(persons).max(1) as f64;
                bar.value = if shares { (rounded / base).min(1.0) } else { rounded };
            }
        }
    }
    pass && !plot.bars.is_empty()
}

/// Small exclusions are added to one another, and dropped if they are still small together.
fn flow(plot: &mut FlowChart, rules: &Rules) -> bool {
    if plot.boxes.iter().any(|b| rules.hides(b.n)) {
        return false;
    }
    for flow in &mut plot.boxes {
        let (mut kept, mut rest) = (Vec::new(), 0);
        for (reason, n) in std::mem::take(&mut flow.excluded) {
            if rules.hides(n) { rest += n } else { kept.push((reason, rules.round(n))) }
        }
        if rest > 0 && !rules.hides(rest) {
            kept.push(("other reasons".to_owned(), rules.round(rest)));
        }
        flow.excluded = kept;
        flow.n = rules.round(flow.n);
    }
    true
}

fn forest(plot: &mut Forest, rules: &Rules) -> bool {
    plot.heterogeneity.clear();
    let before = plot.rows.len();
    plot.rows.retain(|row| rules.organisations && !rules.hides(row.n));
    // One missing row would be known from the pooled n.
    if plot.rows.len() + 1 == before {
        plot.rows.clear();
    }
    for row in &mut plot.rows {
        row.n = rules.round(row.n);
        row.weight = None;
    }
    if plot.rows.len() < before {
        "Rows of single sites are withheld.".clone_into(&mut plot.order);
    }
    if let Some(pooled) = &mut plot.pooled {
        pooled.n = rules.round(pooled.n);
    }
    plot.pooled.is_some() || !plot.rows.is_empty()
}

fn jacobson_truax(
    plot: &mut JacobsonTruax,
    persons: u64,
    rules: &Rules,
    withheld: &Withheld,
) -> bool {
    plot.points.clear();
    bins(&mut plot.bins, rules);
    let pass = plot.classes.iter().all(|(_, n, _)| !rules.hides(*n) && !withheld.contains(n));
    if !pass {
        plot.classes.clear();
    }
    if rules.base.is_some() {
        let base = rules.round(persons).max(1) as f64;
        for (_, n, share) in &mut plot.classes {
            *n = rules.round(*n);
            *share = (*n as f64 / base).min(1.0);
        }
    }
    !plot.bins.is_empty() || !plot.classes.is_empty()
}

/// A density ends at single persons: what is shown lies between the tenths, and those need a hundred persons.
fn cloud(group: &mut Cloud, rules: &Rules) {
    group.points.clear();
    if group.n < 100 {
        group.density.clear();
        return;
    }
    let [low, .., high] = group.quantiles;
    group.density.retain(|point| (low..=high).contains(&point[0]));
    group.n = rules.round(group.n);
}

/// A session stays if each of its three counts may be shown.
fn missingness(plot: &mut Missingness, rules: &Rules) -> bool {
    plot.cells
        .retain(|cell| [cell.observed, cell.missing, cell.ended].iter().all(|&n| !rules.hides(n)));
    for cell in &mut plot.cells {
        for n in [&mut cell.observed, &mut cell.missing, &mut cell.ended] {
            *n = rules.round(*n);
        }
    }
    !plot.cells.is_empty()
}
