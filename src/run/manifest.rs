//! `firebell manifest`: what Slack asks for when an app is made.

use super::Failed;
use crate::config::Config;

/// With the configured command, if there is a configuration that can be read.
#[cfg(feature = "slack")]
pub fn print(url: Option<&str>, config: Option<&Config>) -> Result<(), Failed> {
    let command = config.and_then(|c| c.slack.as_ref()).map_or("/incident", |slack| &slack.command);
    super::say(format_args!("{:#}", crate::chat::slack::manifest(command, url)));
    Ok(())
}

#[cfg(not(feature = "slack"))]
pub fn print(_url: Option<&str>, _config: Option<&Config>) -> Result<(), Failed> {
    Err(Failed::Found("this build has no Slack: it was made without the feature \"slack\"".into()))
}
