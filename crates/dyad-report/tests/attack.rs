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

fn study(tables: Vec<Table>, clients: u64) -> Results {
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
        tables,
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
    /// What it can be, from and to.
    fn limits(self) -> [u64; 2] {
        match self {
            Self::Exact(seen) => [seen, seen],
            Self::Rounded(seen) => [seen.saturating_sub(2), seen + 2],
            Self::Hidden => [0, 99 * MOST],
        }
    }
}

/// Everything released: the cells row by row, their totals and the size of the study.
struct View {
    cells: Vec<Vec<Seen>>,
    all: Seen,
    totals_add_up: bool,
}

fn seen(n: Option<u64>, profile: Profile) -> Seen {
    match (n, profile) {
        (None, _) => Seen::Hidden,
        (Some(n), Profile::Acro) => Seen::Exact(n),
        (Some(n), _) => Seen::Rounded(n),
    }
}

fn seen_cells(table: &Table, profile: Profile) -> Vec<Vec<Seen>> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let number = |cell: &Cell| match cell {
        Cell::Number(n) => Some(*n as u64),
        _ => None,
    };
    let row = |cells: &[Cell]| cells.iter().map(|c| seen(number(c), profile)).collect();
    table.rows.iter().map(|r| row(&r.cells[1..])).collect()
}

fn view(profile: Profile, cells: &[Vec<u64>]) -> Option<View> {
    let all: u64 = cells.iter().flatten().sum();
    let released = release::apply(&study(vec![table(cells)], all), profile).results;
    Some(View {
        cells: seen_cells(released.tables.first()?, profile),
        all: seen((released.flow.clients > 0).then_some(released.flow.clients), profile),
        // Under opensafely a total is the sum of rounded cells and says nothing more than they do.
        totals_add_up: profile != Profile::Opensafely,
    })
}

/// Tries every table of whole numbers that fits a view.
struct Attack<'a> {
    view: &'a View,
    /// What each inner cell can be by itself, row by row.
    limits: Vec<[u64; 2]>,
    columns: usize,
}

impl<'a> Attack<'a> {
    /// Under a rounding profile the audit tells which counts were withheld because they are small, and a count that is shown is
    /// not.
    fn new(view: &'a View, exact: &[Vec<u64>], small: Option<u64>) -> Self {
        let columns = exact[0].len();
        let limits = (0..exact.len() * columns).map(|at| {
            let (r, c) = (at / columns, at % columns);
            let is_small = small.filter(|small| (1..*small).contains(&exact[r][c]));
            match (view.cells[r][c], is_small) {
                (Seen::Hidden, Some(small)) => [1, small - 1],
                (Seen::Hidden, None) => [0, 2 * MOST],
                (seen, _) => {
                    let [low, high] = seen.limits();
                    [if low > 0 { low.max(small.unwrap_or(0)) } else { low }, high]
                }
            }
        });
        Self { view, limits: limits.collect(), columns }
    }

    /// Lowest and highest value of a cell over all tables that fit.
    fn range(&self, r: usize, c: usize) -> [u64; 2] {
        let at = r * self.columns + c;
        let fits = |value: &u64| {
            let mut limits = self.limits.clone();
            limits[at] = [*value, *value];
            self.fits(&mut limits, 0)
        };
        let [low, high] = self.limits[at];
        let lowest = (low..=high).find(fits).expect("the truth fits");
        [lowest, (low..=high).rev().find(fits).expect("the truth fits")]
    }

    /// Whether a table fits: what the sums leave of each cell is narrowed first, then the first open cell is tried.
    fn fits(&self, limits: &mut [[u64; 2]], at: usize) -> bool {
        if !self.narrow(limits) {
            return false;
        }
        let Some(at) = (at..limits.len()).find(|&at| limits[at][0] < limits[at][1]) else {
            return true;
        };
        let [low, high] = limits[at];
        (low..=high).any(|value| {
            let mut tried = limits.to_vec();
            tried[at] = [value, value];
            self.fits(&mut tried, at + 1)
        })
    }

    /// The cells of every sum that is seen, and what it can be.
    fn sums(&self) -> Vec<(Vec<usize>, [u64; 2])> {
        let (columns, sees) = (self.columns, &self.view.cells);
        let rows = self.limits.len() / columns;
        let everything: Vec<usize> = (0..rows * columns).collect();
        let mut sums = vec![(everything.clone(), self.view.all.limits())];
        if self.view.totals_add_up {
            sums.push((everything, sees[rows][columns].limits()));
            sums.extend(
                (0..rows).map(|r| {
                    ((r * columns..(r + 1) * columns).collect(), sees[r][columns].limits())
                }),
            );
            sums.extend(
                (0..columns).map(|c| {
                    ((c..rows * columns).step_by(columns).collect(), sees[rows][c].limits())
                }),
            );
        }
        sums
    }

    /// Takes from each cell what the others of a sum rule out, until nothing changes; `false` if a sum is out of reach.
    fn narrow(&self, limits: &mut [[u64; 2]]) -> bool {
        let sums = self.sums();
        loop {
            let before = limits.to_vec();
            for (cells, [from, to]) in &sums {
                let [low, high] =
                    [0, 1].map(|end| cells.iter().map(|&c| limits[c][end]).sum::<u64>());
                if low > *to || high < *from {
                    return false;
                }
                for &cell in cells {
                    let [own_low, own_high] = limits[cell];
                    // Of the limits of the sum as they were: a later round sees what has been narrowed.
                    limits[cell][0] = own_low.max(from.saturating_sub(high - own_high));
                    limits[cell][1] = own_high.min(to - (low - own_low));
                    if limits[cell][0] > limits[cell][1] {
                        return false;
                    }
                    if limits[cell] != [own_low, own_high] {
                        break;
                    }
                }
            }
            if before == limits {
                return true;
            }
        }
    }
}

