//! Every word of the grammar, once: parsing, help, completion in the local chat and the README's table read it.

/// What a command does. A new one does not compile until it is described in [`describe`] and parsed in `parse`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    Declare,
    List,
    Show,
    Lead,
    Role,
    Claim,
    Handover,
    Severity,
    Triage,
    Status,
    Identified,
    Mitigated,
    Resolve,
    Close,
    Reopen,
    Cancel,
    Started,
    Detected,
    Update,
    Snooze,
    Log,
    Timeline,
    Undo,
    Task,
    Tasks,
    Action,
    Actions,
    Page,
    Ack,
    Oncall,
    Link,
    Rename,
    Merge,
    Subscribe,
    Unsubscribe,
    Postmortem,
    Help,
}

/// A command as people type it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub verb: Verb,
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    /// What follows it: `@who [note]`.
    pub takes: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// A whole valid command.
    pub example: &'static str,
    /// It is about the incident of the room that it is typed in.
    pub in_room: bool,
}

/// In the order in which help lists them: the course of an incident.
pub const WORDS: &[Word] = &[
    describe(Verb::Declare),
    describe(Verb::List),
    describe(Verb::Show),
    describe(Verb::Lead),
    describe(Verb::Role),
    describe(Verb::Claim),
    describe(Verb::Handover),
    describe(Verb::Severity),
    describe(Verb::Triage),
    describe(Verb::Status),
    describe(Verb::Identified),
    describe(Verb::Mitigated),
    describe(Verb::Resolve),
    describe(Verb::Close),
    describe(Verb::Reopen),
    describe(Verb::Cancel),
    describe(Verb::Started),
    describe(Verb::Detected),
    describe(Verb::Update),
    describe(Verb::Snooze),
    describe(Verb::Log),
    describe(Verb::Timeline),
    describe(Verb::Undo),
    describe(Verb::Task),
    describe(Verb::Tasks),
    describe(Verb::Action),
    describe(Verb::Actions),
    describe(Verb::Page),
    describe(Verb::Ack),
    describe(Verb::Oncall),
    describe(Verb::Link),
    describe(Verb::Rename),
    describe(Verb::Merge),
    describe(Verb::Subscribe),
    describe(Verb::Unsubscribe),
    describe(Verb::Postmortem),
    describe(Verb::Help),
];

/// The word for what was typed: a name or another name for it, in any case.
pub fn word(typed: &str) -> Option<&'static Word> {
    let typed = typed.to_lowercase();
    WORDS.iter().find(|w| w.name == typed || w.aliases.contains(&typed.as_str()))
}

const fn in_room(
    verb: Verb,
    name: &'static str,
    aliases: &'static [&'static str],
    takes: &'static str,
    does: &'static str,
    example: &'static str,
) -> Word {
    Word { verb, name, aliases, takes, does, example, in_room: true }
}

const fn anywhere(
    verb: Verb,
    name: &'static str,
    aliases: &'static [&'static str],
    takes: &'static str,
    does: &'static str,
    example: &'static str,
) -> Word {
    Word { verb, name, aliases, takes, does, example, in_room: false }
}

