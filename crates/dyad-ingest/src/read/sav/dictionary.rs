//! The dictionary before the data: variables, missing values, labels, encoding.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::super::{
    Hidden,
    bytes::{Bytes, Damaged, field},
};

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    /// A number of seconds, shown as a date.
    Date,
    Text {
        /// Its bytes.
        width: usize,
    },
}

/// Values declared as missing.
#[derive(Clone, Debug, Default)]
pub(super) struct Missing {
    single: Vec<[u8; 8]>,
    values: Vec<f64>,
    range: Option<(f64, f64)>,
}

impl Missing {
    pub(super) fn holds(&self, value: f64) -> bool {
        self.values.iter().any(|v| v.total_cmp(&value).is_eq())
            || self.range.is_some_and(|(low, high)| (low..=high).contains(&value))
    }

    pub(super) fn holds_text(&self, raw: &[u8]) -> bool {
        self.single.iter().any(|code| field(code) == raw.trim_ascii_end())
    }
}

/// One variable.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: Vec<u8>,
    short: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) missing: Missing,
    /// Position of its first eight bytes in a case.
    pub(super) segment: usize,
    /// Has a value label such as "missing" on a value that is not declared as missing.
    pub(super) labelled_missing: bool,
}

/// Everything before the data.
#[derive(Debug)]
pub(super) struct Dictionary {
    pub(super) variables: Vec<Variable>,
    /// Pieces of eight bytes in a case.
    pub(super) segments: usize,
    pub(super) claimed: Option<usize>,
    pub(super) big_endian: bool,
    pub(super) compression: i32,
    pub(super) bias: f64,
    pub(super) system_missing: f64,
    pub(super) encoding: &'static Encoding,
    pub(super) format: &'static str,
    /// Where the data begin.
    pub(super) data: usize,
    texts: Vec<(&'static str, Vec<u8>)>,
}

impl Dictionary {
    /// Reads the dictionary.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut r = Bytes::new(bytes);
        let format = if r.take(4)? == b"$FL3" { ".zsav" } else { ".sav" };
        r.take(60)?;
        r.big_endian = match r.i32()? {
            2 | 3 => false,
            layout if matches!(layout.swap_bytes(), 2 | 3) => true,
            _ => return Err(Damaged),
        };
        r.i32()?;
        let compression = r.i32()?;
        r.i32()?;
        let claimed = usize::try_from(r.i32()?).ok();
        let bias = r.f64()?;
        // It could be another number, but no program writes one; every value would be moved by the difference.
        if (bias - 100.0).abs() > 0.0 {
            return Err(Damaged);
        }
        r.take(17)?;
        let label = field(r.take(64)?).to_vec();
        r.take(3)?;
        let mut dictionary = Self {
            variables: Vec::new(),
            segments: 0,
            claimed,
            big_endian: r.big_endian,
            compression,
            bias,
            system_missing: f64::MIN,
            encoding: WINDOWS_1252,
            format,
            data: 0,
            texts: vec![("file label", label)],
        };
        if !(0..=2).contains(&compression) {
            return Err(Damaged);
        }
        // Numbers of segments are those of the value labels; a text owns several.
        let mut owners: Vec<usize> = Vec::new();
        let mut long = LongNames::default();
        let mut labels: Vec<ValueLabel> = Vec::new();
        loop {
            match r.i32()? {
                2 => dictionary.variable(&mut r, &mut owners)?,
                3 => labels = value_labels(&mut r, &mut dictionary.texts)?,
                4 => {
                    for _ in 0..r.i32().and_then(|n| r.fits(n.into(), 4))? {
                        let index = usize::try_from(r.i32()?).map_err(|_| Damaged)?;
                        let owner = *owners.get(index.wrapping_sub(1)).ok_or(Damaged)?;
                        dictionary.label(owner, &labels);
                    }
                }
                6 => {
                    for _ in 0..r.i32().and_then(|n| r.fits(n.into(), 80))? {
                        let line = field(r.take(80)?).to_vec();
                        dictionary.texts.push(("documents", line));
                    }
                }
                7 => dictionary.extension(&mut r, &mut long)?,
                999 => {
                    r.i32()?;
                    dictionary.data = r.position();
                    break;
                }
                _ => return Err(Damaged),
            }
        }
        if dictionary.variables.is_empty() {
            return Err(Damaged);
        }
        dictionary.join_very_long(&long)?;
        for variable in &mut dictionary.variables {
            if let Some(name) = long.names.get(&variable.short) {
                variable.name.clone_from(name);
            }
        }
        Ok(dictionary)
    }

