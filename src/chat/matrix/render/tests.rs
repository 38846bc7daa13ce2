use chrono::{TimeZone, Utc};
use proptest::prelude::*;

use super::*;
use crate::phrase::{code, strong, text};
use crate::plan::{MessageId, PersonId, RoomId};

fn person(platform: Platform, id: &str, name: &str) -> Span {
    Span::Person(Person { id: PersonId::new(platform, id), name: name.into() })
}

fn ann() -> Span {
    person(Platform::Matrix, "@ann:example.org", "Ann")
}

fn room(platform: Platform, id: &str, name: &str) -> Span {
    Span::Room(Room { id: RoomId::new(platform, id), name: name.into() })
}

fn link(url: &str, label: &str) -> Span {
    Span::Link { url: url.into(), label: label.into() }
}

fn react(emoji: &str) -> Press {
    let room = RoomId::new(Platform::Matrix, "!a:x");
    Press::React { message: MessageId { room, id: "$1".into() }, emoji: emoji.into() }
}

fn words(words: &str) -> Press {
    Press::Words { words: words.into() }
}

fn of(doc: &Doc) -> Rendered {
    message(doc, "example.org")
}

/// One line's body and HTML.
fn line(spans: impl Into<Vec<Span>>) -> (String, String) {
    let rendered = of(&Doc::new().line(spans));
    (rendered.body, rendered.html)
}

/// The same in both.
#[track_caller]
fn same(spans: impl Into<Vec<Span>>, wanted: &str) {
    assert_eq!(line(spans), (wanted.to_string(), wanted.to_string()));
}

#[test]
fn a_card_has_a_bold_line_fields_a_quote_and_a_list() {
    let field = |name: &str, value: Span| Field { name: name.into(), value: vec![value] };
    let doc = Doc::new()
        .headline([strong("INC-42 · "), text("Checkout is <down>")])
        .fields(vec![field("Severity", strong("SEV2")), field("In command", ann())])
        .line([strong("Latest update "), Span::Time(Utc.timestamp_opt(1_700_000_000, 0).unwrap()), text(" by Ann")])
        .quote("Rolling back\n\nsoon\n")
        .list(vec![vec![text("Task 1")], vec![text("Task 2 "), code("a<b")]])
        .button("Mitigated", "mitigated");
    let rendered = of(&doc);
    let body = "INC-42 · Checkout is <down>\nSeverity: SEV2\nIn command: @Ann\nLatest update 22:13 UTC by Ann\n\
                > Rolling back\n>\n> soon\n• Task 1\n• Task 2 a<b";
    let html = "<p><strong>INC-42 · Checkout is &lt;down&gt;</strong></p>\
                <p><strong>Severity:</strong> <strong>SEV2</strong><br><strong>In command:</strong> \
                <a href=\"https://matrix.to/#/@ann:example.org\">Ann</a><br>\
                <strong>Latest update </strong>22:13 UTC by Ann</p>\
                <blockquote>Rolling back<br><br>soon</blockquote>\
                <ul><li>Task 1</li><li>Task 2 <code>a&lt;b</code></li></ul>";
    assert_eq!(rendered.body, body);
    assert_eq!(rendered.html, html);
    assert_eq!(rendered.mentions, ["@ann:example.org"]);
    assert_eq!(rendered.asks, []);
}

#[test]
fn what_people_wrote_is_no_markup_and_pings_nobody() {
    let (body, html) = line([text("<b>@room</b> & \"@bob:example.org\"\n*x*")]);
    assert_eq!(body, "<b>@room</b> & \"@bob:example.org\"\n*x*");
    assert_eq!(html, "&lt;b&gt;@room&lt;/b&gt; &amp; &quot;@bob:example.org&quot;<br>*x*");
    assert!(of(&Doc::plain("@room @bob:example.org")).mentions.is_empty());
    assert_eq!(line([code("</code>")]).1, "<code>&lt;/code&gt;</code>");
    let (_, html) = line([person(Platform::Matrix, "@a\"b:x", "</a>\"")]);
    assert_eq!(html, "<a href=\"https://matrix.to/#/@a%22b:x\">&lt;/a&gt;&quot;</a>");
}

#[test]
fn people_are_mentioned_once_each() {
    let bob = person(Platform::Matrix, "@bob/2:example.org", "Bob");
    let doc = Doc::new().line([bob.clone(), text(", "), ann(), text(", "), bob]).list(vec![vec![ann()]]);
    let rendered = of(&doc);
    assert_eq!(rendered.mentions, ["@bob/2:example.org", "@ann:example.org"]);
    assert!(rendered.html.contains("<a href=\"https://matrix.to/#/@bob%2F2:example.org\">Bob</a>"));
    assert_eq!(rendered.body, "@Bob, @Ann, @Bob\n• @Ann");
}

