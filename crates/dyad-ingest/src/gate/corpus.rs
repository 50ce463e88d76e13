//! The labelled corpus: columns with one planted identifier, and columns that only look like it.
//!
//! Every positive of a value class is one cell among 29 harmless ones; of a check-digit class a whole column, because a
//! single number cannot be told from a surrogate key. The generator shares no code with the gate.

use std::{collections::BTreeMap, fmt::Write as _};

use polars::prelude::{NewChunkedArray, StringChunked};

use super::{Finding, Gate, Rule, Subject, judge};
use crate::read::{Batch, Cells, Hidden, Rows};

const CASES: usize = 200;

/// A generator of its own (splitmix64), so that the corpus never changes.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let n = list.len() as u64;
        list[usize::try_from(self.below(n)).unwrap()]
    }

    fn digits(&mut self, n: usize) -> String {
        (0..n).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap())).collect()
    }

    fn of(&mut self, letters: &str, n: usize) -> String {
        let letters: Vec<char> = letters.chars().collect();
        (0..n)
            .map(|_| letters[usize::try_from(self.below(letters.len() as u64)).unwrap()])
            .collect()
    }
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const HEX: &str = "0123456789abcdef";
const INWARD: &str = "ABDEFGHJLNPQRSTUWXYZ";

/// A column to be judged.
struct Case {
    name: String,
    cells: Vec<String>,
    is_identifier: bool,
    hidden: Option<String>,
}

impl Case {
    fn refused_by(&self) -> Vec<Rule> {
        self.findings().into_iter().map(|finding| finding.rule).collect()
    }

    fn findings(&self) -> Vec<Finding> {
        let header = [self.name.clone()];
        let text = StringChunked::from_slice("c".into(), &self.cells);
        let batch = Batch { columns: vec![Cells::Text(text)], rows: Rows::From(1) };
        let hidden: Vec<Hidden> = (self.hidden.iter())
            .map(|text| Hidden { place: "metadata".into(), text: text.clone() })
            .collect();
        let subject = Subject {
            header: &header,
            identifiers: if self.is_identifier { &[0] } else { &[] },
            date: None,
            hidden: &hidden,
        };
        judge(&Gate::of(&batch, &header), &subject)
    }

    /// One cell among 29 harmless ones, at a random place.
    fn planted(random: &mut Random, cell: String) -> Self {
        let mut cells: Vec<String> = (0..29).map(|_| score(random)).collect();
        let at = usize::try_from(random.below(30)).unwrap();
        cells.insert(at, cell);
        Self { name: "value".into(), cells, is_identifier: false, hidden: None }
    }

    fn column(name: &str, cells: Vec<String>) -> Self {
        Self { name: name.into(), cells, is_identifier: false, hidden: None }
    }
}

fn score(random: &mut Random) -> String {
    format!("{}.{}", 1 + random.below(7), random.below(10))
}

fn iban(random: &mut Random) -> String {
    let (country, length) =
        [("DE", 18), ("AT", 16), ("NL", 0), ("FR", 23)][usize::try_from(random.below(4)).unwrap()];
    let body = if country == "NL" {
        "ABNA".to_owned() + &random.digits(10)
    } else {
        random.digits(length)
    };
    let spelled: String =
        format!("{body}{country}00").chars().map(|c| c.to_digit(36).unwrap().to_string()).collect();
    let rest = spelled.chars().fold(0, |r, c| (r * 10 + c.to_digit(10).unwrap()) % 97);
    format!("{country}{:02}{body}", 98 - rest)
}

fn luhn_digit(payload: &str) -> char {
    let mut sum = 0;
    for (i, c) in payload.chars().rev().enumerate() {
        let mut d = c.to_digit(10).unwrap();
        if i % 2 == 0 {
            d = if d > 4 { 2 * d - 9 } else { 2 * d };
        }
        sum += d;
    }
    char::from_digit((10 - sum % 10) % 10, 10).unwrap()
}

fn nhs(random: &mut Random) -> String {
    loop {
        let nine = random.digits(9);
        let sum: u32 = nine.chars().zip(2..).map(|(c, i)| c.to_digit(10).unwrap() * (12 - i)).sum();
        let check = 11 - sum % 11;
        match check {
            10 => {}
            11 => return nine + "0",
            other => return format!("{nine}{other}"),
        }
    }
}

