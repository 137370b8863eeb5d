//! The four questions of a submission.
//!
//! They go through [`evm_rpc_client`], which has the interface of the EVM RPC canister. Each takes the configured
//! cycles along; the EVM RPC canister gives back what it does not need.

use super::{
    answer::{self, Taken},
    config,
};
use crate::submission::fees::Market;
use candid::Nat;
use evm_rpc_client::{CandidResponseConverter, EvmRpcClient, NoRetry};
use evm_rpc_types::{BlockTag, FeeHistoryArgs, Hex, Hex20, Hex32, Nat256, TransactionReceipt};
use ic_canister_runtime::IcRuntime;
use signer_api::{EvmRpc, SubmissionRefusal};

/// Blocks from which fees are learnt, and which of their transactions: the middle one by priority fee.
const BLOCKS: u64 = 5;
const PERCENTILE: u8 = 50;

/// A chain that can be asked.
pub struct Client {
    asked: EvmRpcClient<IcRuntime, CandidResponseConverter, NoRetry>,
    rpc: EvmRpc,
    cycles: u128,
}

impl Client {
    /// # Errors
    /// [`SubmissionRefusal::RpcNotSet`], [`SubmissionRefusal::RpcMalformed`].
    pub fn of(chain_id: u64) -> Result<Self, SubmissionRefusal> {
        let rpc = config::of(chain_id)?;
        let builder = EvmRpcClient::builder(IcRuntime::new(), rpc.canister)
            .with_rpc_sources(config::services(&rpc)?)
            .with_consensus_strategy(config::consensus(&rpc));
        Ok(Self {
            asked: builder.build(),
            // `set` takes no more than 128 bits.
            cycles: rpc.cycles.0.clone().try_into().unwrap_or(u128::MAX),
            rpc,
        })
    }

    /// Seconds after which a transaction counts as stuck.
    pub fn stuck_after(&self) -> u64 {
        self.rpc.stuck_after
    }

    /// How many transactions the account made up to the newest block.
    ///
    /// # Errors
    /// Those of [`answer::agreed`], [`SubmissionRefusal::RpcWrong`].
    pub async fn nonce(&self, account: [u8; 20]) -> Result<u64, SubmissionRefusal> {
        self.count(account, BlockTag::Latest).await
    }

    /// How many transactions the account made up to the block that is believed.
    ///
    /// # Errors
    /// As [`Client::nonce`].
    pub async fn settled_nonce(&self, account: [u8; 20]) -> Result<u64, SubmissionRefusal> {
        self.count(account, config::settled(&self.rpc)).await
    }

    async fn count(&self, account: [u8; 20], block: BlockTag) -> Result<u64, SubmissionRefusal> {
        let method = "eth_getTransactionCount";
        let question = self.asked.get_transaction_count((Hex20::from(account), block));
        let given = question.with_cycles(self.cycles).try_send().await;
        let count = answer::agreed(method, given)?;
        u64::try_from(count.as_ref().0.clone()).map_err(|_| wrong(method, format!("{count} transactions")))
    }

    /// What the chain asks for.
    ///
    /// # Errors
    /// As [`Client::nonce`].
    pub async fn market(&self) -> Result<Market, SubmissionRefusal> {
        let method = "eth_feeHistory";
        let question = self.asked.fee_history(FeeHistoryArgs {
            block_count: Nat256::from(BLOCKS),
            newest_block: BlockTag::Latest,
            reward_percentiles: Some(vec![PERCENTILE]),
        });
        let given = question.with_cycles(self.cycles).try_send().await;
        let history = answer::agreed(method, given)?;
        let wei = |fee: &Nat256| {
            u128::try_from(fee.as_ref().0.clone()).map_err(|_| wrong(method, format!("a fee of {fee} wei")))
        };
        let base = history
            .base_fee_per_gas
            .iter()
            .map(wei)
            .collect::<Result<Vec<_>, _>>()?;
        let rewards = history.reward.iter().filter_map(|block| block.first());
        let rewards = rewards.map(wei).collect::<Result<Vec<_>, _>>()?;
        Market::of(&base, rewards).ok_or_else(|| wrong(method, "no block".into()))
    }

    /// Hands a signed transaction to the nodes.
    ///
    /// # Errors
    /// Those of [`answer::taken`].
    pub async fn send(
        &self,
        raw: &[u8],
        hash: [u8; 32],
        nonce: u64,
        account: &str,
    ) -> Result<Taken, SubmissionRefusal> {
        let question = self.asked.send_raw_transaction(Hex::from(raw.to_vec()));
        let given = question.with_cycles(self.cycles).try_send().await;
        answer::taken(hash, nonce, account, self.rpc.agreeing, given)
    }

    /// The receipt of a transaction, if it is in the chain.
    ///
    /// # Errors
    /// Those of [`answer::agreed`], [`SubmissionRefusal::RpcWrong`].
    pub async fn receipt(
        &self,
        hash: [u8; 32],
        from: [u8; 20],
        to: [u8; 20],
    ) -> Result<Option<Receipt>, SubmissionRefusal> {
        let question = self.asked.get_transaction_receipt(Hex32::from(hash));
        let given = question.with_cycles(self.cycles).try_send().await;
        let receipt = answer::agreed(RECEIPT, given)?;
        receipt
            .map(|receipt| checked(hash, from, to, receipt))
            .transpose()
    }
}

/// What a receipt says.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub block: u64,
    pub succeeded: bool,
    pub gas_used: Nat,
    pub effective_gas_price: Nat,
}

const RECEIPT: &str = "eth_getTransactionReceipt";

/// That the receipt is the transaction's.
fn checked(
    hash: [u8; 32],
    from: [u8; 20],
    to: [u8; 20],
    receipt: TransactionReceipt,
) -> Result<Receipt, SubmissionRefusal> {
    let is_to = receipt.to.as_ref().is_some_and(|to_| *to_.as_array() == to);
    if *receipt.transaction_hash.as_array() != hash || *receipt.from.as_array() != from || !is_to {
        return Err(wrong(
            RECEIPT,
            format!("it is the receipt of {}", receipt.transaction_hash),
        ));
    }
    let status = receipt
        .status
        .as_ref()
        .and_then(|status| u8::try_from(status.as_ref().0.clone()).ok());
    let succeeded = match status {
        Some(1) => true,
        Some(0) => false,
        _ => return Err(wrong(RECEIPT, "it has no status".into())),
    };
    let block = u64::try_from(receipt.block_number.as_ref().0.clone());
    Ok(Receipt {
        block: block.map_err(|_| wrong(RECEIPT, format!("block {}", receipt.block_number)))?,
        succeeded,
        gas_used: receipt.gas_used.into(),
        effective_gas_price: receipt.effective_gas_price.into(),
    })
}

fn wrong(method: &str, reason: String) -> SubmissionRefusal {
    SubmissionRefusal::RpcWrong {
        method: method.to_owned(),
        reason,
    }
}
