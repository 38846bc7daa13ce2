//! The public page under load, while an incident is declared.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::support::{Connection, Ground, Line, Place, Program, Samples, Target, Unit, median, sample, send_all};

pub const ABOUT: &str = "/status from memory, over connections that stay open; what asks shares the cores";

const CONNECTIONS: usize = 64;
const REQUESTS: usize = 40_000;
const ROUNDS: usize = 5;
const DECLARED: usize = 20;
const DECLARE_EVERY: Duration = Duration::from_millis(50);

pub async fn measure(ground: Ground) -> Vec<Line> {
    let place = Place::new(ground).await;
    let services: String = (0..20).map(|n| format!("[[service]]\nname = \"service-{n}\"\n")).collect();
    let more = format!(
        "[status]\npublish = [\"sev1\"]\n[[alerts.source]]\nname = \"test\"\nkind = \"alertmanager\"\ntoken = \"hush\"\n\
         [[alerts.rule]]\ndoes = \"declare\"\nseverity = \"sev1\"\n{services}"
    );
    let program = Program::start_with(place.folder(), Some(&place.url()), &more);
    let empty = empty().await;
    let (mut rates, mut to_empty) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let rate = load(program.address).await;
        to_empty.push(rate / load(empty).await);
        rates.push(rate);
    }
    // The same once more, while each service fails in turn.
    let declaring = tokio::spawn(declare(program.address));
    let (mut during, began) = (Vec::new(), Instant::now());
    while !declaring.is_finished() {
        during.push(load(program.address).await);
        assert!(began.elapsed() < Duration::from_secs(60), "declaring takes too long");
    }
    let declared = declaring.await.expect("to declare");
    vec![
        Line::times("requests a second, to an empty handler of the same server", Target::None, median(to_empty)),
        Line::new("requests a second", Unit::PerSecond, Target::AtLeast(10_000.0), median(rates)),
        Line::new("requests a second, during declares", Unit::PerSecond, Target::AtLeast(10_000.0), median(during)),
        Line::time("an alert acknowledged meanwhile: median", Target::None, declared.median()),
        Line::time("an alert acknowledged meanwhile: slowest", Target::None, declared.at(1.0)),
    ]
}

/// Requests a second.
async fn load(address: SocketAddr) -> f64 {
    let request = b"GET /status HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\n\r\n".to_vec();
    let took = send_all(address, vec![request; REQUESTS], CONNECTIONS).await;
    REQUESTS as f64 / took.as_secs_f64()
}

async fn declare(address: SocketAddr) -> Samples {
    let mut connection = Connection::open(address).await;
    let mut times = Samples::default();
    for n in 0..DECLARED {
        tokio::time::sleep(DECLARE_EVERY).await;
        let body = format!(
            "{{\"version\":\"4\",\"alerts\":[{{\"status\":\"firing\",\"fingerprint\":\"fp-{n}\",\
             \"startsAt\":\"2026-11-26T12:00:00Z\",\"labels\":{{\"alertname\":\"Down\",\"service\":\"service-{n}\"}}}}]}}"
        );
        let request = format!(
            "POST /alerts/test HTTP/1.1\r\nhost: localhost\r\nx-firebell-token: hush\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        times.push(sample(connection.send(request.as_bytes())).await.0);
    }
    times
}

async fn empty() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let routes = Router::new().route("/status", get(|| async {}));
    tokio::spawn(async move { firebell::web::serve(listener, routes, std::future::pending()).await });
    address
}
