//! One batch, from where it is to its end.

use super::{Driver, DriverError};
use crate::{
    alert::Alert,
    chain::{ChainError, SignedBatch},
    failpoint::Point,
    store::{
        Leaves, StoreError,
        batches::{self, Batch, State},
        blobs,
        transactions::{self, Transaction},
    },
};
use novate_netting::leaves::{delta_leaves, item_leaves};
use std::time::{Duration, Instant};

/// The longest pause after errors that follow each other.
const PATIENCE: Duration = Duration::from_secs(30);

/// A batch that is driven.
pub(super) struct Driven {
    pub batch: Batch,
    pub signed: SignedBatch,
    pub transactions: Vec<Transaction>,
    /// The alert that was raised last and still holds.
    pub alert: Option<Alert>,
    /// When another signature was asked for, because the chain did not take the one before.
    pub signed_again: Option<Instant>,
}

/// When to look again.
pub(super) enum Next {
    Now,
    In(Duration),
    Over,
}

impl Driver {
    /// Until the batch is over. Fails only when another process leads.
    pub(super) async fn drive(self, number: i64) -> Result<(), StoreError> {
        let mut driven = None;
        let mut failures = 0;
        loop {
            let pause = match self.step(number, &mut driven).await {
                Ok(Next::Over) => return Ok(()),
                Ok(Next::Now) => Duration::ZERO,
                Ok(Next::In(pause)) => pause,
                Err(DriverError::Store(replaced @ StoreError::Replaced { .. })) => return Err(replaced),
                Err(error) => {
                    failures += 1;
                    // What was known may not be so any more.
                    let before = driven.take();
                    self.report(number, before, &error).await;
                    let pause = self.settlement.pace.poll * 2_u32.saturating_pow(failures);
                    tokio::time::sleep(pause.min(PATIENCE)).await;
                    continue;
                }
            };
            failures = 0;
            tokio::time::sleep(pause).await;
        }
    }

    async fn step(&self, number: i64, driven: &mut Option<Driven>) -> Result<Next, DriverError> {
        let driven = match driven {
            Some(driven) => driven,
            None => match self.load(number).await? {
                Some(loaded) => driven.insert(loaded),
                None => return Ok(Next::Over),
            },
        };
        match driven.batch.state {
            State::Made => self.store_blob(driven).await,
            State::Stored => self.sign(driven).await,
            State::Signed | State::Settled | State::Quarantined => self.apply(driven).await,
            State::Finalized | State::Closed | State::Refused | State::Abandoned => Ok(Next::Over),
        }
    }

    async fn load(&self, number: i64) -> Result<Option<Driven>, DriverError> {
        let Some(batch) = batches::get(&self.context.pool, number).await? else {
            return Ok(None);
        };
        Ok(Some(Driven {
            signed: signed(&batch),
            transactions: transactions::of_batch(&self.context.pool, number).await?,
            batch,
            alert: None,
            signed_again: None,
        }))
    }

    async fn store_blob(&self, driven: &mut Driven) -> Result<Next, DriverError> {
        let Batch { number, header, .. } = &driven.batch;
        let Some(bytes) = blobs::get(&self.context.pool, &header.blob_cid).await? else {
            // One before it was refused, and it with that.
            let now = batches::get(&self.context.pool, *number).await?;
            return match now.is_none_or(|now| now.state.is_over()) {
                true => Ok(Next::Over),
                false => Err(DriverError::Missing {
                    number: *number,
                    what: "blob",
                }),
            };
        };
        let kept = self.context.blobs.put(bytes).await?;
        if kept.cid.to_bytes() != header.blob_cid {
            return Err(DriverError::Missing {
                number: *number,
                what: "blob with the CID that its header names",
            });
        }
        self.context.pass(Point::BlobStored);
        self.change(driven, State::Stored, None).await?;
        self.context.pass(Point::BlobNoted);
        Ok(Next::Now)
    }

    /// In one transaction of its own.
    pub(super) async fn change(
        &self,
        driven: &mut Driven,
        to: State,
        reason: Option<&str>,
    ) -> Result<(), DriverError> {
        let mut tx = self.context.begin().await?;
        batches::change(&mut tx, driven.batch.number, driven.batch.state, to, reason).await?;
        tx.commit().await?;
        driven.became(to, reason);
        Ok(())
    }

    /// Says what a batch waits for, and raises an alert about it once.
    pub(super) async fn wait_for(
        &self,
        driven: &mut Driven,
        alert: Option<Alert>,
        reason: Option<&str>,
    ) -> Result<(), DriverError> {
        if let (Some(alert), Some(reason)) = (alert, reason)
            && driven.alert != Some(alert)
        {
            alert.raise(&self.settlement.name, Some(driven.batch.number), reason);
        }
        driven.alert = alert;
        if driven.batch.reason.as_deref() != reason {
            let mut tx = self.context.begin().await?;
            batches::explain(&mut tx, driven.batch.number, reason).await?;
            tx.commit().await?;
            driven.batch.reason = reason.map(str::to_owned);
        }
        Ok(())
    }

    async fn report(&self, number: i64, driven: Option<Driven>, error: &DriverError) {
        let name = &self.settlement.name;
        tracing::warn!(settlement = name, batch = number, %error, "a batch gets no further for now");
        let alert = match error {
            DriverError::Chain(ChainError::Payer { .. }) => Alert::Payer,
            DriverError::Chain(ChainError::Rejected { .. }) => Alert::Failing,
            DriverError::Blob(_) => Alert::Blob,
            DriverError::Missing { .. } => Alert::Failing,
            DriverError::Store(_) | DriverError::Chain(_) | DriverError::Signer(_) => return,
        };
        // It is read anew at the next attempt, so what was said last time is found in its row.
        let reason = error.to_string();
        let said = driven.is_some_and(|driven| driven.batch.reason.as_deref() == Some(reason.as_str()));
        if said {
            return;
        }
        alert.raise(name, Some(number), &reason);
        let explained = async {
            let mut tx = self.context.begin().await?;
            batches::explain(&mut tx, number, Some(&reason)).await?;
            Ok::<_, StoreError>(tx.commit().await?)
        };
        if let Err(error) = explained.await {
            tracing::warn!(batch = number, %error, "and that cannot be noted");
        }
    }
}

impl Driven {
    /// As the row that was just written.
    pub(super) fn became(&mut self, state: State, reason: Option<&str>) {
        tracing::info!(batch = self.batch.number, from = %self.batch.state, to = %state, reason, "a batch gets further");
        self.batch.state = state;
        self.batch.reason = reason.map(str::to_owned);
        self.alert = None;
    }
}

/// As the chain takes it; without the signature as long as there is none.
fn signed(batch: &Batch) -> SignedBatch {
    let Leaves { deltas, items } = &batch.leaves;
    SignedBatch {
        header: batch.header,
        deltas: delta_leaves(deltas),
        items: item_leaves(items),
        item_sessions: items.iter().map(|moved| moved.session).collect(),
        signature: batch.signature.clone().unwrap_or_default(),
    }
}
