//! The memory a worker writes its reply into, and the commit that makes it count.
//!
//! ```text
//! 0   magic "DYADRPLY", written last
//! 8   length of the body, little endian
//! 16  SHA-256 of the body
//! 48  the body: one line of JSON (the envelope), a newline, then what the plugin emitted
//! ```
//!
//! A reply without its magic, or whose hash does not fit, does not exist: an exit code 0 alone proves nothing. The commit proves
//! completeness, not honesty; a plugin shares the worker's memory.

use dyad_model::Status;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"DYADRPLY";
const HEAD: usize = 48;
/// Room for the envelope.
const ENVELOPE: usize = 4096;

/// Bytes of a reply that may carry this much plugin output.
pub(crate) fn size_for(output_bytes: usize) -> usize {
    HEAD + ENVELOPE + output_bytes
}

/// What the worker says of the call. Nothing in it quotes data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Envelope {
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    /// What confined the plugin, in words.
    pub(crate) enforced: Vec<String>,
    /// What it said by `log` and `fail`, if that was asked for. May quote data.
    #[serde(default)]
    pub(crate) said: String,
}

/// A committed reply.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) envelope: Envelope,
    pub(crate) output: Vec<u8>,
}

/// Writes and commits a reply. `false`: it does not fit.
pub(crate) fn commit(memory: &mut [u8], envelope: &Envelope, output: &[u8]) -> bool {
    let Ok(mut body) = serde_json::to_vec(envelope) else { return false };
    body.push(b'\n');
    let length = body.len() + output.len();
    if memory.len() < HEAD + length {
        return false;
    }
    memory[HEAD..HEAD + body.len()].copy_from_slice(&body);
    memory[HEAD + body.len()..HEAD + length].copy_from_slice(output);
    let hash = Sha256::digest(&memory[HEAD..HEAD + length]);
    memory[16..48].copy_from_slice(&hash);
    memory[8..16].copy_from_slice(&(length as u64).to_le_bytes());
    // The magic stands last: what is there without it was never finished.
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
    memory[..8].copy_from_slice(MAGIC);
    true
}

/// Reads a committed reply; `None` if there is none, whatever stands in the memory.
pub(crate) fn read(memory: &[u8]) -> Option<Reply> {
    if memory.get(..8)? != MAGIC {
        return None;
    }
    let length = usize::try_from(u64::from_le_bytes(memory.get(8..16)?.try_into().ok()?)).ok()?;
    let body = memory.get(HEAD..HEAD.checked_add(length)?)?;
    if Sha256::digest(body).as_slice() != memory.get(16..48)? {
        return None;
    }
    let end = body.iter().position(|&b| b == b'\n')?;
    let envelope = serde_json::from_slice(&body[..end]).ok()?;
    Some(Reply { envelope, output: body[end + 1..].to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        Envelope {
            status: Status::Ok,
            reason: None,
            enforced: vec!["seccomp".to_owned()],
            said: String::new(),
        }
    }

    #[test]
    fn a_reply_counts_only_whole() {
        let mut memory = vec![0; size_for(10)];
        assert!(read(&memory).is_none());
        assert!(commit(&mut memory, &envelope(), b"{}"));
        assert_eq!(read(&memory).unwrap().output, b"{}");
        for at in 0..60 {
            let mut broken = memory.clone();
            broken[at] ^= 1;
            assert!(read(&broken).is_none(), "a flipped bit in byte {at} went unnoticed");
        }
        let mut huge = memory.clone();
        huge[8..16].copy_from_slice(&(10_u64 << 30).to_le_bytes());
        assert!(read(&huge).is_none());
    }

    #[test]
    fn too_much_output_is_not_committed() {
        let mut memory = vec![0; size_for(10)];
        assert!(!commit(&mut memory, &envelope(), &[b' '; 8192]));
    }
}
