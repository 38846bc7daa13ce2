//! Somebody with another client than the Rust one, in a process of its own: see `client.py`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use serde_json::{Value, json};

use crate::matrix::homeserver::{Homeserver, PASSWORD};
use crate::support::elsewhere::by_room;
use crate::support::wait::until;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/stories/matrix/second_client/client.py");

pub struct SecondClient {
    process: Child,
    orders: ChildStdin,
    answers: Receiver<String>,
}

impl SecondClient {
    pub async fn arrives(homeserver: &Homeserver, name: &str) -> SecondClient {
        homeserver.register(name).await;
        let python = "FIREBELL_TEST_SYNAPSE_PYTHON";
        let python = std::env::var(python).unwrap_or_else(|_| panic!("{python} is not set: use tests/run"));
        let mut command = Command::new(python);
        command.arg(SCRIPT).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("another client");
        let (orders, said) = (process.stdin.take().expect("its input"), process.stdout.take().expect("its output"));
        let (send, answers) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(said).lines();
            lines.map_while(Result::ok).take_while(|line| send.send(line.clone()).is_ok()).for_each(drop);
        });
        let mut client = SecondClient { process, orders, answers };
        let user = homeserver.user_id(name);
        client.asks(json!({ "do": "is", "homeserver": homeserver.url, "user": user, "password": PASSWORD })).await;
        client
    }

    pub async fn joins(&mut self, room: &str) {
        self.asks(json!({ "do": "joins", "room": room })).await;
    }

    /// Goes where it was asked in: how many rooms those are.
    pub async fn comes_in(&mut self) -> i64 {
        self.asks(json!({ "do": "comes_in" })).await.as_i64().expect("a number")
    }

    /// Whether it was encrypted.
    pub async fn says(&mut self, room: &str, text: &str) -> bool {
        self.asks(json!({ "do": "says", "room": room, "text": text })).await["encrypted"] == true
    }

    /// What is new, a line a message: its plain text, and nothing else of it.
    pub async fn reads(&mut self) -> String {
        let read = self.asks(json!({ "do": "reads" })).await;
        let line = |message: &Value| {
            let of = |key: &str| message[key].as_str().unwrap_or_default();
            let thread = if message["in_thread"] == true { " [in thread]" } else { "" };
            format!("#{} {}{thread}: {}", of("room"), of("by"), of("body").replace('\n', "\n    "))
        };
        by_room(read.as_array().expect("messages").iter().map(line).collect())
    }

    async fn asks(&mut self, what: Value) -> Value {
        writeln!(self.orders, "{what}").expect("it lives");
        let answer = until("the other client's answer", async || match self.answers.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => panic!("the other client has ended at {what}"),
        });
        let answer: Value = serde_json::from_str(&answer.await).expect("JSON");
        assert!(answer["error"].is_null(), "the other client: {}", answer["error"]);
        answer["ok"].clone()
    }
}

impl Drop for SecondClient {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
