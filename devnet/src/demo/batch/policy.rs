//! What the policy does not allow: such a batch is refused by name, nothing is signed, and the refusal is in the log.

use super::{Batch, Change, signed};
use crate::deploy::icp::{IcpDeployment, MAX_BATCH};
use anyhow::{Result, bail};
use novate_bindings::icp::{BatchRefusal, Refusal};

/// Asks for a signature of the batch with every amount multiplied, so that it debits more than the policy allows. Returns the
/// refusal's sentence.
pub async fn refused(at: &IcpDeployment, batch: &Batch) -> Result<String> {
    let scale = |leaf: &novate_protocol::leaf::DeltaLeaf| Change {
        owner: leaf.owner,
        asset: leaf.asset,
        session: leaf.session,
        amount: leaf.amount * i128::from(MAX_BATCH),
    };
    let changes: Vec<_> = batch.deltas.iter().map(scale).collect();
    let header = &batch.header;
    let greedy = Batch::new(
        batch.chain,
        header.settlement,
        header.sequence,
        header.opened_at,
        &changes,
        &[],
    );
    match signed::sign(at, &greedy).await? {
        Err(refusal @ Refusal::Batch(BatchRefusal::AboveBatchMaximum { .. })) => Ok(refusal.to_string()),
        Err(other) => bail!("a batch above the policy was refused for another reason: {other}"),
        Ok(_) => bail!("a batch above the policy was signed"),
    }
}