    fn variable(&mut self, r: &mut Bytes<'_>, owners: &mut Vec<usize>) -> Result<(), Damaged> {
        let width = r.i32()?;
        let has_label = r.i32()?;
        let missing = r.i32()?;
        let print = r.i32()?;
        r.i32()?;
        let name = field(r.take(8)?).to_vec();
        if has_label == 1 {
            let length = usize::try_from(r.i32()?).map_err(|_| Damaged)?;
            let label = r.take(length.next_multiple_of(4))?[..length].to_vec();
            self.texts.push(("variable labels", label));
        }
        let mut codes = Vec::new();
        for _ in 0..missing.unsigned_abs().min(4) {
            codes.push(<[u8; 8]>::try_from(r.take(8)?).map_err(|_| Damaged)?);
        }
        self.segments += 1;
        // −1: a further piece of the text before it.
        if width == -1 {
            let owner = *owners.last().ok_or(Damaged)?;
            owners.push(owner);
            return Ok(());
        }
        let width = usize::try_from(width).map_err(|_| Damaged)?;
        let kind = match (width, (print >> 16) & 0xff) {
            (0, 20 | 22 | 23 | 24 | 28 | 29 | 30 | 38 | 39 | 41) => Kind::Date,
            (0, _) => Kind::Number,
            (width, _) => Kind::Text { width },
        };
        let numbers: Vec<f64> = codes
            .iter()
            .map(
                |raw| {
                    if r.big_endian { f64::from_be_bytes(*raw) } else { f64::from_le_bytes(*raw) }
                },
            )
            .collect();
        let missing = match (missing, kind) {
            (0, _) => Missing::default(),
            (1..=3, Kind::Text { .. }) => Missing { single: codes, ..Missing::default() },
            (1..=3, _) => Missing { values: numbers, ..Missing::default() },
            (-3 | -2, Kind::Number | Kind::Date) => Missing {
                range: Some((numbers[0], numbers[1])),
                values: numbers[2..].to_vec(),
                single: Vec::new(),
            },
            _ => return Err(Damaged),
        };
        owners.push(self.variables.len());
        self.variables.push(Variable {
            short: name.to_ascii_uppercase(),
            name,
            kind,
            missing,
            segment: self.segments - 1,
            labelled_missing: false,
        });
        Ok(())
    }

    /// Notes a label that calls a value missing although it is not declared so.
    fn label(&mut self, variable: usize, labels: &[ValueLabel]) {
        const WORDS: [&str; 6] =
            ["missing", "n/a", "not applicable", "refused", "no answer", "keine angabe"];
        let big_endian = self.big_endian;
        let variable = &mut self.variables[variable];
        for (raw, label) in labels {
            let label = String::from_utf8_lossy(label).to_lowercase();
            let value =
                if big_endian { f64::from_be_bytes(*raw) } else { f64::from_le_bytes(*raw) };
            let declared = match variable.kind {
                Kind::Text { .. } => variable.missing.holds_text(raw),
                Kind::Number | Kind::Date => variable.missing.holds(value),
            };
            if !declared && WORDS.iter().any(|word| label.contains(word)) {
                variable.labelled_missing = true;
            }
        }
    }

