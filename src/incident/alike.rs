//! Whether somebody is about to declare what is declared already, in other words.

/// Words that say that something is wrong, or nothing at all: they are in every title.
const TELL_NOTHING: &[&str] = &[
    "a",
    "all",
    "an",
    "and",
    "are",
    "at",
    "be",
    "broken",
    "by",
    "can",
    "cannot",
    "degraded",
    "does",
    "doesn",
    "don",
    "down",
    "error",
    "errors",
    "fail",
    "failed",
    "failing",
    "fails",
    "failure",
    "failures",
    "for",
    "from",
    "has",
    "have",
    "high",
    "in",
    "incident",
    "is",
    "issue",
    "issues",
    "it",
    "longer",
    "more",
    "no",
    "not",
    "of",
    "on",
    "or",
    "our",
    "outage",
    "problem",
    "problems",
    "slow",
    "some",
    "t",
    "that",
    "the",
    "there",
    "timeout",
    "timeouts",
    "to",
    "too",
    "unavailable",
    "us",
    "users",
    "very",
    "we",
    "with",
    "work",
    "working",
    "works",
];

/// What is compared of an incident.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    pub title: &'a str,
    pub service: Option<&'a str>,
}

/// Both are of one service; or, unless they are of different ones, half of the words that say something in one title are
/// in the other.
pub fn alike(one: Described<'_>, other: Described<'_>) -> bool {
    match (one.service, other.service) {
        (Some(one), Some(other)) => one == other,
        _ => {
            let (one, other) = (telling(one.title), telling(other.title));
            let shared = one.iter().filter(|word| other.contains(word)).count();
            shared > 0 && 2 * shared >= one.len().min(other.len())
        }
    }
}

fn telling(title: &str) -> Vec<String> {
    let words = title.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let mut words: Vec<String> = words.filter(|w| !w.is_empty() && !TELL_NOTHING.contains(&w.as_str())).collect();
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_title(one: &str, other: &str) -> bool {
        let of = |title| Described { title, service: None };
        alike(of(one), of(other))
    }

    #[test]
    fn words_that_say_something_count() {
        for (one, other) in [
            ("Checkout is down", "checkout broken"),
            ("Checkout is down", "Errors in the checkout of the shop"),
            ("Database db-3 is full", "db-3: disk"),
            ("Zahlung hängt", "Die Zahlung geht nicht"),
        ] {
            assert!(by_title(one, other) && by_title(other, one), "{one} / {other}");
        }
        for (one, other) in [
            ("Checkout is down", "Search is down"),
            ("Everything is slow", "Logins are slow"),
            ("Errors", "Errors"),
            ("", "Checkout is down"),
            ("Disk of db-3 is full in eu-1", "Certificate of the website in eu-1 ran out"),
        ] {
            assert!(!by_title(one, other), "{one} / {other}");
        }
    }

    #[test]
    fn one_service_is_alike_and_two_are_not() {
        let of = |title, service| Described { title, service };
        assert!(alike(of("A", Some("checkout")), of("B", Some("checkout"))));
        assert!(!alike(of("Checkout", Some("checkout")), of("Checkout", Some("search"))));
        assert!(alike(of("Checkout", Some("checkout")), of("Checkout hangs", None)));
    }
}
