//! The signature of a batch's header.

use super::{
    Driver, DriverError, Verdict,
    batch::{Driven, Next},
    verdict,
};
use crate::{
    alert::Alert,
    failpoint::Point,
    signer::SignerError,
    store::{
        batches::{self, State},
        blobs, outcomes, settlements,
    },
};
use novate_bindings::icp::{BatchRequest, Refusal};
use novate_protocol::{batch::BatchHeader, keccak::keccak256};
use std::sync::atomic::Ordering;

/// The signer's request id of a batch. It names the header to the byte, so asking again, also by another process, is asking for
/// the same signature.
pub fn request_id(header: &BatchHeader) -> [u8; 32] {
    keccak256(&[b"novate clearing batch", &header.solana_message()])
}

impl Driver {
    pub(super) async fn sign(&self, driven: &mut Driven) -> Result<Next, DriverError> {
        let pace = &self.settlement.pace;
        let Some(turn) = batches::turn_to_sign(&self.context.pool, &driven.batch).await? else {
            // The signer has refused a batch before this one for good, and this one with it.
            return Ok(Next::Over);
        };
        if !turn {
            return Ok(Next::In(pace.poll));
        }
        let header = driven.batch.header;
        let id = request_id(&header);
        let (deltas, items) = (&driven.signed.deltas, &driven.signed.items);
        let request = BatchRequest::new(id, self.settlement.signer_chain(), &header, deltas, items);
        match self.context.signer.sign_batch(request).await {
            Ok(signed) => {
                self.context.pass(Point::Signed);
                let signature = signed.signature.into_vec();
                let mut tx = self.context.begin().await?;
                batches::sign(&mut tx, driven.batch.number, &signature).await?;
                batches::change(&mut tx, driven.batch.number, State::Stored, State::Signed, None).await?;
                tx.commit().await?;
                self.context.pass(Point::SignatureWritten);
                driven.batch.signature = Some(signature.clone());
                driven.signed.signature = signature;
                driven.became(State::Signed, None);
                self.allow_larger();
                Ok(Next::Now)
            }
            Err(SignerError::Refused(refusal)) => self.refused(driven, id, &refusal).await,
            Err(large @ SignerError::TooLarge { .. }) => {
                self.net_again(driven, None, true, &large.to_string()).await
            }
            Err(unavailable) => Err(unavailable.into()),
        }
    }

    async fn refused(
        &self,
        driven: &mut Driven,
        id: [u8; 32],
        refusal: &Refusal,
    ) -> Result<Next, DriverError> {
        let pace = &self.settlement.pace;
        let reason = format!("the signer refuses: {refusal}");
        match verdict(refusal) {
            Verdict::Soon => {
                self.wait_for(driven, None, Some(&reason)).await?;
                Ok(Next::In(pace.poll * 4))
            }
            Verdict::Net { from, smaller } if !self.context.signer.accepted(id).await? => {
                self.net_again(driven, from, smaller, &reason).await
            }
            Verdict::Later | Verdict::Net { .. } => {
                self.wait_for(driven, Some(Alert::Refused), Some(&reason)).await?;
                Ok(Next::In(pace.slow))
            }
        }
    }

    /// The signer takes this batch never.
    async fn net_again(
        &self,
        driven: &mut Driven,
        from: Option<u64>,
        smaller: bool,
        reason: &str,
    ) -> Result<Next, DriverError> {
        Alert::Refused.raise(&self.settlement.name, Some(driven.batch.number), reason);
        if smaller {
            let intents = u64::from(driven.batch.header.intent_count);
            self.cap.store((intents / 2).max(1), Ordering::Relaxed);
        }
        self.context.pass(Point::RefusalSeen);
        self.refuse(driven, from, reason).await?;
        self.context.pass(Point::RefusalNoted);
        Ok(Next::Over)
    }

    /// Gives up this batch and those after it, which nobody can have signed, as the signer takes them in their order. Their
    /// intents wait for others, and their sequences are free.
    async fn refuse(&self, driven: &mut Driven, from: Option<u64>, reason: &str) -> Result<(), DriverError> {
        let (settlement, sequence) = (self.settlement.id, driven.batch.header.sequence);
        let mut tx = self.context.begin().await?;
        // No batch is made meanwhile: it would come after sequences that are free then.
        settlements::lock(&mut tx, settlement).await?;
        for (number, state) in batches::unsigned_from(&mut tx, settlement, sequence).await? {
            batches::change(&mut tx, number, state, State::Refused, Some(reason)).await?;
            outcomes::requeue(&mut tx, number, self.context.now(), &[], 0).await?;
            blobs::delete(&mut tx, number).await?;
        }
        if let Some(sequence) = from {
            settlements::skip_to(&mut tx, settlement, sequence).await?;
        }
        tx.commit().await?;
        driven.became(State::Refused, Some(reason));
        Ok(())
    }

    /// After a batch that was too large they grow again, slowly, so that few are refused.
    fn allow_larger(&self) {
        let most = self.settlement.limits.max_intents;
        let grow = |cap: u64| Some(cap.saturating_add(cap / 8 + 1).min(most));
        let grown = self.cap.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grow);
        // The closure never declines.
        grown.ok();
    }
}
