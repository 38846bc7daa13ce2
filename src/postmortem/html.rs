//! Markdown as HTML that is safe to show, whatever the Markdown says.

use pulldown_cmark::{Options, Parser, html};

/// A fragment without scripts, styles, forms, frames or pictures from elsewhere; links lead to the web or to mail.
pub fn to_html(markdown: &str) -> String {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let mut raw = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut raw, parser);
    ammonia::Builder::default()
        // A picture's address would be asked for by everyone who reads the page.
        .rm_tags(["img", "area", "map"])
        .url_schemes(["http", "https", "mailto"].into())
        .link_rel(Some("noopener noreferrer"))
        .clean(&raw)
        .to_string()
}
