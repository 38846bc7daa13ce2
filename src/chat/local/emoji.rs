//! Emoji, which people give as characters and buttons sometimes as names.

/// The usual ones; the first name is the one that Slack has.
const USUAL: &[(&[&str], &str)] = &[
    (&["pushpin"], "📌"),
    (&["round_pushpin"], "📍"),
    (&["mag"], "🔍"),
    (&["mag_right"], "🔎"),
    (&["bulb"], "💡"),
    (&["scales"], "⚖️"),
    (&["adhesive_bandage"], "🩹"),
    (&["memo", "pencil"], "📝"),
    (&["rotating_light"], "🚨"),
    (&["white_check_mark"], "✅"),
    (&["heavy_check_mark"], "✔️"),
    (&["eyes"], "👀"),
    (&["+1", "thumbsup"], "👍"),
    (&["pray"], "🙏"),
    (&["tada"], "🎉"),
    (&["heart"], "❤️"),
    (&["smile"], "😄"),
];

/// Long enough for a family with skin tones.
const LONGEST: usize = 64;

/// The emoji as it is kept: one form for each, whether or not it came with a presentation selector. `None` if it
/// is none.
pub fn emoji(given: &str) -> Option<String> {
    let given = given.trim();
    let name = given.trim_matches(':');
    let bare = |text: &str| text.replace('\u{fe0f}', "");
    let usual = USUAL.iter().find(|(names, character)| names.contains(&name) || bare(character) == bare(given));
    match usual {
        Some((_, character)) => Some((*character).to_string()),
        None => is_emoji(given).then(|| given.to_string()),
    }
}

/// Roughly: symbols, nothing that reads as a word. Keycaps (`1️⃣`) are digits with a mark behind.
fn is_emoji(text: &str) -> bool {
    let keycap = text.ends_with('\u{20e3}');
    let part = |c: char| {
        matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{20e3}' | '©' | '®' | '\u{203c}'..='\u{3299}')
            || ('\u{1f000}'..='\u{1faff}').contains(&c)
            || ('\u{e0020}'..='\u{e007f}').contains(&c)
            || (keycap && (c.is_ascii_digit() || c == '#' || c == '*'))
    };
    let picture = |c: char| c > '\u{a8}' && !c.is_alphanumeric() && !matches!(c, '\u{200d}' | '\u{fe0f}');
    let deceives = |c: char| matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3000}');
    text.len() <= LONGEST && text.chars().all(|c| part(c) && !deceives(c)) && text.chars().any(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_characters_are_one() {
        for given in ["scales", ":scales:", "⚖", "⚖️"] {
            assert_eq!(emoji(given).as_deref(), Some("⚖️"), "{given}");
        }
        for given in ["🦀", "👩‍💻", "🇦🇹", "1️⃣", "👍🏽", "☎️"] {
            assert_eq!(emoji(given).as_deref(), Some(given));
        }
    }

    #[test]
    fn words_are_no_emoji() {
        for given in ["", " ", "no", "é", "partyparrot", "1", "\u{202e}", "\u{200d}", "🔥 hot", "<b>"] {
            assert_eq!(emoji(given), None, "{given:?}");
        }
    }
}
