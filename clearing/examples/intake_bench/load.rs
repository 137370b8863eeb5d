//! Senders: HTTP requests as bytes made beforehand, over plain connections, so that they cost next to nothing.

use crate::sign::Written;
use anyhow::{Context, Result, ensure};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// A request, and how many intents are in it.
pub struct Request {
    bytes: Vec<u8>,
    intents: usize,
}

/// By connection, requests of `size` intents in their order.
pub fn bodies(written: &[Written], size: usize, connections: usize) -> Vec<Vec<Request>> {
    let of = |connection: usize| {
        let lines: Vec<&str> = written
            .iter()
            .filter(|one| one.connection == connection)
            .map(|one| one.line.as_str())
            .collect();
        lines.chunks(size).map(request).collect()
    };
    (0..connections).map(of).collect()
}

fn request(lines: &[&str]) -> Request {
    let body = lines.join("\n");
    let head = format!(
        "POST /api/intents HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    Request {
        bytes: [head, body].concat().into_bytes(),
        intents: lines.len(),
    }
}

/// Every connection sends as fast as it is answered.
pub async fn saturate(address: SocketAddr, bodies: Vec<Vec<Request>>) -> Result<Duration> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for requests in bodies {
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            for request in &requests {
                connection.send(request).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(begun.elapsed())
}

/// Bodies are due at `rate` intents a second whatever the answers take; what is late is late for those after it, too.
pub async fn pace(address: SocketAddr, bodies: Vec<Vec<Request>>, rate: f64) -> Result<Vec<Duration>> {
    let connections = bodies.len();
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for (at, requests) in bodies.into_iter().enumerate() {
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut latencies = Vec::with_capacity(requests.len());
            for (n, request) in requests.iter().enumerate() {
                let before = (n * connections + at) * request.intents;
                let due = begun + Duration::from_secs_f64(before as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                connection.send(request).await?;
                latencies.push(due.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    Ok(latencies)
}

struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: Vec::new(),
        })
    }

    /// Every intent must be accepted.
    async fn send(&mut self, request: &Request) -> Result<()> {
        self.stream.write_all(&request.bytes).await?;
        self.answer.clear();
        let (head, length) = loop {
            ensure!(
                self.stream.read_buf(&mut self.answer).await? > 0,
                "the connection ended"
            );
            if let Some(end) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.answer[..end])?.to_ascii_lowercase();
                let length = head
                    .split("content-length: ")
                    .nth(1)
                    .and_then(|rest| rest.lines().next());
                break (
                    end + 4,
                    length.context("an answer without a length")?.parse::<usize>()?,
                );
            }
        };
        while self.answer.len() < head + length {
            ensure!(
                self.stream.read_buf(&mut self.answer).await? > 0,
                "the connection ended"
            );
        }
        let text = String::from_utf8_lossy(&self.answer);
        let accepted = text.matches("\"accepted\"").count();
        ensure!(
            accepted == request.intents,
            "{accepted} of {} accepted: {text:.300}",
            request.intents
        );
        Ok(())
    }
}
