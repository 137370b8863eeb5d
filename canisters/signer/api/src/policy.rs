//! What an administrator allows.

use crate::Chain;
use candid::{CandidType, Nat};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A contract whose claims may be signed.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Distributor {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// 20 bytes: the contract.
    pub address: ByteBuf,
    /// The most that one claim may pay, in base units; at most 2^128 - 1.
    pub max_amount: Nat,
    /// The most that the claims accepted in one day (UTC) may pay; no limit if absent.
    pub max_per_day: Option<Nat>,
}

/// A settlement whose batches may be signed.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Settlement {
    /// Where it is.
    pub chain: Chain,
    /// 20 bytes of a contract on EVM, 32 bytes of a config account on Solana.
    pub address: ByteBuf,
    /// The assets that its batches may debit; no other. At most 256.
    pub assets: Vec<AssetLimit>,
    /// The most deltas in a batch.
    pub max_deltas: u32,
    /// The most item transfers in a batch.
    pub max_items: u32,
    /// The most intents in a batch.
    pub max_intents: u32,
    /// The sequence of the next batch. It can only go up, also when the settlement is removed and allowed again.
    /// Absent: as it is, or 1 for a settlement that was never allowed before.
    pub next_sequence: Option<u64>,
    /// When batches may be signed; always if absent.
    pub hours: Option<Hours>,
    /// Whose items its batches may move; those of all collections if absent. At most 256.
    pub collections: Option<Vec<CollectionLimit>>,
    /// The most item transfers in all batches accepted on one day (UTC); no limit if absent.
    pub max_items_per_day: Option<u32>,
}

/// How many items of a collection a settlement's batches may move.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CollectionLimit {
    /// 32 bytes: an ERC-721 contract, left-padded with zeros, or on Solana the mint, which is one item.
    pub collection: ByteBuf,
    /// In all batches accepted on one day (UTC), counted while the collection is listed.
    pub max_per_day: u32,
}

/// How much of an asset a settlement's batches may debit, in base units; at most 2^128 - 1 each.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AssetLimit {
    /// 32 bytes.
    pub asset: ByteBuf,
    /// In one batch.
    pub max_per_batch: Nat,
    /// In all batches accepted on one day (UTC).
    pub max_per_day: Nat,
}

/// Minutes after midnight UTC, each below 1440. `to` may be before `from`: then the hours end on the next day.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Hours {
    /// The first minute.
    pub from_minute: u32,
    /// The first minute that is outside again; not the same as `from_minute`.
    pub to_minute: u32,
}

/// A registry of orders whose checkpoints may be signed.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Registry {
    /// Where it is.
    pub chain: Chain,
    /// 20 bytes of an `OrderRegistry` on EVM, 32 bytes of a settlement's config account on Solana.
    pub address: ByteBuf,
    /// The most orders in a checkpoint.
    pub max_orders: u32,
    /// The number of the next checkpoint, as [`Settlement::next_sequence`].
    pub next_number: Option<u64>,
}
