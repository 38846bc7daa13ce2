//! `reactions.*`

use serde_json::json;

use super::super::State;
use super::super::model::BOT_USER;
use super::{Answer, Args, Method, Needs, Reads, Refused, TIER_2, TIER_3};

pub const METHODS: &[Method] = &[
    Method {
        name: "reactions.add",
        reads: Reads::Json,
        needs: Needs::Scope("reactions:write"),
        pace: TIER_3,
        run: add,
    },
    Method {
        name: "reactions.remove",
        reads: Reads::Json,
        needs: Needs::Scope("reactions:write"),
        pace: TIER_2,
        run: remove,
    },
    Method {
        name: "reactions.get",
        reads: Reads::Forms,
        needs: Needs::Scope("reactions:read"),
        pace: TIER_3,
        run: get,
    },
];

fn add(state: &mut State, args: &Args) -> Answer {
    let (channel, ts, name) = target(state, args)?;
    let done = state.model.react(&channel, &ts, BOT_USER, &name, true);
    if done { Ok(json!({})) } else { Err("already_reacted".into()) }
}

fn remove(state: &mut State, args: &Args) -> Answer {
    let (channel, ts, name) = target(state, args)?;
    let done = state.model.react(&channel, &ts, BOT_USER, &name, false);
    if done { Ok(json!({})) } else { Err("no_reaction".into()) }
}

fn get(state: &mut State, args: &Args) -> Answer {
    let conversation = state.model.joined(&args.need("channel")?)?;
    let message = conversation.findable(&args.need("timestamp")?).ok_or_else(|| Refused::from("message_not_found"))?;
    Ok(json!({"type": "message", "channel": conversation.id, "message": state.model.message_json(message)}))
}

fn target(state: &State, args: &Args) -> Result<(String, String, String), Refused> {
    let (channel, ts, name) = (args.need("channel")?, args.need("timestamp")?, args.need("name")?);
    let name = name.trim_matches(':').to_string();
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-+':".contains(c);
    if name.is_empty() || !name.chars().all(is_name) {
        return Err("invalid_name".into());
    }
    match state.model.writable(&channel)?.findable(&ts) {
        Some(_) => Ok((channel, ts, name)),
        None => Err("message_not_found".into()),
    }
}
