//! One content for each nonce: two different transactions that race for one nonce are never signed.
//!
//! A transaction that is stuck may be replaced: by the same contract, value and data with fees that are an eighth
//! higher, which nodes ask for. Only one of them can get into the chain, so only the dearest counts for the day.

use super::eip1559::Transaction;
use crate::state;
use candid::{CandidType, Nat};
use canister_kit::stored::Stored;
use serde::Deserialize;
use serde_bytes::ByteBuf;
use signer_api::TransactionRefusal;

/// Chain id, key version, nonce.
pub type Key = (u64, u32, u64);

/// What a nonce was given away for. Never removed.
#[derive(CandidType, Clone, Debug, Deserialize)]
pub struct Taken {
    /// See [`Transaction::content`].
    pub content: ByteBuf,
    /// The newest transaction's fees.
    pub max_priority_fee_per_gas: u128,
    pub max_fee_per_gas: u128,
    /// Wei: the most that any of them can cost.
    pub cost: u128,
    /// The requests for its transactions, the newest last.
    pub requests: Vec<ByteBuf>,
}

/// The least fee by which nodes let a fee be replaced, in wei per gas.
pub fn raised(fee: u128) -> u128 {
    fee.saturating_add(fee.div_ceil(8).max(1))
}

/// What the nonce is taken for.
pub fn taken(key: Key) -> Option<Taken> {
    state::read(|s| s.nonces.get(&key)).map(|Stored(taken)| taken)
}

/// Whether the nonce is free for the transaction, and by how much it raises the most that the nonce can cost, in wei.
///
/// # Errors
/// [`TransactionRefusal::NonceTaken`], [`TransactionRefusal::ReplacementUnderpriced`].
pub fn extra_cost(
    transaction: &Transaction,
    cost: u128,
    taken: Option<&Taken>,
) -> Result<u128, TransactionRefusal> {
    let Some(taken) = taken else { return Ok(cost) };
    if taken.content.as_slice() != transaction.content() {
        return Err(TransactionRefusal::NonceTaken {
            chain_id: transaction.chain_id,
            nonce: transaction.nonce,
            id: taken.requests.last().cloned().unwrap_or_default(),
        });
    }
    let least_priority = raised(taken.max_priority_fee_per_gas);
    let least = raised(taken.max_fee_per_gas);
    if transaction.max_priority_fee_per_gas < least_priority || transaction.max_fee_per_gas < least {
        return Err(TransactionRefusal::ReplacementUnderpriced {
            nonce: transaction.nonce,
            min_priority_fee_per_gas: Nat::from(least_priority),
            min_fee_per_gas: Nat::from(least),
        });
    }
    Ok(cost.saturating_sub(taken.cost))
}

/// Gives the nonce to the transaction of this request, for which [`extra_cost`] found it free in the same message.
pub fn take(key: Key, transaction: &Transaction, cost: u128, request: [u8; 32]) {
    let before = taken(key);
    let (before_cost, mut requests) = before.map_or((0, vec![]), |taken| (taken.cost, taken.requests));
    requests.push(ByteBuf::from(request));
    let now = Taken {
        content: ByteBuf::from(transaction.content()),
        max_priority_fee_per_gas: transaction.max_priority_fee_per_gas,
        max_fee_per_gas: transaction.max_fee_per_gas,
        cost: cost.max(before_cost),
        requests,
    };
    state::write(|s| s.nonces.insert(key, Stored(now)));
}

/// The first nonce from `from` on that is not taken.
pub fn first_free(chain_id: u64, key_version: u32, from: u64) -> u64 {
    let all = (chain_id, key_version, from)..=(chain_id, key_version, u64::MAX);
    let taken = state::read(|s| {
        let consecutive = s.nonces.keys_range(all).zip(from..);
        consecutive
            .take_while(|((_, _, nonce), next)| nonce == next)
            .count()
    });
    from.saturating_add(taken as u64)
}
