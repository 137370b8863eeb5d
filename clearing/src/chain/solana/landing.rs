//! What became of a transaction.

use super::{
    super::{ChainError, Finality, Landing, Planned},
    refusal::{Refusal, told},
    rpc::{Executed, Failure, Level, Rpc},
    unavailable,
};
use solana_signature::Signature;

/// Whether it landed, and when not whether it still can.
///
/// It is expired only if the node does not know it in a state as of which its last block is finalized. So the height is asked
/// for first: a transaction that lands between the two questions is seen. And an answer about it from a node behind that
/// does not count.
///
/// # Errors
/// [`ChainError::Unavailable`].
pub(super) async fn landing(rpc: &dyn Rpc, planned: &Planned) -> Result<Landing, ChainError> {
    let signature: Signature = planned.id.parse().map_err(|_| {
        ChainError::Unavailable(format!(
            "`{}` is no signature of a Solana transaction",
            planned.id
        ))
    })?;
    let tip = rpc.finalized().await.map_err(unavailable)?;
    let (slot, status) = rpc.status(&signature).await.map_err(unavailable)?;
    let Some(status) = status else {
        let is_over = planned.last_height.is_some_and(|last| tip.height > last);
        return Ok(match is_over && slot >= tip.slot {
            true => Landing::Expired,
            false => Landing::Pending,
        });
    };
    // In a block that may be left out it is as good as not landed.
    let Some(level) = status.level else {
        return Ok(Landing::Pending);
    };
    let executed = rpc.transaction(&signature).await.map_err(unavailable)?;
    let executed = executed.ok_or_else(|| {
        ChainError::Unavailable(format!(
            "transaction {signature} landed, and its outcome is not there: does the node keep the history?"
        ))
    })?;
    Ok(match &executed.failure {
        Some(failure) => Landing::Failed {
            reason: reason(failure, &executed),
        },
        None => Landing::Landed {
            finality: match level {
                Level::Confirmed => Finality::Confirmed,
                Level::Finalized => Finality::Finalized,
            },
            fee: executed.fee.into(),
            units: executed.units,
        },
    })
}

fn reason(failure: &Failure, executed: &Executed) -> String {
    match failure {
        Failure::Program { code, text } => match told(*code, text, &executed.logs) {
            Refusal::Program { reason, .. } | Refusal::Payer(reason) => reason,
        },
        Failure::Payer(text) | Failure::Table(text) | Failure::Other(text) => text.clone(),
    }
}
