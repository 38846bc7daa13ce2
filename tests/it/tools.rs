//! The tools that other tests rely on do find what they are there to find.

use crate::support::browser::{Browser, Scheme, processes_with};
use crate::support::postgres::Database;

const PAGE: &str = "data:text/html,<html lang=en><title>t</title><main><h1>h</h1><button></button></main>\
                    <script>throw new Error('broken')</script>";

#[tokio::test]
async fn browser_finds_what_is_wrong_with_a_page() {
    let browser = Browser::start().await;
    browser.client.goto(PAGE).await.unwrap();
    let violations = browser.accessibility_violations().await;
    assert_eq!(violations, ["button-name: Buttons must have discernible text at [\"button\"]"]);
    let errors = browser.console_errors().await;
    assert!(matches!(errors.as_slice(), [error] if error.contains("broken")), "{errors:?}");
}

#[tokio::test]
async fn browser_shows_what_a_small_phone_at_night_shows() {
    let browser = Browser::start().await;
    browser.client.goto(PAGE).await.unwrap();
    browser.resize(360, 740).await;
    for (scheme, dark) in [(Scheme::Dark, true), (Scheme::Light, false)] {
        browser.prefer(scheme).await;
        let script = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]";
        let seen = browser.client.execute(script, Vec::new()).await.unwrap();
        assert_eq!(seen, serde_json::json!([360, dark]));
    }
}

#[tokio::test]
async fn browser_leaves_nothing_running() {
    let browser = Browser::start().await;
    let profile = browser.profile().display().to_string();
    let driver = format!("/proc/{}", browser.driver_process());
    assert!(!processes_with(&profile).is_empty());
    drop(browser);
    assert!(!std::path::Path::new(&driver).exists());
    for _ in 0..50 {
        if processes_with(&profile).is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("still running: {:?}", processes_with(&profile));
}

#[tokio::test]
async fn postgres_databases_are_apart_and_go_away() {
    use sqlx::{Connection, PgConnection};
    let (one, two) = (Database::create().await, Database::create().await);
    let mut connection = PgConnection::connect(&one.url()).await.unwrap();
    sqlx::query("CREATE TABLE here (id bigint)").execute(&mut connection).await.unwrap();
    let mut other = PgConnection::connect(&two.url()).await.unwrap();
    assert!(sqlx::query("SELECT id FROM here").fetch_all(&mut other).await.is_err());
    // Even with a connection open.
    let url = one.url();
    drop(one);
    assert!(PgConnection::connect(&url).await.is_err());
}
