//! The hash chain over an incident's log.

use sha2::{Digest, Sha256};

/// The hash of an event: over the hash before it and its own text, exactly as stored.
pub(super) fn link(prev: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(prev.as_bytes());
    hash.update(b"\n");
    hash.update(body.as_bytes());
    hex::encode(hash.finalize())
}
