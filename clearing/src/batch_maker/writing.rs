//! What a window leaves behind, all in one transaction: the batch with its blob and outcomes, what waits on, and the cursor.

use super::{BatchMaker, Made, MakerError, reading::Closed};
use crate::store::{Leaves, batches, blobs, outcomes, settlements};
use novate_blobs::cid_of;

impl BatchMaker {
    pub(super) async fn write(&self, closed: &Closed) -> Result<Made, MakerError> {
        let Closed {
            cursor,
            next_sequence,
            first,
            last,
            sealed,
            filled,
            ended,
            open,
        } = closed;
        let id = self.settlement.id;
        let ended_seqs: Vec<i64> = ended.iter().map(|(seq, _)| *seq).collect();
        let mut tx = self.context.begin().await?;
        settlements::move_cursor(&mut tx, id, *cursor, *last).await?;
        // The row of the settlement is ours until the end of the transaction.
        if settlements::position(&mut tx, id).await?.next_sequence != *next_sequence {
            return Err(MakerError::Refused);
        }
        outcomes::carry(&mut tx, id, open, &ended_seqs).await?;
        if ended.is_empty() {
            tx.commit().await?;
            return Ok(Made::Carried);
        }
        if *first {
            // From now on no batch may be on chain that is not here.
            settlements::skip_to(&mut tx, id, sealed.header.sequence).await?;
        }
        let leaves = Leaves::from(sealed);
        let batch = batches::NewBatch {
            settlement: id,
            header: &sealed.header,
            leaves: &leaves,
            filled: *filled,
        };
        let number = batches::insert(&mut tx, batch).await?;
        outcomes::insert(&mut tx, number, ended).await?;
        blobs::insert(&mut tx, &sealed.cid, &sealed.bytes).await?;
        // From now on the blob's copies are looked after, whatever becomes of this process.
        novate_blobs::track(&mut tx, &cid_of(&sealed.bytes)?, sealed.bytes.len() as u64, false).await?;
        tx.commit().await?;
        tracing::info!(
            settlement = self.settlement.name,
            batch = number,
            sequence = sealed.header.sequence,
            intents = ended.len(),
            filled,
            deltas = sealed.deltas.len(),
            items = sealed.items.len(),
            open = open.len(),
            "a window is closed"
        );
        Ok(Made::Batch { number })
    }
}
