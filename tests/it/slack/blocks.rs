//! Block Kit's limits, as Slack's reference states them.

use std::collections::HashSet;

use serde_json::Value;

pub const IN_MESSAGE: usize = 50;
pub const IN_VIEW: usize = 100;

/// What is wrong, in Slack's way: what, and where.
type Checked = Result<(), String>;

const ID: usize = 255;
const URL: usize = 3000;

pub fn check_view(view: &Value, kind: &str) -> Checked {
    if view["type"] != kind {
        return Err(format!("must be a view of the type {kind} [json-pointer:/view/type]"));
    }
    if kind == "modal" {
        plain(&view["title"], 24, "/view/title")?;
        for optional in ["submit", "close"] {
            if let Some(text) = view.get(optional) {
                plain(text, 24, &format!("/view/{optional}"))?;
            }
        }
    }
    at_most(text_of(&view["private_metadata"]), 3000, "/view/private_metadata")?;
    at_most(text_of(&view["callback_id"]), ID, "/view/callback_id")?;
    let blocks = view["blocks"].as_array().ok_or("missing required field: blocks [json-pointer:/view]")?;
    let has_input = blocks.iter().any(|b| b["type"] == "input");
    if kind == "modal" && has_input && view.get("submit").is_none() {
        return Err("a modal with input blocks needs a submit [json-pointer:/view/submit]".into());
    }
    check(blocks, IN_VIEW)
}

pub fn check(blocks: &[Value], most: usize) -> Checked {
    if blocks.len() > most {
        return Err(format!("no more than {most} items allowed [json-pointer:/blocks]"));
    }
    let (mut block_ids, mut action_ids) = (HashSet::new(), HashSet::new());
    for (n, block) in blocks.iter().enumerate() {
        let at = format!("/blocks/{n}");
        let id = text_of(&block["block_id"]);
        at_most(id, ID, &format!("{at}/block_id"))?;
        if !id.is_empty() && !block_ids.insert(id) {
            return Err(format!("block_id {id:?} is there twice [json-pointer:{at}/block_id]"));
        }
        one_block(block, &at)?;
        let inside = block.get("elements").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for element in inside.iter().chain(block.get("element")).chain(block.get("accessory")) {
            let id = text_of(&element["action_id"]);
            if !id.is_empty()
                && !action_ids.insert((block["block_id"].as_str().map_or(n.to_string(), str::to_string), id))
            {
                return Err(format!("action_id {id:?} is there twice [json-pointer:{at}]"));
            }
        }
    }
    Ok(())
}

fn one_block(block: &Value, at: &str) -> Checked {
    match block["type"].as_str() {
        Some("header") => plain(&block["text"], 150, &format!("{at}/text")),
        Some("section") => section(block, at),
        Some("context") => {
            for (n, element) in some(block, "elements", 10, at)?.iter().enumerate() {
                let at = format!("{at}/elements/{n}");
                if element["type"] == "image" { image(element, &at)? } else { text(element, 3000, &at)? }
            }
            Ok(())
        }
        Some("actions") => {
            let elements = some(block, "elements", 25, at)?;
            elements.iter().enumerate().try_for_each(|(n, e)| element(e, &format!("{at}/elements/{n}")))
        }
        Some("input") => {
            plain(&block["label"], 2000, &format!("{at}/label"))?;
            if let Some(hint) = block.get("hint") {
                plain(hint, 2000, &format!("{at}/hint"))?;
            }
            element(&block["element"], &format!("{at}/element"))
        }
        Some("image") => image(block, at),
        Some("divider" | "rich_text" | "video" | "file" | "markdown") => Ok(()),
        other => Err(format!("unsupported type: {} [json-pointer:{at}/type]", other.unwrap_or("none"))),
    }
}

fn section(block: &Value, at: &str) -> Checked {
    if block.get("text").is_none() && block.get("fields").is_none() {
        return Err(format!("a section needs text or fields [json-pointer:{at}]"));
    }
    if let Some(words) = block.get("text") {
        text(words, 3000, &format!("{at}/text"))?;
    }
    if block.get("fields").is_some() {
        for (n, field) in some(block, "fields", 10, at)?.iter().enumerate() {
            text(field, 2000, &format!("{at}/fields/{n}"))?;
        }
    }
    block.get("accessory").map_or(Ok(()), |accessory| element(accessory, &format!("{at}/accessory")))
}

fn image(block: &Value, at: &str) -> Checked {
    let (url, alt) = (text_of(&block["image_url"]), text_of(&block["alt_text"]));
    at_most(url, URL, &format!("{at}/image_url"))?;
    at_most(alt, 2000, &format!("{at}/alt_text"))?;
    let complete = !alt.is_empty() && (!url.is_empty() || block.get("slack_file").is_some());
    if complete { Ok(()) } else { Err(format!("an image needs image_url and alt_text [json-pointer:{at}]")) }
}

