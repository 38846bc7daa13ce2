use std::collections::HashSet;

use chrono::{TimeZone, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::phrase::{code, strong, text};
use crate::plan::{MessageId, Person, PersonId, Platform, Room, RoomId};

fn person(platform: Platform, id: &str, name: &str) -> Span {
    Span::Person(Person { id: PersonId::new(platform, id), name: name.into() })
}

fn room(platform: Platform, id: &str, name: &str) -> Span {
    Span::Room(Room { id: RoomId::new(platform, id), name: name.into() })
}

fn link(url: &str, label: &str) -> Span {
    Span::Link { url: url.into(), label: label.into() }
}

fn json_of(doc: &Doc) -> Vec<Value> {
    message(doc).blocks.iter().map(|block| serde_json::to_value(block).unwrap()).collect()
}

/// The one section's markup that a line becomes.
fn marked(spans: impl Into<Vec<Span>>) -> String {
    let blocks = json_of(&Doc::new().line(spans));
    assert_eq!(blocks.len(), 1);
    assert_eq!(blocks[0]["text"]["verbatim"], true);
    blocks[0]["text"]["text"].as_str().unwrap().to_string()
}

#[test]
fn a_card_has_a_header_fields_a_quote_and_buttons() {
    let field = |name: &str, value: Span| Field { name: name.into(), value: vec![value] };
    let doc = Doc::new()
        .headline([strong("INC-42 · Checkout is *down*")])
        .fields(vec![field("Severity", strong("SEV2")), field("In command", person(Platform::Slack, "U1", "Ann"))])
        .line([strong("Latest update "), Span::Time(Utc.timestamp_opt(1_700_000_000, 0).unwrap()), text(" by Ann")])
        .line([text("second")])
        .quote("Rolling back\n\nsoon")
        .list(vec![vec![text("Task 1")], vec![text("Task 2")]])
        .button("Take command", "claim")
        .button("Mitigated", "mitigated");
    let mrkdwn = |text: &str| json!({ "type": "mrkdwn", "text": text, "verbatim": true });
    let section = |text: &str| json!({ "type": "section", "text": mrkdwn(text), "expand": true });
    let button = |n: u32, label: &str, words: &str| {
        json!({
            "type": "button",
            "action_id": format!("press:{n}"),
            "text": { "type": "plain_text", "text": label, "emoji": true },
            "value": json!({ "press": "words", "words": words }).to_string(),
        })
    };
    let mut take = button(0, "Take command", "claim");
    take["style"] = json!("primary");
    let wanted = [
        json!({
            "type": "header",
            "text": { "type": "plain_text", "text": "INC-42 · Checkout is *down*", "emoji": true }
        }),
        json!({ "type": "section", "fields": [mrkdwn("*Severity*\n*SEV2*"), mrkdwn("*In command*\n<@U1>")] }),
        section("*Latest update* <!date^1700000000^{time}|22:13 UTC> by Ann\nsecond"),
        section("> Rolling back\n> \n> soon"),
        section("• Task 1\n• Task 2"),
        json!({ "type": "actions", "elements": [take, button(1, "Mitigated", "mitigated")] }),
    ];
    assert_eq!(json_of(&doc), wanted);
    assert_eq!(message(&doc).text, escape(&doc.to_plain()));
}

#[test]
fn what_people_wrote_pings_nobody_and_stays_as_typed() {
    assert_eq!(marked([text("<!channel> & <@U1>")]), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
    assert_eq!(marked([text("it is *x* or _y z_, a*b snake_case")]), "it is `*x*` or `_y z_`, a*b snake_case");
    assert_eq!(marked([text("see https://x.example/_a_?b&c.")]), "see <https://x.example/_a_?b&amp;c>.");
    assert_eq!(marked([text("a ` b "), code("c`d")]), "a ˋ b `cˋd`");
    assert_eq!(marked([text("run `ls *a*` now")]), "run `ls *a*` now");
    assert_eq!(marked([link("!channel", "x")]), "x (!channel)");
    assert_eq!(marked([person(Platform::Slack, "U1> <!here", "Ann")]), "@Ann");
}

#[test]
fn spans_have_slacks_markup() {
    assert_eq!(marked([person(Platform::Slack, "U1", "Ann"), text(": hi")]), "<@U1>: hi");
    assert_eq!(marked([person(Platform::Local, "ann", "Ann"), Span::Name(" Bob".into())]), "@Ann Bob");
    assert_eq!(marked([room(Platform::Slack, "C1", "inc")]), "<#C1>");
    assert_eq!(marked([room(Platform::Local, "inc", "inc")]), "#inc");
    assert_eq!(marked([link("https://x/a|b?c&d", "a <b>")]), "<https://x/a%7Cb?c&amp;d|a &lt;b&gt;>");
    assert_eq!(marked([link("https://x", "https://x")]), "<https://x>");
}

#[test]
fn bold_stands_where_slack_sees_it() {
    assert_eq!(marked([strong("Lead: "), text("Ann")]), "*Lead:* Ann");
    assert_eq!(marked([strong("a"), strong("b"), text(", c")]), "*ab*, c");
    assert_eq!(marked([strong("INC-1"), text("s")]), "INC-1s");
    assert_eq!(marked([text("x"), strong("y")]), "xy");
    assert_eq!(marked([strong("2 * 3 *x*")]), "2 * 3 `*x*`");
}

#[test]
fn headlines_are_headers_if_they_can_be() {
    let kinds = |doc: Doc| json_of(&doc).iter().map(|b| b["type"].as_str().unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(kinds(Doc::new().headline([strong("x".repeat(150))])), ["header"]);
    assert_eq!(kinds(Doc::new().headline([strong("x".repeat(151))])), ["section"]);
    let long = json_of(&Doc::new().headline([text("for "), room(Platform::Slack, "C1", "inc"), text(" now")]));
    assert_eq!(long[0]["text"]["text"], "*for* <#C1> *now*");
}

#[test]
fn nothing_is_a_message_too() {
    for doc in [Doc::new(), Doc::plain(" "), Doc::new().quote("\n").list(vec![]), Doc::new().headline([])] {
        let rendered = message(&doc);
        assert_eq!(rendered.blocks, [section(NOTHING.into())]);
        fits(&rendered);
    }
}

#[test]
fn long_things_are_split_and_kept() {
    let words = (0..1_500).map(|n| format!("w{n:04}")).collect::<Vec<_>>().join(" ");
    let blocks = json_of(&Doc::new().quote(&words));
    assert_eq!(blocks.len(), 4);
    let back: Vec<String> =
        blocks.iter().map(|b| b["text"]["text"].as_str().unwrap().strip_prefix("> ").unwrap().to_string()).collect();
    assert_eq!(back.join(" "), words);

    let field = |n: usize| Field { name: format!("n{n}"), value: vec![text("v")] };
    let blocks = json_of(&Doc::new().fields((0..60).map(field).collect()));
    assert_eq!(blocks.len(), 6);

    let many = Doc::new().list((0..500).map(|n| vec![text(format!("item {n} {}", "<&>".repeat(5)))]).collect());
    let rendered = message(&many);
    fits(&rendered);
    assert!(serde_json::to_string(rendered.blocks.last().unwrap()).unwrap().contains(MORE));

    let rows = (0..80).fold(Doc::new(), |doc, _| doc.line([text("x")]).quote("y"));
    let rendered = message(&rows);
    assert_eq!(rendered.blocks.len(), 50);
    let SlackView::Home(view) = home(&rows) else { panic!("a home") };
    assert_eq!(view.blocks.len(), 100);
}

#[test]
fn buttons_come_back_as_they_went() {
    let message_id = MessageId { room: RoomId::new(Platform::Slack, "C1"), id: "1.2".into() };
    let presses =
        [Press::Words { words: "claim \"x\" <&>".into() }, Press::React { message: message_id, emoji: "✅".into() }];
    let doc = presses.iter().fold(Doc::new(), |doc, press| doc.press(&"l".repeat(90), press.clone()).line([text("x")]));
    let blocks = json_of(&doc);
    let elements = blocks.iter().flat_map(|b| b["elements"].as_array().cloned().unwrap_or_default());
    let back: Vec<Press> = elements.map(|e| press_of(e["value"].as_str().unwrap()).unwrap()).collect();
    assert_eq!(back, presses);
    assert_eq!(press_of("x"), None);
    fits(&message(&doc));
    assert_eq!(json_of(&Doc::new().button("x", &"long".repeat(600))).len(), 1);
}

/// Within all of Slack's limits, each token whole.
#[track_caller]
fn fits(rendered: &Rendered) {
    assert!((1..=3_000).contains(&units(&rendered.text)), "text");
    assert!((1..=50).contains(&rendered.blocks.len()), "{} blocks", rendered.blocks.len());
    let mut actions = HashSet::new();
    for block in &rendered.blocks {
        let block = serde_json::to_value(block).unwrap();
        match block["type"].as_str().unwrap() {
            "header" => has(&block["text"], "plain_text", 150),
            "section" => {
                assert!(block.get("text").is_some() != block.get("fields").is_some());
                if let Some(text) = block.get("text") {
                    has(text, "mrkdwn", 3_000);
                }
                let fields = block.get("fields").map(|fields| fields.as_array().unwrap().clone());
                if let Some(fields) = fields {
                    assert!((1..=10).contains(&fields.len()));
                    fields.iter().for_each(|field| has(field, "mrkdwn", 2_000));
                }
            }
            "actions" => {
                let elements = block["elements"].as_array().unwrap();
                assert!((1..=25).contains(&elements.len()));
                for element in elements {
                    has(&element["text"], "plain_text", 75);
                    assert!(units(element["value"].as_str().unwrap()) <= 2_000);
                    assert!(actions.insert(element["action_id"].clone()), "{element}");
                }
            }
            other => panic!("{other}"),
        }
    }
}

#[track_caller]
fn has(text: &Value, kind: &str, most: usize) {
    assert_eq!(text["type"], kind);
    let text = text["text"].as_str().unwrap();
    assert!(!text.trim().is_empty() && units(text) <= most, "{} units: {text}", units(text));
    if kind == "mrkdwn" {
        tokens_are_whole(text);
    }
}

/// `<` opens a token of a kind that is made here, `>` closes it or begins a quote, `&` begins an entity.
#[track_caller]
fn tokens_are_whole(text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let from = &rest[at..];
        if let Some(entity) = from.strip_prefix('&') {
            assert!(["amp;", "lt;", "gt;"].iter().any(|known| entity.starts_with(known)), "{from}");
            rest = entity;
            continue;
        }
        let end = from.find('>').unwrap_or_else(|| panic!("not closed: {from}"));
        let token = &from[1..end];
        assert!(!token.contains('<'), "{token}");
        let kinds = ["@U", "#C", "!date^", "https://", "http://", "mailto:"];
        assert!(kinds.iter().any(|kind| token.starts_with(kind)), "{token}");
        rest = &from[end + 1..];
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z ]{0,12}",
        "\\PC{0,6}",
        "[*_~`<>&|!@# \n]{1,8}",
        Just("https://x.example/a_b*c".to_string()),
        Just("<!channel>".to_string()),
        Just("```".to_string()),
        "[ab&< ]{900,1200}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn any_span() -> impl Strategy<Value = Span> {
    prop_oneof![
        any_text().prop_map(Span::Text),
        any_text().prop_map(Span::Strong),
        any_text().prop_map(Span::Code),
        any_text().prop_map(Span::Name),
        ("(U1|<!here>|U[0-9]{5})", any_text()).prop_map(|(id, name)| person(Platform::Slack, &id, &name)),
        any_text().prop_map(|name| room(Platform::Slack, "C1", &name)),
        ("(https://|!|)[a-z<>|&]{0,9}", any_text()).prop_map(|(url, label)| link(&url, &label)),
        (any_text(), any_text()).prop_map(|(url, label)| link(&format!("https://{url}"), &label)),
        (0i64..4_000_000_000).prop_map(|at| Span::Time(Utc.timestamp_opt(at, 0).unwrap())),
    ]
}

fn any_spans() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec(any_span(), 0..6)
}

fn any_block() -> impl Strategy<Value = Block> {
    let field = (any_text(), any_spans()).prop_map(|(name, value)| Field { name, value });
    let button = (any_text(), any_text()).prop_map(|(label, words)| Button {
        label,
        press: Press::Words { words },
        asks: false,
    });
    prop_oneof![
        any_spans().prop_map(Block::Headline),
        any_spans().prop_map(Block::Line),
        prop::collection::vec(field, 0..25).prop_map(Block::Fields),
        prop::collection::vec(any_spans(), 0..10).prop_map(Block::List),
        any_text().prop_map(Block::Quote),
        prop::collection::vec(button, 0..40).prop_map(Block::Buttons),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_said_fits(blocks in prop::collection::vec(any_block(), 0..20)) {
        fits(&message(&Doc { blocks }));
    }

    /// Somebody's words, said by Firebell and read again, are the same; only backticks and marks may differ.
    #[test]
    fn words_survive(words in "[a-zé<>&;@#!|()*_~ ]{1,80}") {
        let rendered = message(&Doc::plain(&words));
        let json = serde_json::to_value(&rendered.blocks[0]).unwrap();
        if !words.trim().is_empty() {
            let back = super::super::text::read(json["text"]["text"].as_str().unwrap(), &|_| None);
            prop_assert_eq!(back.text, words);
        }
    }
}
