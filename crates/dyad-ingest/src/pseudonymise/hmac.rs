//! HMAC-SHA-256 (RFC 2104), cut to 128 bits.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

const BLOCK: usize = 64;

/// A secret key. It is never printed, and it has no `Debug`.
pub(super) struct Secret {
    inner: [u8; BLOCK],
    outer: [u8; BLOCK],
}

impl Secret {
    pub(super) fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        Self { inner: block.map(|b| b ^ 0x36), outer: block.map(|b| b ^ 0x5c) }
    }

    fn hmac(&self, message: &[u8]) -> [u8; 32] {
        let inner = Sha256::new().chain_update(self.inner).chain_update(message).finalize();
        Sha256::new().chain_update(self.outer).chain_update(inner).finalize().into()
    }

    /// The pseudonym of an identifier: 128 bits in hexadecimal. The kind keeps a client and a therapist of the same
    /// number apart.
    pub(super) fn pseudonym(&self, kind: &str, identifier: &str) -> String {
        let message = format!("{kind}\0{identifier}");
        self.hmac(message.as_bytes())[..16].iter().fold(String::new(), |mut hex, byte| {
            let written = write!(hex, "{byte:02x}");
            debug_assert!(written.is_ok(), "writing to a string cannot fail");
            hex
        })
    }

    /// A name for the key that does not give it away.
    pub(super) fn id(&self) -> String {
        self.pseudonym("key", "id")[..16].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn test_cases_of_rfc_4231() {
        let hex = |bytes: [u8; 32]| -> String {
            bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat()
        };
        assert_eq!(
            hex(Secret::new(b"Jefe").hmac(b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(Secret::new(&[0xaa; 131])
                .hmac(b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_client_and_a_therapist_of_one_number_differ() {
        let secret = Secret::new(&[7; 32]);
        assert_eq!(secret.pseudonym("client", "1").len(), 32);
        assert_ne!(secret.pseudonym("client", "1"), secret.pseudonym("therapist", "1"));
    }
}
