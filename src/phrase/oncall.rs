//! Who is on call.

use chrono::{DateTime, Utc};

use super::{Doc, Span, Style, all, duration, strong, text};
use crate::plan::{NextStep, Plan};

/// A rotation as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct OnCallLine {
    pub rotation: String,
    /// Empty: nobody just now.
    pub now: Vec<String>,
    /// Until when, if it ends soon enough to be known.
    pub until: Option<DateTime<Utc>>,
    pub next: Option<(String, DateTime<Utc>)>,
}

pub fn on_call(lines: &[OnCallLine], style: &Style) -> Doc {
    if lines.is_empty() {
        return Doc::new().line([
            text("The plan has no rotations, so nobody is on call. People can be paged by name: "),
            style.typed("page @who"),
            text("."),
        ]);
    }
    Doc::new().headline([strong("On call")]).list(lines.iter().map(line).collect())
}

fn line(line: &OnCallLine) -> Vec<Span> {
    let mut spans = vec![strong(format!("{}: ", line.rotation))];
    spans.push(text(if line.now.is_empty() { "nobody just now".to_string() } else { all(&line.now) }));
    if let Some(until) = line.until {
        spans.extend([text(", until "), Span::Time(until)]);
    }
    if let Some((name, from)) = &line.next {
        match line.until == Some(*from) {
            true => spans.push(text(format!(", then {name}"))),
            false => spans.extend([text(format!(", then {name} from ")), Span::Time(*from)]),
        }
    }
    spans
}

/// Whom a page would call, one step after the other.
pub fn on_call_for(label: &str, steps: &[NextStep]) -> Doc {
    if steps.is_empty() {
        return Doc::plain(format!(
            "A page for {label} would call nobody: the plan names nobody, or nobody is on call."
        ));
    }
    let line = |step: &NextStep| {
        let names: Vec<String> = step.to.iter().map(|r| r.name.clone()).collect();
        let then = format!(", who have {}", duration(step.wait));
        vec![
            strong(all(&names)),
            text(if step.to.len() > 1 { then } else { format!(", who has {}", duration(step.wait)) }),
        ]
    };
    Doc::new()
        .line([text(format!("A page for {label} calls, one after the other, until somebody acknowledges:"))])
        .list(steps.iter().map(line).collect())
}

pub fn unknown_target(word: &str, plan: &Plan) -> Doc {
    let services = plan.services.iter().map(|s| s.key.clone());
    let known: Vec<String> = services.chain(plan.teams.iter().map(|t| t.key.clone())).collect();
    match known.is_empty() {
        true => Doc::plain(format!("“{word}” is not known: the plan has no services and no teams.")),
        false => Doc::plain(format!("“{word}” is neither a service nor a team. There are {}.", all(&known))),
    }
}
