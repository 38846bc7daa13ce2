//! `conversations.*` that make and change channels, and who is in them.

use serde_json::{Value, json};

use super::super::State;
use super::super::model::{BOT_USER, Conversation, Kind, Model, TEAM};
use super::{Answer, Args, Method, Needs, Reads, Refused, TIER_2, TIER_3};

pub const METHODS: &[Method] = &[
    method("conversations.create", Needs::OfChannel("manage"), TIER_2, create),
    method("conversations.invite", Needs::OfChannel("manage"), TIER_3, invite),
    method("conversations.kick", Needs::OfChannel("manage"), TIER_3, kick),
    method("conversations.join", Needs::Scope("channels:join"), TIER_3, join),
    method("conversations.leave", Needs::OfChannel("manage"), TIER_3, leave),
    method("conversations.archive", Needs::OfChannel("manage"), TIER_2, archive),
    method("conversations.unarchive", Needs::OfChannel("manage"), TIER_2, unarchive),
    method("conversations.rename", Needs::OfChannel("manage"), TIER_2, rename),
    method("conversations.setTopic", Needs::OfChannel("manage"), TIER_2, set_topic),
    method("conversations.setPurpose", Needs::OfChannel("manage"), TIER_2, set_purpose),
    method("conversations.open", Needs::Scope("im:write"), TIER_3, open),
];

const NAME: usize = 80;
/// Of topics and purposes.
const ABOUT: usize = 250;
const INVITED_AT_ONCE: usize = 100;

const fn method(name: &'static str, needs: Needs, pace: super::Pace, run: fn(&mut State, &Args) -> Answer) -> Method {
    Method { name, reads: Reads::Json, needs, pace, run }
}

fn create(state: &mut State, args: &Args) -> Answer {
    let model = &mut state.model;
    let name = new_name(model, &args.text("name").ok_or_else(|| Refused::from("invalid_name_required"))?)?;
    let kind = if args.flag("is_private") { Kind::Private } else { Kind::Public };
    let id = model.make(&name, kind, vec![BOT_USER.into()]);
    if kind == Kind::Public {
        let created = model.conversation(&id).map(|c| c.created);
        let about = json!({
            "id": id, "name": name, "name_normalized": name, "created": created, "creator": BOT_USER,
            "is_channel": true, "is_shared": false, "context_team_id": TEAM,
        });
        model.tell(&id, json!({"type": "channel_created", "channel": about}));
    }
    Ok(channel(model, &id))
}

/// Lower-case letters and digits of any script, hyphens and underscores.
fn new_name(model: &Model, name: &str) -> Result<String, Refused> {
    let good = |c: char| c == '-' || c == '_' || (c.is_alphanumeric() && !c.is_uppercase());
    if name.chars().count() > NAME {
        return Err("invalid_name_maxlength".into());
    }
    if !name.chars().all(good) {
        return Err("invalid_name_specials".into());
    }
    if !name.chars().any(char::is_alphanumeric) {
        return Err("invalid_name_punctuation".into());
    }
    match model.conversation_named(name) {
        Some(_) => Err("name_taken".into()),
        None => Ok(name.into()),
    }
}

fn invite(state: &mut State, args: &Args) -> Answer {
    let model = &mut state.model;
    let (id, users) = (args.need("channel")?, args.list("users"));
    let conversation = model.writable(&id)?;
    match users.len() {
        0 => return Err("no_user".into()),
        many if many > INVITED_AT_ONCE => return Err("too_many_users".into()),
        _ => {}
    }
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for user in &users {
        match against(model, conversation, user) {
            None => good.push(user),
            Some(error) => bad.push(json!({"user": user, "ok": false, "error": error})),
        }
    }
    // All or nobody, unless the good ones are to be invited anyway.
    if let Some(first) = bad.first().filter(|_| good.is_empty() || !args.flag("force")) {
        let error = first["error"].as_str().unwrap_or_default().to_string();
        return Err(Refused::with(&error, json!({"errors": bad})));
    }
    for user in good {
        model.join(&id, user, Some(BOT_USER));
    }
    let mut answer = channel(model, &id);
    if !bad.is_empty() {
        answer["errors"] = json!(bad);
    }
    Ok(answer)
}

/// Why this user can't be invited.
fn against(model: &Model, conversation: &Conversation, user: &str) -> Option<&'static str> {
    match model.person(user) {
        None => Some("user_not_found"),
        Some(person) if person.id == BOT_USER => Some("cant_invite_self"),
        Some(person) if person.deleted => Some("cant_invite"),
        Some(person) if person.team != TEAM => Some("user_team_not_in_channel"),
        Some(_) if conversation.has(user) => Some("already_in_channel"),
        Some(_) => None,
    }
}

