//! The format of a file, from its first bytes: a suffix may lie.

/// A format, as far as its first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Parquet,
    ArrowFile,
    ArrowStream,
    Sav,
    Dta,
    Xlsx,
    /// The binary workbook of old spreadsheets.
    Xls,
}

impl Format {
    /// Looks at the first bytes; anything unknown is text.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [b'P', b'A', b'R', b'1' | b'E', ..] => Self::Parquet,
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Self::ArrowFile,
            [0xff, 0xff, 0xff, 0xff, ..] => Self::ArrowStream,
            [b'$', b'F', b'L', b'2' | b'3', ..] => Self::Sav,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Xlsx,
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Self::Xls,
            // Version, byte order, file type: before version 117 there was no magic word.
            [102..=115, 1 | 2, 1, _, ..] => Self::Dta,
            _ if bytes.starts_with(b"<stata_dta>") => Self::Dta,
            _ => Self::Text,
        }
    }
}