pub const fn describe(verb: Verb) -> Word {
    match verb {
        Verb::Declare => anywhere(
            verb,
            "declare",
            &["new", "open", "start"],
            "[SEV] [--service NAME] [--private] [--anyway] TITLE",
            "declares an incident and opens its room",
            "declare sev2 Checkout is down",
        ),
        Verb::List => anywhere(
            verb,
            "list",
            &["ls"],
            "[--all]",
            "shows the open incidents; with --all also those that are over",
            "list",
        ),
        Verb::Show => anywhere(
            verb,
            "show",
            &["card"],
            "[INC-n]",
            "shows an incident's card, in its room without a key",
            "show INC-1",
        ),
        Verb::Lead => in_room(
            verb,
            "lead",
            &["commander", "ic"],
            "@who",
            "names the incident commander; the pinned card follows",
            "lead @ann",
        ),
        Verb::Role => in_room(verb, "role", &["assign"], "ROLE @who", "gives somebody a role", "role comms @bob"),
        Verb::Claim => in_room(
            verb,
            "claim",
            &["take"],
            "[ROLE]",
            "takes a role that is free; without a word, the command",
            "claim",
        ),
        Verb::Handover => in_room(
            verb,
            "handover",
            &["hand"],
            "@who [note]",
            "hands your command to somebody else, with what they need to know",
            "handover @bob Rollback is running, watch the error rate",
        ),
        Verb::Severity => in_room(
            verb,
            "severity",
            &["sev"],
            "SEV [reason]",
            "changes the severity",
            "severity sev1 All regions are affected",
        ),
        Verb::Triage => in_room(
            verb,
            "triage",
            &[],
            "[IMPACT [SCOPE]]",
            "asks how bad it is and for how many, and proposes a severity by the plan",
            "triage 1 2",
        ),
        Verb::Status => in_room(
            verb,
            "status",
            &[],
            "STATUS [note]",
            "moves on: investigating, identified, monitoring, resolved",
            "status monitoring The fix is out",
        ),
        Verb::Identified => {
            in_room(verb, "identified", &[], "[note]", "the cause is known", "identified The disk of db-3 is full")
        }
        Verb::Mitigated => in_room(
            verb,
            "mitigated",
            &["monitoring", "mitigate"],
            "[note]",
            "the impact has stopped; now it is watched",
            "mitigated Rolled back to 4.1",
        ),
        Verb::Resolve => in_room(
            verb,
            "resolve",
            &["resolved"],
            "[note]",
            "it is over",
            "resolve Error rate is normal for 30 minutes",
        ),
        Verb::Close => {
            in_room(verb, "close", &["closed"], "[note]", "nothing is left to do here; drafts the postmortem", "close")
        }
        Verb::Reopen => in_room(verb, "reopen", &[], "REASON", "it came back", "reopen The errors are back"),
        Verb::Cancel => in_room(
            verb,
            "cancel",
            &["canceled", "cancelled"],
            "REASON",
            "it was no incident",
            "cancel A test, not an outage",
        ),
        Verb::Started => in_room(verb, "started", &["began"], "WHEN", "says when the impact began", "started 13:50"),
        Verb::Detected => {
            in_room(verb, "detected", &["noticed"], "WHEN", "says when somebody noticed", "detected 10m ago")
        }
        Verb::Update => in_room(
            verb,
            "update",
            &[],
            "[--public [--title NAME]] TEXT",
            "tells the room and the stakeholders how it stands; with --public also the status page",
            "update Payments work again, we watch them",
        ),
        Verb::Snooze => in_room(
            verb,
            "snooze",
            &[],
            "[FOR]",
            "reminds you of the next update later; without a word, in 10 minutes",
            "snooze 15m",
        ),
        Verb::Log => in_room(
            verb,
            "log",
            &["note"],
            "[WHEN] TEXT",
            "writes a line on the timeline",
            "log 14:05 Restarted the queue",
        ),
        Verb::Timeline => in_room(verb, "timeline", &[], "[n]", "shows the last lines of the timeline", "timeline 20"),
        Verb::Undo => in_room(verb, "undo", &[], "", "takes back your last change, for 60 seconds", "undo"),
        Verb::Task => in_room(
            verb,
            "task",
            &["todo"],
            "TEXT [@who] | done N",
            "adds something to do now, or ticks it off",
            "task Drain eu-1 @bob",
        ),
        Verb::Tasks => in_room(verb, "tasks", &["todos"], "", "shows what is to do now", "tasks"),
        Verb::Action => in_room(
            verb,
            "action",
            &[],
            "TEXT [@who] [due WHEN] [--prevent|--mitigate|--detect] | done N",
            "adds something to do afterwards, or ticks it off",
            "action Alert on disk space @bob due friday --detect",
        ),
        Verb::Actions => anywhere(
            verb,
            "actions",
            &[],
            "[--mine]",
            "shows open action items; with --mine, yours of every incident",
            "actions --mine",
        ),
        Verb::Page => in_room(
            verb,
            "page",
            &["call"],
            "SERVICE|TEAM|@who [text]",
            "calls whoever is on call, and others after them, until somebody acknowledges",
            "page checkout Payments fail, we need somebody who knows the gateway",
        ),
        Verb::Ack => anywhere(
            verb,
            "ack",
            &["acknowledge"],
            "[INC-n]",
            "answers a page: you come, and nobody else is called",
            "ack",
        ),
        Verb::Oncall => anywhere(
            verb,
            "oncall",
            &["on-call"],
            "[SERVICE|TEAM]",
            "shows who is on call, and who would be paged",
            "oncall checkout",
        ),
        Verb::Link => in_room(
            verb,
            "link",
            &[],
            "URL [label]",
            "puts a link on the card",
            "link https://grafana.example/d/1 Dashboard",
        ),
        Verb::Rename => in_room(verb, "rename", &["title"], "TITLE", "changes the title", "rename Payments time out"),
        Verb::Merge => in_room(verb, "merge", &[], "INC-n", "this incident goes on in the other one", "merge INC-1"),
        Verb::Subscribe => anywhere(
            verb,
            "subscribe",
            &["follow"],
            "[INC-n|SERVICE|SEV]",
            "tells you by direct message how an incident goes, or each of a service or a severity; in its room without a word",
            "subscribe INC-1",
        ),
        Verb::Unsubscribe => anywhere(
            verb,
            "unsubscribe",
            &["unfollow"],
            "[INC-n|SERVICE|SEV]",
            "tells you no more of it",
            "unsubscribe INC-1",
        ),
        Verb::Postmortem => {
            in_room(verb, "postmortem", &["pm", "retro"], "", "links the draft of the postmortem", "postmortem")
        }
        Verb::Help => anywhere(verb, "help", &["?"], "[WORD]", "explains a command, or lists all", "help severity"),
    }
}