fn date(random: &mut Random) -> (u64, u64, u64) {
    (1930 + random.below(95), 1 + random.below(12), 1 + random.below(28))
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WORDS: [&str; 12] = [
    "client", "said", "that", "her", "mother", "called", "again", "about", "the", "house", "and",
    "work",
];

fn sentence(random: &mut Random, words: u64) -> String {
    (0..words).map(|_| random.pick(&WORDS)).collect::<Vec<_>>().join(" ")
}

/// (class, specific shape, generator)
type Class = (&'static str, bool, fn(&mut Random) -> Case);

fn month(m: u64) -> &'static str {
    MONTHS[usize::try_from(m - 1).unwrap()]
}

const POSITIVE: &[Class] = &[
    ("column name", true, |r| {
        let token = r.pick(&[
            "name", "dob", "birth", "address", "street", "postcode", "zip", "phone", "tel",
            "mobile", "fax", "email", "ssn", "nhs", "mrn", "passport", "npi", "ip", "mac", "url",
            "vin",
        ]);
        let name = match r.below(4) {
            0 => token.to_owned(),
            1 => format!("client_{token}"),
            2 => format!("{}-{}", token.to_uppercase(), r.below(9)),
            _ => format!("client{}{}", token[..1].to_uppercase(), &token[1..]),
        };
        let cells = (0..30).map(|_| score(r)).collect();
        Case::column(&name, cells)
    }),
    ("e-mail", true, |r| {
        let cell = format!("{}.{}@{}.org", r.of(LOWER, 4), r.of(LOWER, 6), r.of(LOWER, 7));
        Case::planted(r, cell)
    }),
    ("web address", true, |r| {
        let scheme = r.pick(&["http://", "https://", "www."]);
        let cell = format!("{scheme}{}.com/{}", r.of(LOWER, 8), r.of(LOWER, 3));
        Case::planted(r, cell)
    }),
    ("IPv4", true, |r| {
        let cell =
            format!("{}.{}.{}.{}", 10 + r.below(246), r.below(256), r.below(256), r.below(256));
        Case::planted(r, cell)
    }),
    ("IPv6", true, |r| {
        let groups: Vec<String> = (0..8).map(|_| r.of(HEX, 4)).collect();
        Case::planted(r, groups.join(":"))
    }),
    ("MAC", true, |r| {
        let mark = r.pick(&[":", "-"]);
        let groups: Vec<String> = (0..6).map(|_| r.of(HEX, 2)).collect();
        Case::planted(r, groups.join(mark))
    }),
    ("IBAN", true, |r| {
        let cell = iban(r);
        Case::planted(r, cell)
    }),
    ("social security", true, |r| {
        let area = loop {
            let area = 1 + r.below(899);
            if area != 666 {
                break area;
            }
        };
        let cell = format!("{area:03}-{:02}-{:04}", 1 + r.below(99), 1 + r.below(9999));
        Case::planted(r, cell)
    }),
    ("postcode", true, |r| {
        let (l, d) = (|r: &mut Random, n| r.of(UPPER, n), |r: &mut Random, n| r.digits(n));
        let outward = match r.below(6) {
            0 => l(r, 1) + &d(r, 1),
            1 => l(r, 1) + &d(r, 2),
            2 => l(r, 2) + &d(r, 1),
            3 => l(r, 2) + &d(r, 2),
            4 => l(r, 1) + &d(r, 1) + &l(r, 1),
            _ => l(r, 2) + &d(r, 1) + &l(r, 1),
        };
        let cell = format!("{outward} {}{}", r.digits(1), r.of(INWARD, 2));
        Case::planted(r, cell)
    }),
    ("phone, international", true, |r| {
        let cell = format!("+{} {} {}", 30 + r.below(20), 100 + r.below(900), r.digits(7));
        Case::planted(r, cell)
    }),
    ("phone, brackets", true, |r| {
        let cell = format!("({}) {}-{}", r.digits(3), r.digits(3), r.digits(4));
        Case::planted(r, cell)
    }),
    ("phone, separators", true, |r| {
        let mark = r.pick(&["-", ".", " "]);
        let (area, office, line) = (200 + r.below(700), r.digits(3), r.digits(4));
        let cell = format!("{area}{mark}{office}{mark}{line}");
        Case::planted(r, cell)
    }),
    ("date, ISO", true, |r| {
        let (y, m, d) = date(r);
        Case::planted(r, format!("{y}-{m:02}-{d:02}"))
    }),
    ("date, day first", true, |r| {
        let (y, m, d) = date(r);
        let mark = r.pick(&[".", "/", "-"]);
        Case::planted(r, format!("{d:02}{mark}{m:02}{mark}{y}"))
    }),
    ("date, short year", true, |r| {
        let (y, m, d) = date(r);
        Case::planted(r, format!("{m}/{d}/{:02}", y % 100))
    }),
    ("date, month name", true, |r| {
        let (y, m, d) = date(r);
        let cell = if r.below(2) == 0 {
            format!("{d} {} {y}", month(m))
        } else {
            format!("{}-{}-{y}", d, month(m))
        };
        Case::planted(r, cell)
    }),
    ("time stamp", true, |r| {
        let (y, m, d) = date(r);
        let mark = r.pick(&["T", " "]);
        let (hour, minute) = (r.below(24), r.below(60));
        Case::planted(r, format!("{y}-{m:02}-{d:02}{mark}{hour:02}:{minute:02}:00"))
    }),
    ("date, eight digits", false, |r| {
        let cells = (0..30)
            .map(|_| {
                let (y, m, d) = date(r);
                format!("{y}{m:02}{d:02}")
            })
            .collect();
        Case::column("visit", cells)
    }),
    ("date, seconds since 1582", false, |r| {
        let cells = (0..30).map(|_| ((150_000 + r.below(12_000)) * 86_400).to_string()).collect();
        Case::column("visit", cells)
    }),
    ("date, day numbers", false, |r| {
        let cells = (0..30).map(|_| (40_000 + r.below(6_000)).to_string()).collect();
        Case::column("visit_date", cells)
    }),
    ("NHS numbers", false, |r| Case::column("code", (0..30).map(|_| nhs(r)).collect())),
    ("provider identifiers", false, |r| {
        let number = |r: &mut Random| {
            let nine = format!("{}{}", 1 + r.below(2), r.digits(8));
            let check = luhn_digit(&format!("80840{nine}"));
            format!("{nine}{check}")
        };
        Case::column("code", (0..30).map(|_| number(r)).collect())
    }),
    ("payment cards", false, |r| {
        let number = |r: &mut Random| {
            let payload = format!("4{}", r.digits(14));
            let check = luhn_digit(&payload);
            format!("{payload}{check}")
        };
        Case::column("code", (0..30).map(|_| number(r)).collect())
    }),
    ("age above 89", true, |r| {
        let mut cells: Vec<String> = (0..29).map(|_| (18 + r.below(70)).to_string()).collect();
        cells.push((90 + r.below(20)).to_string());
        Case::column("client_age", cells)
    }),
    ("free text", false, |r| {
        let cells = (0..30)
            .map(|_| {
                let n = 5 + r.below(6);
                sentence(r, n)
            })
            .collect();
        Case::column("remark", cells)
    }),
    ("one long cell", true, |r| {
        let cell = sentence(r, 30);
        Case::planted(r, cell)
    }),
    ("initials with birth date", true, |r| {
        let (y, m, d) = date(r);
        let initials = r.of(UPPER, 2);
        let mut case = Case::planted(r, format!("{initials}{y}{m:02}{d:02}"));
        case.is_identifier = true;
        case
    }),
    ("an address as identifier", true, |r| {
        let cell = format!("{}@{}.org", r.of(LOWER, 6), r.of(LOWER, 7));
        Case { is_identifier: true, ..Case::planted(r, cell) }
    }),
    ("metadata", true, |r| {
        let mut case = Case::column("wai", (0..30).map(|_| score(r)).collect());
        case.hidden = Some(format!("exported by {}@{}.org", r.of(LOWER, 5), r.of(LOWER, 5)));
        case
    }),
];

fn cells(r: &mut Random, cell: fn(&mut Random) -> String) -> Vec<String> {
    (0..30).map(|_| cell(r)).collect()
}

const NEGATIVE: &[Class] = &[
    ("alliance scores", true, |r| Case::column("wai", cells(r, score))),
    ("symptom scores", true, |r| Case::column("phq9", cells(r, |r| r.below(28).to_string()))),
    ("hash, 32", true, |r| identifier(r, |r| r.of(HEX, 32))),
    ("hash, 64", true, |r| identifier(r, |r| r.of(HEX, 64))),
    ("hash, 128", true, |r| identifier(r, |r| r.of(HEX, 128))),
    ("UUID", true, |r| {
        identifier(r, |r| {
            let parts = [8, 4, 4, 4, 12].map(|n| r.of(HEX, n));
            parts.join("-")
        })
    }),
    ("version strings", true, |r| {
        Case::column(
            "software",
            cells(r, |r| {
                let prefix = r.pick(&["", "v"]);
                format!("{prefix}{}.{}.{}", r.below(4), r.below(10), r.below(20))
            }),
        )
    }),
    ("four-part versions", true, |r| {
        Case::column(
            "software",
            cells(r, |r| {
                format!("{}.{}.{}.{}", r.below(10), r.below(10), r.below(10), r.below(10))
            }),
        )
    }),
    ("room numbers", true, |r| {
        Case::column("room", cells(r, |r| format!("Room {}.{:02}", r.below(5), r.below(100))))
    }),
    ("session codes", true, |r| {
        identifier(r, |r| format!("S{:02}-{:02}-{:03}", r.below(30), r.below(99), r.below(999)))
    }),
    ("nine-digit keys", true, |r| identifier(r, |r| format!("{}{}", 1 + r.below(9), r.digits(8)))),
    ("ten-digit keys", true, |r| identifier(r, |r| format!("{}{}", 1 + r.below(9), r.digits(9)))),
    ("ten-digit keys from 1", true, |r| identifier(r, |r| format!("1{}", r.digits(9)))),
    ("sixteen-digit keys", true, |r| identifier(r, |r| format!("4{}", r.digits(15)))),
    ("eight-digit keys", true, |r| identifier(r, |r| format!("{}{}", 1 + r.below(9), r.digits(7)))),
    ("times of day", true, |r| {
        Case::column("start", cells(r, |r| format!("{:02}:{:02}:00", r.below(24), r.below(60))))
    }),
    ("years and months", true, |r| {
        Case::column("wave", cells(r, |r| format!("{}-{:02}", 2000 + r.below(25), 1 + r.below(12))))
    }),
    ("diagnoses", true, |r| {
        Case::column("icd10", cells(r, |r| format!("F{}.{}", 10 + r.below(60), r.below(10))))
    }),
    ("ages to 89", true, |r| Case::column("age", cells(r, |r| (18 + r.below(72)).to_string()))),
    ("numbers above 89 elsewhere", true, |r| {
        Case::column("stage", cells(r, |r| (80 + r.below(40)).to_string()))
    }),
    ("labels", true, |r| {
        Case::column(
            "modality",
            cells(r, |r| {
                r.pick(&[
                    "cognitive behavioural",
                    "short-term dynamic therapy",
                    "group",
                    "no other",
                ])
                .into()
            }),
        )
    }),
    ("precise numbers", true, |r| {
        Case::column("factor", cells(r, |r| format!("-{}.{}", r.below(100), r.digits(9))))
    }),
    ("site codes", true, |r| identifier(r, |r| format!("{}{}", r.of(UPPER, 2), r.digits(2)))),
    ("letters and digits", true, |r| {
        identifier(r, |r| r.of(UPPER, 2) + &r.digits(3) + &r.of(UPPER, 2))
    }),
    ("ratios", true, |r| {
        Case::column("attended", cells(r, |r| format!("{}/{}", r.below(10), 10 + r.below(20))))
    }),
    ("column names that must pass", true, |r| {
        let name = r.pick(&[
            "stage",
            "day",
            "period",
            "year",
            "id",
            "mail_order",
            "nameless_scale",
            "vintage",
            "zipper",
            "ipsative",
            "telic",
            "macro",
            "streetwise",
            "client",
            "therapist",
            "site",
        ]);
        let name = if r.below(2) == 0 { name.to_owned() } else { format!("{name}_{}", r.below(9)) };
        Case::column(&name, cells(r, score))
    }),
];

/// What the gate can find, in its own words.
const DETECTORS: [&str; 22] = [
    "a column name that announces a direct identifier",
    "an e-mail address",
    "a web address",
    "an IP address",
    "a MAC address",
    "a bank account number (IBAN)",
    "a US social security number",
    "a full UK postcode",
    "a phone number",
    "a full date",
    "full dates written as eight digits",
    "dates as seconds since 1582",
    "dates as day numbers of a spreadsheet",
    "numbers with the check digit of NHS numbers",
    "numbers with the check digit of US provider identifiers",
    "numbers with the check digit of payment cards",
    "an age above 89 that is not top-coded",
    "a cell of more than 80 characters",
    "free text",
    "initials with a birth date",
    "an identifier that is an e-mail address",
    "an e-mail address in the metadata",
];

fn identifier(r: &mut Random, cell: fn(&mut Random) -> String) -> Case {
    Case { is_identifier: true, ..Case::column("client", cells(r, cell)) }
}

/// A comparator: a column is refused if most of its cells have digits and separators in the way of identifiers.
fn majority_vote(case: &Case) -> bool {
    let odd = case.cells.iter().filter(|c| c.len() > 7 && c.chars().any(|c| "@:/- ()".contains(c)));
    odd.count() * 2 > case.cells.len()
}

/// A comparator: a column is refused if its name is within two edits of an identifier's.
fn near_name(case: &Case) -> bool {
    ["name", "birth", "address", "phone", "email", "postcode", "passport", "nhs"]
        .iter()
        .any(|word| strsim::levenshtein(word, &case.name.to_lowercase()) <= 2)
}

#[test]
fn the_corpus_is_told_apart() {
    let mut random = Random(20_240_607);
    let (mut found, mut all, mut vote, mut near) = (0, 0, 0, 0);
    let mut table = String::from("class, refused, by majority vote, by near name (of 200)\n");
    let mut alone: BTreeMap<Rule, u32> = BTreeMap::new();
    let mut detectors: BTreeMap<String, u32> = BTreeMap::new();
    for (class, specific, make) in POSITIVE {
        let cases: Vec<Case> = (0..CASES).map(|_| make(&mut random)).collect();
        let findings: Vec<Vec<Finding>> = cases.iter().map(Case::findings).collect();
        for found in &findings {
            if let [only] = found.as_slice() {
                *detectors.entry(only.what.clone()).or_default() += 1;
            }
        }
        let rules: Vec<Vec<Rule>> =
            findings.iter().map(|found| found.iter().map(|f| f.rule).collect()).collect();
        for rules in &rules {
            if let [first, rest @ ..] = rules.as_slice()
                && rest.iter().all(|rule| rule == first)
            {
                *alone.entry(*first).or_default() += 1;
            }
        }
        let refused = rules.iter().filter(|r| !r.is_empty()).count();
        let votes = cases.iter().filter(|c| majority_vote(c)).count();
        let nears = cases.iter().filter(|c| near_name(c)).count();
        writeln!(table, "{class}, {refused}, {votes}, {nears}").unwrap();
        if *specific {
            let missed = rules.iter().position(Vec::is_empty).map(|i| &cases[i].cells);
            assert_eq!(refused, CASES, "{class}, missed: {missed:?}");
        }
        found += refused;
        all += CASES;
        vote += votes;
        near += nears;
    }
    let (mut wrong, mut harmless) = (0, 0);
    for (class, _, make) in NEGATIVE {
        let cases: Vec<Case> = (0..CASES).map(|_| make(&mut random)).collect();
        let refused: Vec<&Case> = cases.iter().filter(|c| !c.refused_by().is_empty()).collect();
        writeln!(table, "{class} (harmless), {}", refused.len()).unwrap();
        let example = refused.first().map(|c| (&c.name, &c.cells, c.refused_by()));
        assert!(refused.len() <= 2, "{class}: {} refused, such as {example:?}", refused.len());
        wrong += refused.len();
        harmless += CASES;
    }
    #[expect(
        clippy::print_stdout,
        reason = "the table is shown when the test is run with --nocapture"
    )]
    {
        println!("{table}found {found} of {all}; wrongly refused {wrong} of {harmless}");
    }
    assert!(POSITIVE.len() >= 20 && NEGATIVE.len() >= 20);
    assert!(found * 100 >= all * 99, "recall {found} of {all}\n{table}");
    assert!(wrong * 100 <= harmless, "false positives {wrong} of {harmless}\n{table}");
    assert!(found > vote && found > near, "simpler rules would do: {vote}, {near}");
    // Without any one rule the corpus would not be found: each is the only one to refuse some case.
    for rule in Rule::ALL {
        assert!(alone.get(&rule).is_some_and(|n| *n >= 50), "{rule:?} is not needed");
    }
    // Nor without any one part of a rule.
    for detector in DETECTORS {
        let n = detectors.get(detector).copied().unwrap_or(0);
        assert!(n >= 50, "{detector}: the only finding of {n} cases");
    }
}

#[test]
fn one_hit_in_any_batch_is_enough_and_order_does_not_matter() {
    let mut random = Random(7);
    let harmless: Vec<String> = (0..50).map(|_| score(&mut random)).collect();
    let header = ["note".to_owned()];
    let batch = |cells: &[String], first: u64| Batch {
        columns: vec![Cells::Text(StringChunked::from_slice("c".into(), cells))],
        rows: Rows::From(first),
    };
    let subject = Subject { header: &header, identifiers: &[], date: None, hidden: &[] };
    for at in 0..=50 {
        let mut second = harmless.clone();
        second.insert(at, "jo@clinic.org".to_owned());
        let mut gate = Gate::of(&batch(&harmless, 1), &header);
        gate.merge(Gate::of(&batch(&second, 51), &header));
        let findings = judge(&gate, &subject);
        assert_eq!(findings.len(), 1, "row {at}");
        assert_eq!(findings[0].hits.rows, [51 + at as u64]);
    }
    let gate = Gate::of(&batch(&harmless, 1), &header);
    assert_eq!(judge(&gate, &subject), []);
}
