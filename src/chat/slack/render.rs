//! What Firebell says, as Slack's blocks.

use slack_morphism::prelude::*;

use super::mrkdwn::{bold_line, cut, line, literal, split, units};
use super::text::escape;
use crate::phrase::{Block, Button, Doc, Field, Press, Span};

// Slack's limits, from its reference of the blocks: how many of them, and how many characters of text.
const BLOCKS_OF_A_MESSAGE: usize = 50;
const BLOCKS_OF_A_VIEW: usize = 100;
const FIELDS: usize = 10;
const BUTTONS: usize = 25;
const HEADER: usize = 150;
const SECTION: usize = 3_000;
const FIELD: usize = 2_000;
const BUTTON: usize = 75;
const VALUE: usize = 2_000;
/// Not in the reference: somewhat above 13,000 characters, with what is around the text, Slack answers
/// `msg_blocks_too_long`.
const ALL_BLOCKS: usize = 12_000;
const ALL_OF_A_VIEW: usize = 200_000;
/// Of the text for notifications.
const FALLBACK: usize = 3_000;

/// Shows nothing, and is no space: Slack refuses a text that is empty.
const NOTHING: &str = "\u{200b}";
const MORE: &str = "There is more than fits into one message on Slack.";

/// A message for `chat.postMessage`, `chat.update` and the like.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// For notifications, and for clients that show no blocks.
    pub text: String,
    pub blocks: Vec<SlackBlock>,
}

pub fn message(doc: &Doc) -> Rendered {
    Rendered { text: fallback(doc), blocks: limited(blocks(doc), BLOCKS_OF_A_MESSAGE, ALL_BLOCKS) }
}

/// The App Home of one person.
pub fn home(doc: &Doc) -> SlackView {
    SlackView::Home(SlackHomeView::new(limited(blocks(doc), BLOCKS_OF_A_VIEW, ALL_OF_A_VIEW)))
}

/// What a button does, from its `value`.
pub fn press_of(value: &str) -> Option<Press> {
    serde_json::from_str(value).ok()
}

fn fallback(doc: &Doc) -> String {
    match doc.to_plain() {
        plain if plain.trim().is_empty() => NOTHING.into(),
        plain => cut(&escape(&plain), FALLBACK),
    }
}

fn blocks(doc: &Doc) -> Vec<SlackBlock> {
    let mut page = Page::default();
    for block in &doc.blocks {
        match block {
            Block::Line(spans) => page.line(spans),
            Block::Headline(spans) => page.headline(spans),
            Block::Fields(fields) => page.fields(fields),
            Block::List(items) => page.list(items),
            Block::Quote(text) => page.quote(text),
            Block::Buttons(buttons) => page.buttons(buttons),
        }
    }
    page.end_lines();
    if page.blocks.is_empty() {
        page.blocks.push(section(NOTHING.into()));
    }
    page.blocks
}

#[derive(Default)]
struct Page {
    blocks: Vec<SlackBlock>,
    /// Lines that will share a section.
    lines: Vec<String>,
    buttons: usize,
}

impl Page {
    fn line(&mut self, spans: &[Span]) {
        let line = line(spans);
        if !line.trim().is_empty() {
            self.lines.push(line);
        }
    }

    fn end_lines(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        self.sections(lines);
    }

    fn sections(&mut self, lines: Vec<String>) {
        self.blocks.extend(pack(lines).into_iter().map(section));
    }

