//! Socket Mode: what is queued goes out over WebSockets, each envelope to one of them, and comes back if that one ends.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State as Extract};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::delivery::{Delivery, Sent};
use super::model::APP;
use super::{State, Workspace};

/// As many as Slack allows.
const AT_MOST: usize = 10;
const PING: Duration = Duration::from_secs(5);
/// An envelope that nobody acknowledges goes out again after this.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Longer than anything that a test waits for.
const TOO_LONG: Duration = Duration::from_secs(30);

/// The connections that are open, in the order in which they came; the front one is next.
#[derive(Default)]
pub struct Sockets {
    open: Vec<Socket>,
    turns: VecDeque<u64>,
    tickets: Vec<String>,
    last: u64,
}

struct Socket {
    number: u64,
    orders: UnboundedSender<Order>,
}

/// What a connection's task is told to do.
enum Order {
    Send(String),
    Close,
    /// Without a word.
    Drop,
    /// Stays open, and does nothing any more.
    Freeze,
}

impl Sockets {
    pub fn ticket(&mut self, ticket: String) {
        self.tickets.push(ticket);
    }

    fn accept(&mut self) -> Option<(u64, UnboundedReceiver<Order>)> {
        if self.open.len() >= AT_MOST {
            return None;
        }
        self.last += 1;
        let (orders, inbox) = unbounded_channel();
        let hello = json!({
            "type": "hello", "num_connections": self.open.len() + 1, "connection_info": {"app_id": APP},
            "debug_info": debug_info(),
        });
        orders.send(Order::Send(hello.to_string())).ok();
        self.open.push(Socket { number: self.last, orders });
        self.turns.push_back(self.last);
        Some((self.last, inbox))
    }

    fn order(&self, number: u64, order: Order) -> bool {
        self.open.iter().find(|s| s.number == number).is_some_and(|s| s.orders.send(order).is_ok())
    }

    fn gone(&mut self, number: u64) {
        self.open.retain(|s| s.number != number);
        self.turns.retain(|n| *n != number);
    }
}

impl State {
    /// Hands what waits to the connections in turn.
    pub fn pump(&mut self) {
        let mut sent = Vec::new();
        for delivery in self.model.queue.waiting.iter_mut().filter(|d| d.out.is_none()) {
            let Some(number) = self.sockets.turns.pop_front() else { break };
            self.sockets.turns.push_back(number);
            if self.sockets.order(number, Order::Send(envelope(delivery))) {
                delivery.out = Some((number, Instant::now()));
                sent.push(delivery.clone());
            }
        }
        sent.iter().for_each(|delivery| self.model.goes_out(delivery));
    }

    fn acknowledged(&mut self, ack: &Value) {
        let number = ack["envelope_id"].as_str().and_then(|id| id.rsplit('-').next()?.parse().ok());
        if let Some(delivery) = number.and_then(|number| self.model.queue.done(number)) {
            self.model.was_taken(&delivery, &ack["payload"]);
        }
    }

    /// What is out for too long, on this connection or, if it ended, at all, comes back.
    fn come_back(&mut self, socket: u64, ended: bool) {
        let is_due = |d: &&Delivery| d.out.is_some_and(|(on, at)| on == socket && (ended || at.elapsed() > PATIENCE));
        let due: Vec<u64> = self.model.queue.waiting.iter().filter(is_due).map(|d| d.number).collect();
        let reason = if ended { "connection_failed" } else { "timeout" };
        due.into_iter().for_each(|number| self.model.queue.failed(number, reason));
        if ended {
            self.sockets.gone(socket);
        }
    }
}

fn envelope(delivery: &Delivery) -> String {
    let (kind, takes_answer) = match delivery.kind {
        Sent::Event => ("events_api", false),
        Sent::Command => ("slash_commands", true),
        Sent::Interaction => ("interactive", true),
    };
    let mut envelope = json!({
        "envelope_id": format!("11111111-2222-3333-4444-{:012}", delivery.number),
        "type": kind, "accepts_response_payload": takes_answer, "payload": delivery.payload,
    });
    if delivery.kind == Sent::Event {
        envelope["retry_attempt"] = json!(delivery.attempts);
        envelope["retry_reason"] = json!(delivery.reason);
    }
    envelope.to_string()
}

