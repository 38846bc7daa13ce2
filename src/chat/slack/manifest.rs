//! The app's manifest: what Slack asks for when the app is made, so that nobody has to click it together.

use serde_json::{Value, json};

/// The `callback_id` of the shortcut that opens the declare form, from anywhere.
pub const DECLARE: &str = "declare";
/// Those of the shortcuts on a message.
pub const ADD_TO_TIMELINE: &str = "add_to_timeline";
pub const MAKE_ACTION_ITEM: &str = "make_action_item";
pub const DECLARE_FROM: &str = "declare_from";

/// Where Slack reaches the app in HTTP mode, below the address that operators name.
pub const EVENTS_PATH: &str = "/slack/events";
pub const COMMANDS_PATH: &str = "/slack/commands";
pub const INTERACTIONS_PATH: &str = "/slack/interactions";

/// What the bot's token may do, and what each is for; sorted.
pub const SCOPES: &[(&str, &str)] = &[
    ("app_mentions:read", "commands that begin with the bot's name: app_mention"),
    ("bookmarks:read", "not to set a bookmark twice: bookmarks.list"),
    ("bookmarks:write", "the incident's page at the top of its room: bookmarks.add, edit"),
    ("channels:history", "what is said in public rooms: message.channels, conversations.history, replies"),
    ("channels:join", "announcement rooms that nobody invited the bot to: conversations.join"),
    ("channels:manage", "public incident rooms: conversations.create, invite, rename, setTopic, setPurpose, archive"),
    (
        "channels:read",
        "names of public rooms, who comes and goes: conversations.info, list; channel_* and member_* events",
    ),
    ("chat:write", "everything that is said, publicly or to one person: chat.postMessage, postEphemeral, update"),
    ("commands", "the slash command and the shortcuts"),
    ("groups:history", "what is said in private rooms: message.groups, conversations.history, replies"),
    ("groups:read", "names of private rooms, who comes and goes: conversations.info; group_* and member_* events"),
    ("groups:write", "private incident rooms: conversations.create, invite, rename, setTopic, setPurpose, archive"),
    ("im:history", "commands that are written to the bot directly: message.im, conversations.history"),
    ("im:read", "which direct messages are whose: conversations.info"),
    ("im:write", "to write to somebody directly: conversations.open"),
    ("pins:read", "pins that people put on: pins.list, pin_added, pin_removed"),
    ("pins:write", "the pinned card: pins.add"),
    ("reactions:read", "marks on messages: reaction_added, reaction_removed"),
    ("usergroups:read", "groups in permissions and invitations: usergroups.list, subteam_* events"),
    ("users:read", "names and time zones: users.list, users.info, user_change"),
];

/// What Slack tells the bot of; sorted.
pub const EVENTS: &[&str] = &[
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "reaction_removed",
    "subteam_members_changed",
    "subteam_updated",
    "tokens_revoked",
    "user_change",
];

/// The manifest for an app whose slash command is `command`. With `url`, without a slash at its end, Slack calls
/// Firebell there (HTTP mode); without, Firebell connects to Slack (Socket Mode).
pub fn manifest(command: &str, url: Option<&str>) -> Value {
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let mut manifest = json!({
        "display_information": {
            "name": "Firebell",
            "description": "Runs incidents where people already talk: declare, lead, update and learn from them here.",
            "background_color": "#8a1f11",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": true,
                "messages_tab_enabled": true,
                // People can write commands to the bot there.
                "messages_tab_read_only_enabled": false,
            },
            "bot_user": { "display_name": "Firebell", "always_online": true },
            "shortcuts": shortcuts(),
            "slash_commands": [{
                "command": command,
                "description": "Declare an incident, and run it in its room",
                "usage_hint": "declare sev2 Checkout is down | update TEXT | help",
                // Mentions arrive with the ids of people and rooms, whatever their names are.
                "should_escape": true,
            }],
        },
        "oauth_config": { "scopes": { "bot": scopes } },
        "settings": {
            "event_subscriptions": { "bot_events": EVENTS },
            "interactivity": { "is_enabled": true },
            "org_deploy_enabled": false,
            "socket_mode_enabled": url.is_none(),
            "token_rotation_enabled": false,
        },
    });
    if let Some(url) = url {
        manifest["features"]["slash_commands"][0]["url"] = format!("{url}{COMMANDS_PATH}").into();
        manifest["settings"]["event_subscriptions"]["request_url"] = format!("{url}{EVENTS_PATH}").into();
        manifest["settings"]["interactivity"]["request_url"] = format!("{url}{INTERACTIONS_PATH}").into();
    }
    manifest
}