#[test]
fn people_and_rooms_of_other_chats_are_just_names() {
    same([person(Platform::Slack, "U1", "Ann"), text(" in "), room(Platform::Slack, "C1", "inc")], "@Ann in #inc");
    same([person(Platform::Matrix, "ann", "Ann"), text(" in "), room(Platform::Matrix, "inc", "inc")], "@Ann in #inc");
    same([Span::Name("Ann".into())], "Ann");
    assert!(of(&Doc::new().line([person(Platform::Slack, "U1", "Ann")])).mentions.is_empty());
}

#[test]
fn a_room_can_be_reached_from_the_body_as_well() {
    let inc = room(Platform::Matrix, "!a:x.y", "inc-1");
    let (body, html) = line([text("Go to "), inc.clone(), text(". In "), inc, text(" now.")]);
    assert_eq!(body, "Go to #inc-1 (https://matrix.to/#/!a:x.y?via=example.org). In #inc-1 now.");
    let pill = "<a href=\"https://matrix.to/#/!a:x.y?via=example.org\">#inc-1</a>";
    assert_eq!(html, format!("Go to {pill}. In {pill} now."));
}

#[test]
fn links_are_of_the_web() {
    let (body, html) = line([link("https://x/?a=1&b=\"", "the <page>")]);
    assert_eq!(body, "the <page> (https://x/?a=1&b=\")");
    assert_eq!(html, "<a href=\"https://x/?a=1&amp;b=&quot;\">the &lt;page&gt;</a>");
    assert_eq!(line([link("https://x", "https://x")]).0, "https://x");
    assert_eq!(line([link("https://x", " ")]).1, "<a href=\"https://x\">https://x</a>");
    same([link("javascript:alert(1)", "x")], "x (javascript:alert(1))");
    same([link("https://", "x")], "x (https://)");
    same([link("https://a b", "x")], "x (https://a b)");
}

#[test]
fn a_mere_line_has_no_paragraph() {
    let doc = Doc::plain("a").line([text("b")]);
    assert_eq!(of(&doc).html, "a<br>b");
    assert_eq!(of(&doc.quote("c")).html, "<p>a<br>b</p><blockquote>c</blockquote>");
    let quotes = Doc::new().quote("a").quote("b").list(vec![vec![text("c")]]).list(vec![vec![text("d")]]);
    let html = "<blockquote>a</blockquote><blockquote>b</blockquote><ul><li>c</li></ul><ul><li>d</li></ul>";
    assert_eq!(of(&quotes).html, html);
}

#[test]
fn nothing_is_a_message_too() {
    for doc in [Doc::new(), Doc::plain(" "), Doc::new().quote("\n").headline([]), Doc::new().button("x", "y")] {
        let nothing = Rendered { body: String::new(), html: String::new(), mentions: vec![], asks: vec![] };
        assert_eq!(of(&doc), nothing);
    }
}

#[test]
fn what_is_asked_has_an_emoji_and_a_line() {
    let rendered = of(&Doc::plain("Nobody is in command.").ask("Take command", "claim").button("Help", "help"));
    assert_eq!(rendered.body, "Nobody is in command.\n✅ Take command");
    assert_eq!(rendered.html, "Nobody is in command.<br>✅ Take command");
    assert_eq!(rendered.asks, [Ask { emoji: "✅".into(), press: words("claim") }]);

    let rendered = of(&Doc::plain("?").ask("A", "a").ask("B", "b").quote("x").ask("C", "c"));
    assert_eq!(rendered.body, "?\n1️⃣ A\n2️⃣ B\n> x\n3️⃣ C");
    let asks: Vec<_> = rendered.asks.iter().map(|ask| (ask.emoji.as_str(), &ask.press)).collect();
    assert_eq!(asks, [("1️⃣", &words("a")), ("2️⃣", &words("b")), ("3️⃣", &words("c"))]);

    let twelve = (0..12).fold(Doc::new(), |doc, n| doc.ask(&format!("n{n}"), "n"));
    let rendered = of(&twelve);
    assert_eq!(rendered.asks.len(), 10);
    assert!(rendered.body.ends_with("\n🔟 n9"), "{}", rendered.body);
}

#[test]
fn an_emoji_that_is_asked_for_is_the_one_seeded() {
    let rendered = of(&Doc::new().ask_press("Declare SEV2", react("🚀")));
    assert_eq!(rendered.body, "🚀 Declare SEV2");
    assert_eq!(rendered.asks, [Ask { emoji: "🚀".into(), press: react("🚀") }]);

    let doc = Doc::new().ask("A", "a").ask_press("B", react("1️⃣")).ask_press("C", react("1️⃣"));
    assert_eq!(of(&doc).body, "2️⃣ A\n1️⃣ B");
    assert_eq!(of(&doc).asks.len(), 2);
}

