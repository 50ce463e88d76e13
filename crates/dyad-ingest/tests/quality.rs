//! The tables about the data, against counts of R and of hand.

mod support;

use dyad_ingest::load;
use dyad_model::{Cell, Table};
use support::{Folder, data, with};

fn cell(table: &Table, row: usize, column: &str) -> Cell {
    let at = table.columns.iter().position(|c| c.id == column).expect("a column of this name");
    table.rows[row].cells[at].clone()
}

#[test]
fn alpha_equals_the_one_of_psych() {
    let text = std::fs::read_to_string(data("alpha.csv")).unwrap();
    let study = "version = 1\n[study]\ntitle = \"T\"\nseed = 1\n[data]\nsessions = \"s.csv\"\n[columns]\nclient = \"c\"\nsession = \"n\"\n[measures.wai]\nrole = \"alliance\"\ninstrument = \"wai-sr\"\nitems = \"w{item}\"\n";
    let loaded = Folder::new(study, &[("s.csv", text.as_bytes())]).load().unwrap();
    let table = loaded.tables.iter().find(|t| t.id == "alpha").unwrap();
    let expected = std::fs::read_to_string(data("alpha-expected.csv")).unwrap();
    for line in expected.lines().skip(1) {
        let parts: Vec<&str> = line.split(',').collect();
        let row = (0..table.rows.len())
            .find(|&row| {
                cell(table, row, "measure") == Cell::text("wai.bond")
                    && cell(table, row, "session") == Cell::text(parts[0])
            })
            .unwrap();
        assert_eq!(cell(table, row, "n"), Cell::Number(parts[1].parse().unwrap()));
        let Cell::Number(alpha) = cell(table, row, "alpha") else { panic!("a number") };
        let expected: f64 = parts[2].parse().unwrap();
        assert!((alpha - expected).abs() < 1e-12, "{alpha} {expected}");
    }
}

#[test]
fn constant_series_missing_values_and_ends_are_counted() {
    let text = "c,t,n,wai\n1,A,1,7\n1,A,2,7\n1,A,3,7\n2,A,1,1\n2,A,2,\n2,A,3,3\n2,A,30,4\n";
    let tables = with("", text).unwrap().tables;
    let quality = tables.iter().find(|t| t.id == "data-quality").unwrap();
    assert_eq!(cell(quality, 0, "series"), Cell::Number(2.0));
    assert_eq!(cell(quality, 0, "constant"), Cell::Number(1.0));
    assert_eq!(cell(quality, 0, "mode"), Cell::Number(0.5));
    assert_eq!(cell(quality, 0, "floor"), Cell::Number(1.0 / 6.0));
    assert_eq!(cell(quality, 0, "ceiling"), Cell::Number(0.5));
    let missing = tables.iter().find(|t| t.id == "missing").unwrap();
    assert_eq!(missing.rows.len(), 4);
    assert_eq!(cell(missing, 1, "wai"), Cell::Number(0.5));
    assert_eq!(cell(missing, 3, "session"), Cell::text("21 or later"));
    let codebook = tables.iter().find(|t| t.id == "codebook").unwrap();
    assert_eq!(cell(codebook, 0, "n"), Cell::Number(6.0));
    assert_eq!(cell(codebook, 0, "missing"), Cell::Number(1.0));
    assert_eq!(cell(codebook, 0, "range"), Cell::Interval([1.0, 7.0]));
}

#[test]
fn the_codebook_of_a_real_study_lists_every_measure() {
    let loaded = load(data("antidepressant-trial/study.toml")).unwrap();
    let codebook = &loaded.tables[0];
    assert_eq!(codebook.rows.len(), loaded.study.measures.len());
    for table in &loaded.tables {
        assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()));
    }
}
