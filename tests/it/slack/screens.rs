//! What people do beside the channels: commands, buttons, shortcuts, modals and the app's home.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Workspace;
use super::deeds::Draft;
use super::model::{APP, BOT_NAME, Kind, Model, TEAM};
use super::people::buttons;

impl Workspace {
    /// A slash command: `/incident list`. What they typed is shown to them alone.
    pub fn types(&self, who: &str, channel: &str, typed: &str) {
        self.with(|state| {
            let model = &mut state.model;
            let (user, channel) = model.enter(who, channel);
            let text = model.as_typed(typed);
            let ephemeral_for = Some(user.clone());
            model.post(&channel, Draft { author: user.clone(), text, ephemeral_for, ..Draft::default() });
            let (command, words) = typed.split_once(' ').unwrap_or((typed, ""));
            let place = model.conversation(&channel).expect("a channel");
            // Slack keeps the names of private ones to itself.
            let name = match place.kind {
                Kind::Public => place.name.clone(),
                Kind::Private => "privategroup".into(),
                Kind::Direct => "directmessage".into(),
            };
            let handle = model.person(&user).map(|p| p.handle.clone());
            let payload = json!({
                "token": "verification-token", "team_id": TEAM, "team_domain": "test", "channel_id": channel,
                "channel_name": name, "user_id": user, "user_name": handle, "command": command,
                "text": model.as_command(words.trim()), "api_app_id": APP, "is_enterprise_install": "false",
                "response_url": model.new_response_url(&channel, &user, None),
                "trigger_id": model.new_trigger(&user),
            });
            model.queue.command(payload);
        });
    }

    /// The button with this label, of a message that they see.
    pub fn presses(&self, who: &str, channel: &str, ts: &str, label: &str) {
        self.with(|state| {
            let model = &mut state.model;
            let (user, channel) = model.enter(who, channel);
            let message = model.message_to_press(&channel, ts);
            let only_for = message.ephemeral_for.as_ref();
            assert!(only_for.is_none_or(|reader| *reader == user), "{who} does not see that message");
            let action = model.press(&message.blocks, label);
            let mut payload = model.interaction("block_actions", &user);
            payload["container"] = json!({
                "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": only_for.is_some(),
            });
            if let Some(root) = &message.thread_ts {
                payload["container"]["thread_ts"] = json!(root);
            }
            payload["channel"] = model.brief_channel(&channel);
            // What only one person sees is kept nowhere, and does not come along.
            if only_for.is_none() {
                payload["message"] = model.message_json(&message);
            }
            payload["state"] = json!({"values": {}});
            payload["response_url"] = json!(model.new_response_url(&channel, &user, Some(ts)));
            payload["actions"] = json!([action]);
            model.queue.interaction(payload);
        });
    }

    pub fn opens_home(&self, who: &str) {
        self.with(|state| {
            let model = &mut state.model;
            let user = model.meet(who, TEAM);
            let channel = model.direct(&user);
            let mut event = json!({"type": "app_home_opened", "user": user, "channel": channel, "tab": "home"});
            if let Some(home) = model.screens.get(&user).and_then(|screen| screen.home.clone()) {
                event["view"] = home;
            }
            model.tell_anyway(event);
        });
    }

    /// The button with this label, on the app's home.
    pub fn presses_at_home(&self, who: &str, label: &str) {
        self.with(|state| {
            let model = &mut state.model;
            let user = model.meet(who, TEAM);
            let home = model.screens.get(&user).and_then(|screen| screen.home.clone());
            let home = home.unwrap_or_else(|| panic!("{who} has no home to press {label} on"));
            model.press_in_view(&user, home, label);
        });
    }

    /// The button with this label, in the modal on top.
    pub fn presses_in_modal(&self, who: &str, label: &str) {
        self.with(|state| {
            let model = &mut state.model;
            let user = model.meet(who, TEAM);
            let view = model.top(&user).unwrap_or_else(|| panic!("{who} has no modal open"));
            model.press_in_view(&user, view, label);
        });
    }

    pub fn global_shortcut(&self, who: &str, callback_id: &str) {
        self.with(|state| {
            let user = state.model.meet(who, TEAM);
            let mut payload = state.model.interaction("shortcut", &user);
            payload["callback_id"] = json!(callback_id);
            payload["action_ts"] = json!(state.model.next_ts());
            state.model.queue.interaction(payload);
        });
    }

