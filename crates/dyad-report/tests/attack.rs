//! The attacker's view of small tables: every table of whole numbers that fits what was released is tried, and what is suppressed
//! must stay open. The enumeration knows nothing of how the gate decides.

use dyad_model::{Cell, ColumnKind, Counts, Flow, Results, Row, StudyHeader, Table};
use dyad_report::Profile;
use dyad_report::release;
use proptest::prelude::*;

/// No cell of the tables below is larger.
const MOST: u64 = 24;

/// Counts of clients by group and class, with a total per row and a row of totals.
fn table(cells: &[Vec<u64>]) -> Table {
    let mut table = Table::new("t", "T").column("group", "Group", ColumnKind::Text);
    let columns = cells[0].len();
    for c in 0..columns {
        table = table.column(&format!("c{c}"), "Class", ColumnKind::Count);
    }
    table = table.column("total", "Total", ColumnKind::Count);
    let sums: Vec<u64> = (0..columns).map(|c| cells.iter().map(|row| row[c]).sum()).collect();
    let rows = cells.iter().map(Vec::as_slice).chain([&sums[..]]);
    for (index, row) in rows.enumerate() {
        let total: u64 = row.iter().sum();
        let name = if index == cells.len() { "all".to_owned() } else { format!("g{index}") };
        let n = Counts { clients: Some(total), therapists: Some(20), ..Counts::default() };
        let numbers = row.iter().copied().chain([total]).map(Cell::count);
        let cells: Vec<Cell> = std::iter::once(Cell::text(name)).chain(numbers).collect();
        table.rows.push(Row { cells, n, spread: None });
    }
    table
}

fn study(table: Table, clients: u64) -> Results {
    Results {
        schema_version: Results::SCHEMA_VERSION,
        study: StudyHeader {
            title: "S".into(),
            seed: 1,
            measures: Vec::new(),
            primary: Vec::new(),
            caseloads: None,
        },
        flow: Flow {
            rows_read: 500,
            rows_used: 500,
            sites: 4,
            therapists: 20,
            clients,
            dropped: Vec::new(),
        },
        notes: Vec::new(),
        tables: vec![table],
        analyses: Vec::new(),
    }
}

/// What the attacker sees of a number: itself, rounded to 5, or nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    Exact(u64),
    Rounded(u64),
    Hidden,
}

impl Seen {
    fn allows(self, n: u64) -> bool {
        match self {
            Self::Exact(seen) => n == seen,
            Self::Rounded(seen) => (n + 2) / 5 * 5 == seen,
            Self::Hidden => true,
        }
    }
}

/// Everything released: the cells row by row, their totals and the size of the study.
struct View {
    cells: Vec<Vec<Seen>>,
    all: Seen,
    totals_add_up: bool,
}

