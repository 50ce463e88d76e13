//! The corpus of the fuzz targets, replayed, and changed in ways a fuzzer would: the same on every run.

#[expect(
    unreachable_pub,
    clippy::panic,
    reason = "a crate of fuzz targets: it exports them, and a panic is how one fails"
)]
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Changed copies of every file.
const CHANGED: usize = 150;

/// splitmix64, so that what is tried never changes.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap_or(0)
    }
}

/// What breaks parsers: delimiters, quotes, lengths, ends.
const PIECES: [&[u8]; 14] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\n",
    b"\r",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"-1",
    b"1e999",
    b"NaN",
    b"[[",
    b"\x7f\xff\xff\xff",
];

fn changed(bytes: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(out.len() + 1);
        match random.below(6) {
            0 => {
                let bit = 1 << random.below(8);
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= bit;
                }
            }
            1 => out.truncate(at),
            2 => {
                let piece = PIECES[random.below(PIECES.len())];
                out.splice(at..at, piece.iter().copied());
            }
            3 => {
                let end = (at + random.below(64)).min(out.len());
                out.drain(at..end);
            }
            4 => {
                let end = (at + random.below(64)).min(out.len());
                let again = out[at..end].to_vec();
                out.splice(at..at, again);
            }
            _ => {
                let from = random.below(other.len() + 1);
                let to = (from + random.below(64)).min(other.len());
                out.splice(at..at, other[from..to].iter().copied());
            }
        }
    }
    out
}

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the corpus is in the repository")
        .map(|entry| entry.expect("an entry of the corpus").path())
        .collect();
    paths.sort();
    let files: Vec<Vec<u8>> =
        paths.iter().map(|path| fs::read(path).expect("a file of the corpus")).collect();
    assert!(files.len() >= 3, "the corpus of {target} is gone");
    let mut random = Random(20_240_607);
    for (i, bytes) in files.iter().enumerate() {
        run(bytes);
        let other = &files[(i + 1) % files.len()];
        for _ in 0..CHANGED {
            run(&changed(bytes, other, &mut random));
        }
    }
}

#[test]
fn data_files() {
    replay("data_file", targets::data_file);
}

#[test]
fn study_files() {
    replay("study_file", targets::study_file);
}

#[test]
fn instrument_keys() {
    replay("instrument_key", targets::instrument_key);
}
