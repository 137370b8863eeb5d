//! Asking nodes: with a time limit, not without end, and without telling strangers what a node or its URL says.

use super::GrantError;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::{fmt::Display, future::IntoFuture, num::NonZeroU32, sync::Arc, time::Duration};

/// How long a node may take to answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
/// Requests of strangers that lead to a node, a second and at once; each asks it up to ten things.
const RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);

/// How often nodes are asked for strangers, by this process and for one settlement.
#[derive(Clone)]
pub(super) struct Bucket(Arc<DefaultDirectRateLimiter>);

impl Bucket {
    pub(super) fn new() -> Self {
        let quota = Quota::per_second(RATE).allow_burst(BURST);
        Self(Arc::new(RateLimiter::direct(quota)))
    }

    /// To be asked before a node is.
    pub(super) fn take(&self) -> Result<(), GrantError> {
        self.0.check().map_err(|_| GrantError::Busy)
    }
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bucket")
    }
}

/// What the node answers, in time.
pub(super) async fn asked<T, E: Display>(
    question: impl IntoFuture<Output = Result<T, E>>,
) -> Result<T, GrantError> {
    in_time(question).await?.map_err(unavailable)
}

/// What the node answers in time, be it an error.
pub(super) async fn in_time<T>(question: impl IntoFuture<Output = T>) -> Result<T, GrantError> {
    let answer = tokio::time::timeout(TIMEOUT, question.into_future()).await;
    answer.map_err(|_| unavailable("no answer within 10 seconds"))
}

/// The log has the cause: it may name the node's URL, which may hold a key.
pub(super) fn unavailable(cause: impl Display) -> GrantError {
    tracing::warn!(%cause, "a node cannot be asked about a grant");
    GrantError::Unavailable
}
