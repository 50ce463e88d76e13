//! Stata files of the releases 8 to 19 (formats 113 to 115 and 117 to 119), in both byte orders.
//!
//! The layout follows Stata's own description (`help dta`). All 27 missing values are missing.

mod header;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use self::header::{Header, Type, Variable};
use super::{Cells, Hidden, Input, Table, bytes::Bytes, bytes::Damaged, memory};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Days from 1960-01-01 to 1970-01-01.
const EPOCH: f64 = 3653.0;

/// Reads the whole file.
pub(super) fn open(input: &Input) -> Result<Table, Problems> {
    let file = &input.shown;
    let contents = memory::isolated(file, || contents(&input.bytes, file))?;
    memory::table(contents, file)
}

fn contents(bytes: &[u8], file: &str) -> Result<memory::Contents, Problems> {
    let damaged = |_: Damaged| Problems::from(Problem::new(Code::Unreadable, file));
    let version = header::version(bytes).map_err(damaged)?;
    if !header::VERSIONS.contains(&version) {
        return Err(Problem::new(Code::Unsupported, file)
            .found(format!("a Stata file of format {version}"))
            .expected("format 113, 114, 115, 117, 118 or 119 (Stata 8 and later)")
            .hint("save it with a newer Stata, or export it as CSV")
            .into());
    }
    let header = Header::read(bytes, version).map_err(damaged)?;
    memory::plausible(header.rows as u64, header.variables.len(), file)?;
    let encoding = if version >= 118 { UTF_8 } else { WINDOWS_1252 };
    let step: usize = header.variables.iter().map(|v| v.kind.width()).sum();
    let mut r = Bytes::new(bytes);
    r.seek(header.data).map_err(damaged)?;
    let data = r.take(header.rows.saturating_mul(step)).map_err(damaged)?;
    if version >= 117 {
        // The tag after the data: if it is not here, rows are missing or there are more of them.
        r.expect(b"</data>").map_err(damaged)?;
    }
    let mut contents = memory::Contents {
        header: Vec::new(),
        columns: Vec::new(),
        format: format!("Stata {version}, {}", encoding.name()),
        remarks: Vec::new(),
        hidden: hidden(&header, encoding),
    };
    let mut offset = 0;
    for variable in &header.variables {
        let name = text(&variable.name, encoding, file)?;
        let width = variable.kind.width();
        let raw = data.chunks_exact(step.max(1)).map(|row| &row[offset..offset + width]);
        let (cells, lettered) = match variable.kind {
            Type::Text(_) => (texts(raw, encoding, file)?, 0),
            Type::LongText => {
                return Err(Problem::new(Code::Unsupported, file)
                    .row(0)
                    .column(&name)
                    .found("a column of long texts (strL)")
                    .hint("drop the column: long text is refused in any format")
                    .into());
            }
            _ => numbers(raw, variable, header.big_endian),
        };
        if lettered > 0 {
            contents
                .remarks
                .push(format!("`{name}`: {lettered} extended missing values (.a to .z)"));
        }
        contents.header.push(name);
        contents.columns.push(cells);
        offset += width;
    }
    Ok(contents)
}

/// Decodes a text; a byte that does not belong to the encoding is a problem.
fn text(raw: &[u8], encoding: &'static Encoding, file: &str) -> Result<String, Problems> {
    encoding
        .decode_without_bom_handling_and_without_replacement(super::bytes::field(raw))
        .map(|text| text.trim_end().to_owned())
        .ok_or_else(|| Problem::new(Code::Encoding, file).into())
}

fn texts<'a>(
    raw: impl Iterator<Item = &'a [u8]>,
    encoding: &'static Encoding,
    file: &str,
) -> Result<Cells, Problems> {
    let cells = raw.map(|raw| text(raw, encoding, file)).collect::<Result<Vec<_>, _>>()?;
    Ok(Cells::text(cells.into_iter().map(Some)))
}

/// The cells, and how many of them are extended missing values.
fn numbers<'a>(
    raw: impl Iterator<Item = &'a [u8]>,
    variable: &Variable,
    big_endian: bool,
) -> (Cells, u64) {
    let mut lettered = 0;
    let values: Vec<Option<f64>> = raw
        .map(|raw| {
            let mut r = Bytes::new(raw);
            r.big_endian = big_endian;
            let (value, missing) = value(&mut r, variable.kind).unwrap_or((f64::NAN, Some(0)));
            lettered += u64::from(missing.is_some_and(|letter| letter > 0));
            missing.is_none().then_some(value)
        })
        .collect();
    #[expect(clippy::cast_possible_truncation, reason = "saturates; no date is there")]
    let dates = |per_day: f64| {
        let day = |v: f64| ((v / per_day).floor() - EPOCH) as i32;
        Cells::Date(values.iter().map(|v| v.map(day)).collect())
    };
    let format = variable.format.trim_start_matches(['%', '-']);
    let cells = match format.as_bytes() {
        [b't', b'c' | b'C', ..] => dates(86_400_000.0),
        [b'd', ..] | [b't', b'd' | b'w' | b'm' | b'q' | b'h', ..] => dates(1.0),
        _ => Cells::number(values.into_iter()),
    };
    (cells, lettered)
}

/// A value, or which missing value it is: 0 for `.`, 1 to 26 for `.a` to `.z`.
fn value(r: &mut Bytes<'_>, kind: Type) -> Result<(f64, Option<u8>), Damaged> {
    // The missing values are the largest numbers of each type, in order.
    let letter = |above: i64| u8::try_from(above.max(0)).unwrap_or(u8::MAX);
    Ok(match kind {
        Type::Byte => {
            let v = r.i8()?;
            (v.into(), (v > 100).then(|| letter(i64::from(v) - 101)))
        }
        Type::Int => {
            let v = r.i16()?;
            (v.into(), (v > 32_740).then(|| letter(i64::from(v) - 32_741)))
        }
        Type::Long => {
            let v = r.i32()?;
            (v.into(), (v > 2_147_483_620).then(|| letter(i64::from(v) - 2_147_483_621)))
        }
        Type::Float => {
            let v = r.f32()?;
            let steps = (i64::from(v.to_bits()) - 0x7f00_0000) / 0x800;
            let written = v.to_string().parse().unwrap_or(f64::NAN);
            (written, (v > f32::from_bits(0x7eff_ffff)).then(|| letter(steps)))
        }
        Type::Double => {
            let v = r.f64()?;
            let steps = v.to_bits().saturating_sub(0x7fe0_0000_0000_0000) >> 40;
            let missing = v > f64::from_bits(0x7fdf_ffff_ffff_ffff) || v.is_nan();
            (v, missing.then(|| u8::try_from(steps).unwrap_or(u8::MAX)))
        }
        Type::Text(_) | Type::LongText => return Err(Damaged),
    })
}

fn hidden(header: &Header<'_>, encoding: &'static Encoding) -> Vec<Hidden> {
    header
        .texts
        .iter()
        .map(|(place, raw)| Hidden {
            place: (*place).to_owned(),
            // Texts of fixed width are filled up with NUL bytes.
            text: encoding.decode_without_bom_handling(raw).0.replace('\0', "\n"),
        })
        .collect()
}
