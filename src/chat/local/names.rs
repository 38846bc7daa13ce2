//! What people and rooms may be called.

/// The longest name of a person, in characters.
const PERSON: usize = 40;
/// The longest name of a room, in characters, as on Slack.
pub const ROOM: usize = 80;

/// `Ann Lee` → `ann-lee`: lower case, letters and digits, anything else a single hyphen. `None` if nothing is left.
pub fn slug(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let slug: String = words.join("-").chars().take(ROOM).collect();
    let slug = slug.trim_end_matches('-').to_string();
    (!slug.is_empty()).then_some(slug)
}

/// A person's name as it is shown, and the id it gives; or, in words for that person, why not.
pub fn person(name: &str) -> Result<(String, String), String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err("Please give a name.".into());
    }
    if name.chars().count() > PERSON {
        return Err(format!("A name can have {PERSON} characters at most."));
    }
    if name.chars().any(is_unseen) {
        return Err("A name cannot have invisible characters in it.".into());
    }
    let id = slug(&name).ok_or("A name needs a letter or a digit.")?;
    if id == super::BOT {
        return Err("Firebell itself has that name; please choose another.".into());
    }
    Ok((name, id))
}

/// Characters that let one name look like another: controls, bidirectional marks, and what has no width.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_letters_digits_and_single_hyphens() {
        assert_eq!(slug("Ann Lee").as_deref(), Some("ann-lee"));
        assert_eq!(slug("  INC-42: Checkout / is *down*! ").as_deref(), Some("inc-42-checkout-is-down"));
        assert_eq!(slug("Žofie Müller").as_deref(), Some("žofie-müller"));
        assert_eq!(slug("🔥🔥"), None);
        assert_eq!(slug(&"ab ".repeat(60)).map(|s| s.chars().count()), Some(ROOM));
    }

    #[test]
    fn names_that_look_alike_are_one_person() {
        assert_eq!(person("  Ann   Lee "), Ok(("Ann Lee".into(), "ann-lee".into())));
        assert_eq!(person("ann lee").map(|p| p.1), Ok("ann-lee".into()));
    }

    #[test]
    fn names_that_deceive_are_refused() {
        for name in ["", "   ", "a\u{202e}b", "a\u{200b}b", "a\u{0}b", "\u{3164}", "!!!", "FireBell", &"x".repeat(41)] {
            assert!(person(name).is_err(), "{name:?}");
        }
        assert!(person(&"x".repeat(40)).is_ok());
    }
}
