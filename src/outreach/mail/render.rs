//! A notice as an e-mail: for who reads text, and for who reads HTML. Mail programs know little of CSS, so that what
//! there is stands where it is used; colours are left to the reader's own theme but for the button's.

use crate::phrase::{Block, Span};
use crate::ports::{AnswerLink, Notice};

const BODY: &str =
    "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;max-width:36em;margin:0 auto;padding:8px";
const BUTTON: &str = "display:inline-block;padding:14px 28px;border-radius:8px;background:#b3261e;color:#ffffff;font-weight:bold;text-decoration:none";
const QUOTE: &str = "margin:12px 0;padding:2px 0 2px 12px;border-left:3px solid #8a93a3;white-space:pre-wrap";
const QUIET: &str = "margin-top:28px;font-size:13px;opacity:.75";

pub(super) fn text(notice: &Notice) -> String {
    let mut text = notice.doc.to_plain();
    if let Some(AnswerLink { label, url }) = &notice.answer {
        text.push_str(&format!("\n\n{label}: {url}"));
    }
    if let Some(url) = &notice.unsubscribe {
        text.push_str(&format!("\n\n--\nUnsubscribe: {url}"));
    }
    text.push('\n');
    text
}

pub(super) fn html(notice: &Notice) -> String {
    let blocks: String = notice.doc.blocks.iter().map(block).collect();
    let button = notice.answer.as_ref().map_or(String::new(), |AnswerLink { label, url }| {
        let (label, url) = (escaped(label), escaped(url));
        format!("<p style=\"margin:24px 0\"><a href=\"{url}\" style=\"{BUTTON}\">{label}</a></p>")
    });
    let less = notice
        .unsubscribe
        .as_ref()
        .map_or(String::new(), |url| format!("<p style=\"{QUIET}\"><a href=\"{}\">Unsubscribe</a></p>", escaped(url)));
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{}</title></head><body style=\"{BODY}\">{blocks}{button}{less}</body></html>",
        escaped(&notice.subject)
    )
}

/// Nothing can be pressed in an e-mail but links.
fn block(block: &Block) -> String {
    match block {
        Block::Headline(line) => {
            format!("<h1 style=\"font-size:20px;line-height:1.3;margin:0 0 12px\">{}</h1>", spans(line))
        }
        Block::Line(line) => format!("<p style=\"margin:8px 0\">{}</p>", spans(line)),
        Block::Quote(words) => format!("<blockquote style=\"{QUOTE}\">{}</blockquote>", escaped(words)),
        Block::List(lines) => {
            let items: String = lines.iter().map(|line| format!("<li>{}</li>", spans(line))).collect();
            format!("<ul style=\"margin:8px 0;padding-left:20px\">{items}</ul>")
        }
        Block::Fields(fields) => {
            let rows = fields.iter().map(|field| {
                let name = escaped(&field.name);
                format!(
                    "<tr><td style=\"padding:2px 16px 2px 0;opacity:.75\">{name}</td><td>{}</td></tr>",
                    spans(&field.value)
                )
            });
            format!("<table role=\"presentation\" style=\"margin:8px 0\">{}</table>", rows.collect::<String>())
        }
        Block::Buttons(_) => String::new(),
    }
}

fn spans(line: &[Span]) -> String {
    line.iter()
        .map(|span| match span {
            Span::Text(words) | Span::Name(words) => escaped(words),
            Span::Strong(words) => format!("<strong>{}</strong>", escaped(words)),
            Span::Code(words) => format!("<code>{}</code>", escaped(words)),
            Span::Person(person) => escaped(&person.name),
            Span::Room(room) => escaped(&format!("#{}", room.name)),
            Span::Link { url, label } => format!("<a href=\"{}\">{}</a>", escaped(url), escaped(label)),
            Span::Time(at) => escaped(&at.format("%-d %b %Y, %H:%M UTC").to_string()),
        })
        .collect()
}

/// For text, and for what stands in double quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::Value;

    use super::*;
    use crate::phrase::{Doc, Field, strong, text as words};
    use crate::ports::Urgency;

    fn notice() -> Notice {
        let at = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let field = Field { name: "Severity".into(), value: vec![strong("SEV1")] };
        let doc = Doc::new()
            .headline([strong("You are paged: <b>Checkout</b> & more")])
            .quote("Line one\n<script>alert(1)</script>")
            .fields(vec![field])
            .line([
                words("At "),
                Span::Time(at),
                words(", see "),
                Span::Link { url: "https://a.example/?a=1&b=\"2\"".into(), label: "this".into() },
            ])
            .list(vec![vec![words("One")]])
            .button("Take command", "claim");
        Notice {
            kind: "page.sent".into(),
            subject: "SEV1 INC-1: Checkout".into(),
            doc,
            data: Value::Null,
            topic: "INC-1/page-1".into(),
            urgency: Urgency::Page,
            answer: Some(AnswerLink { label: "Acknowledge".into(), url: "https://firebell.example/go/abc".into() }),
            unsubscribe: Some("https://firebell.example/go/def".into()),
        }
    }

    #[test]
    fn what_is_read_as_text() {
        assert_snapshot!(text(&notice()), @r#"
        You are paged: <b>Checkout</b> & more
        > Line one
        > <script>alert(1)</script>
        Severity: SEV1
        At 08:00 UTC, see this (https://a.example/?a=1&b="2")
        • One

        Acknowledge: https://firebell.example/go/abc

        --
        Unsubscribe: https://firebell.example/go/def
        "#);
    }

    #[test]
    fn what_is_read_as_html_is_never_markup_of_somebodys() {
        assert_snapshot!(html(&notice()), @r#"
        <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>SEV1 INC-1: Checkout</title></head><body style="font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;max-width:36em;margin:0 auto;padding:8px"><h1 style="font-size:20px;line-height:1.3;margin:0 0 12px"><strong>You are paged: &lt;b&gt;Checkout&lt;/b&gt; &amp; more</strong></h1><blockquote style="margin:12px 0;padding:2px 0 2px 12px;border-left:3px solid #8a93a3;white-space:pre-wrap">Line one
        &lt;script&gt;alert(1)&lt;/script&gt;</blockquote><table role="presentation" style="margin:8px 0"><tr><td style="padding:2px 16px 2px 0;opacity:.75">Severity</td><td><strong>SEV1</strong></td></tr></table><p style="margin:8px 0">At 15 Jan 2027, 08:00 UTC, see <a href="https://a.example/?a=1&amp;b=&quot;2&quot;">this</a></p><ul style="margin:8px 0;padding-left:20px"><li>One</li></ul><p style="margin:24px 0"><a href="https://firebell.example/go/abc" style="display:inline-block;padding:14px 28px;border-radius:8px;background:#b3261e;color:#ffffff;font-weight:bold;text-decoration:none">Acknowledge</a></p><p style="margin-top:28px;font-size:13px;opacity:.75"><a href="https://firebell.example/go/def">Unsubscribe</a></p></body></html>
        "#);
    }
}
