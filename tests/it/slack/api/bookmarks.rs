//! `bookmarks.*`

use serde_json::{Value, json};

use super::super::State;
use super::super::model::Bookmark;
use super::{Answer, Args, Method, Needs, Reads, Refused, TIER_2, TIER_3};

pub const METHODS: &[Method] = &[
    write("bookmarks.add", add),
    write("bookmarks.edit", edit),
    write("bookmarks.remove", remove),
    Method {
        name: "bookmarks.list",
        reads: Reads::Json,
        needs: Needs::Scope("bookmarks:read"),
        pace: TIER_3,
        run: list,
    },
];

/// As many as a channel may have.
const MOST: usize = 100;

const fn write(name: &'static str, run: fn(&mut State, &Args) -> Answer) -> Method {
    Method { name, reads: Reads::Json, needs: Needs::Scope("bookmarks:write"), pace: TIER_2, run }
}

fn add(state: &mut State, args: &Args) -> Answer {
    let channel = place(state, args)?;
    let (title, kind) = (args.need("title")?, args.need("type")?);
    if kind != "link" {
        return Err("invalid_bookmark_type".into());
    }
    let link = args.need("link")?;
    is_link(&link)?;
    if state.model.conversation(&channel).is_some_and(|c| c.bookmarks.len() >= MOST) {
        return Err("too_many_bookmarks".into());
    }
    let emoji = args.text("emoji").unwrap_or_default();
    let added = state.model.bookmark(&channel, &title, &link, &emoji);
    Ok(json!({"bookmark": added.map(|b| b.json(&channel))}))
}

fn edit(state: &mut State, args: &Args) -> Answer {
    let channel = place(state, args)?;
    let id = args.need("bookmark_id")?;
    if let Some(link) = args.text("link") {
        is_link(&link)?;
    }
    let bookmarks = state.model.conversation_mut(&channel).map(|c| &mut c.bookmarks);
    let found: Option<&mut Bookmark> = bookmarks.and_then(|all| all.iter_mut().find(|b| b.id == id));
    let bookmark = found.ok_or_else(|| Refused::from("not_found"))?;
    bookmark.title = args.text("title").unwrap_or_else(|| bookmark.title.clone());
    bookmark.link = args.text("link").unwrap_or_else(|| bookmark.link.clone());
    bookmark.emoji = args.text("emoji").unwrap_or_else(|| bookmark.emoji.clone());
    Ok(json!({"bookmark": bookmark.json(&channel)}))
}

fn remove(state: &mut State, args: &Args) -> Answer {
    let channel = place(state, args)?;
    let id = args.need("bookmark_id")?;
    let Some(conversation) = state.model.conversation_mut(&channel) else { return Err("channel_not_found".into()) };
    let before = conversation.bookmarks.len();
    conversation.bookmarks.retain(|b| b.id != id);
    if conversation.bookmarks.len() < before { Ok(json!({})) } else { Err("not_found".into()) }
}

fn list(state: &mut State, args: &Args) -> Answer {
    let channel = place(state, args)?;
    let bookmarks = state.model.conversation(&channel).map(|c| c.bookmarks.as_slice()).unwrap_or_default();
    Ok(json!({"bookmarks": bookmarks.iter().map(|b| b.json(&channel)).collect::<Vec<Value>>()}))
}

fn place(state: &State, args: &Args) -> Result<String, Refused> {
    state.model.writable(&args.need("channel_id")?).map(|c| c.id.clone())
}

fn is_link(link: &str) -> Result<(), Refused> {
    let good = link.starts_with("https://") || link.starts_with("http://");
    if good { Ok(()) } else { Err("invalid_link".into()) }
}