fn shortcuts() -> Value {
    let shortcut = |kind: &str, name: &str, callback: &str, does: &str| json!({ "type": kind, "name": name, "callback_id": callback, "description": does });
    json!([
        shortcut("global", "Declare incident", DECLARE, "Opens the form to declare an incident"),
        shortcut("message", "Add to timeline", ADD_TO_TIMELINE, "Puts this message on the incident's timeline"),
        shortcut("message", "Make an action item", MAKE_ACTION_ITEM, "Opens the form for something to do afterwards"),
        shortcut(
            "message",
            "Declare from this",
            DECLARE_FROM,
            "Opens the form to declare an incident from this message"
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scopes of which an event needs one; from Slack's description of the events.
    fn needed(event: &str) -> Vec<&'static str> {
        match event {
            "app_home_opened" | "app_uninstalled" | "tokens_revoked" => vec![],
            "app_mention" => vec!["app_mentions:read"],
            "member_joined_channel" | "member_left_channel" => vec!["channels:read", "groups:read"],
            "message.channels" => vec!["channels:history"],
            "message.groups" => vec!["groups:history"],
            "message.im" => vec!["im:history"],
            "user_change" => vec!["users:read"],
            event if event.starts_with("channel_") => vec!["channels:read"],
            event if event.starts_with("group_") => vec!["groups:read"],
            event if event.starts_with("pin_") => vec!["pins:read"],
            event if event.starts_with("reaction_") => vec!["reactions:read"],
            event if event.starts_with("subteam_") => vec!["usergroups:read"],
            event => panic!("what does {event} need?"),
        }
    }

    #[test]
    fn every_event_has_its_scope() {
        for event in EVENTS {
            for scope in needed(event) {
                assert!(SCOPES.iter().any(|(s, _)| *s == scope), "{event} needs {scope}");
            }
        }
    }

    #[test]
    fn lists_are_sorted_and_have_nothing_twice() {
        assert!(SCOPES.windows(2).all(|w| w[0].0 < w[1].0));
        assert!(EVENTS.windows(2).all(|w| w[0] < w[1]));
    }

    fn length(value: &Value) -> usize {
        value.as_str().expect("a text").chars().count()
    }

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().expect("an object").keys().map(String::as_str).collect()
    }

    /// Lengths and patterns are those of the schema that Slack publishes for manifests (version 1).
    #[test]
    fn slack_takes_it() {
        for url in [None, Some("https://firebell.example.org")] {
            let manifest = manifest("/incident", url);
            assert_eq!(keys(&manifest), ["display_information", "features", "oauth_config", "settings"]);
            let display = &manifest["display_information"];
            assert!((1..=35).contains(&length(&display["name"])));
            assert!((1..=140).contains(&length(&display["description"])));
            let color = display["background_color"].as_str().expect("a color");
            assert!(color.len() == 7 && color[1..].chars().all(|c| c.is_ascii_hexdigit()) && color.starts_with('#'));
            assert!((1..=80).contains(&length(&manifest["features"]["bot_user"]["display_name"])));

            let command = &manifest["features"]["slash_commands"][0];
            assert!((2..=32).contains(&length(&command["command"])));
            assert!((1..=2_000).contains(&length(&command["description"])));
            assert!((1..=1_000).contains(&length(&command["usage_hint"])));

            let shortcuts = manifest["features"]["shortcuts"].as_array().expect("a list");
            assert!((1..=10).contains(&shortcuts.len()));
            for shortcut in shortcuts {
                assert_eq!(keys(shortcut), ["callback_id", "description", "name", "type"]);
                assert!((1..=24).contains(&length(&shortcut["name"])), "{shortcut}");
                assert!((1..=255).contains(&length(&shortcut["callback_id"])), "{shortcut}");
                assert!((1..=150).contains(&length(&shortcut["description"])), "{shortcut}");
                assert!(["global", "message"].contains(&shortcut["type"].as_str().expect("a type")));
            }
            let bot = manifest["oauth_config"]["scopes"]["bot"].as_array().expect("a list");
            assert!(bot.len() <= 255 && bot.iter().all(|s| length(s) <= 50));
            let events = manifest["settings"]["event_subscriptions"]["bot_events"].as_array().expect("a list");
            assert!(events.len() <= 100 && events.iter().all(|e| length(e) <= 50));
            assert_eq!(manifest["settings"]["interactivity"]["is_enabled"], true);
        }
    }

    #[test]
    fn with_an_address_slack_calls_and_without_we_connect() {
        let socket = manifest("/incident", None);
        assert_eq!(socket["settings"]["socket_mode_enabled"], true);
        assert!(!socket.to_string().contains("url"), "{socket}");

        let http = manifest("/outage", Some("https://a.example"));
        assert_eq!(http["settings"]["socket_mode_enabled"], false);
        assert_eq!(http["settings"]["event_subscriptions"]["request_url"], "https://a.example/slack/events");
        assert_eq!(http["settings"]["interactivity"]["request_url"], "https://a.example/slack/interactions");
        let command = &http["features"]["slash_commands"][0];
        assert_eq!(command["url"], "https://a.example/slack/commands");
        assert_eq!(command["command"], "/outage");
    }
}
