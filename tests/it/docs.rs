//! The README says what the program does: its tables are those of the grammar and of the defaults.

use firebell::grammar::WORDS;
use firebell::plan::Reactions;

fn readme() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    std::fs::read_to_string(path).expect("README.md")
}

/// The table as it has to stand in the README.
fn in_readme(table: &str) {
    assert!(readme().contains(table), "README.md must have this table, to the letter:\n\n{table}");
}

#[test]
fn the_command_table_is_the_grammars() {
    let mut table = String::from("| words | does |\n| --- | --- |\n");
    for word in WORDS {
        let also = match word.aliases {
            [] => String::new(),
            aliases => format!(" ({})", aliases.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(", ")),
        };
        let form = format!("{} {}", word.name, word.takes);
        table.push_str(&format!("| `{}`{also} | {} |\n", form.trim().replace('|', "\\|"), word.does));
    }
    in_readme(&table);
}

#[test]
fn the_reaction_table_is_that_of_the_defaults() {
    let defaults = Reactions::default();
    let rows = [
        (&defaults.note, "on the timeline; so does the chat's own pin"),
        (&defaults.finding, "on the timeline, as a finding"),
        (&defaults.hypothesis, "on the timeline, as a hypothesis"),
        (&defaults.decision, "on the timeline, as a decision"),
        (&defaults.mitigation, "on the timeline, as a mitigation"),
        (&defaults.action, "makes an action item of the message"),
        (&defaults.declare, "outside incident rooms: offers to declare an incident from the message"),
        (&defaults.confirm, "confirms that offer, by the same person"),
    ];
    let mut table = String::from("| emoji | puts the message |\n| --- | --- |\n");
    for (emoji, does) in rows {
        let character = emoji.iter().find(|e| !e.is_ascii()).expect("a character");
        table.push_str(&format!("| {character} `{}` | {does} |\n", emoji[0]));
    }
    in_readme(&table);
}

#[test]
fn every_example_is_a_valid_command() {
    use firebell::grammar::{Context, parse};
    use firebell::plan::Person;
    let person = |name: &str| Person { id: format!("local:{name}").parse().expect("a name"), name: name.into() };
    let people = vec![("ann".to_string(), vec![person("ann")]), ("bob".to_string(), vec![person("bob")])];
    let plan = crate::support::world::plan();
    let speaker = person("ann");
    let now = "2026-11-23T12:00:00Z".parse().expect("a time");
    let context = Context { speaker: &speaker, now, zone: chrono_tz::UTC, plan: &plan, people: &people };
    for word in WORDS {
        let read = parse(word.example, &context);
        assert!(read.is_ok(), "{}: {read:?}", word.example);
    }
}
