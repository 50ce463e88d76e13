//! From names and ranges to roles. A guess that a person must confirm is marked.

use std::collections::BTreeMap;

use dyad_instruments::{Key, find};
use dyad_model::{Direction, Rater, Role};

use super::summary::Summary;
use crate::gate::name_tokens;

const CLIENT: &[&str] = &[
    "client",
    "patient",
    "participant",
    "subject",
    "person",
    "klient",
    "klientin",
    "patientin",
    "case",
    "id",
];
const THERAPIST: &[&str] = &[
    "therapist",
    "clinician",
    "counsellor",
    "counselor",
    "provider",
    "therapeut",
    "therapeutin",
    "cluster",
    "behandler",
];
const SITE: &[&str] = &[
    "site", "clinic", "centre", "center", "practice", "hospital", "praxis", "klinik", "ambulanz",
    "standort",
];
const SESSION: &[&str] = &["session", "sess", "visit", "sitzung", "occasion", "wave", "week"];
const DAY: &[&str] = &["day", "days"];
const ALLIANCE: &[&str] = &["alliance", "wai", "calpas", "haq", "srs", "bond", "rapport", "wav"];
const OUTCOME: &[&str] = &[
    "symptom",
    "symptoms",
    "outcome",
    "severity",
    "phq",
    "gad",
    "bdi",
    "core",
    "oq",
    "ors",
    "hamd",
    "hama",
    "hdrs",
    "scl",
    "bsi",
    "depression",
    "anxiety",
    "distress",
    "madrs",
    "pgi",
];
const BASELINE: &[&str] = &["baseline", "intake", "pre", "screening"];
const BURNOUT: &[&str] = &["burnout", "mbi", "cbi", "olbi", "exhaustion", "proqol"];
const DROPOUT: &[&str] = &["dropout", "dropped", "left", "discontinued"];

/// A measure that was guessed.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    pub(super) id: String,
    pub(super) role: Role,
    pub(super) rater: Option<Rater>,
    /// A column, a template, or items with their instrument.
    pub(super) source: Source,
    /// A scale that holds all values; to be confirmed.
    pub(super) range: Option<[f64; 2]>,
    pub(super) better: Option<Direction>,
}

/// Where a guessed measure's values are.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Column(String),
    /// `fits`: whether all answers lie on the instrument's scale.
    Items {
        template: String,
        instrument: String,
        fits: bool,
    },
}

/// Everything that was guessed about a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Guess {
    pub(super) site: Option<String>,
    pub(super) therapist: Option<String>,
    pub(super) client: Option<String>,
    pub(super) session: Option<String>,
    /// Whether some rows have no session number.
    pub(super) without_session: bool,
    /// A column that looks like session numbers, but holds 0 or less: an intake, perhaps.
    pub(super) unfit_session: Option<String>,
    pub(super) day: Option<String>,
    pub(super) date: Option<String>,
    pub(super) measures: Vec<Measure>,
    /// Columns that got no role.
    pub(super) left: Vec<String>,
}

fn has(tokens: &[String], words: &[&str]) -> bool {
    tokens.iter().any(|token| words.contains(&token.as_str()))
}