fn element(element: &Value, at: &str) -> Checked {
    at_most(text_of(&element["action_id"]), ID, &format!("{at}/action_id"))?;
    if let Some(placeholder) = element.get("placeholder") {
        plain(placeholder, 150, &format!("{at}/placeholder"))?;
    }
    if let Some(confirm) = element.get("confirm") {
        plain(&confirm["title"], 100, &format!("{at}/confirm/title"))?;
        text(&confirm["text"], 300, &format!("{at}/confirm/text"))?;
    }
    match element["type"].as_str() {
        Some("button") => {
            plain(&element["text"], 75, &format!("{at}/text"))?;
            at_most(text_of(&element["value"]), 2000, &format!("{at}/value"))?;
            at_most(text_of(&element["url"]), URL, &format!("{at}/url"))?;
            match element.get("style").and_then(Value::as_str) {
                None | Some("primary" | "danger") => Ok(()),
                Some(other) => Err(format!("{other:?} is no style of a button [json-pointer:{at}/style]")),
            }
        }
        Some("static_select" | "multi_static_select") if element.get("option_groups").is_some() => {
            let groups = some(element, "option_groups", 100, at)?;
            groups.iter().try_for_each(|group| {
                plain(&group["label"], 75, at)?;
                options(group, 100, at).map(drop)
            })
        }
        Some("static_select" | "multi_static_select") => initial(element, options(element, 100, at)?, at),
        Some("radio_buttons" | "checkboxes") => initial(element, options(element, 10, at)?, at),
        Some("overflow") => options(element, 5, at).map(drop),
        Some("plain_text_input") => {
            let most = element["max_length"].as_u64().unwrap_or(3000).min(3000) as usize;
            at_most(text_of(&element["initial_value"]), most, &format!("{at}/initial_value"))
        }
        Some("image") => image(element, at),
        Some(
            "users_select"
            | "multi_users_select"
            | "conversations_select"
            | "multi_conversations_select"
            | "channels_select"
            | "multi_channels_select"
            | "external_select"
            | "multi_external_select"
            | "datepicker"
            | "timepicker"
            | "datetimepicker"
            | "number_input"
            | "email_text_input"
            | "url_text_input"
            | "rich_text_input",
        ) => Ok(()),
        other => Err(format!("unsupported element: {} [json-pointer:{at}/type]", other.unwrap_or("none"))),
    }
}

fn options<'a>(of: &'a Value, most: usize, at: &str) -> Result<&'a [Value], String> {
    let options = some(of, "options", most, at)?;
    for (n, option) in options.iter().enumerate() {
        let at = format!("{at}/options/{n}");
        text(&option["text"], 75, &format!("{at}/text"))?;
        let value = text_of(&option["value"]);
        at_most(value, 150, &format!("{at}/value"))?;
        if value.is_empty() {
            return Err(format!("missing required field: value [json-pointer:{at}]"));
        }
        if let Some(description) = option.get("description") {
            text(description, 75, &format!("{at}/description"))?;
        }
    }
    Ok(options)
}

fn initial(element: &Value, options: &[Value], at: &str) -> Checked {
    let one = element.get("initial_option").into_iter();
    let several = element.get("initial_options").and_then(Value::as_array).into_iter().flatten();
    match one.chain(several).all(|initial| options.contains(initial)) {
        true => Ok(()),
        false => Err(format!("initial_option is none of the options [json-pointer:{at}]")),
    }
}

/// The list of this name, which must not be empty.
fn some<'a>(of: &'a Value, name: &str, most: usize, at: &str) -> Result<&'a [Value], String> {
    let list = of[name].as_array().map(Vec::as_slice).unwrap_or_default();
    match list.len() {
        0 => Err(format!("must have at least one item [json-pointer:{at}/{name}]")),
        many if many > most => Err(format!("no more than {most} items allowed [json-pointer:{at}/{name}]")),
        _ => Ok(list),
    }
}

fn plain(given: &Value, most: usize, at: &str) -> Checked {
    if given["type"] != "plain_text" {
        return Err(format!("must be plain_text [json-pointer:{at}]"));
    }
    text(given, most, at)
}

fn text(given: &Value, most: usize, at: &str) -> Checked {
    if !matches!(given["type"].as_str(), Some("plain_text" | "mrkdwn")) {
        return Err(format!("must be plain_text or mrkdwn [json-pointer:{at}/type]"));
    }
    let words = text_of(&given["text"]);
    if words.is_empty() {
        return Err(format!("must be more than 0 characters [json-pointer:{at}/text]"));
    }
    at_most(words, most, &format!("{at}/text"))
}

fn at_most(text: &str, most: usize, at: &str) -> Checked {
    match text.chars().count() {
        length if length > most => Err(format!("must be less than {} characters [json-pointer:{at}]", most + 1)),
        _ => Ok(()),
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
