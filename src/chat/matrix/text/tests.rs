use proptest::prelude::*;

use super::*;

fn name_of(id: &str) -> Option<String> {
    let name = match id {
        "@ann:example.org" | "@ann2:example.org" => "Ann Lee",
        "@bob:example.org" => "Bob",
        "@zoe:example.org" => "Zoë (she) 🦊 <on call>",
        "@eve:example.org" => "\u{202e}@Eve\n\u{200b}X ",
        "@nil:example.org" => " \u{200b}",
        _ => return None,
    };
    Some(name.into())
}

fn pill(id: &str, text: &str) -> String {
    format!("<a href=\"https://matrix.to/#/{id}\">{text}</a>")
}

fn read(body: &str, html: &str) -> Readable {
    readable(body, Some(html), name_of)
}

#[track_caller]
fn reads(readable: Readable, text: &str, mentions: &[(&str, &str)]) {
    assert_eq!(readable.text, text);
    let found: Vec<(&str, &str)> = readable.mentions.iter().map(|(name, id)| (name.as_str(), id.as_str())).collect();
    assert_eq!(found, mentions, "{text}");
}

#[test]
fn the_body_as_typed_is_the_truth() {
    for body in ["a **b** `c`\n\n* d", "", " x ", "> quoted\n\nsaid", "@room @ann 5@6:7", "1 < 2 &amp; 3"] {
        reads(readable(body, None, name_of), body, &[]);
    }
    reads(read("a **b**", "a <strong>b</strong>"), "a **b**", &[]);
    reads(read("[x](https://y)", "<a href='https://y'>x</a>"), "[x](https://y)", &[]);
    reads(read("", "a<b>b</b>"), "ab", &[]);
    reads(read(" ", ""), "", &[]);
}

#[test]
fn with_a_pill_the_html_is_the_text() {
    let html = format!("<p>!incident lead {}</p>", pill("@ann:example.org", "Ann"));
    reads(read("!incident lead Ann", &html), "!incident lead @Ann Lee", &[("Ann Lee", "@ann:example.org")]);
    let html = format!("{}: {} <b>hi</b>", pill("@bob:example.org", "Bob"), pill("@bob:example.org", "Bob"));
    reads(read("Bob: Bob **hi**", &html), "@Bob: @Bob hi", &[("Bob", "@bob:example.org")]);
    let html =
        "<a href='matrix:u/bob:example.org'>x</a>, <a href='https://matrix.to/#/%40ann%3Aexample.org?via=x'>y</a>";
    let both = [("Bob", "@bob:example.org"), ("Ann Lee", "@ann:example.org")];
    reads(read("x, y", html), "@Bob, @Ann Lee", &both);
}

#[test]
fn somebody_unknown_has_the_name_in_the_pill_or_the_id() {
    let html = format!("{} {}", pill("@new:x", "@New One"), pill("@newer:x", " "));
    let both = [("New One", "@new:x"), ("newer:x", "@newer:x")];
    reads(read("", &html), "@New One @newer:x", &both);
    let nil = [("Nil", "@nil:example.org")];
    reads(read("", &pill("@nil:example.org", "Nil")), "@Nil", &nil);
}

#[test]
fn odd_names_stand_in_the_text_as_in_the_list() {
    let html = format!("ask {}, {}", pill("@zoe:example.org", "Zoe"), pill("@eve:example.org", "Eve"));
    let both = [("Zoë (she) 🦊 <on call>", "@zoe:example.org"), ("Eve X", "@eve:example.org")];
    reads(read("", &html), "ask @Zoë (she) 🦊 <on call>, @Eve X", &both);
}

#[test]
fn two_people_of_one_name_are_told_apart() {
    let html = format!("{} to {}", pill("@ann:example.org", "Ann"), pill("@ann2:example.org", "Ann"));
    let both = [("Ann Lee", "@ann:example.org"), ("Ann Lee (@ann2:example.org)", "@ann2:example.org")];
    reads(read("", &html), "@Ann Lee to @Ann Lee (@ann2:example.org)", &both);

    // Somebody who calls themselves so, to be taken for another.
    let liar = |id: &str| Some(if id == "@liar:x" { "Ann Lee (@ann2:x)".into() } else { "Ann Lee".to_string() });
    let body = "@ann:x @liar:x @ann2:x";
    let three = [("Ann Lee", "@ann:x"), ("Ann Lee (@ann2:x)", "@liar:x"), ("ann2:x", "@ann2:x")];
    reads(readable(body, None, liar), "@Ann Lee @Ann Lee (@ann2:x) @ann2:x", &three);
}

