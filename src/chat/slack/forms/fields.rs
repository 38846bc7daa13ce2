//! The inputs that forms are made of. A field's name is its `block_id` and its `action_id`, and where its error goes.

use slack_morphism::prelude::*;

use super::LIMIT_INPUT;

pub(super) const TITLE: &str = "title";
pub(super) const SEVERITY: &str = "severity";
pub(super) const SERVICE: &str = "service";
pub(super) const PRIVATE: &str = "private";
pub(super) const STATUS: &str = "status";
pub(super) const ROLE: &str = "role";
pub(super) const OWNER: &str = "owner";
pub(super) const TEXT: &str = "text";
pub(super) const NOTE: &str = "note";
pub(super) const WHEN: &str = "when";
pub(super) const DUE: &str = "due";
pub(super) const AIM: &str = "aim";
pub(super) const IMPACT: &str = "impact";
pub(super) const SCOPE: &str = "scope";
pub(super) const PUBLIC: &str = "public";

/// The most options that a Slack select takes.
const LIMIT_OPTIONS: usize = 100;
/// The longest text and description of an option, in characters.
const LIMIT_OPTION: usize = 75;

pub(super) struct Choice {
    /// The word for it in the grammar.
    value: String,
    label: String,
    meaning: String,
}

impl Choice {
    pub fn new(value: &str, label: &str, meaning: &str) -> Self {
        Choice { value: value.into(), label: label.into(), meaning: meaning.into() }
    }

    fn item<T: From<SlackBlockPlainText> + Into<SlackBlockText>>(&self) -> SlackBlockChoiceItem<T> {
        let label = SlackBlockPlainText::from(shortened(&self.label, LIMIT_OPTION));
        let meaning = Some(shortened(&self.meaning, LIMIT_OPTION)).filter(|m| !m.is_empty());
        SlackBlockChoiceItem::new(label.into(), self.value.clone()).opt_description(meaning.map(Into::into))
    }
}

pub(super) fn input(name: &str, label: &str, element: impl Into<SlackInputBlockElement>) -> SlackInputBlock {
    SlackInputBlock::new(label.into(), element.into()).with_block_id(name.into())
}

pub(super) fn optional(input: SlackInputBlock) -> SlackInputBlock {
    input.with_optional(true)
}

pub(super) fn note(label: &str) -> SlackInputBlock {
    optional(input(NOTE, label, lines(NOTE, "")))
}

/// Text of one line, up to `limit` characters; `said` is there already.
pub(super) fn line(name: &str, limit: usize, said: &str) -> SlackBlockPlainTextInputElement {
    let said = Some(shortened(said, limit)).filter(|said| !said.is_empty());
    let element = SlackBlockPlainTextInputElement::new().with_action_id(name.into());
    element.with_max_length(limit as u64).opt_initial_value(said)
}

pub(super) fn lines(name: &str, said: &str) -> SlackBlockPlainTextInputElement {
    line(name, LIMIT_INPUT, said).with_multiline(true)
}

pub(super) fn select(name: &str, mut choices: Vec<Choice>, chosen: Option<&str>) -> SlackBlockStaticSelectElement {
    choices.truncate(LIMIT_OPTIONS);
    let initial = choices.iter().find(|c| Some(c.value.as_str()) == chosen).map(Choice::item);
    let element = SlackBlockStaticSelectElement::new().with_action_id(name.into());
    element.with_options(choices.iter().map(Choice::item).collect()).opt_initial_option(initial)
}

pub(super) fn checkbox(name: &str, choice: &Choice, ticked: bool) -> SlackBlockCheckboxesElement {
    let element = SlackBlockCheckboxesElement::new(vec![choice.item()]).with_action_id(name.into());
    element.opt_initial_options(ticked.then(|| vec![choice.item()]))
}

pub(super) fn person(name: &str) -> SlackBlockUsersSelectElement {
    SlackBlockUsersSelectElement::new().with_action_id(name.into())
}

pub(super) fn date(name: &str) -> SlackBlockDatePickerElement {
    SlackBlockDatePickerElement::new().with_action_id(name.into())
}

/// At most so many characters, with … where some are left out.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_string();
    }
    let begin: String = text.chars().take(limit - 1).collect();
    format!("{}…", begin.trim_end())
}