/// Guesses the roles of all columns.
pub(super) fn guess(columns: &[Summary]) -> Guess {
    let mut guess = Guess::default();
    let mut free: Vec<&Summary> = columns.iter().collect();
    let numbered = |c: &Summary| c.is_number() && c.whole && c.low >= 1.0;
    guess.site = take(&mut free, SITE, |_| true);
    // Families of numbered columns come before structure: `session_1` is a measure of session 1.
    let families = families(&free);
    let wide = families.values().any(|f| f.numbers.len() > 2)
        && !free.iter().any(|c| has(&name_tokens(&c.name), SESSION) && numbered(c));
    guess.therapist = take(&mut free, THERAPIST, |c| !is_measure(c));
    guess.client = take(&mut free, CLIENT, |c| !is_measure(c));
    if !wide {
        guess.session = take(&mut free, SESSION, numbered);
        let empty = |name: &String| columns.iter().any(|c| c.name == *name && c.empty > 0);
        guess.without_session = guess.session.as_ref().is_some_and(empty);
        if guess.session.is_none() {
            guess.unfit_session = take(&mut free, SESSION, |c| c.is_number() && c.whole);
        }
        guess.day = take(&mut free, DAY, |c| c.is_number() && c.whole);
        let date = free.iter().position(|c| c.is_date);
        guess.date = date.map(|at| free.remove(at).name.clone());
    }
    for (template, family) in families {
        let members: Vec<&Summary> =
            free.iter().copied().filter(|c| family.names.contains(&c.name)).collect();
        if members.len() < 3 {
            continue;
        }
        let measures = of_family(&template, &family, &members, wide);
        if !measures.is_empty() {
            free.retain(|c| !family.names.contains(&c.name));
            guess.measures.extend(measures);
        }
    }
    for column in free {
        match of_column(column) {
            // A single column of a wide file has one value per client.
            Some(measure) if wide && matches!(measure.role, Role::Outcome | Role::Alliance) => {
                guess.left.push(column.name.clone());
            }
            Some(measure) => guess.measures.push(measure),
            None => guess.left.push(column.name.clone()),
        }
    }
    guess
}

fn is_measure(column: &Summary) -> bool {
    let tokens = name_tokens(&column.name);
    has(&tokens, ALLIANCE) || has(&tokens, BURNOUT) || has(&tokens, OUTCOME)
}

/// Takes the first column with one of the words, in the order of the words.
fn take(
    free: &mut Vec<&Summary>,
    words: &[&str],
    fits: impl Fn(&Summary) -> bool,
) -> Option<String> {
    let at = words.iter().find_map(|word| {
        free.iter().position(|c| has(&name_tokens(&c.name), &[word]) && fits(c))
    })?;
    Some(free.remove(at).name.clone())
}

/// Columns that differ in a number at the end of their names.
struct Family {
    names: Vec<String>,
    numbers: Vec<u64>,
}

fn families(columns: &[&Summary]) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for column in columns.iter().filter(|c| c.is_number()) {
        let stem = column.name.trim_end_matches(|c: char| c.is_ascii_digit());
        if let Ok(number) = column.name[stem.len()..].parse::<u64>()
            && !stem.is_empty()
        {
            let family = families
                .entry(stem.to_owned())
                .or_insert_with(|| Family { names: Vec::new(), numbers: Vec::new() });
            family.names.push(column.name.clone());
            family.numbers.push(number);
        }
    }
    families
}

/// A scored instrument, or a measure of a wide file, with its value at intake if there is a session 0.
fn of_family(stem: &str, family: &Family, members: &[&Summary], wide: bool) -> Vec<Measure> {
    let tokens = name_tokens(stem);
    let low = members.iter().map(|c| c.low).fold(f64::INFINITY, f64::min);
    let high = members.iter().map(|c| c.high).fold(f64::NEG_INFINITY, f64::max);
    let id = id(stem);
    let mut numbers = family.numbers.clone();
    numbers.sort_unstable();
    let is_items = numbers.first() == Some(&1) && numbers.last() == Some(&(numbers.len() as u64));
    let answers = |key: &Key| low >= key.item_range[0] && high <= key.item_range[1];
    let keys = || instruments(&tokens, numbers.len());
    let shortest = |a: &Key, b: &Key| a.item_range[1].total_cmp(&b.item_range[1]);
    // Where no scale holds all answers, some of them are codes or slips, which a person will find.
    let key = keys().into_iter().filter(answers).min_by(shortest);
    let key = key.or_else(|| keys().into_iter().min_by(shortest));
    if is_items && let Some(key) = key {
        let fits = answers(&key);
        let role = if has(&tokens, BURNOUT) {
            Role::Burnout
        } else if has(&tokens, ALLIANCE) {
            Role::Alliance
        } else {
            Role::Outcome
        };
        return vec![Measure {
            id,
            role,
            rater: (role == Role::Alliance).then(|| rater(&tokens)),
            source: Source::Items { template: format!("{stem}{{item}}"), instrument: key.id, fits },
            range: None,
            better: None,
        }];
    }
    if !wide {
        return Vec::new();
    }
    // Repeated in time, but of no known kind: a covariate can do no harm.
    let (role, better) = role(&tokens).unwrap_or((Role::Covariate, None));
    let id = id.trim_end_matches("_s").to_owned();
    let mut measures = vec![Measure {
        id: id.clone(),
        role,
        rater: (role == Role::Alliance).then(|| rater(&tokens)),
        source: Source::Column(format!("{stem}{{session}}")),
        range: scale(low, high),
        better,
    }];
    let intake = family.numbers.iter().position(|n| *n == 0);
    if let Some(at) = intake {
        measures.push(Measure {
            id: format!("{id}_intake"),
            role: Role::Baseline,
            rater: None,
            source: Source::Column(family.names[at].clone()),
            range: scale(low, high),
            better: None,
        });
    }
    measures
}

