//! The HTML export: one file that can be sent by mail and opened anywhere, so its few rules of style are in it.

/// The whole style; the pages' `Content-Security-Policy` lets this one through by its hash.
const STYLE: &str = include_str!("page.css");

/// `sha256-…` of the style, as `Content-Security-Policy` names it; a test keeps it in step.
pub const STYLE_HASH: &str = "sha256-CB8kp6rCCsewLKGCRPSO6luELoTNe3cWwGk+tMnPJ9Y=";

/// No icon: opened from a server, the page would otherwise make the browser ask for one that is not there.
const NO_ICON: &str = "<link rel=\"icon\" href=\"data:,\">";

/// `body` is HTML that is safe already; `title` is text.
pub(super) fn whole(title: &str, body: &str) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n{NO_ICON}\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_hash_is_the_style_s() {
        assert_eq!(STYLE_HASH, format!("sha256-{}", base64(&Sha256::digest(STYLE))));
    }

    /// RFC 4648, section 4.
    fn base64(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let encode = |chunk: &[u8]| {
            let bits = (0..3).fold(0u32, |bits, i| bits << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
            (0..4)
                .map(|i| if i <= chunk.len() { ALPHABET[(bits >> (18 - 6 * i) & 63) as usize] as char } else { '=' })
                .collect::<String>()
        };
        bytes.chunks(3).map(encode).collect()
    }
}
