//! The process that clears: stands by, leads, and stops when it is told to or when another one leads.

use crate::{
    batch_maker::BatchMaker,
    context::Context,
    driver::Driver,
    failpoint::Hook,
    settlement::Settlement,
    signer::Signer,
    store::{StoreError, leader, leader::Leader},
};
use novate_blobs::{Repair, Replicas, repair::Times};
use sqlx::PgPool;
use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// After a database that could not be asked.
const PAUSE: Duration = Duration::from_millis(500);

/// All that a service needs.
#[derive(Clone)]
pub struct Service {
    /// A database with the schemas of [`crate::store::migrate`] and [`novate_blobs::migrate`].
    pub pool: PgPool,
    /// What it serves.
    pub settlements: Vec<Arc<Settlement>>,
    /// Signs headers.
    pub signer: Arc<dyn Signer>,
    /// Keeps blobs.
    pub blobs: Arc<Replicas>,
    /// [`crate::failpoint::pass`], outside tests.
    pub hook: Hook,
    /// [`crate::context::machine_clock`], outside tests.
    pub clock: fn() -> u64,
}

impl Service {
    /// Leads whenever no other process does, until it is cancelled. Nothing is lost by ending it at any moment.
    pub async fn run(self, cancel: CancellationToken) {
        let repair = Repair::new(self.pool.clone(), Arc::clone(&self.blobs), Times::default());
        let lead = async {
            loop {
                let ended = self.lead(&cancel).await;
                if cancel.is_cancelled() {
                    return;
                }
                if let Err(error) = ended {
                    tracing::warn!(%error, "this process stands by");
                }
                cancel.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            }
        };
        tokio::join!(repair.run(cancel.clone()), lead);
    }

    /// Waits for its turn, and then makes and drives batches until it is cancelled or another process leads.
    async fn lead(&self, cancel: &CancellationToken) -> Result<(), StoreError> {
        let holder = format!("process {} of {}", std::process::id(), hostname());
        let options = self.pool.connect_options();
        let Some(leader) = cancel.run_until_cancelled(Leader::wait(&options, &holder)).await else {
            return Ok(());
        };
        let mut leader = leader?;
        tracing::info!("this process leads");
        metrics::gauge!("novate_clearing_leads").set(1);
        let mut tasks = self.tasks(&leader);
        let mut beat = tokio::time::interval(leader::BEAT);
        let ended = loop {
            tokio::select! {
                () = cancel.cancelled() => break Ok(()),
                _ = beat.tick() => {
                    if let Err(error) = leader.beat().await {
                        break Err(error);
                    }
                }
                Some(ended) = tasks.join_next() => match ended {
                    Ok(replaced) => break Err(replaced),
                    Err(crash) => {
                        tracing::error!(%crash, "a part of the service crashed and begins again; please report this");
                        break Ok(());
                    }
                },
            }
        };
        metrics::gauge!("novate_clearing_leads").set(0);
        // Before the lock is given away, though a later transaction of theirs would be refused.
        tasks.shutdown().await;
        leader.resign().await;
        ended
    }

    fn tasks(&self, leader: &Leader) -> JoinSet<StoreError> {
        let context = Context {
            pool: self.pool.clone(),
            fence: leader.fence(),
            signer: Arc::clone(&self.signer),
            blobs: Arc::clone(&self.blobs),
            hook: self.hook,
            clock: self.clock,
        };
        let mut tasks = JoinSet::new();
        for settlement in &self.settlements {
            let cap = Arc::new(AtomicU64::new(settlement.limits.max_intents));
            let maker = BatchMaker::new(context.clone(), Arc::clone(settlement), Arc::clone(&cap));
            tasks.spawn(maker.run());
            tasks.spawn(Driver::new(context.clone(), Arc::clone(settlement), cap).run());
        }
        tasks
    }
}

fn hostname() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname");
    name.map_or_else(|_| "an unnamed machine".to_owned(), |name| name.trim().to_owned())
}