/// Tables of two or three rows and two to four columns.
fn small_tables() -> impl Strategy<Value = Vec<Vec<u64>>> {
    let cell = || prop_oneof![3 => 0_u64..14, 2 => 10_u64..MOST];
    let of = move |rows: usize, columns: usize| {
        prop::collection::vec(prop::collection::vec(cell(), columns), rows)
    };
    prop_oneof![of(2, 2), of(2, 3), of(3, 2), of(3, 3), of(2, 4)]
}

/// What acro promises: a small count is hidden, and could be anything as wide as the threshold.
fn is_open(
    attack: &Attack<'_>,
    exact: &[Vec<u64>],
    r: usize,
    c: usize,
) -> Result<(), TestCaseError> {
    let [low, high] = attack.range(r, c);
    prop_assert!((low..=high).contains(&exact[r][c]), "the truth is always among them");
    prop_assert!(high - low >= 10 && low < 10, "{:?} {} {}: {} to {}", exact, r, c, low, high);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_table_that_fits_pins_a_suppressed_cell_under_acro(cells in small_tables()) {
        let Some(view) = view(Profile::Acro, &cells) else { return Ok(()) };
        let attack = Attack::new(&view, &cells, None);
        for (r, row) in cells.iter().enumerate() {
            for (c, &exact) in row.iter().enumerate() {
                if exact < 10 {
                    prop_assert_eq!(view.cells[r][c], Seen::Hidden);
                    is_open(&attack, &cells, r, c)?;
                }
            }
        }
    }

    #[test]
    fn rounding_leaves_a_suppressed_cell_open(cells in small_tables()) {
        for profile in [Profile::Opensafely, Profile::Nhs] {
            let Some(view) = view(profile, &cells) else { continue };
            let attack = Attack::new(&view, &cells, Some(8));
            for (r, row) in cells.iter().enumerate() {
                for (c, &exact) in row.iter().enumerate() {
                    if (1..8).contains(&exact) {
                        prop_assert_eq!(view.cells[r][c], Seen::Hidden);
                        let [low, high] = attack.range(r, c);
                        prop_assert!((low..=high).contains(&exact));
                        prop_assert!(high > low, "{profile:?} {cells:?} {r} {c}: {low} to {high}");
                    }
                }
            }
        }
    }

    /// A table of everybody and one of a part of them: those who are left are nobody's column, and follow by subtraction.
    #[test]
    fn the_difference_of_two_tables_pins_nobody(
        cells in prop::collection::vec((0_u64..40, prop_oneof![2 => 0_u64..10, 1 => 10_u64..30]), 2..5),
    ) {
        difference_is_open(&cells)?;
    }
}

fn difference_is_open(cells: &[(u64, u64)]) -> Result<(), TestCaseError> {
    let cells: Vec<Vec<u64>> = cells.iter().map(|&(part, rest)| vec![part, rest]).collect();
    let column = |count: &dyn Fn(&[u64]) -> u64| -> Vec<Vec<u64>> {
        cells.iter().map(|row| vec![count(row)]).collect()
    };
    let (whole, part) = (column(&|row| row.iter().sum()), column(&|row| row[0]));
    let everybody: u64 = cells.iter().flatten().sum();
    for profile in [Profile::Acro, Profile::Nhs] {
        let mut tables = vec![table(&whole), table(&part)];
        "part".clone_into(&mut tables[1].id);
        let released = release::apply(&study(tables, everybody), profile).results;
        let [Some(whole), Some(part)] =
            ["t", "part"].map(|id| released.tables.iter().find(|t| t.id == id))
        else {
            continue;
        };
        let (whole, part) = (seen_cells(whole, profile), seen_cells(part, profile));
        // The part, those who are left, and the whole as their sum.
        let rows = whole.iter().zip(&part);
        let view = View {
            cells: rows.map(|(whole, part)| vec![part[0], Seen::Hidden, whole[0]]).collect(),
            all: seen((released.flow.clients > 0).then_some(released.flow.clients), profile),
            totals_add_up: true,
        };
        let attack = Attack::new(&view, &cells, None);
        for (r, row) in cells.iter().enumerate() {
            if !(1..10).contains(&row[1]) {
                continue;
            }
            if profile == Profile::Acro {
                is_open(&attack, &cells, r, 1)?;
            } else {
                let [low, high] = attack.range(r, 1);
                prop_assert!(high > low, "{cells:?} {r}: {low} to {high}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_difference_stays_open_where_another_group_has_none() {
    difference_is_open(&[(2, 1), (8, 0), (10, 10)]).unwrap();
    difference_is_open(&[(37, 3), (20, 30), (30, 30)]).unwrap();
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
    assert_eq!(Attack::new(&view, &exact, None).range(0, 1), [3, 3]);
    // … and so it is where a whole and a part of it are shown.
    let view = View {
        cells: vec![
            vec![e(20), Seen::Hidden, e(23)],
            vec![e(15), Seen::Hidden, e(45)],
            vec![e(35), Seen::Hidden, e(68)],
        ],
        ..view
    };
    assert_eq!(Attack::new(&view, &exact, None).range(0, 1), [3, 3]);
}
