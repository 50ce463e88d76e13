//! What a plugin hands back is a stranger's text until it has passed here.

use std::collections::BTreeSet;

use dyad_model::{Findings, Manifest, Plot};

/// Estimates, tables, figures of one analysis; the largest study of the test suite needs a hundredth of it.
const MAX_ENTRIES: usize = 20_000;
/// Rows of one table.
const MAX_ROWS: usize = 5_000;
/// Characters of one text.
const MAX_TEXT: usize = 20_000;
/// Below this many clients a table may have as many rows by chance.
const SMALL_STUDY: u64 = 20;

/// Reads and checks findings. The error says what is wrong and quotes nothing of them.
pub(crate) fn findings(json: &[u8], manifest: &Manifest, clients: u64) -> Result<Findings, String> {
    // A list would be read as the fields in order.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err("its findings are no JSON object".to_owned());
    }
    let mut findings: Findings = serde_json::from_slice(json).map_err(|e| {
        format!(
            "its findings are not valid at line {}, column {} ({})",
            e.line(),
            e.column(),
            category(&e)
        )
    })?;
    entries(&findings)?;
    ids(&findings, manifest)?;
    numbers(&findings)?;
    persons(&findings, clients)?;
    forget_order(&mut findings);
    Ok(findings)
}

/// Puts marks that are persons in the order of their values. A plugin lists them as they stand in its tables, which is the same
/// order in every analysis: with it, the marks of two figures could be joined person by person.
fn forget_order(findings: &mut Findings) {
    let by_value = |a: &[f64; 2], b: &[f64; 2]| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]));
    for figure in &mut findings.figures {
        match &mut figure.plot {
            Plot::Scatter(plot) => plot.points.sort_by(by_value),
            Plot::JacobsonTruax(plot) => plot.points.sort_by(by_value),
            Plot::Raincloud(plot) => {
                plot.groups.iter_mut().for_each(|cloud| cloud.points.sort_by(f64::total_cmp));
            }
            _ => {}
        }
    }
}

fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Syntax => "no JSON",
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "not the shape of findings",
        serde_json::error::Category::Io => "unreadable",
    }
}

fn entries(findings: &Findings) -> Result<(), String> {
    let counts = [
        findings.estimates.len(),
        findings.tables.len(),
        findings.figures.len(),
        findings.notes.len(),
    ];
    if counts.iter().any(|&n| n > MAX_ENTRIES) {
        return Err(format!("its findings have more than {MAX_ENTRIES} entries of a kind"));
    }
    let texts = findings.estimates.iter().flat_map(|e| [&e.id, &e.label, &e.method]);
    let texts = texts.chain(findings.notes.iter().map(|n| &n.text));
    let texts = texts.chain(findings.figures.iter().flat_map(|f| [&f.title, &f.caption, &f.alt]));
    let text = &findings.text;
    let mut texts = texts.chain([
        &text.question,
        &text.answer,
        &text.methods,
        &text.results,
        &text.limitations,
    ]);
    if texts.any(|t| t.chars().count() > MAX_TEXT) {
        return Err(format!("one of its texts has more than {MAX_TEXT} characters"));
    }
    if findings.figures.iter().any(|f| f.title.is_empty() || f.alt.is_empty()) {
        return Err("a figure lacks its title or its alternative text".to_owned());
    }
    Ok(())
}

/// Ids are unique, plain, and among those the manifest declares.
fn ids(findings: &Findings, manifest: &Manifest) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for estimate in &findings.estimates {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.');
        if estimate.id.is_empty() || !estimate.id.chars().all(plain) {
            return Err(
                "an estimate's id has characters other than letters, digits and / _ - .".to_owned()
            );
        }
        if !seen.insert(&estimate.id) {
            return Err("two estimates have the same id".to_owned());
        }
        if !manifest.delivers.is_empty() && manifest.explain(&estimate.id).is_none() {
            return Err("an estimate's id is not among those its manifest declares".to_owned());
        }
        if estimate.estimate.is_none() && estimate.refused.is_none() && estimate.verdict.is_none() {
            return Err("an estimate has neither a number nor a reason why not".to_owned());
        }
    }
    let names = findings.tables.iter().map(|t| &t.id).chain(findings.figures.iter().map(|f| &f.id));
    for name in names {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            return Err("a table's or figure's id cannot be a file name".to_owned());
        }
    }
    Ok(())
}

