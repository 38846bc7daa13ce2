//! Addresses of people and rooms (Matrix specification, appendices, "URIs"): `https://matrix.to/#/…`, which is also a
//! page for who has no client, and `matrix:…`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The specification wants ids percent-encoded. The signs that all of them have stand as they are in practice, and
/// such links can be read.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@').remove(b'!').remove(b':');

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A person's id: `@ann:example.org`.
    User(String),
    /// A room's id or alias: `!abc:example.org`, `#incidents:example.org`.
    Room(String),
}

pub fn is_user_id(id: &str) -> bool {
    let server = id.strip_prefix('@').and_then(|id| id.split_once(':')).map(|(_, server)| server);
    server.is_some_and(|server| !server.is_empty()) && is_id(id)
}

/// A room of version 12 has no server in its id.
pub fn is_room_id(id: &str) -> bool {
    id.starts_with('!') && id.len() > 1 && is_id(id)
}

/// 255 bytes is the specification's limit for every id.
fn is_id(id: &str) -> bool {
    id.len() <= 255 && !id.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// The address of a person, by id.
pub fn to_user(id: &str) -> String {
    format!("https://matrix.to/#/{}", utf8_percent_encode(id, ENCODED))
}

/// The address of a room, by id; `via` is a server that is in it, for who comes from another.
pub fn to_room(id: &str, via: &str) -> String {
    format!("https://matrix.to/#/{}?via={}", utf8_percent_encode(id, ENCODED), utf8_percent_encode(via, ENCODED))
}

/// Whom or what an address leads to. One that leads to a single message is none.
pub fn target(address: &str) -> Option<Target> {
    let behind = |prefix: &&str| {
        let begin = address.get(..prefix.len())?;
        begin.eq_ignore_ascii_case(prefix).then(|| &address[prefix.len()..])
    };
    let (sigil, rest) = match ["https://matrix.to/#/", "http://matrix.to/#/"].iter().find_map(behind) {
        Some(rest) => ("", rest),
        // `user` is from the proposal that the scheme began as.
        None => [("@", "matrix:u/"), ("@", "matrix:user/"), ("#", "matrix:r/"), ("!", "matrix:roomid/")]
            .iter()
            .find_map(|(sigil, prefix)| Some((*sigil, behind(prefix)?)))?,
    };
    let path = rest.split('?').next()?.trim_end_matches('/');
    let id = format!("{sigil}{}", percent_decode_str(path).decode_utf8().ok()?);
    match id.chars().next()? {
        '@' if is_user_id(&id) => Some(Target::User(id)),
        // Behind a slash there is the id of a message.
        '!' | '#' if is_id(&id) && !path.contains('/') => Some(Target::Room(id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
