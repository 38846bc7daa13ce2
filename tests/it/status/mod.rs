//! The public page as programs read it that were made for Statuspage.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::serve::{Home, Serve};
use crate::support::visitor::Visitor;

const PLAN: &str = r#"
[status]
title = "Shop status"
[[service]]
name = "checkout"
label = "Checkout"
[[service]]
name = "search"
label = "Search"
"#;

fn read(serve: &Serve) -> Value {
    let folder = std::env::var("FIREBELL_TEST_STATUSPAGE")
        .expect("FIREBELL_TEST_STATUSPAGE is not set: run the tests with tests/run, which fetches the client");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/status/client.js");
    let output = Command::new("node").args([script, &folder, &serve.url]).output().expect("node");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {errors}"))
}

#[tokio::test]
async fn a_client_of_statuspages_reads_it() {
    let home = Home::new();
    home.write("config/firebell.toml", PLAN);
    let mut serve = Serve::start_in(home).await;
    let calm = read(&serve);
    assert_eq!(calm["status"]["status"], json!({ "indicator": "none", "description": "All Systems Operational" }));
    assert_eq!((&calm["all"]["incidents"], &calm["upcoming"]["scheduled_maintenances"]), (&json!([]), &json!([])));

    let ann = Visitor::new(&serve.url);
    ann.sign_in("Ann", None).await;
    let room = "inc-1-redis-7-fell-over";
    ann.types("general", "/incident declare sev1 --service checkout redis-7 fell over").await;
    ann.sees(room, "SEV1 declared").await;
    ann.types(room, "/incident update --public --title \"Payments fail\" Cards are refused, we are on it").await;
    ann.page_with("/status", "Cards are refused").await;

    let bad = read(&serve);
    let page = &bad["summary"]["page"];
    assert_eq!((&page["name"], &page["url"]), (&json!("Shop status"), &json!(format!("{}/status", serve.url))));
    assert_eq!(bad["status"]["status"]["indicator"], "critical");
    let components = bad["components"]["components"].as_array().expect("a list");
    let standing: Vec<_> = components.iter().map(|c| (c["name"].as_str(), c["status"].as_str())).collect();
    let expected = [(Some("Checkout"), Some("major_outage")), (Some("Search"), Some("operational"))];
    assert_eq!(standing, expected);
    let incident = &bad["unresolved"]["incidents"][0];
    assert_eq!((&incident["name"], &incident["impact"]), (&json!("Payments fail"), &json!("critical")));
    assert_eq!(incident["incident_updates"][0]["body"], "Cards are refused, we are on it");
    assert_eq!(bad["summary"]["incidents"], bad["unresolved"]["incidents"]);
    assert!(!bad.to_string().contains("redis"), "{bad}");

    ann.types(room, "/incident resolve").await;
    ann.page_with("/status/history", "Resolved").await;
    let over = read(&serve);
    assert_eq!(over["unresolved"]["incidents"], json!([]));
    assert_eq!(over["all"]["incidents"][0]["status"], "resolved");
    assert_eq!(over["status"]["status"]["indicator"], "none");
    serve.stop();
}
