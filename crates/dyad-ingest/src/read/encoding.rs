//! Bytes to UTF-8. A byte that does not fit is a problem, never a replacement character.

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::scan::lines_before;
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Text as UTF-8 without a byte-order mark, and the name of the encoding it came in.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) text: Bytes,
    pub(super) encoding: &'static str,
}

/// What UTF-8 is called in [`Decoded`]: its bytes are those of the file.
pub(super) const AS_IS: &str = "UTF-8";

/// Finds the encoding (byte-order mark, else valid UTF-8, else Windows-1252) unless `named`, and decodes.
pub(super) fn decode(
    mut bytes: Bytes,
    named: Option<&str>,
    file: &str,
) -> Result<Decoded, Problems> {
    let named = match named {
        None => None,
        Some(label) => match Encoding::for_label(label.as_bytes()) {
            Some(encoding) => Some(encoding),
            None => {
                return Err(Problem::new(Code::Encoding, file)
                    .found("an unknown name of an encoding in [data] encoding")
                    .hint("use a name such as utf-8, utf-16le, windows-1252 or macintosh")
                    .into());
            }
        },
    };
    let mark = Encoding::for_bom(&bytes);
    let encoding = match (named, mark) {
        (Some(named), Some((marked, _))) if named != marked => {
            return Err(Problem::new(Code::Encoding, file)
                .row(0)
                .found(format!("a byte-order mark of {}", marked.name()))
                .expected(format!("{}, as named in the study file", named.name()))
                .into());
        }
        (_, Some((marked, length))) => {
            bytes = bytes.slice(length..);
            marked
        }
        (Some(named), None) => named,
        (None, None) if std::str::from_utf8(&bytes).is_ok() => UTF_8,
        (None, None) => WINDOWS_1252,
    };
    if encoding == UTF_8 {
        if let Err(error) = std::str::from_utf8(&bytes) {
            let row = lines_before(&bytes, error.valid_up_to());
            return Err(Problem::new(Code::Encoding, file).row(row).into());
        }
        return Ok(Decoded { text: bytes, encoding: AS_IS });
    }
    if (encoding == UTF_16LE || encoding == UTF_16BE) && bytes.len() % 2 == 1 {
        return Err(Problem::new(Code::Encoding, file)
            .found("half a character at the end of a UTF-16 file")
            .into());
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
    let Some(text) = text.map(|text| text.into_owned().into_bytes()) else {
        let row = first_bad_line(&bytes, encoding);
        return Err(Problem::new(Code::Encoding, file).row(row).into());
    };
    // Windows-1252 leaves five bytes undefined; they come out as control characters, which no table holds.
    if encoding == WINDOWS_1252
        && let Some(at) = memchr::memmem::find_iter(&text, b"\xc2")
            .find(|&at| matches!(text.get(at + 1), Some(0x80..=0x9f)))
    {
        return Err(Problem::new(Code::Encoding, file).row(lines_before(&text, at)).into());
    }
    Ok(Decoded { text: text.into(), encoding: encoding.name() })
}

/// The line of the first byte that does not belong to the encoding.
fn first_bad_line(bytes: &[u8], encoding: &'static Encoding) -> u64 {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0);
    let mut text = String::with_capacity(room);
    let (_, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    lines_before(text.as_bytes(), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], named: Option<&str>) -> Result<(String, &'static str), Option<u64>> {
        match decode(Bytes::copy_from_slice(bytes), named, "f") {
            Ok(decoded) => {
                Ok((String::from_utf8(decoded.text.to_vec()).unwrap(), decoded.encoding))
            }
            Err(problems) => Err(problems.problems()[0].location.row),
        }
    }

    #[test]
    fn the_encodings_of_practice_are_found() {
        assert_eq!(text("ä".as_bytes(), None), Ok(("ä".into(), "UTF-8")));
        assert_eq!(text(b"\xEF\xBB\xBFa", None), Ok(("a".into(), "UTF-8")));
        assert_eq!(text(b"\xFF\xFEa\0\xe4\0", None), Ok(("aä".into(), "UTF-16LE")));
        assert_eq!(text(b"\xFE\xFF\0a\0\xe4", None), Ok(("aä".into(), "UTF-16BE")));
        assert_eq!(text(b"J\xf6rg \x80", None), Ok(("Jörg €".into(), "windows-1252")));
        assert_eq!(text(b"\x8a", Some("macintosh")), Ok(("ä".into(), "macintosh")));
    }

    #[test]
    fn bytes_that_do_not_fit_are_never_replaced() {
        assert_eq!(text(b"a\nb\xf6", Some("utf-8")), Err(Some(1)));
        assert_eq!(text(b"a\n\x81", None), Err(Some(1)));
        assert_eq!(text(b"\xFF\xFEa\0\0", None), Err(None));
        assert_eq!(text(b"\xFF\xFEa\0\n\0\0\xd8a\0", None), Err(Some(1)));
        assert_eq!(text(b"\xFF\xFEa\0", Some("utf-8")), Err(Some(0)));
        assert_eq!(text(b"a", Some("klingon")), Err(None));
    }
}
