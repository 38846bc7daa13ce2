//! What Firebell says, before any chat has rendered it: a few lines of text with people, rooms, links and
//! buttons in them. Each chat's `render` turns it into that chat's own form.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::plan::{MessageId, Person, Room};

/// A message of Firebell's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doc {
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", content = "is", rename_all = "snake_case")]
pub enum Block {
    /// One short line that stands out.
    Headline(Vec<Span>),
    Line(Vec<Span>),
    /// Names with values, shown side by side where there is space.
    Fields(Vec<Field>),
    List(Vec<Vec<Span>>),
    /// What somebody wrote, or an example to type; line breaks are kept.
    Quote(String),
    Buttons(Vec<Button>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub value: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "span", content = "is", rename_all = "snake_case")]
pub enum Span {
    /// Plain text, never markup, whatever is in it.
    Text(String),
    Strong(String),
    /// Something to type, in fixed-width letters.
    Code(String),
    /// A mention: the person is notified.
    Person(Person),
    /// The person's name, without notifying.
    Name(String),
    Room(Room),
    Link {
        url: String,
        label: String,
    },
    /// A time, shown in the reader's time zone where the chat can.
    Time(DateTime<Utc>),
}

/// Does what words or a reaction would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub label: String,
    pub press: Press,
    /// It answers a question that Firebell asks; a chat without buttons seeds an emoji for it. Reactions alone never
    /// change severity or status, so shortcuts to such commands are none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "press", rename_all = "snake_case")]
pub enum Press {
    /// As if the reader typed this command, without its prefix: `claim commander`.
    Words { words: String },
    /// As if the reader put this emoji on that message.
    React { message: MessageId, emoji: String },
}

pub fn text(text: impl Into<String>) -> Span {
    Span::Text(text.into())
}

pub fn strong(text: impl Into<String>) -> Span {
    Span::Strong(text.into())
}

pub fn code(text: impl Into<String>) -> Span {
    Span::Code(text.into())
}

impl Doc {
    pub fn new() -> Self {
        Doc::default()
    }

    /// One line of plain text.
    pub fn plain(line: impl Into<String>) -> Self {
        Doc::new().line([text(line)])
    }

    pub fn headline(mut self, spans: impl Into<Vec<Span>>) -> Self {
        self.blocks.push(Block::Headline(spans.into()));
        self
    }

    pub fn line(mut self, spans: impl Into<Vec<Span>>) -> Self {
        self.blocks.push(Block::Line(spans.into()));
        self
    }

    pub fn fields(mut self, fields: Vec<Field>) -> Self {
        if !fields.is_empty() {
            self.blocks.push(Block::Fields(fields));
        }
        self
    }

    pub fn list(mut self, items: Vec<Vec<Span>>) -> Self {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
        self
    }

    pub fn quote(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Quote(text.into()));
        self
    }

    /// A shortcut to a command.
    pub fn button(self, label: &str, words: &str) -> Self {
        self.press(label, Press::Words { words: words.into() })
    }

    pub fn press(self, label: &str, press: Press) -> Self {
        self.put(Button { label: label.into(), press, asks: false })
    }

    /// An answer to what the message asks.
    pub fn ask(self, label: &str, words: &str) -> Self {
        self.ask_press(label, Press::Words { words: words.into() })
    }

    pub fn ask_press(self, label: &str, press: Press) -> Self {
        self.put(Button { label: label.into(), press, asks: true })
    }

    /// Buttons in a row stand together.
    fn put(mut self, button: Button) -> Self {
        match self.blocks.last_mut() {
            Some(Block::Buttons(row)) => row.push(button),
            _ => self.blocks.push(Block::Buttons(vec![button])),
        }
        self
    }

    /// The same with each span changed by this.
    pub fn with_spans(mut self, change: impl Fn(Span) -> Span) -> Self {
        let all = |spans: &mut Vec<Span>| *spans = std::mem::take(spans).into_iter().map(&change).collect();
        for block in &mut self.blocks {
            match block {
                Block::Headline(spans) | Block::Line(spans) => all(spans),
                Block::Fields(fields) => fields.iter_mut().for_each(|field| all(&mut field.value)),
                Block::List(items) => items.iter_mut().for_each(all),
                Block::Quote(_) | Block::Buttons(_) => {}
            }
        }
        self
    }

    /// The words alone, a line a block: for logs, tests and chats' plain-text fallbacks. Buttons are left out.
    pub fn to_plain(&self) -> String {
        let mut lines = Vec::new();
        for block in &self.blocks {
            match block {
                Block::Headline(spans) | Block::Line(spans) => lines.push(plain(spans)),
                Block::Fields(fields) => {
                    lines.extend(fields.iter().map(|f| format!("{}: {}", f.name, plain(&f.value))));
                }
                Block::List(items) => lines.extend(items.iter().map(|i| format!("• {}", plain(i)))),
                Block::Quote(text) => lines.extend(text.lines().map(|l| format!("> {l}"))),
                Block::Buttons(_) => {}
            }
        }
        lines.join("\n")
    }
}

fn plain(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(s) | Span::Strong(s) | Span::Code(s) | Span::Name(s) => s.clone(),
            Span::Person(person) => format!("@{}", person.name),
            Span::Room(room) => format!("#{}", room.name),
            Span::Link { url, label } if url == label => url.clone(),
            Span::Link { url, label } => format!("{label} ({url})"),
            Span::Time(at) => at.format("%H:%M UTC").to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_asks_is_written_as_asking() {
        let doc = Doc::new().button("Help", "help").ask("Take command", "claim");
        let Block::Buttons(row) = &doc.blocks[0] else { panic!("a row") };
        let json = r#"[{"label":"Help","press":{"press":"words","words":"help"}},{"label":"Take command","press":{"press":"words","words":"claim"},"asks":true}]"#;
        assert_eq!(serde_json::to_string(row).unwrap(), json);
        assert_eq!(&serde_json::from_str::<Vec<Button>>(json).unwrap(), row);
    }
}
