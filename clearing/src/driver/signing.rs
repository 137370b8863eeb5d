//! The signature of a batch's header.

use super::{
    Driver, DriverError, Unwanted, Verdict,
    batch::{Driven, Next},
    unwanted::{givers, of_givers, unwanted},
    verdict,
};
use crate::{
    alert::Alert,
    chain::SignedBatch,
    failpoint::Point,
    signer::SignerError,
    store::{
        batches::{self, State},
        blobs,
        outcomes::{self, Hold},
        settlements,
    },
};
use novate_bindings::icp::{BatchRequest, Refusal};
use novate_protocol::{batch::BatchHeader, keccak::keccak256};
use sqlx::PgConnection;
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

/// Intents that the signer refuses by its policy wait for a day: only its administrator changes that.
const UNWANTED_SECONDS: u64 = 86_400;

/// Which intents of a refused batch wait for longer.
#[derive(Clone, Copy)]
enum Held<'a> {
    Nobody,
    /// Those of all who give something.
    Givers,
    Unwanted(&'a Unwanted),
}

/// The signer's request id of a batch. It names the header to the byte, so asking again, also by another process, is asking for
/// the same signature.
pub fn request_id(header: &BatchHeader) -> [u8; 32] {
    keccak256(&[b"novate clearing batch", &header.solana_message()])
}

