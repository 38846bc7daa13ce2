//! To the one who typed something that is no command: what was not understood, the closest valid one, an example.

use super::{Doc, Span, Style, all, strong, text};
use crate::grammar::{Misunderstanding, Verb, describe};
use crate::plan::Person;

pub fn misunderstood(what: &Misunderstanding, style: &Style) -> Doc {
    match what {
        Misunderstanding::UnknownWord { typed, closest } => match closest {
            Some(word) => Doc::new().line([
                text(format!("There is no command “{typed}”. Did you mean ")),
                style.typed(word),
                text("?"),
            ]),
            None => Doc::new().line([
                text(format!("There is no command “{typed}”. ")),
                style.typed("help"),
                text(" lists all."),
            ]),
        },
        Misunderstanding::Missing { verb, what } => example(*verb, format!("It needs {what}."), style),
        Misunderstanding::UnknownFlag { verb, typed, closest } => {
            let hint = closest.map_or(String::new(), |c| format!(" Did you mean --{c}?"));
            example(*verb, format!("There is no --{typed} here.{hint}"), style)
        }
        Misunderstanding::NotASeverity { typed, known, closest } => {
            Doc::plain(format!("“{typed}” is not a severity. {}", meant(closest.as_deref(), known)))
        }
        Misunderstanding::NotAStatus { typed, closest } => {
            let known = ["investigating", "identified", "monitoring", "resolved"].map(String::from);
            Doc::plain(format!("“{typed}” is not a status. {}", meant(*closest, &known)))
        }
        Misunderstanding::NotARole { typed, known, closest } => {
            Doc::plain(format!("“{typed}” is not a role. {}", meant(closest.as_deref(), known)))
        }
        Misunderstanding::NotAService { typed, known, .. } if known.is_empty() => {
            Doc::plain(format!("“{typed}” is not known: no service is configured. Leave --service out."))
        }
        Misunderstanding::NotAService { typed, known, closest } => {
            Doc::plain(format!("“{typed}” is not a service. {}", meant(closest.as_deref(), known)))
        }
        Misunderstanding::NotAnAnswer { what, typed, known } => {
            let numbered = known.iter().enumerate().map(|(n, answer)| vec![text(format!("{}: {answer}", n + 1))]);
            Doc::plain(format!("“{typed}” is none of the plan's words for {what}. They are:")).list(numbered.collect())
        }
        Misunderstanding::NotANumber { verb, typed } => example(*verb, format!("“{typed}” is not a number."), style),
        Misunderstanding::NotAKey { verb, typed } => {
            example(*verb, format!("“{typed}” is not an incident's key, such as INC-42."), style)
        }
        Misunderstanding::NotATime { verb, typed } => example(
            *verb,
            format!("“{typed}” is not a time. These are: 14:05, 10m ago, yesterday 23:50, 2026-01-31T14:05Z."),
            style,
        ),
        Misunderstanding::NotADuration { verb, typed } => {
            example(*verb, format!("“{typed}” is not a time span up to 12 hours, such as 15m or 2h."), style)
        }
        Misunderstanding::NobodyNamed { typed } => Doc::plain(format!(
            "I know nobody named “{typed}”. People are known once they have been in a room with me."
        )),
        Misunderstanding::NotATopic { verb, typed, known, closest } => {
            let problem =
                format!("“{typed}” is no incident, severity or service. {}", meant(closest.as_deref(), known));
            example(*verb, problem, style)
        }
        Misunderstanding::NobodyToPage { typed, known, .. } if known.is_empty() => Doc::plain(format!(
            "I know nobody named “{typed}”, and the plan has no services or teams. People are known once they have been \
             in a room with me."
        )),
        Misunderstanding::NobodyToPage { typed, known, closest } => Doc::plain(format!(
            "I know nobody named “{typed}” who could be paged. {}",
            meant(closest.as_deref(), known)
        )),
        Misunderstanding::SeveralNamed { typed, people } => {
            let doc = Doc::plain(format!("“{typed}” may be one of several. Type more of the name:"));
            doc.list(people.iter().map(found).collect())
        }
    }
}

fn found(person: &Person) -> Vec<Span> {
    vec![strong(&person.name), text(format!(" ({})", person.id.id))]
}

fn meant(closest: Option<&str>, known: &[String]) -> String {
    match closest {
        Some(word) => format!("Did you mean {word}? There are {}.", all(known)),
        None => format!("There are {}.", all(known)),
    }
}

fn example(verb: Verb, problem: String, style: &Style) -> Doc {
    let word = describe(verb);
    let form = format!("{} {}", word.name, word.takes);
    Doc::new().line([text(problem)]).line([
        text("It goes "),
        style.typed(form.trim()),
        text(", for example "),
        style.typed(word.example),
        text("."),
    ])
}
