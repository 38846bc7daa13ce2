//! `@name` in text, as the people it means.

use crate::plan::Person;
use crate::ports::Mention;

/// The people mentioned, in the order of the text, each spelling once. Of several names that fit the longest is
/// meant; a name or an id counts, in any case.
pub fn mentions(text: &str, people: &[Person]) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut rest = 0;
    while let Some(at) = text[rest..].find('@').map(|i| rest + i) {
        rest = at + 1;
        // `ann@example.org` mentions nobody.
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        if let Some((length, person)) = longest(&text[rest..], people) {
            let name = &text[rest..rest + length];
            rest += length;
            if !found.iter().any(|m| m.name == name) {
                found.push(Mention { name: name.into(), person: person.clone() });
            }
        }
    }
    found
}

/// The person whose name or id `text` begins with, and how many bytes of it that is.
fn longest<'a>(text: &str, people: &'a [Person]) -> Option<(usize, &'a Person)> {
    let names = people.iter().flat_map(|p| [(&p.name, p), (&p.id.id, p)]);
    let fitting = names.filter_map(|(name, person)| Some((begins_with(text, name)?, person)));
    fitting.max_by_key(|(length, _)| *length)
}

/// How many bytes of `text` are `name` in any case; it has to end there, not go on as a longer word.
fn begins_with(text: &str, name: &str) -> Option<usize> {
    let wanted = name.to_lowercase();
    let mut wanted = wanted.chars().peekable();
    for (at, c) in text.char_indices() {
        if wanted.peek().is_none() {
            return (!c.is_alphanumeric() && c != '_').then_some(at);
        }
        for lower in c.to_lowercase() {
            if wanted.next() != Some(lower) {
                return None;
            }
        }
    }
    wanted.peek().is_none().then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::local::person_id;

    fn people() -> Vec<Person> {
        [("ann", "Ann"), ("ann-lee", "Ann Lee"), ("žofie", "Žofie")]
            .map(|(id, name)| Person { id: person_id(id), name: name.into() })
            .to_vec()
    }

    fn found(text: &str) -> Vec<(String, String)> {
        mentions(text, &people()).into_iter().map(|m| (m.name, m.person.id.id)).collect()
    }

    fn pair(name: &str, id: &str) -> (String, String) {
        (name.into(), id.into())
    }

    #[test]
    fn the_longest_name_is_meant_in_any_case() {
        assert_eq!(found("lead @ann lee now"), [pair("ann lee", "ann-lee")]);
        assert_eq!(found("lead @ann, please"), [pair("ann", "ann")]);
        assert_eq!(found("@ann-lee and @ŽOFIE"), [pair("ann-lee", "ann-lee"), pair("ŽOFIE", "žofie")]);
        assert_eq!(found("@ann @ann @Ann"), [pair("ann", "ann"), pair("Ann", "ann")]);
    }

    #[test]
    fn a_name_ends_where_a_word_ends() {
        assert_eq!(found("@annie @ann_x mail@ann @bob @"), []);
        assert_eq!(found("(@Ann)"), [pair("Ann", "ann")]);
    }
}
