//! The words of a PDF, by its own maps from glyphs to characters: what a search or a copy finds.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::ZlibDecoder;

/// Returns what the pages say, a line for each time a page shows a text, and the alternative texts.
pub(crate) fn words(pdf: &[u8]) -> Vec<String> {
    let streams = streams(pdf);
    let maps: Vec<BTreeMap<u16, char>> =
        streams.iter().filter(|s| contains(s, b"beginbfchar")).map(|s| glyphs(s)).collect();
    let mut words = Vec::new();
    for page in streams.iter().filter(|s| contains(s, b" Tf\n")) {
        let mut font = 0;
        for line in lines(page) {
            if let Some(name) = line.strip_suffix(b" Tf") {
                font = usize::from(name.get(2).map_or(0, |digit| digit - b'0'));
            } else if let Some(shown) = line.strip_suffix(b" Tj") {
                let pairs = string(shown);
                let letters = pairs.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]]));
                words.push(
                    letters.map(|g| maps[font].get(&g).copied().unwrap_or('\u{fffd}')).collect(),
                );
            }
        }
    }
    for (at, _) in pdf.windows(5).enumerate().filter(|(_, w)| *w == b"/Alt ") {
        let bytes = string(&pdf[at + 5..]);
        words.push(match bytes.strip_prefix(&[0xfe, 0xff]) {
            Some(wide) => wide
                .chunks_exact(2)
                .filter_map(|p| char::from_u32(u32::from(u16::from_be_bytes([p[0], p[1]]))))
                .collect(),
            None => bytes.iter().map(|b| char::from(*b)).collect(),
        });
    }
    words
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// The lines of a page; a line end inside a string ends no line.
fn lines(page: &[u8]) -> Vec<&[u8]> {
    let (mut found, mut start, mut inside, mut escaped) = (Vec::new(), 0, false, false);
    for (at, &byte) in page.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'(' => inside = true,
            b')' => inside = false,
            b'\n' if !inside => {
                found.push(&page[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The bytes of a string that starts here: in brackets with escapes, or in hexadecimal digits.
fn string(text: &[u8]) -> Vec<u8> {
    if text.first() == Some(&b'<') {
        let end = text.iter().position(|b| *b == b'>').expect("the string ends");
        let digits = std::str::from_utf8(&text[1..end]).expect("digits");
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits");
        return (0..digits.len()).step_by(2).map(pair).collect();
    }
    assert_eq!(text.first(), Some(&b'('), "a string");
    let (mut bytes, mut at, mut open) = (Vec::new(), 1, 0);
    loop {
        match text[at] {
            b'\\' => {
                at += 1;
                let octal =
                    text[at..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(*b)).count();
                if octal > 0 {
                    let digits = std::str::from_utf8(&text[at..at + octal]).expect("digits");
                    bytes.push(u8::from_str_radix(digits, 8).expect("a byte"));
                    at += octal - 1;
                } else {
                    bytes.push(match text[at] {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'b' => 8,
                        b'f' => 12,
                        other => other,
                    });
                }
            }
            b'(' => {
                open += 1;
                bytes.push(b'(');
            }
            b')' if open == 0 => return bytes,
            other => {
                open -= u32::from(other == b')');
                bytes.push(other);
            }
        }
        at += 1;
    }
}

/// The map from glyphs to characters: lines of `<0001> <0072>`.
fn glyphs(map: &[u8]) -> BTreeMap<u16, char> {
    let text = String::from_utf8_lossy(map);
    let pair = |line: &str| {
        let (glyph, letter) = line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <")?;
        let letter = u32::from_str_radix(letter, 16).ok().and_then(char::from_u32)?;
        Some((u16::from_str_radix(glyph, 16).ok()?, letter))
    };
    text.lines().filter_map(pair).collect()
}

/// The streams, unpacked.
fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
    let find = |from: usize, what: &[u8]| {
        pdf[from..].windows(what.len()).position(|w| w == what).map(|at| from + at)
    };
    let (mut at, mut found) = (0, Vec::new());
    while let Some(start) = find(at, b"stream\n") {
        let end = find(start, b"\nendstream").expect("its end");
        let data = &pdf[start + 7..end];
        let mut unpacked = Vec::new();
        found.push(match ZlibDecoder::new(data).read_to_end(&mut unpacked) {
            Ok(_) => unpacked,
            Err(_) => data.to_vec(),
        });
        at = end + 10;
    }
    found
}
