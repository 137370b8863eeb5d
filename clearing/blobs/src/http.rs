//! HTTP with everything limited that the other side decides: time to connect, redirects and length.

use crate::StoreError;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, redirect::Policy};
use serde::de::DeserializeOwned;
use std::{error::Error, time::Duration};

const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Most bytes of an answer that is no blob.
const MAX_ANSWER: usize = 256 * 1024;
/// Most characters of a refusal that go into an error.
const MAX_REASON: usize = 300;

/// A client of one store.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    pub client: Client,
    pub store: String,
    /// Most bytes of a blob.
    pub limit: usize,
}

impl Http {
    /// Follows at most `redirects`. Compression is off, so that what is counted is what was sent.
    pub fn new(store: &str, limit: usize, redirects: usize) -> Result<Self, StoreError> {
        let policy = match redirects {
            0 => Policy::none(),
            most => Policy::limited(most),
        };
        let client = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .redirect(policy)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .user_agent(concat!("novate/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| StoreError::Config(format!("{store}: no HTTP client: {e}")))?;
        let store = store.to_owned();
        Ok(Self { client, store, limit })
    }

    pub fn failed(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Failed {
            store: self.store.clone(),
            reason: reason.into(),
        }
    }

    /// Sends it; any status is an answer.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, StoreError> {
        request.send().await.map_err(|e| self.broken(e))
    }

    /// At most `limit` bytes of a body, counted as they come.
    async fn at_most(&self, mut response: Response, limit: usize) -> Result<Vec<u8>, StoreError> {
        let too_large = || StoreError::TooLarge {
            store: self.store.clone(),
            limit,
        };
        let announced = response.content_length().unwrap_or(0);
        if announced > limit as u64 {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.broken(e))? {
            if chunk.len() > limit - bytes.len() {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// The blob that a response is.
    pub async fn blob(&self, response: Response) -> Result<Vec<u8>, StoreError> {
        self.at_most(response, self.limit).await
    }

    /// The JSON that a response is.
    pub async fn json<T: DeserializeOwned>(&self, response: Response) -> Result<T, StoreError> {
        let bytes = self.at_most(response, MAX_ANSWER).await?;
        serde_json::from_slice(&bytes).map_err(|e| {
            let start = start_of(&bytes);
            self.failed(format!("its answer is not understood ({e}): {start}"))
        })
    }

    /// The status of a refusal and the start of what it says.
    pub async fn refusal(&self, response: Response) -> (StatusCode, String) {
        let status = response.status();
        let bytes = self.at_most(response, MAX_ANSWER).await.unwrap_or_default();
        (status, start_of(&bytes))
    }

    /// An error for a refusal.
    pub async fn refused(&self, response: Response) -> StoreError {
        let (status, said) = self.refusal(response).await;
        self.failed(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                format!("{status}: {said} (check its credentials)")
            }
            StatusCode::PAYMENT_REQUIRED => format!("{status}: {said} (top up its account)"),
            _ => format!("{status}: {said}"),
        })
    }

    /// What reqwest says, without the address: that of a bucket holds a signature.
    fn broken(&self, error: reqwest::Error) -> StoreError {
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            reason = format!("{reason}: {inner}");
            cause = inner.source();
        }
        self.failed(reason)
    }
}

/// `base` with more path; a base may have a path of its own.
pub(crate) fn join(base: &Url, more: &[&str]) -> Result<Url, StoreError> {
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut segments) => {
            segments.pop_if_empty().extend(more);
        }
        Err(()) => return Err(StoreError::Config(format!("{base} is no address of a server"))),
    }
    Ok(url)
}

/// For people to read: no control characters, not long.
fn start_of(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean.take(MAX_REASON).collect::<String>().trim().to_owned()
}
