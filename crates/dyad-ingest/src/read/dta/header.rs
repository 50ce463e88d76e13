//! What stands before the data of a Stata file.

use super::super::bytes::{Bytes, Damaged, field};

/// The formats that are read.
pub(super) const VERSIONS: [u16; 6] = [113, 114, 115, 117, 118, 119];

/// How a variable is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Byte,
    Int,
    Long,
    Float,
    Double,
    /// Text of so many bytes.
    Text(usize),
    /// Text kept apart from the data.
    LongText,
}

impl Type {
    /// Bytes in a row.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Int => 2,
            Self::Long | Self::Float => 4,
            Self::Double | Self::LongText => 8,
            Self::Text(width) => width,
        }
    }

    fn old(code: u8) -> Result<Self, Damaged> {
        Ok(match code {
            251 => Self::Byte,
            252 => Self::Int,
            253 => Self::Long,
            254 => Self::Float,
            255 => Self::Double,
            1..=244 => Self::Text(code.into()),
            _ => return Err(Damaged),
        })
    }

    fn new(code: u16) -> Result<Self, Damaged> {
        Ok(match code {
            65_530 => Self::Byte,
            65_529 => Self::Int,
            65_528 => Self::Long,
            65_527 => Self::Float,
            65_526 => Self::Double,
            32_768 => Self::LongText,
            1..=2045 => Self::Text(code.into()),
            _ => return Err(Damaged),
        })
    }
}

/// One variable.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: Vec<u8>,
    pub(super) kind: Type,
    pub(super) format: String,
}

/// Everything but the data.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) variables: Vec<Variable>,
    pub(super) rows: usize,
    pub(super) big_endian: bool,
    /// Where the data begin.
    pub(super) data: usize,
    pub(super) texts: Vec<(&'static str, &'a [u8])>,
}

/// The format of a file.
pub(super) fn version(bytes: &[u8]) -> Result<u16, Damaged> {
    const START: &[u8] = b"<stata_dta><header><release>";
    let mut r = Bytes::new(bytes);
    if bytes.starts_with(b"<") {
        r.expect(START)?;
        let digits = std::str::from_utf8(r.take(3)?).map_err(|_| Damaged)?;
        return digits.parse().map_err(|_| Damaged);
    }
    Ok(r.u8()?.into())
}

impl<'a> Header<'a> {
    /// Reads the header of a known version.
    pub(super) fn read(bytes: &'a [u8], version: u16) -> Result<Self, Damaged> {
        if version >= 117 { Self::tagged(bytes, version) } else { Self::plain(bytes, version) }
    }

    /// Formats 113 to 115: fields one after the other.
    fn plain(bytes: &'a [u8], version: u16) -> Result<Self, Damaged> {
        let mut r = Bytes::new(bytes);
        r.u8()?;
        r.big_endian = match r.u8()? {
            1 => true,
            2 => false,
            _ => return Err(Damaged),
        };
        r.take(2)?;
        let count = i64::from(r.i16()?);
        let rows = usize::try_from(r.i32()?).map_err(|_| Damaged)?;
        let mut texts = vec![("data label", r.take(81)?)];
        r.take(18)?;
        let n = r.fits(count, 1)?;
        let kinds =
            r.take(n)?.iter().map(|code| Type::old(*code)).collect::<Result<Vec<_>, _>>()?;
        let names = r.take(n * 33)?;
        r.take(2 * (n + 1))?;
        let width = if version == 113 { 12 } else { 49 };
        let formats = r.take(n * width)?;
        texts.push(("names of value labels", r.take(n * 33)?));
        texts.push(("variable labels", r.take(n * 81)?));
        loop {
            let kind = r.u8()?;
            let length = usize::try_from(r.i32()?).map_err(|_| Damaged)?;
            if kind == 0 && length == 0 {
                break;
            }
            texts.push(("characteristics", r.take(length)?));
        }
        let data = r.position();
        let step: usize = kinds.iter().map(|kind| kind.width()).sum();
        r.take(rows.checked_mul(step).ok_or(Damaged)?)?;
        texts.push(("value labels", r.rest()));
        // Nothing but tables of labels stands behind the data: else rows were left out or taken for more than they are.
        while !r.rest().is_empty() {
            let length = usize::try_from(r.i32()?).map_err(|_| Damaged)?;
            r.take(33 + 3)?;
            r.take(length)?;
        }
        let variables = variables(&kinds, (names, 33), (formats, width));
        Ok(Self { variables, rows, big_endian: r.big_endian, data, texts })
    }