fn numbers(findings: &Findings) -> Result<(), String> {
    // JSON has no NaN; what is left is a number too large for a double, which reads as infinity.
    let bad = findings.estimates.iter().any(|e| {
        let interval = e.ci.iter().flatten();
        let single = [e.estimate, e.benefit, e.se, e.p].into_iter().flatten();
        single.chain(interval.copied()).any(|v| !v.is_finite())
            || e.p.is_some_and(|p| !(0.0..=1.0).contains(&p))
    });
    if bad {
        Err("a number is infinite, or a p value lies outside 0 to 1".to_owned())
    } else {
        Ok(())
    }
}

/// No table has a row per client. A row that says that two or more clients stand behind it stands for a group.
fn persons(findings: &Findings, clients: u64) -> Result<(), String> {
    for table in &findings.tables {
        let single = table.rows.iter().filter(|row| row.n.clients.is_none_or(|n| n < 2)).count();
        // Some clients have nothing to list, so a few rows fewer are a list of clients, too.
        let is_list = clients >= SMALL_STUDY && single as u64 * 10 >= clients * 9;
        if is_list || table.rows.len() > MAX_ROWS {
            return Err(
                "a table has as many rows as the study has clients: results stand for groups"
                    .to_owned(),
            );
        }
        if table.rows.iter().any(|row| row.cells.len() != table.columns.len()) {
            return Err(
                "a table's row has another number of cells than the table has columns".to_owned()
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dyad_model::figure::{Axis, Scatter};
    use dyad_model::{Cell, ColumnKind, Counts, Estimate, Explained, Figure, Marks, Table};

    use super::*;

    fn check(findings: &Findings, clients: u64) -> Result<Findings, String> {
        let manifest = Manifest::new("x", "1", "X").delivers(Explained::new("a/*", ""));
        super::findings(&serde_json::to_vec(findings).unwrap(), &manifest, clients)
    }

    #[test]
    fn findings_within_the_rules_pass() {
        let good = Findings::new().estimate(Estimate::new("a/b", "B").value(1.0));
        assert_eq!(check(&good, 100).unwrap(), good);
    }

    #[test]
    fn marks_of_persons_say_nothing_by_their_order() {
        let plot = |points: &[[f64; 2]]| Scatter {
            x: Axis::new("x"),
            y: Axis::new("y"),
            points: points.to_vec(),
            bins: Vec::new(),
            line: Vec::new(),
            annotation: String::new(),
        };
        let figure = |points: &[[f64; 2]]| {
            let plot = Plot::Scatter(plot(points));
            let figure = Figure::new("f", "Title", "Caption", "Alt", Counts::default(), plot);
            Findings { figures: vec![figure.marks(Marks::Clients)], ..Findings::new() }
        };
        let (one, other) = (
            figure(&[[3.0, 1.0], [1.0, 2.0], [1.0, 1.0]]),
            figure(&[[1.0, 1.0], [3.0, 1.0], [1.0, 2.0]]),
        );
        assert_ne!(one, other);
        assert_eq!(check(&one, 100).unwrap(), check(&other, 100).unwrap());
    }

    #[test]
    fn findings_outside_the_rules_do_not() {
        let one = |e: Estimate| check(&Findings::new().estimate(e), 100);
        assert!(one(Estimate::new("undeclared", "U").value(1.0)).unwrap_err().contains("declares"));
        assert!(one(Estimate::new("a/b c", "B").value(1.0)).is_err());
        assert!(one(Estimate::new("a/b", "neither number nor reason")).is_err());
        assert!(one(Estimate::new("a/b", "B").value(1.0).p(1.5)).is_err());
        let twice = Findings::new().estimate(Estimate::new("a/b", "B").value(1.0));
        assert!(check(&twice.clone().estimate(Estimate::new("a/b", "B").value(1.0)), 100).is_err());
        let mut table = Table::new("clients", "One row each").column("n", "n", ColumnKind::Count);
        let mut groups = table.clone();
        for _ in 0..95 {
            table = table.row(Counts::default(), [Cell::count(1)]);
            let n = Counts { clients: Some(40), ..Counts::default() };
            groups = groups.row(n, [Cell::count(40)]);
        }
        assert!(check(&Findings::new().table(table), 100).unwrap_err().contains("clients"));
        assert!(check(&Findings::new().table(groups), 100).is_ok());
        let manifest = Manifest::new("x", "1", "X");
        for broken in [&b"{"[..], b"[]", b"{\"estimates\": 7}", b"\xff", b"{\"secret\": \"Jane\"}"]
        {
            let error = super::findings(broken, &manifest, 100).unwrap_err();
            assert!(!error.contains("Jane"), "{error}");
        }
    }
}
