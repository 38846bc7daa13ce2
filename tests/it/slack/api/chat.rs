//! `chat.*`

use serde_json::{Value, json};

use super::super::State;
use super::super::blocks;
use super::super::deeds::Draft;
use super::super::limits::Pace;
use super::super::model::{BOT_USER, Conversation, Message, Model};
use super::{Answer, Args, Method, Needs, Reads, Refused, TIER_3, TIER_4};

pub const METHODS: &[Method] = &[
    write("chat.postMessage", Pace::PerChannel, post),
    write("chat.update", TIER_3, update),
    write("chat.delete", TIER_3, delete),
    write("chat.postEphemeral", TIER_4, post_ephemeral),
    Method { name: "chat.getPermalink", reads: Reads::Forms, needs: Needs::Nothing, pace: TIER_4, run: permalink },
];

const LONGEST: usize = 40_000;
const METADATA: usize = 16 * 1024;

const fn write(name: &'static str, pace: Pace, run: fn(&mut State, &Args) -> Answer) -> Method {
    Method { name, reads: Reads::Json, needs: Needs::Scope("chat:write"), pace, run }
}

/// What a message of the bot's is to say.
pub struct Content {
    pub text: String,
    pub blocks: Vec<Value>,
    pub metadata: Option<Value>,
}

/// The content, or what Slack has against it.
pub fn content_of(said: &Value) -> Result<Content, Refused> {
    let text = said["text"].as_str().unwrap_or_default().to_string();
    let blocks = said["blocks"].as_array().cloned().unwrap_or_default();
    let has_attachments = said["attachments"].as_array().is_some_and(|a| !a.is_empty());
    if text.is_empty() && blocks.is_empty() && !has_attachments {
        return Err("no_text".into());
    }
    if text.chars().count() > LONGEST {
        return Err("msg_too_long".into());
    }
    blocks::check(&blocks, blocks::IN_MESSAGE).map_err(|why| Refused::because("invalid_blocks", &why))?;
    let metadata = Some(said["metadata"].clone()).filter(|m| m.as_object().is_some_and(|m| !m.is_empty()));
    if let Some(metadata) = &metadata {
        if !metadata["event_type"].is_string() || !metadata["event_payload"].is_object() {
            return Err("invalid_metadata_format".into());
        }
        if metadata.to_string().len() > METADATA {
            return Err("metadata_too_large".into());
        }
    }
    Ok(Content { text, blocks, metadata })
}

fn content(args: &Args) -> Result<Content, Refused> {
    let mut said = json!({"text": args.text("text")});
    for name in ["blocks", "attachments", "metadata"] {
        said[name] = args.json(name)?.unwrap_or(Value::Null);
    }
    content_of(&said)
}

fn post(state: &mut State, args: &Args) -> Answer {
    let model = &mut state.model;
    let channel = destination(model, &args.need("channel")?)?;
    let Content { text, blocks, metadata } = content(args)?;
    let thread_ts = thread(model.writable(&channel)?, args)?;
    let broadcast = thread_ts.is_some() && args.flag("reply_broadcast");
    let author = BOT_USER.to_string();
    let draft = Draft { author, text, blocks, metadata, thread_ts, broadcast, ..Draft::default() };
    let ts = model.post(&channel, draft);
    Ok(json!({"channel": channel, "ts": ts, "message": shown(model, &channel, &ts)}))
}

/// A user's id stands for the direct conversation with them.
fn destination(model: &mut Model, given: &str) -> Result<String, Refused> {
    if model.person(given).is_some() {
        return Ok(model.direct(given));
    }
    Ok(model.writable(given)?.id.clone())
}

/// The first message of the thread, whichever message of it was named.
fn thread(conversation: &Conversation, args: &Args) -> Result<Option<String>, Refused> {
    let Some(ts) = args.text("thread_ts") else { return Ok(None) };
    let found = conversation.message(&ts).filter(|m| m.ephemeral_for.is_none());
    let message = found.ok_or_else(|| Refused::from("thread_not_found"))?;
    Ok(Some(message.thread_ts.clone().unwrap_or(ts)))
}

fn update(state: &mut State, args: &Args) -> Answer {
    let model = &mut state.model;
    let (channel, ts) = (args.need("channel")?, args.need("ts")?);
    own(model.writable(&channel)?, &ts, "cant_update_message")?;
    let Content { text, blocks, metadata } = content(args)?;
    let blocks = model.with_ids(blocks);
    let (edited, has_metadata) = ((BOT_USER.to_string(), model.next_ts()), args.has("metadata"));
    model.change(&channel, &ts, |message| {
        message.text = text;
        message.blocks = blocks;
        message.edited = Some(edited);
        if has_metadata {
            message.metadata = metadata;
        }
    });
    let message = shown(model, &channel, &ts);
    Ok(json!({"channel": channel, "ts": ts, "text": message["text"], "message": message}))
}

fn delete(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = (args.need("channel")?, args.need("ts")?);
    own(state.model.writable(&channel)?, &ts, "cant_delete_message")?;
    state.model.delete(&channel, &ts);
    Ok(json!({"channel": channel, "ts": ts}))
}

fn post_ephemeral(state: &mut State, args: &Args) -> Answer {
    let model = &mut state.model;
    let (channel, user) = (args.need("channel")?, args.need("user")?);
    let conversation = model.writable(&channel)?;
    if !conversation.has(&user) {
        return Err("user_not_in_channel".into());
    }
    let thread_ts = thread(conversation, args)?;
    let Content { text, blocks, metadata } = content(args)?;
    let (author, ephemeral_for) = (BOT_USER.to_string(), Some(user));
    let ts =
        model.post(&channel, Draft { author, text, blocks, metadata, thread_ts, ephemeral_for, ..Draft::default() });
    Ok(json!({"message_ts": ts}))
}

fn permalink(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = (args.need("channel")?, args.need("message_ts")?);
    let conversation = state.model.visible(&channel)?;
    match conversation.findable(&ts) {
        Some(_) => Ok(json!({"channel": channel, "permalink": conversation.permalink(&ts)})),
        None => Err("message_not_found".into()),
    }
}

fn own<'a>(conversation: &'a Conversation, ts: &str, if_not: &str) -> Result<&'a Message, Refused> {
    match conversation.findable(ts) {
        None => Err("message_not_found".into()),
        Some(message) if message.author != BOT_USER || message.subtype.is_some() => Err(if_not.into()),
        Some(message) => Ok(message),
    }
}

fn shown(model: &Model, channel: &str, ts: &str) -> Value {
    let Some(message) = model.message(channel, ts) else { return Value::Null };
    let mut json = model.message_json(message);
    if let Some(metadata) = &message.metadata {
        json["metadata"] = metadata.clone();
    }
    json
}
