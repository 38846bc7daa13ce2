//! Eyes and hands for a [`Browser`]: what a person at a keyboard does and sees.

use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::Value;

use super::browser::Browser;
use super::wait::until;

/// More stops than any page has between two things that belong together.
const STOPS: usize = 60;

impl Browser {
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// Presses the button that begins with these words, with the mouse.
    pub async fn click(&self, words: &str) {
        let path = format!("//button[starts-with(normalize-space(), '{words}')]");
        let button = self.client.find(Locator::XPath(&path)).await.expect("the button");
        button.click().await.expect("to press it");
    }

    /// Types into whatever has the focus.
    pub async fn write(&self, text: &str) {
        self.strike(text.chars().flat_map(|c| [KeyAction::Down { value: c }, KeyAction::Up { value: c }])).await;
    }

    pub async fn press(&self, key: Key) {
        let value = char::from(key);
        self.strike([KeyAction::Down { value }, KeyAction::Up { value }]).await;
    }

    /// Writes a line and sends it.
    pub async fn say(&self, text: &str) {
        self.write(text).await;
        self.press(Key::Enter).await;
    }

    async fn back(&self) {
        let [shift, tab] = [Key::Shift, Key::Tab].map(char::from);
        let strokes = [
            KeyAction::Down { value: shift },
            KeyAction::Down { value: tab },
            KeyAction::Up { value: tab },
            KeyAction::Up { value: shift },
        ];
        self.strike(strokes).await;
    }

    async fn strike(&self, strokes: impl IntoIterator<Item = KeyAction>) {
        let keyboard = strokes.into_iter().fold(KeyActions::new("keyboard".into()), InputSource::then);
        self.client.perform_actions(keyboard).await.expect("keys are pressed");
    }

    /// Goes on with Tab until the focus is on what begins with these words.
    pub async fn tab_to(&self, words: &str) {
        self.go_to(words, async || self.press(Key::Tab).await).await;
    }

    /// The same with Shift+Tab.
    pub async fn tab_back_to(&self, words: &str) {
        self.go_to(words, async || self.back().await).await;
    }

    /// And with the arrow.
    pub async fn up_to(&self, words: &str) {
        self.go_to(words, async || self.press(Key::Up).await).await;
    }

    async fn go_to(&self, words: &str, step: impl AsyncFn()) {
        let mut visited = Vec::new();
        for _ in 0..STOPS {
            step().await;
            let here = self.focused().await;
            if here.trim_start().starts_with(words) {
                return;
            }
            visited.push(here);
        }
        panic!("the keyboard does not lead to {words:?}; it leads to {visited:#?}");
    }

    /// The words of what has the focus, as they are shown, or its name if it shows none. A message is what it says,
    /// without who and when.
    pub async fn focused(&self) -> String {
        let script = "const here = document.activeElement;
            const said = here.querySelector?.('.text, .doc');
            return (said ?? here).innerText?.trim() || here.getAttribute('aria-label') || here.localName";
        self.client.execute(script, Vec::new()).await.expect("a script").as_str().unwrap_or_default().to_string()
    }

    /// Waits until the script's expression is true, or anything like it; what it is then.
    pub async fn until(&self, expression: &str) -> Value {
        let script = format!("return ({expression}) || null");
        until(expression, async || {
            let seen = self.client.execute(&script, Vec::new()).await.expect("a script that runs");
            (!seen.is_null()).then_some(seen)
        })
        .await
    }

    /// Waits until the page shows these words.
    pub async fn sees(&self, words: &str) {
        self.until(&format!("document.body.innerText.includes({})", Value::from(words))).await;
    }

    pub async fn shows(&self, words: &str) -> bool {
        let script = format!("return document.body.innerText.includes({})", Value::from(words));
        self.client.execute(&script, Vec::new()).await.expect("a script") == Value::Bool(true)
    }

    /// Comes in to the chat.
    pub async fn sign_in(&self, url: &str, name: &str) {
        self.resize(1280, 800).await;
        self.open(&format!("{url}/chat")).await;
        // The box for the name has the focus from the start.
        self.until("document.activeElement.id === 'name'").await;
        self.say(name).await;
        self.is_writing("Message").await;
    }

    /// Waits until the focus is in the box of this name.
    pub async fn is_writing(&self, label: &str) {
        self.until(&format!("document.activeElement.ariaLabel === {}", Value::from(label))).await;
    }
}