fn kick(state: &mut State, args: &Args) -> Answer {
    let (id, user) = (args.need("channel")?, args.need("user")?);
    let conversation = state.model.writable(&id)?;
    if user == BOT_USER {
        return Err("cant_kick_self".into());
    }
    if !conversation.has(&user) {
        return Err("not_in_channel".into());
    }
    state.model.leave(&id, &user, Some(BOT_USER));
    Ok(json!({}))
}

fn join(state: &mut State, args: &Args) -> Answer {
    let id = args.need("channel")?;
    let conversation = state.model.visible(&id)?;
    if conversation.archived {
        return Err("is_archived".into());
    }
    if conversation.kind != Kind::Public {
        return Err("method_not_supported_for_channel_type".into());
    }
    let was_in = conversation.has_bot();
    state.model.join(&id, BOT_USER, None);
    let mut answer = channel(&state.model, &id);
    if was_in {
        answer["warning"] = json!("already_in_channel");
        answer["response_metadata"] = json!({"warnings": ["already_in_channel"]});
    }
    Ok(answer)
}

fn leave(state: &mut State, args: &Args) -> Answer {
    let id = args.need("channel")?;
    if !state.model.visible(&id)?.has_bot() {
        return Ok(json!({"not_in_channel": true}));
    }
    state.model.leave(&id, BOT_USER, None);
    Ok(json!({}))
}

fn archive(state: &mut State, args: &Args) -> Answer {
    let id = args.need("channel")?;
    let conversation = state.model.joined(&id)?;
    if conversation.archived {
        return Err("already_archived".into());
    }
    state.model.archive(&id, BOT_USER, true);
    Ok(json!({}))
}

fn unarchive(state: &mut State, args: &Args) -> Answer {
    let id = args.need("channel")?;
    let conversation = state.model.visible(&id)?;
    if !conversation.archived {
        return Err("not_archived".into());
    }
    if !conversation.has_bot() {
        return Err("not_in_channel".into());
    }
    state.model.archive(&id, BOT_USER, false);
    Ok(json!({}))
}

fn rename(state: &mut State, args: &Args) -> Answer {
    let (id, name) = (args.need("channel")?, args.need("name")?);
    let current = state.model.writable(&id)?.name.clone();
    if current != name {
        let name = new_name(&state.model, &name)?;
        state.model.rename(&id, BOT_USER, &name);
    }
    Ok(channel(&state.model, &id))
}

fn set_topic(state: &mut State, args: &Args) -> Answer {
    let id = args.need("channel")?;
    let topic = about(state, &id, args, "topic")?;
    state.model.set_topic(&id, BOT_USER, &topic);
    let mut answer = channel(&state.model, &id);
    answer["topic"] = json!(topic);
    Ok(answer)
}

fn set_purpose(state: &mut State, args: &Args) -> Answer {
    let id = args.need("channel")?;
    let purpose = about(state, &id, args, "purpose")?;
    state.model.set_purpose(&id, BOT_USER, &purpose);
    let mut answer = channel(&state.model, &id);
    answer["purpose"] = json!(purpose);
    Ok(answer)
}

fn about(state: &State, id: &str, args: &Args, what: &str) -> Result<String, Refused> {
    let text = args.need_any(what)?;
    state.model.writable(id)?;
    if text.chars().count() > ABOUT { Err("too_long".into()) } else { Ok(text) }
}

/// The direct conversation with one user.
fn open(state: &mut State, args: &Args) -> Answer {
    let id = match (args.text("channel"), args.list("users").as_slice()) {
        (Some(id), _) => state.model.joined(&id)?.id.clone(),
        (None, [user]) if state.model.person(user).is_some() => state.model.direct(user),
        (None, [_]) => return Err("user_not_found".into()),
        (None, []) => return Err("users_list_not_supplied".into()),
        (None, _) => return Err("missing_scope".into()),
    };
    let full = state.model.conversation(&id).map(|c| c.json());
    Ok(json!({"channel": if args.flag("return_im") { full } else { Some(json!({"id": id})) }}))
}

fn channel(model: &Model, id: &str) -> Value {
    json!({"channel": model.conversation(id).map(|c| c.json())})
}

impl Model {
    /// A conversation that the bot may know of: private ones that it is not in are not there for it.
    pub fn visible(&self, id: &str) -> Result<&Conversation, Refused> {
        let found = self.conversation(id).filter(|c| c.kind == Kind::Public || c.has_bot());
        found.ok_or_else(|| "channel_not_found".into())
    }

    pub fn joined(&self, id: &str) -> Result<&Conversation, Refused> {
        let found = self.visible(id)?;
        if found.has_bot() { Ok(found) } else { Err("not_in_channel".into()) }
    }

    /// Where the bot may do something.
    pub fn writable(&self, id: &str) -> Result<&Conversation, Refused> {
        match self.visible(id) {
            Ok(found) if found.archived => Err("is_archived".into()),
            _ => self.joined(id),
        }
    }
}