fn view(profile: Profile, cells: &[Vec<u64>]) -> Option<View> {
    let all: u64 = cells.iter().flatten().sum();
    let released = release::apply(&study(table(cells), all), profile).results;
    let seen = |n: Option<u64>| match (n, profile) {
        (None, _) => Seen::Hidden,
        (Some(n), Profile::Acro) => Seen::Exact(n),
        (Some(n), _) => Seen::Rounded(n),
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let number = |cell: &Cell| match cell {
        Cell::Number(n) => Some(*n as u64),
        _ => None,
    };
    let table = released.tables.first()?;
    Some(View {
        cells: table
            .rows
            .iter()
            .map(|r| r.cells[1..].iter().map(|c| seen(number(c))).collect())
            .collect(),
        all: seen((released.flow.clients > 0).then_some(released.flow.clients)),
        // Under opensafely a total is the sum of rounded cells and says nothing more than they do.
        totals_add_up: profile != Profile::Opensafely,
    })
}

/// Lowest and highest value of each inner cell over all tables that fit; a suppressed cell under a rounding profile may be told to
/// be below the threshold, so nothing else is tried for it.
fn ranges(view: &View, exact: &[Vec<u64>], small: Option<u64>) -> Vec<Vec<[u64; 2]>> {
    let (rows, columns) = (view.cells.len() - 1, view.cells[0].len() - 1);
    let mut found = vec![vec![[u64::MAX, 0]; columns]; rows];
    let mut now = vec![vec![0; columns]; rows];
    try_cell(view, exact, small, 0, &mut now, &mut found);
    found
}

fn candidates(seen: Seen, exact: u64, small: Option<u64>) -> std::ops::RangeInclusive<u64> {
    // Under a rounding profile the audit tells which were withheld because they are small.
    let small = small.filter(|small| (1..*small).contains(&exact));
    match (seen, small) {
        (Seen::Exact(n), _) => n..=n,
        (Seen::Rounded(n), _) => n.saturating_sub(2)..=n + 2,
        (Seen::Hidden, Some(small)) => 1..=small - 1,
        (Seen::Hidden, None) => 0..=2 * MOST,
    }
}

fn try_cell(
    view: &View,
    exact: &[Vec<u64>],
    small: Option<u64>,
    at: usize,
    now: &mut Vec<Vec<u64>>,
    found: &mut Vec<Vec<[u64; 2]>>,
) {
    let (rows, columns) = (now.len(), now[0].len());
    if at == rows * columns {
        let all: u64 = now.iter().flatten().sum();
        let column = |c: usize| now.iter().map(|row| row[c]).sum::<u64>();
        let margins = !view.totals_add_up
            || ((0..columns).all(|c| view.cells[rows][c].allows(column(c)))
                && view.cells[rows][columns].allows(all));
        let fits = margins && view.all.allows(all);
        if fits {
            for (found, now) in found.iter_mut().flatten().zip(now.iter().flatten()) {
                *found = [found[0].min(*now), found[1].max(*now)];
            }
        }
        return;
    }
    let (r, c) = (at / columns, at % columns);
    for value in candidates(view.cells[r][c], exact[r][c], small) {
        if !view.cells[r][c].allows(value) {
            continue;
        }
        now[r][c] = value;
        let total = view.cells[r][columns];
        let ends = c + 1 == columns;
        if ends && view.totals_add_up && !total.allows(now[r].iter().sum()) {
            continue;
        }
        let column = || (0..=r).map(|row| now[row][c]).sum::<u64>();
        if r + 1 == rows && view.totals_add_up && !view.cells[rows][c].allows(column()) {
            continue;
        }
        try_cell(view, exact, small, at + 1, now, found);
    }
}

fn small_tables() -> impl Strategy<Value = Vec<Vec<u64>>> {
    let cell = prop_oneof![3 => 0_u64..14, 2 => 10_u64..MOST];
    prop::collection::vec(prop::collection::vec(cell, 2..=2), 2..=2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_table_that_fits_pins_a_suppressed_cell_under_acro(cells in small_tables()) {
        if let Some(view) = view(Profile::Acro, &cells) {
            let ranges = ranges(&view, &cells, None);
            for (r, row) in cells.iter().enumerate() {
                for (c, &exact) in row.iter().enumerate() {
                    let [low, high] = ranges[r][c];
                    prop_assert!((low..=high).contains(&exact), "the truth is always among them");
                    if view.cells[r][c] == Seen::Hidden && exact < 10 {
                        prop_assert!(high - low >= 10, "{cells:?} {r} {c}: {low} to {high}");
                        prop_assert!(low < 10);
                    }
                    prop_assert!(exact >= 10 || view.cells[r][c] == Seen::Hidden);
                }
            }
        }
    }

    #[test]
    fn rounding_leaves_a_suppressed_cell_open(cells in small_tables()) {
        for profile in [Profile::Opensafely, Profile::Nhs] {
            let Some(view) = view(profile, &cells) else { continue };
            let ranges = ranges(&view, &cells, Some(8));
            for (r, row) in cells.iter().enumerate() {
                for (c, &exact) in row.iter().enumerate() {
                    let [low, high] = ranges[r][c];
                    if (1..8).contains(&exact) {
                        prop_assert_eq!(view.cells[r][c], Seen::Hidden);
                        prop_assert!((low..=high).contains(&exact));
                        prop_assert!(high > low, "{profile:?} {cells:?} {r} {c}: {low} to {high}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_attack_succeeds_where_only_the_small_cell_is_hidden() {
    // The attacker works: with the margins shown and one hole, there is one table.
    let e = Seen::Exact;
    let view = View {
        cells: vec![
            vec![e(20), Seen::Hidden, e(23)],
            vec![e(15), e(30), e(45)],
            vec![e(35), e(33), e(68)],
        ],
        all: e(68),
        totals_add_up: true,
    };
    let exact = [vec![20, 3], vec![15, 30]];
    assert_eq!(ranges(&view, &exact, None)[0][1], [3, 3]);
}
