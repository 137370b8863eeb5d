//! Wakes the source at every new head, by a `newHeads` subscription. Only a wake: what there is to read is always asked for
//! from the cursor on, so a notification that is lost, doubled or false costs time at most.

use crate::source::SourceError;
use alloy::{
    network::Ethereum,
    providers::{Provider, ProviderBuilder, WsConnect},
    transports::http::reqwest,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Notify, task::JoinHandle, time::timeout};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Until the next attempt after the subscription ended. Polling bridges it.
const PAUSE: Duration = Duration::from_secs(2);

/// Listens in the background until dropped.
#[derive(Debug)]
pub struct Wake {
    news: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Wake {
    /// Must be called within a Tokio runtime.
    pub fn start(network: &str, ws: &str) -> Result<Self, SourceError> {
        let url: reqwest::Url = ws
            .parse()
            .map_err(|e| SourceError::Fatal(format!("{ws:?} is not a WebSocket URL: {e}")))?;
        let news = Arc::new(Notify::new());
        let (network, heard) = (network.to_owned(), news.clone());
        let task = tokio::spawn(async move {
            loop {
                if let Err(reason) = listen(&url, &heard).await {
                    // Its text may hold the URL, and that a key.
                    let reason = reason.replace(url.as_str(), &url.origin().ascii_serialization());
                    tracing::debug!(network, reason, "no subscription to new heads, polling only");
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        Ok(Self { news, task })
    }

    /// Resolves at the next new head, at once when there was one since the last call.
    pub async fn heard(&self) {
        self.news.notified().await;
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(url: &reqwest::Url, heard: &Notify) -> Result<(), String> {
    let connecting = ProviderBuilder::<_, _, Ethereum>::default()
        .connect_ws(WsConnect::new(url.as_str()).with_max_retries(0));
    let provider = timeout(CONNECT_TIMEOUT, connecting)
        .await
        .map_err(|_| "no connection in time".to_owned())?;
    let provider = provider.map_err(|e| e.to_string())?;
    // Untyped: headers of many chains have fields of their own.
    let heads = provider
        .subscribe::<_, serde_json::Value>(("newHeads",))
        .await
        .map_err(|e| e.to_string())?;
    let mut heads = heads.into_stream();
    while futures_util::StreamExt::next(&mut heads).await.is_some() {
        heard.notify_one();
    }
    Ok(())
}