    fn headline(&mut self, spans: &[Span]) {
        self.end_lines();
        match words_only(spans) {
            Some(words) if words.is_empty() => {}
            Some(words) if units(&words) <= HEADER => {
                let text = SlackBlockPlainText::new(words).with_emoji(true);
                self.blocks.push(SlackHeaderBlock::new(text.into()).into());
            }
            _ => self.sections(vec![bold_line(spans)]),
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        self.end_lines();
        let name = |field: &Field| bold_line(&[Span::Strong(field.name.clone())]);
        let texts = fields.iter().map(|field| format!("{}\n{}", name(field), line(&field.value)));
        let texts: Vec<_> =
            texts.filter(|text| !text.trim().is_empty()).map(|text| markup(cut(&text, FIELD))).collect();
        self.blocks.extend(texts.chunks(FIELDS).map(|some| SlackSectionBlock::new().with_fields(some.to_vec()).into()));
    }

    fn list(&mut self, items: &[Vec<Span>]) {
        self.end_lines();
        self.sections(items.iter().map(|item| format!("• {}", line(item))).collect());
    }

    fn quote(&mut self, text: &str) {
        self.end_lines();
        if text.trim().is_empty() {
            return;
        }
        let lines = text.lines().flat_map(|line| split(&literal(line), SECTION - 2));
        self.sections(lines.map(|line| format!("> {line}")).collect());
    }

    fn buttons(&mut self, buttons: &[Button]) {
        self.end_lines();
        let mut row = Vec::new();
        for (i, button) in buttons.iter().enumerate() {
            // Too long to come back whole: what it does can still be typed.
            let Some(value) = serde_json::to_string(&button.press).ok().filter(|v| units(v) <= VALUE) else { continue };
            if button.label.trim().is_empty() {
                continue;
            }
            let label = SlackBlockPlainText::new(cut_plain(&button.label, BUTTON)).with_emoji(true);
            let mut element = SlackBlockButtonElement::new(label.into())
                .with_action_id(SlackActionId::new(format!("press:{}", self.buttons)))
                .with_value(value);
            if i == 0 && button.label == "Take command" {
                element = element.with_style(SlackBlockButtonStyle::Primary);
            }
            self.buttons += 1;
            row.push(SlackActionBlockElement::Button(element));
        }
        self.blocks.extend(row.chunks(BUTTONS).map(|some| SlackActionsBlock::new(some.to_vec()).into()));
    }
}

/// The words of a headline that has nothing but words, in one line.
fn words_only(spans: &[Span]) -> Option<String> {
    let words: Option<String> = spans
        .iter()
        .map(|span| match span {
            Span::Text(text) | Span::Strong(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    Some(words?.replace('\n', " ").trim().to_string())
}

/// Lines into as few texts as there can be, each short enough for a section.
fn pack(lines: Vec<String>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let mut used = 0;
    for line in lines.into_iter().flat_map(|line| split(&line, SECTION)) {
        let length = units(&line);
        match texts.last_mut() {
            Some(text) if used + 1 + length <= SECTION => {
                text.push('\n');
                text.push_str(&line);
                used += 1 + length;
            }
            _ => {
                texts.push(line);
                used = length;
            }
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    texts
}

fn section(text: String) -> SlackBlock {
    // Expanded: what is said in an incident is not to be hidden behind "See more".
    SlackSectionBlock::new().with_text(markup(text)).with_expand(true).into()
}

/// Verbatim: Slack makes no mentions or links of what only looks like one.
fn markup(text: String) -> SlackBlockText {
    SlackBlockMarkDownText::new(text).with_verbatim(true).into()
}

fn cut_plain(text: &str, most: usize) -> String {
    let mut used = 0;
    let fitting = |c: &char| {
        used += c.len_utf16();
        used < most
    };
    match units(text) <= most {
        true => text.to_string(),
        false => text.chars().take_while(fitting).chain(['…']).collect(),
    }
}

/// The blocks that Slack takes, and a last line if these are not all.
fn limited(blocks: Vec<SlackBlock>, most: usize, size: usize) -> Vec<SlackBlock> {
    let all = blocks.len();
    let mut used = 0;
    let fitting = |block: &SlackBlock| {
        used += serde_json::to_string(block).map_or(size, |json| units(&json));
        used <= size
    };
    let mut kept: Vec<SlackBlock> = blocks.into_iter().take_while(fitting).collect();
    if kept.len() < all || all > most {
        kept.truncate(most - 1);
        kept.push(section(MORE.into()));
    }
    kept
}

#[cfg(test)]
mod tests;
