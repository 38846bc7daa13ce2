//! `[slack]`: how Slack is reached, and the workspaces.

use super::secret::Secret;
use super::values::{Judge, names, start};
use super::written::{self, List, Text};
use super::{Slack, SlackMode, SlackWorkspace};
use crate::plan::{Platform, RoomId};

const API: &str = "https://slack.com/api";
const ANNOUNCE: &str = "#incidents";

/// `None`: there is no bot token, and nothing else that would need one.
pub(super) fn slack(judge: &mut Judge<'_>, written: &written::Slack) -> Option<Slack> {
    let modes = [("socket", SlackMode::Socket), ("http", SlackMode::Http)];
    let mode = written.mode.as_ref();
    let mode = mode.map_or(SlackMode::Socket, |w| judge.choice("[slack] mode", w, &modes, SlackMode::Socket));
    let command = judge.command("[slack] command", written.command.as_ref(), &['/']);
    let api_url = written.api_url.as_ref().map_or(API.into(), |w| judge.web_address("[slack] api_url", w));
    let first = Tokens {
        section: "[slack]",
        bot: Token::read(judge, "[slack] bot_token", &written.bot_token, &written.bot_token_file),
        app: Token::read(judge, "[slack] app_token", &written.app_token, &written.app_token_file),
        signing: Token::read(judge, "[slack] signing_secret", &written.signing_secret, &written.signing_secret_file),
        announce: written.announce.as_ref(),
        at: place(written),
    };
    if !(first.bot.given || first.app.given || first.signing.given) && written.workspace.is_empty() {
        return None;
    }
    let mut workspaces = Vec::new();
    workspaces.extend(first.workspace(judge, mode));
    for further in &written.workspace {
        let tokens = others(judge, further, &first);
        workspaces.extend(tokens.workspace(judge, mode));
    }
    Some(Slack { mode, api_url, command, workspaces })
}

/// Where to point to when something is missing.
fn place(written: &written::Slack) -> usize {
    let texts: [&Option<Text>; 6] = [
        &written.bot_token,
        &written.bot_token_file,
        &written.app_token,
        &written.app_token_file,
        &written.signing_secret,
        &written.mode,
    ];
    texts.into_iter().flatten().map(start).next().unwrap_or_default()
}

/// Of one app in several workspaces only the bot token differs.
fn others<'w>(
    judge: &mut Judge<'_>,
    further: &'w toml::Spanned<written::SlackWorkspace>,
    first: &Tokens<'_>,
) -> Tokens<'w> {
    let (at, written) = (start(further), further.get_ref());
    let section = "[[slack.workspace]]";
    let mut secret = |key: &str, here: &Option<Text>, file: &Option<Text>| {
        Token::read(judge, &format!("{section} {key}"), here, file)
    };
    Tokens {
        section,
        bot: secret("bot_token", &written.bot_token, &written.bot_token_file),
        app: secret("app_token", &written.app_token, &written.app_token_file).or(&first.app),
        signing: secret("signing_secret", &written.signing_secret, &written.signing_secret_file).or(&first.signing),
        announce: written.announce.as_ref(),
        at,
    }
}

/// What was written for a secret. One that was given and could not be read is complained of already.
#[derive(Clone)]
struct Token {
    secret: Option<Secret>,
    given: bool,
}

impl Token {
    fn read(judge: &mut Judge<'_>, key: &str, here: &Option<Text>, file: &Option<Text>) -> Token {
        let given = here.is_some() || file.is_some();
        Token { secret: judge.secret(key, here.as_ref(), file.as_ref()), given }
    }

    fn or(self, other: &Token) -> Token {
        if self.given { self } else { other.clone() }
    }
}

struct Tokens<'w> {
    section: &'static str,
    bot: Token,
    app: Token,
    signing: Token,
    announce: Option<&'w List>,
    at: usize,
}

impl Tokens<'_> {
    fn workspace(&self, judge: &mut Judge<'_>, mode: SlackMode) -> Option<SlackWorkspace> {
        let section = self.section;
        let mut wants = |key: &str, token: &Token, begins: &str, from: &str| {
            let key = format!("{section} {key}");
            match &token.secret {
                Some(secret) if !secret.expose().starts_with(begins) => {
                    judge.wrong(self.at, &key, format!("does not begin with {begins}; {from}"));
                }
                None if !token.given => judge.wrong(self.at, &key, format!("is missing; {from}")),
                _ => {}
            }
        };
        let from = "it is under OAuth & Permissions of the app's settings";
        wants("bot_token", &self.bot, "xoxb-", from);
        match mode {
            SlackMode::Socket => {
                let from = "it is under Basic Information, App-Level Tokens, with the scope connections:write";
                wants("app_token", &self.app, "xapp-", from);
            }
            SlackMode::Http => {
                let from = "it is under Basic Information, App Credentials; mode = \"http\" needs it";
                wants("signing_secret", &self.signing, "", from);
            }
        }
        let announce = self.announce(judge);
        Some(SlackWorkspace {
            bot_token: self.bot.secret.clone()?,
            app_token: self.app.secret.clone(),
            signing_secret: self.signing.secret.clone(),
            announce,
        })
    }

    fn announce(&self, judge: &mut Judge<'_>) -> Vec<RoomId> {
        if self.announce.is_none() {
            return vec![RoomId::new(Platform::Slack, ANNOUNCE)];
        }
        let key = format!("{} announce", self.section);
        names(self.announce).iter().filter_map(|n| judge.slack_channel(&key, start(n), n.get_ref())).collect()
    }
}
