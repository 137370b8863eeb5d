//! What follows when a batch is over.

use super::{
    Driver, DriverError,
    applying::counts,
    batch::{Driven, Next},
};
use crate::{
    alert::Alert,
    chain::Finality,
    failpoint::Point,
    store::{
        batches::{self, State},
        blobs,
        outcomes::{self, Hold},
        transactions,
    },
};

impl Driver {
    pub(super) async fn settled(&self, driven: &mut Driven, finality: Finality) -> Result<Next, DriverError> {
        let pace = &self.settlement.pace;
        if counts(finality) && driven.batch.state != State::Settled {
            self.context.pass(Point::SettledSeen);
            self.change(driven, State::Settled, None).await?;
            self.context.pass(Point::SettledNoted);
        }
        if finality < Finality::Finalized {
            return Ok(Next::In(pace.poll));
        }
        self.context.pass(Point::FinalizedSeen);
        let number = driven.batch.number;
        let mut tx = self.context.begin().await?;
        batches::change(&mut tx, number, State::Settled, State::Finalized, None).await?;
        transactions::finalize(&mut tx, number).await?;
        blobs::delete(&mut tx, number).await?;
        tx.commit().await?;
        driven.became(State::Finalized, None);
        Ok(Next::Over)
    }

    /// A batch that had no effect. Its intents wait for another one as soon as no reorg can give it an effect.
    pub(super) async fn closed(
        &self,
        driven: &mut Driven,
        cancelled: bool,
        finality: Finality,
    ) -> Result<Next, DriverError> {
        let reason = match (cancelled, driven.batch.state) {
            (true, _) => "the guardian has cancelled it",
            (false, State::Quarantined) => "a part of it could never be applied, and it was taken back",
            (false, _) => "its settle window was over before it was applied",
        };
        if finality < Finality::Finalized {
            self.wait_for(driven, Some(Alert::Closed), Some(reason)).await?;
            return Ok(Next::In(self.settlement.pace.poll));
        }
        self.context.pass(Point::ClosedSeen);
        let number = driven.batch.number;
        let is_blameless = driven.batch.state == State::Quarantined && driven.batch.blamed.is_empty();
        if is_blameless {
            self.shrink(driven);
        }
        let mut tx = self.context.begin().await?;
        batches::change(&mut tx, number, driven.batch.state, State::Closed, Some(reason)).await?;
        let all = match is_blameless {
            true => outcomes::intents(&mut tx, number).await?,
            false => Vec::new(),
        };
        let hold = Hold {
            owners: &driven.batch.blamed,
            // Together they cannot be applied, so nobody is to blame, and the same batch is not made again at once.
            intents: &all.iter().map(|stored| stored.seq).collect::<Vec<_>>(),
            seconds: self.settlement.pace.hold_seconds,
        };
        outcomes::requeue(&mut tx, number, self.context.now(), hold).await?;
        transactions::finalize(&mut tx, number).await?;
        blobs::delete(&mut tx, number).await?;
        tx.commit().await?;
        self.context.pass(Point::ClosedNoted);
        driven.became(State::Closed, Some(reason));
        Ok(Next::Over)
    }

    /// What was debited and not credited stays in the vault, by decision of the settlement's admin. Its intents are not netted
    /// again: a part of them has had its effect.
    pub(super) async fn abandoned(&self, driven: &mut Driven) -> Result<Next, DriverError> {
        let reason = "it was abandoned on chain: what it debited and did not credit is stranded in the vault";
        Alert::Abandoned.raise(&self.settlement.name, Some(driven.batch.number), reason);
        self.change(driven, State::Abandoned, Some(reason)).await?;
        Ok(Next::Over)
    }
}
