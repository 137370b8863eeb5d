//! Sending a transaction, and what becomes of it.

use super::{
    Evm,
    node::Connection,
    plan::{decode, reason_of},
};
use crate::chain::{ChainError, Landing, Planned};
use alloy::{
    consensus::Transaction,
    eips::BlockId,
    primitives::{B256, Bytes},
    providers::Provider,
    rpc::types::TransactionReceipt,
    transports::RpcError,
};

impl Evm {
    pub(super) async fn sent(&self, planned: &Planned) -> Result<(), ChainError> {
        let at = self.nodes.connect().await?;
        if let Some(nonce) = planned.nonce {
            self.payer.nonces.hold(nonce);
        }
        let raw = Bytes::from(planned.raw.clone());
        let sent: Result<B256, _> = at
            .provider()
            .client()
            .request("eth_sendRawTransaction", (raw,))
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(RpcError::ErrorResp(refusal)) if is_done(&refusal.message) => Ok(()),
            Err(RpcError::ErrorResp(refusal)) if is_underbid(&refusal.message) => Err(ChainError::Rejected {
                step: planned.step.clone(),
                reason: format!(
                    "the node wants a higher bid than {} wei per gas ({}): it is replaced",
                    planned.price, refusal.message
                ),
                permanent: false,
            }),
            Err(error) => Err(self.refused(&at, error)),
        }
    }

    pub(super) async fn landed(&self, planned: &Planned) -> Result<Landing, ChainError> {
        let at = self.nodes.connect().await?;
        let hash: B256 = planned.id.parse().map_err(|_| no_transaction(&at, planned))?;
        // Before the receipt: whoever has its nonce by then, this one or another, was mined.
        let counts = self.counts(&at).await?;
        if let Some(receipt) = self.receipt(&at, hash).await? {
            return self.of_receipt(&at, planned, &receipt).await;
        }
        if planned.nonce.is_some_and(|nonce| nonce < counts.mined) {
            return self.of_used_nonce(&at, planned).await;
        }
        let known = at.provider().get_transaction_by_hash(hash).await;
        if let (Some(_), Some(nonce)) = (known.map_err(|error| at.failed(error))?, planned.nonce) {
            self.payer.nonces.hold(nonce);
        }
        Ok(Landing::Pending)
    }

    /// A nonce that is used, without a receipt: another transaction has it, if that is so for a block. Nodes count a
    /// transaction a moment before they have its receipt.
    async fn of_used_nonce(&self, at: &Connection<'_>, planned: &Planned) -> Result<Landing, ChainError> {
        let before = BlockId::number(at.head().await?.number.saturating_sub(1));
        let asked = at.provider().get_transaction_count(self.payer.address);
        let used = asked.block_id(before).await.map_err(|error| at.failed(error))?;
        let is_long = planned.nonce.is_some_and(|nonce| nonce < used);
        Ok(if is_long {
            Landing::Expired
        } else {
            Landing::Pending
        })
    }

    /// The receipt, if its block is the chain's: nodes tell those of blocks that are gone for a while.
    async fn receipt(
        &self,
        at: &Connection<'_>,
        hash: B256,
    ) -> Result<Option<TransactionReceipt>, ChainError> {
        let receipt = at.provider().get_transaction_receipt(hash).await;
        let receipt = receipt.map_err(|error| at.failed(error))?;
        let Some(receipt) = receipt else {
            return Ok(None);
        };
        let Some(block) = receipt.block_number else {
            return Ok(None);
        };
        let known = at.block_at(block).await?.map(|(hash, _)| hash);
        Ok((known.is_some() && known == receipt.block_hash).then_some(receipt))
    }

    async fn of_receipt(
        &self,
        at: &Connection<'_>,
        planned: &Planned,
        receipt: &TransactionReceipt,
    ) -> Result<Landing, ChainError> {
        let block = receipt.block_number.unwrap_or_default();
        if !receipt.status() {
            let reason = self.replay(at, planned, block, receipt.gas_used).await?;
            return Ok(Landing::Failed { reason });
        }
        let certain = self.finalities.ask(at, at.head().await?).await?;
        Ok(Landing::Landed {
            finality: certain.of(block),
            fee: u128::from(receipt.gas_used).saturating_mul(receipt.effective_gas_price),
            units: receipt.gas_used,
        })
    }

    /// The reason of a transaction that failed: a receipt has none, so the call is made again, before its block and then behind it.
    async fn replay(
        &self,
        at: &Connection<'_>,
        planned: &Planned,
        block: u64,
        gas_used: u64,
    ) -> Result<String, ChainError> {
        let transaction = decode(planned).ok_or_else(|| no_transaction(at, planned))?;
        if gas_used >= transaction.gas_limit() {
            return Ok(format!(
                "it used all of its {gas_used} gas: the state has changed since it was simulated"
            ));
        }
        for number in [block.saturating_sub(1), block] {
            let call = self.request(transaction.input().clone());
            match at.provider().call(call).block(BlockId::number(number)).await {
                Ok(_) => {}
                Err(error) => match reason_of(&error) {
                    Some(reason) => return Ok(reason.text),
                    None => return Err(self.refused(at, error)),
                },
            }
        }
        Ok("it failed, and would succeed now: the state has changed since".into())
    }
}

fn no_transaction(at: &Connection<'_>, planned: &Planned) -> ChainError {
    at.nonsense(format!(
        "is asked for {}, which is no transaction of an EVM chain",
        planned.id
    ))
}

/// The node has it already, or its nonce was used, by it or by another: what became of it, `landing` tells.
fn is_done(message: &str) -> bool {
    let message = message.to_lowercase();
    [
        "already known",
        "already imported",
        "known transaction",
        "already exists",
        "nonce too low",
        "nonce is too low",
    ]
    .iter()
    .any(|words| message.contains(words))
}

fn is_underbid(message: &str) -> bool {
    let message = message.to_lowercase();
    [
        "underpriced",
        "less than block base fee",
        "max fee per gas less than",
        "fee too low",
        "gas price too low",
    ]
    .iter()
    .any(|words| message.contains(words))
}
