//! `pins.*`

use serde_json::{Value, json};

use super::super::State;
use super::super::model::BOT_USER;
use super::{Answer, Args, Method, Needs, Reads, TIER_2};

pub const METHODS: &[Method] = &[
    Method { name: "pins.add", reads: Reads::Json, needs: Needs::Scope("pins:write"), pace: TIER_2, run: add },
    Method { name: "pins.remove", reads: Reads::Json, needs: Needs::Scope("pins:write"), pace: TIER_2, run: remove },
    Method { name: "pins.list", reads: Reads::Forms, needs: Needs::Scope("pins:read"), pace: TIER_2, run: list },
];

fn add(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = (args.need("channel")?, args.need("timestamp")?);
    if state.model.writable(&channel)?.findable(&ts).is_none() {
        return Err("message_not_found".into());
    }
    if state.model.pin(&channel, &ts, BOT_USER) { Ok(json!({})) } else { Err("already_pinned".into()) }
}

fn remove(state: &mut State, args: &Args) -> Answer {
    let (channel, ts) = (args.need("channel")?, args.need("timestamp")?);
    if state.model.writable(&channel)?.findable(&ts).is_none() {
        return Err("message_not_found".into());
    }
    if state.model.unpin(&channel, &ts, BOT_USER) { Ok(json!({})) } else { Err("no_pin".into()) }
}

fn list(state: &mut State, args: &Args) -> Answer {
    let conversation = state.model.joined(&args.need("channel")?)?;
    let newest_first = conversation.pins.iter().rev();
    let items: Vec<Value> = newest_first.map(|pin| conversation.pin_json(pin, &state.model)).collect();
    Ok(json!({"items": items}))
}
