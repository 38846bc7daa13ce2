//! `users.*`, `usergroups.*`

use serde_json::{Value, json};

use super::super::State;
use super::super::model::TEAM;
use super::args::page;
use super::history::listed;
use super::{Answer, Args, Method, Needs, Reads, Refused, TIER_2, TIER_3, TIER_4};

pub const METHODS: &[Method] = &[
    Method { name: "users.info", reads: Reads::Forms, needs: Needs::Scope("users:read"), pace: TIER_4, run: info },
    Method { name: "users.list", reads: Reads::Forms, needs: Needs::Scope("users:read"), pace: TIER_2, run: list },
    Method {
        name: "users.conversations",
        reads: Reads::Forms,
        needs: Needs::OfTypes,
        pace: TIER_3,
        run: |state, args| listed(state, args, true),
    },
    Method {
        name: "usergroups.list",
        reads: Reads::Forms,
        needs: Needs::Scope("usergroups:read"),
        pace: TIER_2,
        run: groups,
    },
    Method {
        name: "usergroups.users.list",
        reads: Reads::Forms,
        needs: Needs::Scope("usergroups:read"),
        pace: TIER_2,
        run: group,
    },
];

fn info(state: &mut State, args: &Args) -> Answer {
    let person = state.model.person(&args.need("user")?).ok_or_else(|| Refused::from("user_not_found"))?;
    Ok(json!({"user": person.json()}))
}

fn list(state: &mut State, args: &Args) -> Answer {
    let ours: Vec<Value> = state.model.people.iter().filter(|p| p.team == TEAM).map(|p| p.json()).collect();
    let (members, next) = page(ours, args, args.limit(1000, 1000)?)?;
    let cache = state.model.now().timestamp();
    Ok(json!({"members": members, "cache_ts": cache, "response_metadata": {"next_cursor": next}}))
}

fn groups(state: &mut State, args: &Args) -> Answer {
    let with_users = args.flag("include_users");
    Ok(json!({"usergroups": state.model.groups.iter().map(|g| g.json(with_users)).collect::<Vec<_>>()}))
}

fn group(state: &mut State, args: &Args) -> Answer {
    let id = args.need("usergroup")?;
    let group = state.model.groups.iter().find(|g| g.id == id).ok_or_else(|| Refused::from("no_such_subteam"))?;
    Ok(json!({"users": group.members}))
}