    pub fn message_shortcut(&self, who: &str, channel: &str, ts: &str, callback_id: &str) {
        self.with(|state| {
            let model = &mut state.model;
            let (user, channel) = model.enter(who, channel);
            let message = model.message_to_press(&channel, ts);
            let mut payload = model.interaction("message_action", &user);
            payload["callback_id"] = json!(callback_id);
            payload["action_ts"] = json!(model.next_ts());
            payload["message_ts"] = json!(ts);
            payload["message"] = model.message_json(&message);
            payload["channel"] = model.brief_channel(&channel);
            payload["response_url"] = json!(model.new_response_url(&channel, &user, None));
            model.queue.interaction(payload);
        });
    }

    /// The view that they have before them.
    pub fn modal(&self, who: &str) -> Option<Value> {
        self.with(|state| {
            let user = state.model.meet(who, TEAM);
            state.model.top(&user)
        })
    }

    /// What is shown beside the modal's fields, by block.
    pub fn modal_errors(&self, who: &str) -> BTreeMap<String, String> {
        self.with(|state| {
            let user = state.model.meet(who, TEAM);
            state.model.screens.get(&user).map(|screen| screen.errors.clone()).unwrap_or_default()
        })
    }

    /// Closes the modal on top without submitting it.
    pub fn closes_modal(&self, who: &str) {
        self.with(|state| {
            let user = state.model.meet(who, TEAM);
            let screen = state.model.screens.entry(user.clone()).or_default();
            let view = screen.modals.pop().unwrap_or_else(|| panic!("{who} has no modal open"));
            if view["notify_on_close"] == true {
                let mut payload = state.model.interaction("view_closed", &user);
                payload["view"] = view;
                payload["is_cleared"] = json!(false);
                state.model.queue.interaction(payload);
            }
        });
    }

    pub fn home(&self, who: &str) -> Option<Value> {
        self.with(|state| {
            let user = state.model.meet(who, TEAM);
            state.model.screens.get(&user)?.home.clone()
        })
    }

    /// Submits the modal on top: for each block that they filled in, the state of its one element. The others are as
    /// they came.
    pub fn submits(&self, who: &str, filled: &[(&str, Value)]) {
        self.with(|state| {
            let model = &mut state.model;
            let user = model.meet(who, TEAM);
            let mut view = model.top(&user).unwrap_or_else(|| panic!("{who} has no modal open"));
            view["state"] = json!({"values": values(&view, filled)});
            if let Some(screen) = model.screens.get_mut(&user) {
                screen.errors.clear();
                if let Some(top) = screen.modals.last_mut() {
                    *top = view.clone();
                }
            }
            let mut payload = model.interaction("view_submission", &user);
            payload["view"] = view;
            payload["response_urls"] = json!([]);
            model.queue.interaction(payload);
        });
    }
}

/// By block and action, as Slack sends it: every input that there is, filled in or not.
fn values(view: &Value, filled: &[(&str, Value)]) -> Value {
    let mut values = Map::new();
    let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
    for (wanted, _) in filled {
        assert!(blocks.iter().any(|b| b["block_id"] == *wanted), "the modal has no block {wanted}");
    }
    for block in &blocks {
        let id = block["block_id"].as_str().unwrap_or_default();
        let inside = block.get("element").into_iter().chain(block["elements"].as_array().into_iter().flatten());
        let Some(element) = inside.chain(block.get("accessory")).find(|e| has_state(e)) else { continue };
        let given = filled.iter().find(|(wanted, _)| *wanted == id).map(|(_, state)| state.clone());
        let state = given.unwrap_or_else(|| initial(element));
        let is_empty = state.as_object().is_none_or(|s| s.iter().all(|(key, v)| key == "type" || is_nothing(v)));
        let is_needed = block["type"] == "input" && block["optional"] != true;
        assert!(!(is_needed && is_empty), "Slack's own form wants {id} to be filled in");
        let action = element["action_id"].as_str().unwrap_or_default();
        values.insert(id.into(), json!({action: state}));
    }
    Value::Object(values)
}

fn has_state(element: &Value) -> bool {
    !matches!(element["type"].as_str(), None | Some("button" | "overflow" | "image" | "mrkdwn" | "plain_text"))
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || *value == "" || *value == json!([])
}

