//! Requests as bytes, made beforehand, and connections that stay open: so that what sends the load takes as little as
//! it can of the cores that it shares with what is measured.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Connection { stream, answer: Vec::new() }
    }

    /// Returns once it is acknowledged.
    pub async fn send(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("to send");
        self.answer.clear();
        while !is_whole(&self.answer) {
            let read = self.stream.read_buf(&mut self.answer).await.expect("an answer");
            assert!(read > 0, "the connection was closed");
        }
        let answer = String::from_utf8_lossy(&self.answer);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|w| w == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|l| l.parse().ok()).expect("a length");
    answer.len() >= end + 4 + length
}

/// All of these, over so many connections, each of which sends the next once the last is acknowledged. How long it
/// took.
pub async fn send_all(address: SocketAddr, requests: Vec<Vec<u8>>, connections: usize) -> Duration {
    let mut shares: Vec<Vec<Vec<u8>>> = (0..connections).map(|_| Vec::new()).collect();
    for (n, request) in requests.into_iter().enumerate() {
        shares[n % connections].push(request);
    }
    let mut ready = Vec::new();
    for share in shares {
        ready.push((Connection::open(address).await, share));
    }
    let began = Instant::now();
    let senders = ready.into_iter().map(|(mut connection, share)| {
        tokio::spawn(async move {
            for request in share {
                connection.send(&request).await;
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("a sender");
    }
    began.elapsed()
}
