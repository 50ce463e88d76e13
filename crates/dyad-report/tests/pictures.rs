//! Figures as pixels and as PDF show their words.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use dyad_model::{Figure, Plot, Results};
use dyad_report::{Options, Painter, Pictures, Profile, Theme, render_figure, write};
use flate2::read::ZlibDecoder;

fn results() -> Results {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/results.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the fixture is there")).expect("results")
}

fn figures() -> Vec<Figure> {
    results().analyses.into_iter().flat_map(|a| a.findings.figures).collect()
}

/// A picture as a reader of the PNG specification sees it.
struct Picture {
    width: usize,
    height: usize,
    per_metre: u32,
    rgb: Vec<u8>,
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes(bytes[..4].try_into().expect("four bytes"))
}

/// CRC-32 as the specification's appendix gives it, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| {
            if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 }
        })
    })
}

fn decode(png: &[u8]) -> Picture {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let (mut at, mut packed) = (8, Vec::new());
    let mut picture = Picture { width: 0, height: 0, per_metre: 0, rgb: Vec::new() };
    while at < png.len() {
        let length = number(&png[at..]) as usize;
        let (kind, data) = (&png[at + 4..at + 8], &png[at + 8..at + 8 + length]);
        assert_eq!(number(&png[at + 8 + length..]), crc(&png[at + 4..at + 8 + length]));
        match kind {
            b"IHDR" => {
                picture.width = number(data) as usize;
                picture.height = number(&data[4..]) as usize;
                assert_eq!(data[8..], [8, 2, 0, 0, 0]);
            }
            b"pHYs" => picture.per_metre = number(data),
            b"IDAT" => packed.extend(data),
            other => assert_eq!(other, b"IEND", "an unexpected chunk"),
        }
        at += 12 + length;
    }
    let mut raw = Vec::new();
    ZlibDecoder::new(&packed[..]).read_to_end(&mut raw).expect("deflated data");
    let row = 3 * picture.width;
    assert_eq!(raw.len(), (row + 1) * picture.height);
    let mut above = vec![0_u8; row];
    for line in raw.chunks_exact(row + 1) {
        assert_eq!(line[0], 2, "the filter `Up`");
        for (above, difference) in above.iter_mut().zip(&line[1..]) {
            *above = above.wrapping_add(*difference);
        }
        picture.rgb.extend(&above);
    }
    picture
}

/// Pixels that are not white.
fn inked(png: &[u8]) -> usize {
    decode(png)
        .rgb
        .chunks_exact(3)
        .filter(|pixel| pixel.iter().any(|channel| *channel < 250))
        .count()
}

#[test]
fn every_kind_of_figure_is_painted_with_its_words() {
    let painter = Painter::new().unwrap();
    let mut kinds = Vec::new();
    for figure in figures() {
        let kind = std::mem::discriminant(&figure.plot);
        if kinds.contains(&kind) {
            continue;
        }
        kinds.push(kind);
        let png = painter.paint(&figure).unwrap();
        let picture = decode(&png);
        let svg = render_figure(&figure, "f", Theme::StandAlone).unwrap();
        let scale = 2126.0 / 720.0;
        assert!((picture.width as f64 - f64::from(svg.width) * scale).abs() < 1.0, "{}", figure.id);
        assert!((picture.height as f64 - f64::from(svg.height) * scale).abs() < 1.0);
        assert_eq!(picture.per_metre, 11_811);
        // The same figure with a shorter title paints fewer pixels: words are drawn, not dropped.
        let mut renamed = figure.clone();
        renamed.title = "W".into();
        assert!(inked(&png) > inked(&painter.paint(&renamed).unwrap()), "{}", figure.id);
    }
    assert_eq!(kinds.len(), 15);
}

#[test]
fn labels_within_a_figure_are_painted_too() {
    let painter = Painter::new().unwrap();
    let mut figure = figures().into_iter().find(|f| matches!(f.plot, Plot::Scatter(_))).unwrap();
    let before = inked(&painter.paint(&figure).unwrap());
    if let Plot::Scatter(plot) = &mut figure.plot {
        plot.annotation.clear();
    }
    assert!(inked(&painter.paint(&figure).unwrap()) < before);
}

/// The text a PDF shows, by its own maps from glyphs to characters: what a search or a screen reader finds.
fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
    let find = |from: usize, what: &[u8]| {
        pdf[from..].windows(what.len()).position(|w| w == what).map(|at| from + at)
    };
    let (mut at, mut found) = (0, Vec::new());
    while let Some(start) = find(at, b"stream\n") {
        let end = find(start, b"\nendstream").expect("its end");
        let data = &pdf[start + 7..end];
        let mut unpacked = Vec::new();
        match ZlibDecoder::new(data).read_to_end(&mut unpacked) {
            Ok(_) => found.push(unpacked),
            Err(_) => found.push(data.to_vec()),
        }
        at = end + 10;
    }
    found
}

#[test]
fn the_pdf_has_a_page_with_words_and_an_alternative_text_for_each_figure() {
    let results = results();
    let count = results.analyses.iter().map(|a| a.findings.figures.len()).sum::<usize>() + 1;
    let dir = tempfile::tempdir().unwrap();
    let options = Options { pictures: Pictures { png: false, pdf: true }, ..Options::default() };
    let written =
        write(&results, &dyad_model::Provenance::default(), &options, dir.path()).unwrap();
    assert!(written.files.iter().any(|file| file.name == "figures.pdf"));
    let pdf = fs::read(dir.path().join("figures.pdf")).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert_eq!(text.matches("/Type /Page\n").count(), count);
    assert_eq!(text.matches("/Alt ").count(), count);
    assert_eq!(text.matches("/S /Figure").count(), count);
    let pages: Vec<Vec<u8>> =
        streams(&pdf).into_iter().filter(|s| s.windows(4).any(|w| w == b" Tf\n")).collect();
    assert_eq!(pages.len(), count);
    for page in &pages {
        assert!(page.windows(4).filter(|w| w == b" Tj\n").count() > 3);
    }
    // The same results give the same bytes.
    let again = tempfile::tempdir().unwrap();
    write(&results, &dyad_model::Provenance::default(), &options, again.path()).unwrap();
    assert_eq!(fs::read(again.path().join("figures.pdf")).unwrap(), pdf);
}

#[test]
fn pixels_pass_disclosure_control_too_and_stand_in_for_svg_where_that_may_not_leave() {
    let mut results = results();
    results.analyses.retain(|a| a.plugin == "therapist-burnout");
    let dir = tempfile::tempdir().unwrap();
    let options = Options { profile: Profile::Acro, ..Options::default() };
    let written =
        write(&results, &dyad_model::Provenance::default(), &options, dir.path()).unwrap();
    let of_kind = |kind: &str| -> Vec<&str> {
        let names = written.files.iter().map(|file| file.name.as_str());
        names.filter(|name| Path::new(name).extension() == Some(kind.as_ref())).collect()
    };
    let pictures = of_kind("png");
    assert!(!pictures.is_empty());
    assert!(pictures.iter().all(|name| !name.contains("therapists")), "{pictures:?}");
    assert!(of_kind("svg").is_empty());
}