/// The instruments whose name and number of items fit.
fn instruments(tokens: &[String], items: usize) -> Vec<Key> {
    let keys = dyad_instruments::builtin().into_iter().filter_map(|id| find(id).ok());
    keys.filter(|key| {
        let words = name_tokens(&key.id);
        // `wai` alone may be any of its forms: the number of items and the answers decide.
        key.items == items && words.first().is_some_and(|first| tokens.contains(first))
    })
    .collect()
}

fn of_column(column: &Summary) -> Option<Measure> {
    let tokens = name_tokens(&column.name);
    // One number makes a column that is named like a measure one: what its other cells are will be said.
    if column.numbers == 0 || column.is_date {
        return None;
    }
    let (role, better) = if has(&tokens, DROPOUT) && column.is_binary() {
        (Role::Dropout, None)
    } else if has(&tokens, &["change", "difference", "diff"]) {
        return None;
    } else if has(&tokens, BASELINE) {
        (Role::Baseline, None)
    } else {
        role(&tokens)?
    };
    let known = role != Role::Dropout && column.is_number();
    let range = if known { scale(column.low, column.high) } else { None };
    Some(Measure {
        id: id(&column.name),
        role,
        rater: (role == Role::Alliance).then(|| rater(&tokens)),
        source: Source::Column(column.name.clone()),
        range,
        better,
    })
}

fn role(tokens: &[String]) -> Option<(Role, Option<Direction>)> {
    if has(tokens, BURNOUT) {
        Some((Role::Burnout, None))
    } else if has(tokens, ALLIANCE) {
        Some((Role::Alliance, None))
    } else if has(tokens, OUTCOME) {
        let higher = has(tokens, &["ors", "functioning", "wellbeing", "gaf"]);
        Some((Role::Outcome, Some(if higher { Direction::Higher } else { Direction::Lower })))
    } else {
        None
    }
}

fn rater(tokens: &[String]) -> Rater {
    if has(tokens, &["therapist", "t", "clinician"]) {
        Rater::Therapist
    } else if has(tokens, &["observer", "o", "rater"]) {
        Rater::Observer
    } else {
        Rater::Client
    }
}

/// The smallest usual scale that holds the values; the values themselves are not written.
fn scale(low: f64, high: f64) -> Option<[f64; 2]> {
    const SCALES: [[f64; 2]; 14] = [
        [1.0, 5.0],
        [0.0, 4.0],
        [1.0, 7.0],
        [0.0, 6.0],
        [0.0, 10.0],
        [0.0, 21.0],
        [0.0, 27.0],
        [0.0, 40.0],
        [12.0, 60.0],
        [0.0, 52.0],
        [0.0, 63.0],
        [12.0, 84.0],
        [0.0, 100.0],
        [0.0, 180.0],
    ];
    SCALES
        .into_iter()
        .filter(|[a, b]| *a <= low && high <= *b)
        .min_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])))
}

/// A measure's id from a column name.
fn id(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    let plain = plain.trim_matches('_');
    let starts = plain.starts_with(|c: char| c.is_ascii_alphabetic());
    let reserved = ["site", "therapist", "client", "session", "day"].contains(&plain);
    if starts && !reserved { plain.to_owned() } else { format!("m_{plain}") }
}