    fn extension(&mut self, r: &mut Bytes<'_>, long: &mut LongNames) -> Result<(), Damaged> {
        let kind = r.i32()?;
        let size = usize::try_from(r.i32()?).map_err(|_| Damaged)?;
        let count = usize::try_from(r.i32()?).map_err(|_| Damaged)?;
        let raw = r.take(size.checked_mul(count).ok_or(Damaged)?)?;
        let mut inner = Bytes::new(raw);
        inner.big_endian = self.big_endian;
        match kind {
            3 => {
                inner.take(28)?;
                self.encoding = match inner.i32()? {
                    65001 => UTF_8,
                    1250 => encoding_rs::WINDOWS_1250,
                    1251 => encoding_rs::WINDOWS_1251,
                    10000 => encoding_rs::MACINTOSH,
                    _ => self.encoding,
                };
            }
            4 => self.system_missing = inner.f64()?,
            13 => long.names = pairs(raw),
            14 => long.widths = pairs(raw),
            20 => {
                self.encoding = Encoding::for_label(field(raw)).ok_or(Damaged)?;
            }
            // Numbers about the display of variables, and long-string labels and codes.
            11 | 16 => {}
            _ => self.texts.push(("file attributes", raw.to_vec())),
        }
        Ok(())
    }

    /// A text wider than 255 bytes stands as several variables; only the first is one.
    fn join_very_long(&mut self, long: &LongNames) -> Result<(), Damaged> {
        for (short, width) in &long.widths {
            let at = self.variables.iter().position(|v| v.short == *short).ok_or(Damaged)?;
            let width: usize = std::str::from_utf8(field(width))
                .ok()
                .and_then(|width| width.parse().ok())
                .ok_or(Damaged)?;
            let pieces = width.div_ceil(252);
            let end = at.checked_add(pieces).filter(|end| *end <= self.variables.len());
            let end = end.filter(|_| pieces > 0).ok_or(Damaged)?;
            // The pieces must have the room that the width asks for.
            let next = self.variables.get(end).map_or(self.segments, |v| v.segment);
            let room = (next - self.variables[at].segment) * 8;
            if width.div_ceil(255).saturating_sub(1) * 256 + (width - 1) % 255 + 1 > room {
                return Err(Damaged);
            }
            self.variables[at].kind = Kind::Text { width };
            self.variables.drain(at + 1..end);
        }
        for variable in &self.variables {
            if let Kind::Text { width: 256.. } = variable.kind
                && !long.widths.contains_key(&variable.short)
            {
                return Err(Damaged);
            }
        }
        // Every text must end before the next variable begins.
        let ends = self.variables.iter().skip(1).map(|v| v.segment).chain([self.segments]);
        for (variable, end) in self.variables.iter().zip(ends) {
            let bytes = match variable.kind {
                Kind::Text { width } if width <= 255 => width,
                _ => 8,
            };
            if bytes > (end - variable.segment) * 8 {
                return Err(Damaged);
            }
        }
        Ok(())
    }

    /// All texts of the dictionary, for the gate.
    pub(super) fn hidden(&self, encoding: &'static Encoding) -> Vec<Hidden> {
        self.texts
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(place, raw)| Hidden {
                place: (*place).to_owned(),
                text: encoding.decode_without_bom_handling(raw).0.into_owned(),
            })
            .collect()
    }
}

/// A value as it stands in the file, and its label.
type ValueLabel = ([u8; 8], Vec<u8>);

/// Names of more than eight letters and widths of more than 255 bytes, by short name.
#[derive(Default)]
struct LongNames {
    names: BTreeMap<Vec<u8>, Vec<u8>>,
    widths: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// `SHORT=value` pairs, separated by tabs, or by a NUL and a tab.
fn pairs(raw: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    raw.split(|b| *b == b'\t')
        .filter_map(|pair| {
            let at = pair.iter().position(|b| *b == b'=')?;
            Some((pair[..at].to_ascii_uppercase(), field(&pair[at + 1..]).to_vec()))
        })
        .collect()
}

fn value_labels(
    r: &mut Bytes<'_>,
    texts: &mut Vec<(&'static str, Vec<u8>)>,
) -> Result<Vec<ValueLabel>, Damaged> {
    let n = r.i32()?;
    let mut labels = Vec::new();
    for _ in 0..r.fits(n.into(), 16)? {
        let raw = <[u8; 8]>::try_from(r.take(8)?).map_err(|_| Damaged)?;
        let length = usize::from(r.u8()?);
        let label = r.take((length + 1).next_multiple_of(8) - 1)?[..length].to_vec();
        texts.push(("value labels", label.clone()));
        labels.push((raw, label));
    }
    Ok(labels)
}
