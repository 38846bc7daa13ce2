use proptest::prelude::*;

use super::*;

/// The text, with people as `[id|shown]`.
fn text_of(html: &str) -> String {
    let shown = |piece: Piece| match piece {
        Piece::Text(text) | Piece::Whole(text) => text,
        Piece::Person { id, shown } => format!("[{id}|{shown}]"),
    };
    pieces(html).into_iter().map(shown).collect()
}

#[track_caller]
fn reads(html: &str, as_text: &str) {
    assert_eq!(text_of(html), as_text, "{html}");
}

#[test]
fn formatting_goes_and_signs_are_themselves() {
    reads("a <b>b</b><i>c</i> <del>d</del>", "a bc d");
    reads("1 &lt; 2 &amp;&amp; &quot;x&quot; &#39;y&#x27; &nbsp;z", "1 < 2 && \"x\" 'y' \u{a0}z");
    reads("  a \n\t b  <br/>  c  ", "a b\nc");
    reads("a<!-- b --><font color=red>c</font>", "ac");
    reads("<img alt=':party:' src='mxc://x/y'> now", ":party: now");
    reads("", "");
    reads("<p> </p><br>", "");
}

#[test]
fn paragraphs_and_breaks_are_lines() {
    reads("<p>a</p>\n<p>b<br>c</p>", "a\n\nb\nc");
    reads("a<br><br>b<br><br><br>c", "a\n\nb\n\nc");
    reads("<h3>a</h3><div>b</div><div>c</div>", "a\n\nb\nc");
    reads("a<hr>b", "a\nb");
    reads("<table><thead><tr><th>a</th><th>b</th></tr></thead><tr><td>1</td><td>2</td></tr></table>", "a | b\n1 | 2");
}

#[test]
fn lists_have_bullets_and_numbers() {
    reads("do:<ul>\n<li>a</li>\n<li>b</li>\n</ul>\nthen", "do:\n• a\n• b\nthen");
    reads("<ol start=\"9\"><li>a</li><li>b</li></ol>", "9. a\n10. b");
    reads("<ol start='x'><li>a</ol>", "1. a");
    reads("<ol><li>a<ul><li>b</li></ul></li><li>c<br>d</li></ol>", "1. a\n  • b\n2. c\n  d");
    reads("<ul><li><p>a</p></li><li></li><li><p>b</p></li></ul>", "• a\n• b");
    reads("<li>a", "• a");
    reads("</ul></li>a", "a");
}

#[test]
fn quotes_have_their_mark_on_each_line() {
    reads("<blockquote><p>a</p><p>b<br>c</p></blockquote><p>d</p>", "> a\n>\n> b\n> c\n\nd");
    reads("x<blockquote>a<blockquote>b</blockquote></blockquote>y", "x\n> a\n> > b\ny");
    reads("<blockquote><ul><li>a</li></ul></blockquote>", "> • a");
    reads("</blockquote>a", "a");
}

#[test]
fn code_keeps_its_lines_and_spaces() {
    reads(
        "run:<pre><code class=\"language-sh\">\nls  -l\n\n  x &lt; y\n</code></pre>ok",
        "run:\nls  -l\n\n  x < y\nok",
    );
    reads("<blockquote><pre>a\n  b</pre></blockquote>", "> a\n>   b");
    assert_eq!(pieces("<code>a  b</code>").last(), Some(&Piece::Whole("b".into())));
}

#[test]
fn links_read_as_addresses() {
    reads("see <a href=\"https://x/d\">the dashboard</a> now", "see the dashboard (https://x/d) now");
    reads("<a href='https://x/'>x</a>, <a href='https://x'>https://x/</a>", "https://x/, https://x");
    reads("<a href='mailto:a@b.c'>a@b.c</a> <a href='https://x'></a> <a>b</a>", "a@b.c https://x b");
    reads("a<a href='https://x'> b </a>c", "a b (https://x) c");
    reads("<a href='https://x'>a<br>b</a>", "a (https://x)\nb");
    reads("<a href='https://x'>a", "a (https://x)");
}

#[test]
fn pills_are_people_and_rooms_are_names() {
    reads("hi <a href=\"https://matrix.to/#/@ann:x.y\">Ann  Lee</a>: ok", "hi [@ann:x.y|Ann Lee]: ok");
    reads("<a href='matrix:u/ann:x.y'>@Ann</a>", "[@ann:x.y|@Ann]");
    reads("<a href='https://matrix.to/#/@a:x'>https://matrix.to/#/%40a:x</a>", "[@a:x|]");
    reads("in <a href='https://matrix.to/#/!a:x?via=x'>#general</a>", "in #general");
    reads("in <a href='https://matrix.to/#/%23general:x'></a>", "in #general:x");
    let message = "https://matrix.to/#/!a:x/$e?via=x";
    reads(&format!("<a href='{message}'>this</a>"), &format!("this ({message})"));
}

#[test]
fn the_fallback_of_a_reply_is_left_out() {
    let pill = "<a href='https://matrix.to/#/@ann:x'>Ann</a>";
    reads(&format!("<mx-reply><blockquote>{pill}<br>old</blockquote></mx-reply>new"), "new");
    reads("</mx-reply>a<mx-reply>b<mx-reply>c</mx-reply>d</mx-reply>e<mx-reply>f", "ae");
}

/// Each of these takes a tree seconds or the stack; here a line of thousands of marks would do the same.
#[test]
fn hostile_html_is_read_in_one_go() {
    for part in [
        "<b>",
        "<div>",
        "<br>",
        "<p>x",
        "<blockquote>x",
        "<ul>",
        "<ul><li>x",
        "<ol><li>x<p>",
        "</p>",
        "<a href=x>",
        "<pre>\n",
        "<table><td>x",
        "<mx-reply>",
        "<",
        "&",
        "&a",
        "&#x",
        "<!",
        "<!--",
        "</",
        "<a href='",
        "<svg><p>",
        "<script>",
    ] {
        let length: usize = 65_536 / part.len();
        let text = text_of(&part.repeat(length));
        assert!(text.len() < 40 * 65_536, "{part}: {}", text.len());
    }
}

proptest! {
    #[test]
    fn no_html_panics(html in "(\\PC|[<>/&=\"'#; \n\u{0}]|</?(a|p|li|ul|ol|pre|code|blockquote|br|td|mx-reply)>|<a href=.?(https://matrix.to/#/@a:x|é)|&(lt|amp|#1|x);?){0,60}") {
        text_of(&html);
    }
}