fn debug_info() -> Value {
    json!({"host": "applink-test", "build_number": 1, "approximate_connection_time": 18_060})
}

#[derive(serde::Deserialize)]
pub struct Ticket {
    ticket: String,
}

/// `GET /link?ticket=…`
pub async fn link(
    Extract(workspace): Extract<Workspace>,
    Query(Ticket { ticket }): Query<Ticket>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let good = workspace.with(|state| {
        let at = state.sockets.tickets.iter().position(|t| *t == ticket);
        at.map(|at| state.sockets.tickets.swap_remove(at)).is_some()
    });
    match good {
        true => upgrade.on_upgrade(|socket| serve(workspace, socket)),
        // Tickets are good for one connection.
        false => (axum::http::StatusCode::NOT_FOUND, "no such ticket").into_response(),
    }
}

async fn serve(workspace: Workspace, mut socket: WebSocket) {
    let Some((number, mut orders)) = workspace.with(|state| state.sockets.accept()) else {
        let full = json!({"type": "disconnect", "reason": "too_many_websockets", "debug_info": debug_info()});
        socket.send(text(full.to_string())).await.ok();
        return;
    };
    let mut ping = tokio::time::interval(PING);
    let mut look = tokio::time::interval(LOOK_AGAIN);
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Send(body)) => {
                    if socket.send(text(body)).await.is_err() {
                        break;
                    }
                }
                Some(Order::Close) => {
                    socket.send(Frame::Close(None)).await.ok();
                    break;
                }
                Some(Order::Freeze) => {
                    workspace.with(|state| state.come_back(number, true));
                    return std::future::pending().await;
                }
                Some(Order::Drop) | None => break,
            },
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(body))) => {
                    let ack = serde_json::from_str(body.as_str()).unwrap_or_default();
                    workspace.with(|state| state.acknowledged(&ack));
                }
                Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
            _ = ping.tick() => {
                socket.send(Frame::Ping(b"Ping from applink-test".as_slice().into())).await.ok();
            }
            _ = look.tick() => workspace.with(|state| state.come_back(number, false)),
        }
    }
    workspace.with(|state| state.come_back(number, true));
}

fn text(body: String) -> Frame {
    Frame::Text(body.into())
}

impl Workspace {
    pub fn sockets(&self) -> usize {
        self.with(|state| state.sockets.open.len())
    }

    /// Tells the `n`th connection that it ends, or, for `"warning"`, that it soon will.
    pub fn disconnect_socket(&self, n: usize, reason: &str) {
        let word = json!({"type": "disconnect", "reason": reason, "debug_info": debug_info()});
        self.with(|state| {
            let number = state.sockets.open.get(n).expect("there are not that many sockets").number;
            state.sockets.order(number, Order::Send(word.to_string()));
            if reason != "warning" {
                state.sockets.order(number, Order::Close);
                // Nothing new goes to it.
                state.sockets.turns.retain(|turn| *turn != number);
            }
        });
    }

    /// Ends every connection without a close frame, as a broken line does.
    pub fn drop_sockets(&self) {
        self.end_all(|| Order::Drop);
    }

    /// Every connection stays open but carries nothing any more, as behind a router that has forgotten it.
    pub fn freeze_sockets(&self) {
        self.end_all(|| Order::Freeze);
    }

    fn end_all(&self, how: impl Fn() -> Order) {
        self.with(|state| {
            state.sockets.turns.clear();
            state.sockets.open.iter().for_each(|s| drop(s.orders.send(how())));
        });
    }

    /// Until everything that was queued is taken.
    pub async fn until_delivered(&self) {
        let since = Instant::now();
        while self.pending() > 0 {
            assert!(since.elapsed() < TOO_LONG, "{} deliveries are not taken", self.pending());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