#[test]
fn asks_come_back_as_they_went() {
    for ask in [Ask { emoji: "✅".into(), press: words("claim \"x\"") }, Ask { emoji: "🚀".into(), press: react("🚀") }]
    {
        let json = serde_json::to_string(&ask).unwrap();
        assert_eq!(serde_json::from_str::<Ask>(&json).unwrap(), ask);
    }
}

#[test]
fn what_is_too_long_is_cut_between_lines_and_keeps_its_question() {
    let items = (0..2_000).map(|n| vec![text(format!("item {n} <&>"))]).collect();
    let rendered = of(&Doc::new().headline([text("Many")]).list(items).line([text("behind")]).ask("Snooze", "snooze"));
    fits(&rendered);
    assert!(rendered.body.ends_with(&format!("<&>\n{MORE}\n✅ Snooze")), "{}", rendered.body);
    assert!(rendered.html.ends_with(&format!("&lt;&amp;&gt;</li></ul><p>{MORE}<br>✅ Snooze</p>")));
    assert_eq!(rendered.asks.len(), 1);
    assert!(rendered.body.len() + rendered.html.len() > 10_000);
}

#[test]
fn one_long_line_of_a_quote_is_cut_at_a_word() {
    for word in ["word ", "é", "\" ", "🔥"] {
        let doc = Doc::plain("They wrote:").quote(word.repeat(20_000)).quote("more").ask("Declare", "declare");
        let rendered = of(&doc);
        fits(&rendered);
        let whole = word.trim_end();
        assert!(rendered.body.ends_with(&format!("{whole}…\n{MORE}\n✅ Declare")), "{word}");
        assert!(rendered.body.len() + rendered.html.len() > 14_000, "{word}");
    }
}

#[test]
fn who_is_cut_away_is_not_mentioned() {
    let long = text("x".repeat(MOST));
    let rendered = of(&Doc::new().line([ann()]).line([long, person(Platform::Matrix, "@bob:x", "Bob")]));
    assert_eq!(rendered.body, format!("@Ann\n{MORE}"));
    assert_eq!(rendered.mentions, ["@ann:example.org"]);
}

/// Within an encrypted event, even if it is said twice.
#[track_caller]
fn fits(rendered: &Rendered) {
    let content = serde_json::json!({
        "msgtype": "m.text",
        "body": rendered.body,
        "format": "org.matrix.custom.html",
        "formatted_body": rendered.html,
        "m.mentions": { "user_ids": rendered.mentions },
    });
    let json = content.to_string().len();
    assert!(json <= MOST + 200, "{json}");
    assert!((2 * json + 600) * 4 / 3 + 4_000 <= 65_536, "{json}");
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let words = "(\\PC|[<>&\"'\\\\\n\t\u{0}\u{1}@# ]|🔥){0,40}";
    let span = prop_oneof![
        words.prop_map(Span::Text),
        words.prop_map(Span::Strong),
        words.prop_map(Span::Code),
        words.prop_map(Span::Name),
        (words, words).prop_map(|(id, name)| person(Platform::Matrix, &format!("@{id}:x"), &name)),
        (words, words).prop_map(|(id, name)| room(Platform::Matrix, &format!("!{id}"), &name)),
        (words, words).prop_map(|(url, label)| link(&format!("https://{url}"), &label)),
    ];
    prop::collection::vec(span, 0..5)
}

fn docs() -> impl Strategy<Value = Doc> {
    let block = prop_oneof![
        spans().prop_map(Block::Headline),
        spans().prop_map(Block::Line),
        prop::collection::vec(spans(), 1..60).prop_map(Block::List),
        (spans(), "\\PC{0,20}").prop_map(|(value, name)| Block::Fields(vec![Field { name, value }])),
        "(\\PC|[<>&\"\n ]){0,3000}".prop_map(Block::Quote),
        ("\\PC{0,20}", any::<bool>()).prop_map(|(label, asks)| {
            Block::Buttons(vec![Button { label: label.clone(), press: words(&label), asks }])
        }),
    ];
    prop::collection::vec(block, 0..12).prop_map(|blocks| Doc { blocks })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_message_fits_and_has_only_our_tags(doc in docs()) {
        let rendered = of(&doc);
        fits(&rendered);
        let ours = [
            "p", "/p", "strong", "/strong", "code", "/code", "br", "ul", "/ul", "li", "/li", "blockquote",
            "/blockquote", "/a",
        ];
        for tag in rendered.html.split('<').skip(1) {
            let name = tag.split('>').next().unwrap();
            let is_link = name.starts_with("a href=\"https://") && name.matches('"').count() == 2;
            prop_assert!(is_link || ours.contains(&name), "{}", name);
        }
        for (at, _) in rendered.html.match_indices('&') {
            let entity = ["&amp;", "&lt;", "&gt;", "&quot;"].iter().any(|e| rendered.html[at..].starts_with(e));
            prop_assert!(entity);
        }
        prop_assert_eq!(rendered.html.matches("<a ").count(), rendered.html.matches("</a>").count());
    }
}
