//! Prometheus and Alertmanager as Debian packages them: something goes down, and there is an incident before anybody
//! has typed; it is up again, and the timeline says so.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::serve::{Home, Serve};
use crate::support::wait::until;

const CONFIGURATION: &str = r#"
[[service]]
name = "checkout"
label = "Checkout"

[[alerts.source]]
name = "prometheus"
kind = "alertmanager"
token = "only-they-know"

[[alerts.rule]]
match = { severity = "critical" }
does = "declare"
severity = "sev2"
"#;

const RULES: &str = r#"
groups:
  - name: checkout
    rules:
      - alert: CheckoutDown
        expr: up{job="checkout"} == 0
        labels: { severity: critical, service: checkout }
        annotations: { summary: "Checkout does not answer" }
"#;

fn prometheus_configuration(checkout: u16, alertmanager: u16) -> String {
    format!(
        r#"
global: {{ scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms }}
rule_files: [rules.yml]
alerting: {{ alertmanagers: [{{ static_configs: [{{ targets: ["127.0.0.1:{alertmanager}"] }}] }}] }}
scrape_configs:
  - job_name: checkout
    static_configs: [{{ targets: ["127.0.0.1:{checkout}"] }}]
"#
    )
}

fn alertmanager_configuration(firebell: &str) -> String {
    format!(
        r#"
route: {{ receiver: firebell, group_by: [service], group_wait: 100ms, group_interval: 300ms }}
receivers:
  - name: firebell
    webhook_configs:
      - url: {firebell}/alerts/prometheus
        send_resolved: true
        http_config: {{ authorization: {{ credentials: only-they-know }} }}
"#
    )
}

/// A program that ends with the test.
struct Running(Child);

impl Running {
    fn start(program: &str, folder: &Path, arguments: &[String]) -> Running {
        let log = std::fs::File::create(folder.join(format!("{program}.log"))).expect("a file");
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let started = command.spawn();
        Running(started.unwrap_or_else(|e| panic!("{program} does not start ({e}): tests/run installs it")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Free just now; who asks first has it.
fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

#[tokio::test]
async fn what_goes_down_is_an_incident() {
    let home = Home::new();
    home.write("config/firebell.toml", CONFIGURATION);
    let mut serve = Serve::start_in(home).await;
    let (checkout, alertmanager, prometheus) = (port(), port(), port());
    serve.home.write("prometheus.yml", &prometheus_configuration(checkout, alertmanager));
    serve.home.write("rules.yml", RULES);
    serve.home.write("alertmanager.yml", &alertmanager_configuration(&serve.url));
    let folder = serve.home.path("");
    let of_alertmanager = [
        "--config.file=alertmanager.yml".to_string(),
        format!("--web.listen-address=127.0.0.1:{alertmanager}"),
        "--cluster.listen-address=".into(),
        "--storage.path=alertmanager".into(),
    ];
    let of_prometheus = [
        "--config.file=prometheus.yml".to_string(),
        format!("--web.listen-address=127.0.0.1:{prometheus}"),
        "--storage.tsdb.path=prometheus".into(),
    ];
    let _alertmanager = Running::start("prometheus-alertmanager", &folder, &of_alertmanager);
    let _prometheus = Running::start("prometheus", &folder, &of_prometheus);

    let page = async || reqwest::get(format!("{}/incidents/INC-1", serve.url)).await.ok()?.text().await.ok();
    let fires = async || page().await.filter(|page| page.contains("Alert: Checkout does not answer (prometheus)"));
    let shown = until("an incident", fires).await;
    assert!(shown.contains("SEV2") && shown.contains("Checkout"), "{shown}");

    // It is up again: what is asked for its metrics has none, which is an answer.
    let up = tokio::net::TcpListener::bind(("127.0.0.1", checkout)).await.expect("the port");
    let checkout = axum::Router::new().fallback(|| async { "" });
    tokio::spawn(async move { axum::serve(up, checkout).await });
    let over = async || page().await.filter(|page| page.contains("Alert is over: Checkout does not answer"));
    let shown = until("its end", over).await;
    // People say when it is resolved.
    assert!(shown.contains("investigating"), "{shown}");
    serve.stop();
}
