//! What to do next, as the chain sees the batch.

use super::{
    Driver, DriverError,
    batch::{Driven, Next},
};
use crate::{
    alert::Alert,
    chain::{ChainError, Finality, Progress, Step},
    store::batches::State,
};
use std::time::Duration;

impl Driver {
    /// Looks at the transactions that are under way, then at the batch, and does what can be done now.
    pub(super) async fn apply(&self, driven: &mut Driven) -> Result<Next, DriverError> {
        let pace = &self.settlement.pace;
        self.follow(driven).await?;
        let progress = self.settlement.chain.progress(&driven.signed).await?;
        if driven.batch.state == State::Settled && !matches!(progress, Progress::Settled { .. }) {
            let reason =
                "the chain does not say any more that it is settled: a reorg, or a node that is behind";
            Alert::Reorg.raise(&self.settlement.name, Some(driven.batch.number), reason);
            self.change(driven, State::Signed, Some(reason)).await?;
        }
        match progress {
            Progress::Settled { finality } => self.settled(driven, finality).await,
            Progress::Closed { cancelled, finality } => self.closed(driven, cancelled, finality).await,
            Progress::Abandoned => self.abandoned(driven).await,
            Progress::Absent { steps } => {
                let ready = steps.get(..ready(&steps)).unwrap_or(&steps);
                self.work(driven, ready).await
            }
            Progress::Applying { steps } if driven.batch.state == State::Quarantined => {
                self.look_after(driven, &steps).await
            }
            Progress::Applying { steps } => self.work(driven, &steps).await,
            Progress::TakingBack { steps } => {
                let reason = "it is taken back: it was cancelled, or its settle window is over";
                self.wait_for(driven, Some(Alert::Closed), Some(reason)).await?;
                self.take_back(driven, &steps).await
            }
            Progress::NotNext { opened } => {
                let reason = format!("it waits for the batches before: the chain has opened {opened}");
                self.wait_for(driven, None, Some(&reason)).await?;
                Ok(Next::In(pace.poll))
            }
            Progress::Waiting { apply_from } => {
                let reason = format!("its challenge window is open, or it waits for its turn: {apply_from}");
                self.wait_for(driven, None, Some(&reason)).await?;
                let left = Duration::from_secs(apply_from.saturating_sub(self.context.now()));
                Ok(Next::In(left.clamp(pace.poll, pace.slow.max(pace.poll))))
            }
            Progress::Paused => {
                self.wait_for(driven, None, Some("the settlement is paused"))
                    .await?;
                Ok(Next::In(pace.slow))
            }
            Progress::Conflict { reason } => {
                let reason = format!("the chain holds another batch under its sequence: {reason}");
                self.wait_for(driven, Some(Alert::Conflict), Some(&reason))
                    .await?;
                Ok(Next::In(pace.slow))
            }
        }
    }

    async fn work(&self, driven: &mut Driven, steps: &[Step]) -> Result<Next, DriverError> {
        let rejected = self.submit(driven, steps).await?;
        if let Some((step, reason)) = rejected.first() {
            return match step {
                Step::Debits(_) | Step::Items(_) => self.quarantine(driven, steps).await,
                Step::Open if is_of_signature(reason) => self.sign_again(driven, reason).await,
                // The signer has given its sequence to it for good, so no other batch can take its place.
                Step::Open => {
                    let reason = format!(
                        "the chain never opens it, and no other batch can have its sequence: {reason}; raise the \
                         settlement's limits, or have its authority sign another batch of this sequence"
                    );
                    self.wait_for(driven, Some(Alert::Failing), Some(&reason)).await?;
                    Ok(Next::In(self.settlement.pace.slow))
                }
                step => {
                    let reason = format!("{step} is refused: {reason}");
                    self.wait_for(driven, Some(Alert::Failing), Some(&reason)).await?;
                    Ok(Next::In(self.settlement.pace.slow))
                }
            };
        }
        self.wait_for(driven, None, None).await?;
        Ok(Next::In(self.settlement.pace.poll))
    }

    /// Takes back what can be taken back. What cannot is tried again, for ever.
    async fn take_back(&self, driven: &mut Driven, steps: &[Step]) -> Result<Next, DriverError> {
        let rejected = self.submit(driven, steps).await?;
        match rejected.into_iter().next() {
            None => Ok(Next::In(self.settlement.pace.poll)),
            Some((step, reason)) => Err(ChainError::Rejected {
                step,
                reason,
                permanent: true,
            }
            .into()),
        }
    }
}

/// How many of the first steps of a batch that is not opened can be done at once: all preparations, or else the next step.
fn ready(steps: &[Step]) -> usize {
    let preparations = steps
        .iter()
        .take_while(|step| matches!(step, Step::Prepare(_)))
        .count();
    preparations.max(1).min(steps.len())
}

/// Whether a refusal to open is about the signature, in the words of either chain.
fn is_of_signature(reason: &str) -> bool {
    reason.to_lowercase().contains("signature")
}

/// Whether something counts for the batch's state, or may still go away.
pub(super) fn counts(finality: Finality) -> bool {
    finality >= Finality::Confirmed
}