/// The state of an element that nobody has touched.
fn initial(element: &Value) -> Value {
    let kind = element["type"].as_str().unwrap_or_default();
    let key = match kind {
        "datepicker" => "selected_date",
        "timepicker" => "selected_time",
        "datetimepicker" => "selected_date_time",
        "users_select" => "selected_user",
        "conversations_select" => "selected_conversation",
        "channels_select" => "selected_channel",
        "checkboxes" | "multi_static_select" => "selected_options",
        "multi_users_select" => "selected_users",
        "multi_conversations_select" => "selected_conversations",
        "static_select" | "external_select" | "radio_buttons" => "selected_option",
        _ => "value",
    };
    let begins = element.get(key.replace("selected", "initial")).or_else(|| element.get("initial_value"));
    let nothing = if key.ends_with('s') { json!([]) } else { Value::Null };
    json!({"type": kind, key: begins.cloned().unwrap_or(nothing)})
}

impl Model {
    pub fn top(&self, user: &str) -> Option<Value> {
        self.screens.get(user)?.modals.last().cloned()
    }

    /// What every interaction has.
    fn interaction(&mut self, kind: &str, user: &str) -> Value {
        let trigger = self.new_trigger(user);
        json!({
            "type": kind, "team": {"id": TEAM, "domain": "test"}, "user": self.person(user).map(|p| p.brief()),
            "api_app_id": APP, "token": "verification-token", "trigger_id": trigger, "enterprise": null,
            "is_enterprise_install": false,
        })
    }

    fn brief_channel(&self, channel: &str) -> Value {
        let name = match self.conversation(channel) {
            Some(c) if c.kind == Kind::Direct => "directmessage",
            Some(c) if c.kind == Kind::Private => "privategroup",
            Some(c) => &c.name,
            None => "",
        };
        json!({"id": channel, "name": name})
    }

    fn press(&mut self, blocks: &[Value], label: &str) -> Value {
        let all = buttons(blocks);
        let found = all.iter().find(|(_, button)| button["text"]["text"] == label);
        let Some((block, button)) = found else {
            let labels: Vec<_> = all.iter().filter_map(|(_, b)| b["text"]["text"].as_str()).collect();
            panic!("there is no button {label:?}, only {labels:?}")
        };
        let mut action = json!({
            "action_id": button["action_id"], "block_id": block["block_id"], "text": button["text"], "type": "button",
            "action_ts": self.next_ts(),
        });
        for optional in ["value", "style"] {
            if let Some(value) = button.get(optional) {
                action[optional] = value.clone();
            }
        }
        action
    }

    fn press_in_view(&mut self, user: &str, view: Value, label: &str) {
        let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
        let action = self.press(&blocks, label);
        let mut payload = self.interaction("block_actions", user);
        payload["container"] = json!({"type": "view", "view_id": view["id"]});
        payload["view"] = view;
        payload["actions"] = json!([action]);
        self.queue.interaction(payload);
    }

    /// What the app answers to a modal that was submitted.
    pub fn interaction_was_taken(&mut self, payload: &Value, answer: &Value) {
        let (Some(user), Some(id)) = (payload["user"]["id"].as_str(), payload["view"]["id"].as_str()) else { return };
        if payload["type"] != "view_submission" {
            return;
        }
        let view = match answer["response_action"].as_str() {
            Some("update" | "push") => self.new_view(&answer["view"], "modal").ok(),
            _ => None,
        };
        let screen = self.screens.entry(user.into()).or_default();
        let Some(at) = screen.modals.iter().position(|m| m["id"] == id) else { return };
        match (answer["response_action"].as_str(), view) {
            (None, _) => drop(screen.modals.remove(at)),
            (Some("clear"), _) => screen.modals.clear(),
            (Some("update"), Some(mut view)) => {
                view["id"] = json!(id);
                screen.modals[at] = view;
            }
            (Some("push"), Some(view)) => screen.modals.push(view),
            (Some("errors"), _) => {
                let errors = answer["errors"].as_object().cloned().unwrap_or_default();
                let text = |v: Value| v.as_str().unwrap_or_default().to_string();
                screen.errors = errors.into_iter().map(|(block, why)| (block, text(why))).collect();
                let blocks = screen.modals[at]["blocks"].as_array().cloned().unwrap_or_default();
                let is_there = |id: &String| blocks.iter().any(|b| b["block_id"] == id.as_str());
                if !screen.errors.keys().all(is_there) {
                    screen.trouble();
                }
            }
            _ => screen.trouble(),
        }
    }
}

impl super::model::Screen {
    /// What Slack shows when it can make nothing of the app's answer.
    fn trouble(&mut self) {
        self.errors = BTreeMap::from([(String::new(), format!("We had some trouble connecting to {BOT_NAME}."))]);
    }
}