/// The request id of another signature of the same header, in place of one that the chain does not take.
fn replacing_id(header: &BatchHeader, signature: &[u8]) -> [u8; 32] {
    keccak256(&[
        b"novate clearing batch again",
        &header.solana_message(),
        signature,
    ])
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
            Err(large @ SignerError::TooLarge { .. }) => self.net_smaller(driven, &large.to_string()).await,
            Err(unavailable) => Err(unavailable.into()),
        }
    }

    /// Asks for the signature of the same header by the key that counts now: the authority may have changed since it was signed.
    pub(super) async fn sign_again(&self, driven: &mut Driven, refused: &str) -> Result<Next, DriverError> {
        let pace = &self.settlement.pace;
        let reason = format!("the chain does not take its signature: {refused}");
        self.wait_for(driven, Some(Alert::Failing), Some(&reason)).await?;
        // Every signature is charged.
        let pause = Duration::from_secs(pace.hold_seconds);
        if driven.signed_again.is_some_and(|asked| asked.elapsed() < pause) {
            return Ok(Next::In(pace.slow));
        }
        let header = driven.batch.header;
        let id = replacing_id(&header, &driven.signed.signature);
        let (deltas, items) = (&driven.signed.deltas, &driven.signed.items);
        let request = BatchRequest::new(id, self.settlement.signer_chain(), &header, deltas, items);
        let signature = match self.context.signer.sign_batch(request).await {
            Ok(signed) => signed.signature.into_vec(),
            Err(SignerError::Refused(refusal)) => {
                let reason = format!("{reason}; and the signer refuses another one: {refusal}");
                self.wait_for(driven, Some(Alert::Refused), Some(&reason)).await?;
                return Ok(Next::In(pace.slow));
            }
            Err(unavailable) => return Err(unavailable.into()),
        };
        let mut tx = self.context.begin().await?;
        batches::sign(&mut tx, driven.batch.number, &signature).await?;
        tx.commit().await?;
        tracing::info!(batch = driven.batch.number, "a batch has another signature");
        driven.signed_again = Some(Instant::now());
        driven.batch.signature = Some(signature.clone());
        driven.signed.signature = signature;
        Ok(Next::In(pace.poll))
    }

    async fn refused(
        &self,
        driven: &mut Driven,
        id: [u8; 32],
        refusal: &Refusal,
    ) -> Result<Next, DriverError> {
        let pace = &self.settlement.pace;
        let reason = format!("the signer refuses: {refusal}");
        let verdict = verdict(refusal);
        let is_final = matches!(verdict, Verdict::Net { .. } | Verdict::Without(_));
        if is_final && !self.context.signer.accepted(id).await? {
            return match verdict {
                Verdict::Without(unwanted) => self.net_without(driven, &unwanted, &reason).await,
                Verdict::Net { smaller: true } => self.net_smaller(driven, &reason).await,
                _ => self.refuse(driven, Held::Nobody, &reason).await,
            };
        }
        if verdict == Verdict::Soon {
            self.wait_for(driven, None, Some(&reason)).await?;
            return Ok(Next::In(pace.poll * 4));
        }
        let reason = match refusal {
            Refusal::OutOfTurn { expected, given } if expected > given => format!(
                "{reason}; the signer has signed sequence {given} for a batch that this database does not have: restore the \
                 database, or register the settlement anew"
            ),
            _ => reason,
        };
        self.wait_for(driven, Some(Alert::Refused), Some(&reason)).await?;
        Ok(Next::In(pace.slow))
    }

    /// Nets it again in parts. What cannot be made smaller waits, so that the others go on.
    async fn net_smaller(&self, driven: &mut Driven, reason: &str) -> Result<Next, DriverError> {
        let is_smallest = self.cap.load(Ordering::Relaxed) <= 1 && givers(&driven.signed).len() <= 1;
        if is_smallest || driven.batch.header.intent_count <= 1 {
            return self.refuse(driven, Held::Givers, reason).await;
        }
        self.shrink(driven);
        self.refuse(driven, Held::Nobody, reason).await
    }

    /// Nets it again without those intents; in parts, if they are too much only together.
    async fn net_without(
        &self,
        driven: &mut Driven,
        what: &Unwanted,
        reason: &str,
    ) -> Result<Next, DriverError> {
        let mut db = self.context.pool.acquire().await?;
        let intents = outcomes::intents(&mut db, driven.batch.number).await?;
        drop(db);
        let is_named = !unwanted(what, &driven.signed, &intents).is_empty();
        match what {
            Unwanted::Above { .. } if !is_named => self.net_smaller(driven, reason).await,
            _ if is_named => self.refuse(driven, Held::Unwanted(what), reason).await,
            // It follows from them somehow.
            _ => self.refuse(driven, Held::Givers, reason).await,
        }
    }

    /// Gives up this batch, which the signer takes never, and those after it, which nobody can have signed, as the signer takes
    /// them in their order. Their intents wait for others, and their sequences are free.
    async fn refuse(&self, driven: &mut Driven, held: Held<'_>, reason: &str) -> Result<Next, DriverError> {
        Alert::Refused.raise(&self.settlement.name, Some(driven.batch.number), reason);
        self.context.pass(Point::RefusalSeen);
        let (settlement, sequence) = (self.settlement.id, driven.batch.header.sequence);
        let mut tx = self.context.begin().await?;
        // No batch is made meanwhile: it would come after sequences that are free then.
        settlements::lock(&mut tx, settlement).await?;
        for (number, state) in batches::unsigned_from(&mut tx, settlement, sequence).await? {
            batches::change(&mut tx, number, state, State::Refused, Some(reason)).await?;
            let is_this = number == driven.batch.number;
            let intents = self.held(&mut tx, number, &driven.signed, held, is_this).await?;
            let hold = Hold {
                intents: &intents,
                seconds: match held {
                    Held::Unwanted(what) if !matches!(what, Unwanted::Above { .. }) => UNWANTED_SECONDS,
                    _ => self.settlement.pace.hold_seconds,
                },
                ..Hold::default()
            };
            outcomes::requeue(&mut tx, number, self.context.now(), hold).await?;
            blobs::delete(&mut tx, number).await?;
        }
        tx.commit().await?;
        driven.became(State::Refused, Some(reason));
        self.context.pass(Point::RefusalNoted);
        Ok(Next::Over)
    }

    /// Those intents of a batch that wait for longer.
    async fn held(
        &self,
        db: &mut PgConnection,
        number: i64,
        refused: &SignedBatch,
        held: Held<'_>,
        is_refused: bool,
    ) -> Result<Vec<i64>, DriverError> {
        Ok(match held {
            Held::Unwanted(what @ (Unwanted::Asset(_) | Unwanted::Collection(_))) => {
                // Batches after it would be refused for the same, one by one.
                unwanted(what, refused, &outcomes::intents(db, number).await?)
            }
            Held::Unwanted(what) if is_refused => {
                unwanted(what, refused, &outcomes::intents(db, number).await?)
            }
            Held::Givers if is_refused => of_givers(refused, &outcomes::intents(db, number).await?),
            Held::Nobody | Held::Givers | Held::Unwanted(_) => Vec::new(),
        })
    }

    /// The next windows take half as many intents as this one at the most.
    pub(super) fn shrink(&self, driven: &Driven) {
        let half = u64::from(driven.batch.header.intent_count) / 2;
        self.cap.fetch_min(half.max(1), Ordering::Relaxed);
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
