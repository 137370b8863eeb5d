//! A batch of which a part cannot be applied: whose part it is, and what follows.
//!
//! Nothing more of it is applied, for what is charged to sessions stays charged when the batch is taken back. It is looked at
//! again and again: an owner may put right what made it fail before the settle window is over.

use super::{
    Driver, DriverError,
    batch::{Driven, Next},
};
use crate::{
    alert::Alert,
    chain::{ChainError, SignedBatch, Step},
    failpoint::Point,
    store::batches::{self, State},
};
use novate_protocol::ids::Owner;
use std::{collections::BTreeSet, ops::Range};

/// Simulations that are spent on finding the leaves; after that all owners of a range are blamed.
const MAX_CHECKS: usize = 256;

/// Who makes a batch fail, and how.
#[derive(Default)]
struct Blame {
    owners: BTreeSet<Owner>,
    reason: Option<String>,
    /// A chunk that was refused, perhaps though each part of it could be applied.
    together: Option<Step>,
    checks: usize,
}

impl Driver {
    /// After a chunk was refused for ever.
    pub(super) async fn quarantine(&self, driven: &mut Driven, steps: &[Step]) -> Result<Next, DriverError> {
        let blame = self.blame(&driven.signed, steps).await?;
        let Some(reason) = blame.reason else {
            // It was a moment's state, or another node's.
            return Ok(Next::In(self.settlement.pace.poll * 4));
        };
        let owners: Vec<Owner> = blame.owners.into_iter().collect();
        if owners.is_empty() {
            // What replaces it must be smaller.
            self.shrink(driven);
        }
        self.context.pass(Point::QuarantineSeen);
        let mut tx = self.context.begin().await?;
        batches::blame(&mut tx, driven.batch.number, &owners).await?;
        let (number, from) = (driven.batch.number, driven.batch.state);
        batches::change(&mut tx, number, from, State::Quarantined, Some(&reason)).await?;
        tx.commit().await?;
        self.context.pass(Point::QuarantineNoted);
        Alert::Quarantined.raise(&self.settlement.name, Some(number), &reason);
        driven.batch.blamed = owners;
        driven.became(State::Quarantined, Some(&reason));
        Ok(Next::In(self.settlement.pace.slow))
    }

    /// Whether a batch in quarantine can be applied after all.
    pub(super) async fn look_after(&self, driven: &mut Driven, steps: &[Step]) -> Result<Next, DriverError> {
        if self.blame(&driven.signed, steps).await?.reason.is_some() {
            return Ok(Next::In(self.settlement.pace.slow));
        }
        let mut tx = self.context.begin().await?;
        batches::blame(&mut tx, driven.batch.number, &[]).await?;
        batches::change(
            &mut tx,
            driven.batch.number,
            State::Quarantined,
            State::Signed,
            None,
        )
        .await?;
        tx.commit().await?;
        driven.batch.blamed.clear();
        driven.became(State::Signed, None);
        Ok(Next::Now)
    }

    /// Simulates every chunk that takes something from somebody, and halves those that are refused until the leaf is found.
    async fn blame(&self, batch: &SignedBatch, steps: &[Step]) -> Result<Blame, DriverError> {
        let mut blame = Blame::default();
        let mut ranges: Vec<Step> = steps
            .iter()
            .filter(|step| matches!(step, Step::Debits(_) | Step::Items(_)))
            .cloned()
            .collect();
        while let Some(step) = ranges.pop() {
            blame.checks += 1;
            let refused = match self.settlement.chain.check(batch, &step).await {
                Err(ChainError::Rejected {
                    reason,
                    permanent: true,
                    ..
                }) => reason,
                // Refused for now is not for ever.
                Ok(()) | Err(ChainError::Rejected { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            match halves(&step) {
                Some(halves) if blame.checks < MAX_CHECKS => {
                    blame.together.get_or_insert(step);
                    ranges.extend(halves);
                }
                _ => {
                    blame.owners.extend(owners(batch, &step));
                    blame
                        .reason
                        .get_or_insert(format!("{step} can never be applied: {refused}"));
                }
            }
        }
        if blame.reason.is_none()
            && let Some(step) = blame.together.take()
            && let Err(ChainError::Rejected {
                reason,
                permanent: true,
                ..
            }) = self.settlement.chain.check(batch, &step).await
        {
            // Not only for a moment, and by nobody's fault: of the chain's limits, for instance.
            blame.reason = Some(format!(
                "{step} can never be applied as a whole, though each part of it could: {reason}"
            ));
        }
        Ok(blame)
    }
}

/// The two halves of a chunk; none of a single leaf.
fn halves(step: &Step) -> Option<[Step; 2]> {
    let (range, kind): (_, fn(Range<u32>) -> Step) = match step {
        Step::Debits(range) => (range, Step::Debits),
        Step::Items(range) => (range, Step::Items),
        _ => return None,
    };
    let length = range.end.saturating_sub(range.start);
    let middle = range.start.checked_add(length / 2)?;
    (length > 1).then(|| [kind(range.start..middle), kind(middle..range.end)])
}

/// Who owns what a chunk takes.
fn owners(batch: &SignedBatch, step: &Step) -> Vec<Owner> {
    let within = |range: &Range<u32>| range.start as usize..range.end as usize;
    match step {
        Step::Debits(range) => {
            let leaves = batch.deltas.get(within(range)).unwrap_or_default();
            leaves.iter().map(|leaf| leaf.owner).collect()
        }
        Step::Items(range) => {
            let leaves = batch.items.get(within(range)).unwrap_or_default();
            leaves.iter().map(|leaf| leaf.from).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_halved_down_to_its_leaves() {
        let mut ranges = vec![Step::Items(3..10)];
        let mut leaves = Vec::new();
        while let Some(step) = ranges.pop() {
            match (halves(&step), step) {
                (Some(halves), _) => ranges.extend(halves),
                (None, Step::Items(range)) => leaves.push(range),
                (None, other) => panic!("{other}"),
            }
        }
        leaves.sort_by_key(|range| range.start);
        assert_eq!(leaves, (3..10).map(|i| i..i + 1).collect::<Vec<_>>());
        assert_eq!(halves(&Step::Finalize), None);
    }
}
