//! What everything that the leader does has in common.

use crate::{
    failpoint::{Hook, Point},
    signer::Signer,
    store::{StoreError, leader::Fence},
};
use novate_blobs::Replicas;
use sqlx::{PgPool, Postgres, Transaction};
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// Shared by the batch makers and drivers of one leader.
#[derive(Clone)]
pub struct Context {
    /// Where everything is written down.
    pub pool: PgPool,
    /// Proof of leadership.
    pub fence: Fence,
    /// Signs headers.
    pub signer: Arc<dyn Signer>,
    /// Keeps blobs.
    pub blobs: Arc<Replicas>,
    /// For tests.
    pub hook: Hook,
    /// The service's clock, in Unix seconds.
    pub clock: fn() -> u64,
}

impl Context {
    /// A transaction of the leader.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] when there is another one.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        self.fence.begin(&self.pool).await
    }

    pub(crate) fn pass(&self, point: Point) {
        (self.hook)(point);
    }

    pub(crate) fn now(&self) -> u64 {
        (self.clock)()
    }
}

/// The machine's clock, in Unix seconds.
pub fn machine_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
