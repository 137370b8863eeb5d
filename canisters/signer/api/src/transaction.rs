//! Transactions: what can be signed, and what an administrator allows.

use candid::{CandidType, Int, Nat};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Argument of `sign_transaction`: an EIP-1559 transaction that calls an allowed function.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TransactionRequest {
    /// 32 bytes, unique for ever: one id, one signature.
    pub id: ByteBuf,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The nonce of our account. Taken for good: another transaction of the same nonce must be this one with higher fees.
    pub nonce: u64,
    /// Wei per gas for the block's producer, at most.
    pub max_priority_fee_per_gas: Nat,
    /// Wei per gas in all, at most.
    pub max_fee_per_gas: Nat,
    /// Gas that may be used.
    pub gas_limit: u64,
    /// 20 bytes: the contract.
    pub to: ByteBuf,
    /// Wei that go with the call.
    pub value: Nat,
    /// Selector and arguments, encoded as Solidity does; at most 100,000 bytes.
    pub data: ByteBuf,
    /// Version of the key; the current one by default.
    pub key_version: Option<u32>,
}

/// A signed transaction.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SignedTransaction {
    /// The bytes for `eth_sendRawTransaction`.
    pub raw: ByteBuf,
    /// 32 bytes: the hash by which the chain will know it.
    pub hash: ByteBuf,
    /// 65 bytes `r || s || v`: low `s`, `v` 27 or 28.
    pub signature: ByteBuf,
    /// The EVM address that sends it, with checksum.
    pub signer: String,
}

/// A call that transactions may make.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AllowedCall {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// 20 bytes: the contract.
    pub contract: ByteBuf,
    /// The canonical signature, as in `transfer(address,uint256)`.
    pub function: String,
    /// At least one for each argument, or for each part of it; all must hold.
    pub arguments: Vec<ArgumentRule>,
    /// The most wei that one transaction may carry.
    pub max_value: Nat,
    /// The most gas that one transaction may use.
    pub max_gas: u64,
    /// The most wei per gas.
    pub max_fee_per_gas: Nat,
    /// The most wei that all transactions with this call can cost in a day (UTC): value and highest fees.
    pub max_per_day: Option<Nat>,
}

/// What an argument, or a part of it, must be.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ArgumentRule {
    /// Where: the index of the argument, then the way into tuples and arrays.
    pub path: Vec<Step>,
    /// What.
    pub check: Check,
}

/// A step on the way to a value.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Step {
    /// The argument, the component of a tuple or the element of an array with this index, from 0. It must be there.
    Index(u32),
    /// Every element of an array.
    Each,
}

/// What a value must be.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Check {
    /// Anything of the argument's type.
    Any,
    /// The address of the key that signs.
    OwnAddress,
    /// This value.
    Equals(Constant),
    /// One of these values.
    OneOf(Vec<Constant>),
    /// An unsigned number of at most this.
    Max(Nat),
}

/// A value to compare with.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Constant {
    /// An `address`, `bytesN`, `bytes` or `function`.
    Bytes(ByteBuf),
    /// A `uintN` or `intN`.
    Number(Int),
    /// A `string`.
    Text(String),
    /// A `bool`.
    Flag(bool),
}

/// Answer of `calls`.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CallPage {
    /// In the order of chain, contract and selector.
    pub calls: Vec<AllowedCall>,
    /// How many there are.
    pub total: u64,
}
