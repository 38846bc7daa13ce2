use proptest::prelude::*;

use super::*;

fn name_of(reference: &Reference) -> Option<String> {
    let name = match reference {
        Reference::User(id) if id == "U1" || id == "U3" => "Ann Lee",
        Reference::User(id) if id == "U2" => "Bob",
        Reference::Channel(id) if id == "C1" => "general",
        Reference::Group(id) if id == "S1" => "oncall",
        _ => return None,
    };
    Some(name.into())
}

#[track_caller]
fn reads(text: &str, as_text: &str) {
    assert_eq!(read(text, &name_of).text, as_text, "{text}");
}

#[test]
fn mentions_read_as_names() {
    let found = read("<@U1> and <@U2|bob_b>, <@U9|zoe>, <@U8> ask <@U1>", &name_of);
    assert_eq!(found.text, "@Ann Lee and @Bob, @zoe, @U8 ask @Ann Lee");
    let pair = |name: &str, id: &str| (name.to_string(), id.to_string());
    assert_eq!(found.mentions, [pair("Ann Lee", "U1"), pair("Bob", "U2"), pair("zoe", "U9"), pair("U8", "U8")]);
    reads("<#C1> <#C1|> <#C2|random> <#C3>", "#general #general #random #C3");
    reads("<!subteam^S1> <!subteam^S2|@sre>", "@oncall @sre");
    reads("<!here> <!channel> <!everyone> <!here|here>", "@here @channel @everyone @here");
}

#[test]
fn two_people_of_one_name_are_told_apart() {
    let found = read("<@U1> hands over to <@U3>", &name_of);
    assert_eq!(found.text, "@Ann Lee hands over to @Ann Lee (U3)");
    assert_eq!(found.mentions[1], ("Ann Lee (U3)".to_string(), "U3".to_string()));
}

#[test]
fn links_read_as_addresses() {
    reads("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2");
    reads("<https://x.example|x.example>", "https://x.example");
    reads("<http://x.example/|http://x.example/>", "http://x.example/");
    reads("see <https://x.example/d|the dashboard> now", "see the dashboard (https://x.example/d) now");
    reads("<mailto:a@b.example|a@b.example> <tel:+431234|+431234>", "a@b.example +431234");
    reads("<!date^1392734382^{date}|Feb 18>", "Feb 18");
}

#[test]
fn what_was_escaped_is_as_typed() {
    reads("a &lt;b&gt; &amp; c &amp;lt; &nbsp;", "a <b> & c &lt; &nbsp;");
    reads("&lt;@U1&gt;", "<@U1>");
    reads("&gt; a quote", "> a quote");
}

#[test]
fn formatting_goes_and_what_looks_like_it_stays() {
    reads("*bold*, _it_, ~gone~ and *_both_*!", "bold, it, gone and both!");
    reads("*<@U1> is in `command`*", "@Ann Lee is in command");
    for text in ["snake_case_name", "2*3*4", "*.log and *.txt", "~/a and ~/b", "`a", "<a", "a > b"] {
        reads(text, text);
    }
    reads("<https://x.example/_a_>", "https://x.example/_a_");
}

#[test]
fn code_keeps_what_is_in_it() {
    reads("run `rm *a* :fire: &lt;x&gt;` now", "run rm *a* :fire: <x> now");
    reads("see ```a_b_\n  _c_``` there", "see \na_b_\n  _c_\n there");
    reads("```\nls\n```", "ls");
    reads("`<https://x.example|x.example>`", "https://x.example");
}

#[test]
fn emoji_read_as_characters() {
    reads(":fire: :wave::skin-tone-3: :partyparrot:", "🔥 👋🏼 :partyparrot:");
    reads(":tada::tada:", "🎉🎉");
    reads("at 12:100:30 and 10:30", "at 12:100:30 and 10:30");
    reads("done:white_check_mark:", "done✅");
}

#[test]
fn names_that_are_not_in_the_text_are_asked_for() {
    let found =
        references("<@U1> <@U2|bob> <#C1> <#C2|> <#C3|named> <!subteam^S1> <!subteam^S2|@x> <@U1> <https://x> <!here>");
    let user = |id: &str| Reference::User(id.into());
    let channel = |id: &str| Reference::Channel(id.into());
    assert_eq!(found, [user("U1"), user("U2"), channel("C1"), channel("C2"), Reference::Group("S1".into())]);
    assert_eq!(references("&lt;@U1&gt; <@> < @U1 <@U\n1>"), []);
}

#[test]
fn typed_text_has_nothing_invisible() {
    assert_eq!(typed("\u{feff}claim\u{a0}“a”\u{200b} —private 👩‍💻"), "claim “a” —private 👩‍💻");
}

#[test]
fn a_long_text_is_read_in_one_go() {
    for part in ["*a ", "<", "`", "```", "` ", "&", ":", "<@U1", "_*~", ":a"] {
        read(&part.repeat(40_000), &name_of);
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in "(\\PC|[<>|!@#&;:*_~`\n ]|<@U1>|<!|subteam\\^|```|:fire:|::skin-tone-|é){0,60}") {
        read(&text, &name_of);
        references(&text);
        typed(&text);
    }

    /// What is escaped reads as it was, if nothing in it is a mark.
    #[test]
    fn escaping_is_undone(text in "[a-zé<>&;@#!| \n]{0,60}") {
        prop_assert_eq!(read(&escape(&text), &name_of).text, text);
    }
}
