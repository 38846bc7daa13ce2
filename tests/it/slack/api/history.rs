//! `conversations.*` that read: what there is, who is in it, what was said.

use serde_json::{Value, json};

use super::super::State;
use super::super::model::{BOT_USER, Kind, Message, Model};
use super::args::page;
use super::{Answer, Args, Method, Needs, Reads, Refused, TIER_2, TIER_3, TIER_4};

pub const METHODS: &[Method] = &[
    read("conversations.info", Needs::OfChannel("read"), TIER_3, info),
    read("conversations.list", Needs::OfTypes, TIER_2, |state, args| listed(state, args, false)),
    read("conversations.members", Needs::OfChannel("read"), TIER_4, members),
    read("conversations.history", Needs::OfChannel("history"), TIER_3, history),
    read("conversations.replies", Needs::OfChannel("history"), TIER_3, replies),
];

const fn read(name: &'static str, needs: Needs, pace: super::Pace, run: fn(&mut State, &Args) -> Answer) -> Method {
    Method { name, reads: Reads::Forms, needs, pace, run }
}

fn info(state: &mut State, args: &Args) -> Answer {
    Ok(json!({"channel": state.model.visible(&args.need("channel")?)?.json()}))
}

/// The kinds that a list is asked for.
pub fn types(args: &Args) -> Vec<Kind> {
    let asked = args.list("types");
    let kind = |name: &str| match name {
        "public_channel" => Some(Kind::Public),
        "private_channel" => Some(Kind::Private),
        "im" => Some(Kind::Direct),
        _ => None,
    };
    if asked.is_empty() { vec![Kind::Public] } else { asked.iter().filter_map(|name| kind(name)).collect() }
}

pub fn listed(state: &mut State, args: &Args, only_own: bool) -> Answer {
    let (kinds, current) = (types(args), args.flag("exclude_archived"));
    let of_whom = args.text("user").filter(|_| only_own).unwrap_or_else(|| BOT_USER.into());
    let found = state.model.conversations.iter().filter(|c| {
        let seen = c.has_bot() || (c.kind == Kind::Public && !only_own);
        kinds.contains(&c.kind) && !(current && c.archived) && seen && (!only_own || c.has(&of_whom))
    });
    let (channels, next) = page(found.map(|c| c.json()).collect::<Vec<_>>(), args, args.limit(100, 1000)?)?;
    Ok(json!({"channels": channels, "response_metadata": {"next_cursor": next}}))
}

fn members(state: &mut State, args: &Args) -> Answer {
    let conversation = state.model.visible(&args.need("channel")?)?;
    let (members, next) = page(conversation.members.clone(), args, args.limit(100, 1000)?)?;
    Ok(json!({"members": members, "response_metadata": {"next_cursor": next}}))
}

/// What is in the channel itself, newest first: replies are in their threads, unless they were broadcast.
fn history(state: &mut State, args: &Args) -> Answer {
    let model = &state.model;
    let conversation = model.joined(&args.need("channel")?)?;
    let limit = args.limit(100, 999)?;
    let span = Span::of(args);
    let in_channel = |m: &&Message| m.thread_ts.is_none() || m.broadcast;
    let there =
        |m: &&Message| m.ephemeral_for.is_none() && (!m.deleted || conversation.replies(&m.ts).next().is_some());
    let newest_first = conversation.messages.iter().rev().filter(in_channel).filter(there);
    let found = newest_first.filter(|m| span.has(&m.ts) && span.is_before_cursor(&m.ts));
    let mut messages: Vec<&Message> = found.take(limit + 1).collect();
    let has_more = messages.len() > limit;
    messages.truncate(limit);
    // A place in time, so that what is said meanwhile moves no page.
    let next = messages.last().filter(|_| has_more).map(|m| format!("before:{}", m.ts)).unwrap_or_default();
    let messages: Vec<Value> = messages.into_iter().map(|m| written(model, m, args)).collect();
    Ok(json!({
        "messages": messages, "has_more": has_more, "pin_count": conversation.pins.len(),
        "response_metadata": {"next_cursor": next},
    }))
}

/// The thread of this message, whether it begins it or is in it; the oldest first.
fn replies(state: &mut State, args: &Args) -> Answer {
    let model = &state.model;
    let (channel, ts) = (args.need("channel")?, args.need("ts")?);
    let conversation = model.joined(&channel)?;
    let not_found = || Refused::from("thread_not_found");
    let asked = conversation.message(&ts).filter(|m| m.ephemeral_for.is_none()).ok_or_else(not_found)?;
    let root = conversation.message(asked.thread_ts.as_deref().unwrap_or(&ts)).ok_or_else(not_found)?;
    let span = Span::of(args);
    let replies: Vec<&Message> = conversation.replies(&root.ts).filter(|m| span.has(&m.ts)).collect();
    if (root.deleted && replies.is_empty()) || (asked.deleted && asked.ts != root.ts) {
        return Err(not_found());
    }
    let (replies, next) = page(replies, args, args.limit(999, 1000)?)?;
    let all = std::iter::once(root).chain(replies);
    let messages: Vec<Value> = all.map(|m| written(model, m, args)).collect();
    Ok(json!({"messages": messages, "has_more": !next.is_empty(), "response_metadata": {"next_cursor": next}}))
}

fn written(model: &Model, message: &Message, args: &Args) -> Value {
    if message.deleted {
        return model.tombstone(&message.channel, &message.ts);
    }
    let mut json = model.message_json(message);
    if let (true, Some(metadata)) = (args.flag("include_all_metadata"), &message.metadata) {
        json["metadata"] = metadata.clone();
    }
    json
}

/// What lies between `oldest` and `latest`; the ends only if they are `inclusive`.
struct Span {
    oldest: String,
    latest: String,
    inclusive: bool,
    cursor: Option<String>,
}

impl Span {
    fn of(args: &Args) -> Span {
        Span {
            oldest: args.text("oldest").map_or_else(String::new, |ts| whole(&ts)),
            latest: args.text("latest").map_or_else(|| "~".into(), |ts| whole(&ts)),
            inclusive: args.flag("inclusive"),
            cursor: args.text("cursor").and_then(|c| c.strip_prefix("before:").map(str::to_string)),
        }
    }

    fn has(&self, ts: &str) -> bool {
        let inside = ts > self.oldest.as_str() && ts < self.latest.as_str();
        inside || (self.inclusive && (ts == self.oldest || ts == self.latest))
    }

    fn is_before_cursor(&self, ts: &str) -> bool {
        self.cursor.as_deref().is_none_or(|cursor| ts < cursor)
    }
}

/// `1764590400` and `1764590400.5` as texts that compare as times.
fn whole(ts: &str) -> String {
    let (seconds, micros) = ts.split_once('.').unwrap_or((ts, ""));
    format!("{seconds:0>10}.{micros:0<6}")
}