    /// Formats 117 to 119: sections between tags, with a map of their places.
    fn tagged(bytes: &'a [u8], version: u16) -> Result<Self, Damaged> {
        let mut r = Bytes::new(bytes);
        r.take(28 + 3)?;
        r.expect(b"</release><byteorder>")?;
        r.big_endian = match r.take(3)? {
            b"MSF" => true,
            b"LSF" => false,
            _ => return Err(Damaged),
        };
        r.expect(b"</byteorder><K>")?;
        let count: i64 = if version == 119 { r.u32()?.into() } else { r.u16()?.into() };
        r.expect(b"</K><N>")?;
        let rows = if version == 117 { r.u32()?.into() } else { r.u64()? };
        let rows = usize::try_from(rows).map_err(|_| Damaged)?;
        r.expect(b"</N><label>")?;
        let length = if version == 117 { r.u8()?.into() } else { r.u16()? };
        let mut texts = vec![("data label", r.take(length.into())?)];
        r.expect(b"</label><timestamp>")?;
        let length = r.u8()?;
        r.take(length.into())?;
        r.expect(b"</timestamp></header><map>")?;
        let mut map = [0; 14];
        for place in &mut map {
            *place = usize::try_from(r.u64()?).map_err(|_| Damaged)?;
        }
        r.expect(b"</map>")?;
        let n = r.fits(count, 2)?;
        let (name, format, label) = if version == 117 { (33, 49, 81) } else { (129, 57, 321) };

        r.expect(b"<variable_types>")?;
        let kinds = (0..n).map(|_| Type::new(r.u16()?)).collect::<Result<Vec<_>, _>>()?;
        r.expect(b"</variable_types><varnames>")?;
        let names = r.take(n * name)?;
        r.expect(b"</varnames><sortlist>")?;
        r.take((n + 1) * if version == 119 { 4 } else { 2 })?;
        r.expect(b"</sortlist><formats>")?;
        let formats = r.take(n * format)?;
        r.expect(b"</formats><value_label_names>")?;
        texts.push(("names of value labels", r.take(n * name)?));
        r.expect(b"</value_label_names><variable_labels>")?;
        texts.push(("variable labels", r.take(n * label)?));
        r.expect(b"</variable_labels>")?;
        // Characteristics and value labels are texts of any length: the map says where they end.
        texts.push(("characteristics", section(bytes, map[8], map[9])?));
        texts.push(("value labels", section(bytes, map[11], map[12])?));
        r.seek(map[9])?;
        r.expect(b"<data>")?;
        let variables = variables(&kinds, (names, name), (formats, format));
        Ok(Self { variables, rows, big_endian: r.big_endian, data: r.position(), texts })
    }
}

fn section(bytes: &[u8], start: usize, end: usize) -> Result<&[u8], Damaged> {
    bytes.get(start..end).ok_or(Damaged)
}

fn variables(
    kinds: &[Type],
    (names, name): (&[u8], usize),
    (formats, format): (&[u8], usize),
) -> Vec<Variable> {
    kinds
        .iter()
        .zip(names.chunks_exact(name))
        .zip(formats.chunks_exact(format))
        .map(|((&kind, name), format)| Variable {
            name: field(name).to_vec(),
            kind,
            format: String::from_utf8_lossy(field(format)).into_owned(),
        })
        .collect()
}
