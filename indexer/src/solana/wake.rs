//! Tells the source as soon as the program is mentioned, by `logsSubscribe` of what is only processed: its
//! slot will be confirmed any moment, so the source looks more often until it is. What there is to read is
//! always asked for from the cursor on, so a notification that is lost, doubled or of a fork costs time at
//! most.

use super::rpc::endpoint;
use crate::source::SourceError;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, task::JoinHandle, time::timeout};
use tokio_tungstenite::{connect_async, tungstenite::Message};

/// A connection that is silent for this long is asked for a sign of life, and dropped when it gives none.
const SILENCE: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Listens in the background until dropped.
#[derive(Debug)]
pub struct Wake {
    news: Arc<News>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct News {
    notify: Notify,
    slot: AtomicU64,
}

impl Wake {
    /// Must be called within a Tokio runtime.
    pub fn start(ws: &str, program: &str) -> Result<Self, SourceError> {
        let url: reqwest::Url = ws
            .parse()
            .map_err(|e| SourceError::Fatal(format!("{ws:?} is not a WebSocket URL: {e}")))?;
        if !matches!(url.scheme(), "ws" | "wss") {
            return Err(SourceError::Fatal(format!(
                "{ws:?} is not a WebSocket URL: it must begin with ws: or wss:"
            )));
        }
        let news = Arc::new(News::default());
        let task = tokio::spawn(listen(url, program.to_owned(), news.clone()));
        Ok(Self { news, task })
    }

    /// Resolves when something was heard since the last call.
    pub async fn heard(&self) {
        self.news.notify.notified().await;
    }

    /// The newest slot that was heard of.
    pub fn slot(&self) -> u64 {
        self.news.slot.load(Ordering::Acquire)
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(url: reqwest::Url, program: String, news: Arc<News>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let reason = match subscription(&url, &program, &news, &mut pause).await {
            Ok(()) => "closed by the node".to_owned(),
            Err(reason) => reason,
        };
        tracing::warn!(
            endpoint = endpoint(&url),
            reason,
            "no log subscription; polling goes on"
        );
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn subscription(
    url: &reqwest::Url,
    program: &str,
    news: &News,
    pause: &mut Duration,
) -> Result<(), String> {
    let connecting = timeout(SILENCE, connect_async(url.as_str())).await;
    let (mut socket, _) = connecting
        .map_err(|_| "no connection in time")?
        .map_err(|e| e.to_string())?;
    let request = json!({
        "jsonrpc": "2.0", "id": 1, "method": "logsSubscribe",
        "params": [{ "mentions": [program] }, { "commitment": "processed" }],
    });
    socket
        .send(Message::text(request.to_string()))
        .await
        .map_err(|e| e.to_string())?;
    let mut asked = false;
    loop {
        let message = match timeout(SILENCE, socket.next()).await {
            Ok(Some(message)) => message.map_err(|e| e.to_string())?,
            Ok(None) => return Ok(()),
            Err(_) if asked => return Err("silent".into()),
            Err(_) => {
                socket
                    .send(Message::Ping(Vec::new().into()))
                    .await
                    .map_err(|e| e.to_string())?;
                asked = true;
                continue;
            }
        };
        asked = false;
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).map_err(|e| format!("not JSON: {e}"))?;
        if let Some(error) = message.get("error") {
            return Err(format!("refused: {error}"));
        }
        // The confirmation of the subscription counts as news: something may have come before it.
        *pause = FIRST_PAUSE;
        if let Some(slot) = message
            .pointer("/params/result/context/slot")
            .and_then(Value::as_u64)
        {
            news.slot.fetch_max(slot, Ordering::AcqRel);
        }
        news.notify.notify_one();
    }
}