#[test]
fn a_whole_id_is_a_mention() {
    let typed = |body: &str| readable(body, None, name_of);
    let ann = [("Ann Lee", "@ann:example.org")];
    reads(typed("lead @ann:example.org."), "lead @Ann Lee.", &ann);
    reads(typed("(@ann:example.org): ok"), "(@Ann Lee): ok", &ann);
    reads(typed("@ann:example.org: ok, @ann:example.org"), "@Ann Lee: ok, @Ann Lee", &ann);
    reads(typed("lead @new:x.y:8448 now"), "lead @new:x.y:8448 now", &[("new:x.y:8448", "@new:x.y:8448")]);
    reads(typed("@new:[::1]:80,"), "@new:[::1]:80,", &[("new:[::1]:80", "@new:[::1]:80")]);
    reads(read("", "<b>@ann:example.org</b>: ok"), "@Ann Lee: ok", &ann);
    for body in [
        "mail a@ann:example.org",
        "https://matrix.to/#/@ann:example.org",
        "@ann: example.org",
        "@:example.org",
        "@ann:",
        "@ann:.",
        "@ann:[x",
        "@ann:[::",
        "@ann",
        "@",
    ] {
        reads(typed(body), body, &[]);
    }
}

#[test]
fn ids_in_code_and_addresses_stay() {
    let html = format!("{} <code>@bob:example.org</code>", pill("@ann:example.org", "Ann"));
    reads(read("", &html), "@Ann Lee @bob:example.org", &[("Ann Lee", "@ann:example.org")]);
}

#[test]
fn the_fallback_of_a_reply_is_taken_off() {
    let body = "> <@ann:example.org> first\n> second\n>\n> @bob:example.org\n\nlead @bob:example.org\n\n> x";
    let bob = [("Bob", "@bob:example.org")];
    reads(readable(body, None, name_of), "lead @Bob\n\n> x", &bob);
    reads(readable("> * <@ann:example.org> waves\n\nhi", None, name_of), "hi", &[]);
    let html = format!("<mx-reply><blockquote>{}<br>x</blockquote></mx-reply>", pill("@ann:example.org", "Ann"));
    reads(read("> <@ann:example.org> x\n\n**y**", &format!("{html}<b>y</b>")), "**y**", &[]);
    let html = format!("{html}y {}", pill("@bob:example.org", "B"));
    reads(read("> <@ann:example.org> x\n\ny B", &html), "y @Bob", &bob);
    reads(readable("> <@x> only this", None, name_of), "> <@x> only this", &[]);
}

#[test]
fn a_long_text_is_read_in_one_go() {
    for part in ["@", "@a:b ", "@a:", "@a:[", "> <@a:b>\n", ">", "a@", "@a:b:1"] {
        readable(&part.repeat(40_000), None, name_of);
    }
    let everyone: String = (0..13_000).map(|n| format!("@{n}:x ")).collect();
    assert_eq!(readable(&everyone, None, |_| Some("Ann".into())).mentions.len(), 13_000);
    let huge = pill("@ann:example.org", &"x".repeat(70_000));
    reads(read("as typed", &huge), "as typed", &[]);
}

proptest! {
    #[test]
    fn reading_never_panics(body in "(\\PC|[@:.\\[\\]>< \n]|@ann:example.org|> <@|é){0,60}", html in "(\\PC|[<>&\" ]|<a href=https://matrix.to/#/@[ab]:x>|</a>|<mx-reply>){0,40}") {
        let read = readable(&body, Some(&html), name_of);
        for (name, _) in &read.mentions {
            let mention = format!("@{name}");
            prop_assert!(read.text.contains(&mention));
        }
        readable(&body, None, name_of);
    }
}
