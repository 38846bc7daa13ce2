//! The arguments of a call, however they were sent.

use reqwest::Url;
use serde_json::{Map, Value};

use super::Refused;

/// What a method takes its arguments from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The address or a form.
    Forms,
    /// These, or a JSON body.
    Json,
}

pub struct Args(Map<String, Value>);

impl Args {
    /// A JSON body is not looked at where the method does not take one: its arguments are missing then.
    pub fn read(reads: Reads, query: Option<&str>, content_type: &str, body: &[u8]) -> Args {
        let mut args = Map::new();
        args.extend(form(query.unwrap_or_default()));
        let text = String::from_utf8_lossy(body);
        if content_type.starts_with("application/json") {
            if let (Reads::Json, Ok(Value::Object(fields))) = (reads, serde_json::from_str(&text)) {
                args.extend(fields);
            }
        } else {
            args.extend(form(&text));
        }
        args.retain(|_, value| !value.is_null());
        Args(args)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub fn need(&self, name: &str) -> Result<String, Refused> {
        self.text(name).ok_or_else(|| missing(name))
    }

    /// May be empty, but has to be there.
    pub fn need_any(&self, name: &str) -> Result<String, Refused> {
        self.0.get(name).and_then(Value::as_str).map(str::to_string).ok_or_else(|| missing(name))
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) => text == "true" || text == "1",
            Some(Value::Number(number)) => number.as_u64() == Some(1),
            _ => false,
        }
    }

    /// A form has JSON as text.
    pub fn json(&self, name: &str) -> Result<Option<Value>, Refused> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => {
                let parsed = serde_json::from_str(text);
                parsed.map(Some).map_err(|_| Refused::because("invalid_arguments", &format!("{name} is no JSON")))
            }
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// `a,b,c` or a JSON array of texts.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(|i| i.as_str().map(str::to_string)).collect(),
            Some(Value::String(text)) => {
                text.split(',').map(|item| item.trim().to_string()).filter(|item| !item.is_empty()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How many at most, with `most` as Slack's own limit.
    pub fn limit(&self, usual: usize, most: usize) -> Result<usize, Refused> {
        match self.text("limit").map(|text| text.parse()) {
            None => Ok(usual),
            Some(Ok(limit)) if (1..=most).contains(&limit) => Ok(limit),
            Some(_) => Err("invalid_limit".into()),
        }
    }
}

fn missing(name: &str) -> Refused {
    Refused::because("invalid_arguments", &format!("missing required field: {name}"))
}

fn form(text: &str) -> Vec<(String, Value)> {
    let url = Url::parse(&format!("http://form/?{text}"));
    let pairs = |url: Url| url.query_pairs().map(|(k, v)| (k.into_owned(), Value::String(v.into_owned()))).collect();
    url.map(pairs).unwrap_or_default()
}

/// One page of a list: the items, and the cursor behind them, which is empty at the end.
pub fn page<T>(items: Vec<T>, args: &Args, limit: usize) -> Result<(Vec<T>, String), Refused> {
    let start = match args.text("cursor") {
        None => 0,
        Some(cursor) => {
            let number = cursor.strip_prefix("page:").and_then(|n| n.parse::<usize>().ok());
            number.ok_or_else(|| Refused::from("invalid_cursor"))?
        }
    };
    let more = items.len() > start + limit;
    let next = if more { format!("page:{}", start + limit) } else { String::new() };
    Ok((items.into_iter().skip(start).take(limit).collect(), next))
}
