//! `views.*`

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::State;
use super::super::blocks;
use super::super::model::{APP, BOT_ID, Model, TEAM};
use super::{Answer, Args, Method, Needs, Reads, Refused, TIER_4};

pub const METHODS: &[Method] = &[
    method("views.open", open),
    method("views.push", push),
    method("views.update", update),
    method("views.publish", publish),
];

/// What a trigger is good for.
const TRIGGER: Duration = Duration::from_secs(3);
/// Modals on top of each other.
const DEEPEST: usize = 3;

const fn method(name: &'static str, run: fn(&mut State, &Args) -> Answer) -> Method {
    Method { name, reads: Reads::Json, needs: Needs::Nothing, pace: TIER_4, run }
}

fn open(state: &mut State, args: &Args) -> Answer {
    let view = view(state, args, "modal")?;
    let user = use_trigger(state, args)?;
    let screen = state.model.screens.entry(user).or_default();
    screen.modals = vec![view.clone()];
    screen.errors.clear();
    Ok(json!({"view": view}))
}

fn push(state: &mut State, args: &Args) -> Answer {
    let mut view = view(state, args, "modal")?;
    let user = use_trigger(state, args)?;
    let screen = state.model.screens.entry(user).or_default();
    if screen.modals.len() >= DEEPEST {
        return Err("push_limit_reached".into());
    }
    view["previous_view_id"] = screen.modals.last().map_or(Value::Null, |below| below["id"].clone());
    view["root_view_id"] = screen.modals.first().map_or(view["id"].clone(), |root| root["id"].clone());
    screen.modals.push(view.clone());
    Ok(json!({"view": view}))
}

fn update(state: &mut State, args: &Args) -> Answer {
    let mut new = view(state, args, "modal")?;
    let (key, wanted) = match (args.text("view_id"), args.text("external_id")) {
        (Some(id), _) => ("id", id),
        (None, Some(id)) => ("external_id", id),
        (None, None) => return Err(Refused::because("invalid_arguments", "view_id or external_id is needed")),
    };
    let mut open = state.model.screens.values_mut().flat_map(|screen| &mut screen.modals);
    let old = open.find(|v| v[key] == wanted.as_str()).ok_or_else(|| Refused::from("not_found"))?;
    if args.text("hash").is_some_and(|hash| old["hash"] != hash.as_str()) {
        return Err("hash_conflict".into());
    }
    for kept in ["id", "root_view_id", "previous_view_id", "state"] {
        new[kept] = old[kept].clone();
    }
    *old = new.clone();
    Ok(json!({"view": new}))
}

fn publish(state: &mut State, args: &Args) -> Answer {
    let view = view(state, args, "home")?;
    let user = args.need("user_id")?;
    if state.model.person(&user).is_none() {
        return Err("user_not_found".into());
    }
    let screen = state.model.screens.entry(user).or_default();
    let conflict = |old: &Value| args.text("hash").is_some_and(|hash| old["hash"] != hash.as_str());
    if screen.home.as_ref().is_some_and(conflict) {
        return Err("hash_conflict".into());
    }
    screen.home = Some(view.clone());
    Ok(json!({"view": view}))
}

fn view(state: &mut State, args: &Args, kind: &str) -> Result<Value, Refused> {
    let given =
        args.json("view")?.ok_or_else(|| Refused::because("invalid_arguments", "missing required field: view"))?;
    state.model.new_view(&given, kind).map_err(|why| Refused::because("invalid_arguments", &why))
}

/// Whose trigger it is. It works once.
fn use_trigger(state: &mut State, args: &Args) -> Result<String, Refused> {
    let id = args.need("trigger_id")?;
    let trigger = state.model.triggers.get_mut(&id).ok_or_else(|| Refused::from("invalid_trigger_id"))?;
    if trigger.used {
        return Err("exchanged_trigger_id".into());
    }
    if trigger.sent.is_some_and(|sent| Instant::now() - sent > TRIGGER) {
        return Err("expired_trigger_id".into());
    }
    trigger.used = true;
    Ok(trigger.user.clone())
}

impl Model {
    /// A view as Slack keeps it, with ids of its own, if it is a good one.
    pub fn new_view(&mut self, given: &Value, kind: &str) -> Result<Value, String> {
        blocks::check_view(given, kind)?;
        let mut view = given.clone();
        let id = self.next_id("V", "");
        view["blocks"] = json!(self.with_ids(given["blocks"].as_array().cloned().unwrap_or_default()));
        view["hash"] = json!(format!("{}.hash", self.next_ts()));
        let ours = [("team_id", json!(TEAM)), ("state", json!({"values": {}})), ("app_id", json!(APP))];
        let more = [("bot_id", json!(BOT_ID)), ("root_view_id", json!(id)), ("previous_view_id", Value::Null)];
        for (key, value) in ours.into_iter().chain(more).chain([("id", json!(id))]) {
            view[key] = value;
        }
        for key in ["private_metadata", "callback_id", "external_id"] {
            if view[key].is_null() {
                view[key] = json!("");
            }
        }
        for key in ["clear_on_close", "notify_on_close"] {
            if view[key].is_null() {
                view[key] = json!(false);
            }
        }
        Ok(view)
    }
}
