//! Help, made of the grammar's own table.

use super::{Doc, Field, Span, Style, strong, text};
use crate::grammar::{WORDS, Word, word};
use crate::incident::Incident;
use crate::plan::Plan;

/// All commands: those that fit the place first.
pub fn help(in_room: bool, style: &Style) -> Doc {
    let lines = |here: bool| WORDS.iter().filter(move |w| w.in_room == here).map(|w| line(w, style)).collect();
    let doc = Doc::new().headline([strong("What you can type")]);
    let doc = match in_room {
        true => doc.list(lines(true)).line([strong("Anywhere")]).list(lines(false)),
        false => doc.list(lines(false)).line([strong("In an incident's room")]).list(lines(true)),
    };
    doc.line([style.typed("help WORD"), text(" explains one of them. Emoji on a message put it on the timeline.")])
}

fn line(word: &Word, style: &Style) -> Vec<Span> {
    let form = format!("{} {}", word.name, word.takes);
    vec![style.typed(form.trim()), text(format!(" — {}", word.does))]
}

pub fn help_word(name: &str, style: &Style) -> Doc {
    let Some(word) = word(name) else { return help(false, style) };
    let doc = Doc::new()
        .line(line(word, style))
        .fields(vec![Field { name: "Example".into(), value: vec![style.typed(word.example)] }]);
    match word.aliases {
        [] => doc,
        aliases => doc.line([text(format!("Also: {}", aliases.join(", ")))]),
    }
}

/// The command without any words, in an incident's room: how it stands and what is likely next.
pub fn panel(incident: &Incident, plan: &Plan, style: &Style) -> Doc {
    let commander = incident.commander().map_or("nobody", |p| &p.name);
    let mut doc = Doc::new().line([
        strong(incident.key()),
        text(format!(
            " · {} · {} · commander: {commander}",
            plan.severity_label(&incident.severity),
            incident.status.as_str()
        )),
    ]);
    if incident.commander().is_none() && incident.status.is_open() {
        doc = doc.button("Take command", "claim");
    }
    if incident.status.is_active() {
        doc = doc.button("Mitigated", "mitigated").button("Resolved", "resolve");
    }
    let doc = doc.button("Timeline", "timeline").button("Tasks", "tasks").button("Help", "help");
    doc.line([text("To tell stakeholders how it stands: "), style.typed("update TEXT")])
}

/// The same outside of incident rooms.
pub fn start(style: &Style) -> Doc {
    Doc::new()
        .line([text("Is something wrong? Declare it: "), style.typed("declare sev2 Checkout is down")])
        .button("Open incidents", "list")
        .button("All commands", "help")
}
