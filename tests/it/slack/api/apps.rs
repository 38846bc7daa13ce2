//! `auth.test`, `api.test`, `apps.connections.open`

use serde_json::json;

use super::super::State;
use super::super::model::{APP, BOT_ID, BOT_NAME, BOT_USER, TEAM};
use super::{Answer, Args, Method, Needs, Reads, TIER_1, TIER_4};

pub const METHODS: &[Method] = &[
    Method { name: "api.test", reads: Reads::Json, needs: Needs::Nothing, pace: TIER_4, run: |_, _| Ok(json!({})) },
    Method { name: "auth.test", reads: Reads::Json, needs: Needs::Nothing, pace: TIER_4, run: test },
    Method { name: "apps.connections.open", reads: Reads::Json, needs: Needs::AppToken, pace: TIER_1, run: open },
];

fn test(_: &mut State, _: &Args) -> Answer {
    Ok(json!({
        "url": "https://test.slack.com/", "team": "Test", "user": BOT_NAME.to_lowercase(), "team_id": TEAM,
        "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": false,
    }))
}

fn open(state: &mut State, _: &Args) -> Answer {
    let ticket = state.model.next_id("ticket", "");
    let host = state.model.base.replacen("http", "ws", 1);
    let url = format!("{host}/link?ticket={ticket}&app_id={APP}");
    state.sockets.ticket(ticket);
    Ok(json!({"url": url}))
}
