//! Transactions that the canister itself sends, through the EVM RPC canister.

use candid::{CandidType, Nat, Principal};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// How a chain is reached.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct EvmRpc {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The EVM RPC canister; `7hfb6-caaaa-aaaar-qadga-cai` on the mainnet.
    pub canister: Principal,
    /// Who is asked. None: those that the EVM RPC canister knows itself, for the chains that it knows.
    pub providers: Vec<RpcProvider>,
    /// How many providers must give the same answer; all of them by default.
    pub agreeing: Option<u8>,
    /// Cycles that go with each question; what is left comes back.
    pub cycles: Nat,
    /// What is counted as settled.
    pub settled: Settled,
    /// Seconds after which a transaction that is not settled is replaced by one with higher fees.
    pub stuck_after: u64,
}

/// A JSON-RPC provider.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RpcProvider {
    /// With `https`.
    pub url: String,
    /// Name and value.
    pub headers: Vec<(String, String)>,
}

/// Up to which block a chain is believed.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Settled {
    /// The newest block, which may be replaced.
    Latest,
    /// The newest block that will hardly be replaced.
    Safe,
    /// The newest block that will not be replaced.
    Finalized,
}

/// A chain that can be reached, as anybody may know it: without the providers' addresses, which may hold keys.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct EvmRpcView {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The EVM RPC canister.
    pub canister: Principal,
    /// How many providers are configured.
    pub providers: u64,
    /// As configured.
    pub agreeing: Option<u8>,
    /// As configured.
    pub cycles: Nat,
    /// As configured.
    pub settled: Settled,
    /// As configured.
    pub stuck_after: u64,
}

/// Argument of `submit_transaction`: a transaction whose nonce and fees the canister chooses.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SubmissionRequest {
    /// 32 bytes, unique for ever among submissions.
    pub id: ByteBuf,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Gas that may be used.
    pub gas_limit: u64,
    /// Wei per gas, at most, replacements included.
    pub max_fee_per_gas: Nat,
    /// 20 bytes: the contract.
    pub to: ByteBuf,
    /// Wei that go with the call.
    pub value: Nat,
    /// Selector and arguments; at most 100,000 bytes.
    pub data: ByteBuf,
}

/// How far a submission is.
#[derive(CandidType, Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SubmissionState {
    /// Accepted; nonce, fees or signature of the next attempt are missing.
    Planned,
    /// The last attempt is signed and not known to have reached a node.
    Signed,
    /// The last attempt has reached a node.
    Sent,
    /// One of the attempts succeeded.
    Confirmed,
    /// One of the attempts was reverted: the chain charged the gas and changed nothing else.
    Failed,
}

/// One transaction of a submission; the next has the same nonce and content, and higher fees.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Attempt {
    /// 32 bytes: the id of the request for its signature.
    pub request_id: ByteBuf,
    /// Wei per gas for the block's producer, at most.
    pub max_priority_fee_per_gas: Nat,
    /// Wei per gas in all, at most.
    pub max_fee_per_gas: Nat,
    /// 32 bytes: the hash, once signed. `sign_transaction` gives the bytes for the same request, `request` the request.
    pub hash: Option<ByteBuf>,
    /// Nanoseconds since 1970, when a node had it.
    pub sent_at: Option<u64>,
    /// No node takes it, because it has one of the same nonce and similar fees.
    pub underpriced: bool,
}

/// What the chain says of a transaction.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Inclusion {
    /// 32 bytes: the transaction that was included.
    pub hash: ByteBuf,
    /// Its block.
    pub block: u64,
    /// Whether the call succeeded.
    pub succeeded: bool,
    /// Gas that was used.
    pub gas_used: Nat,
    /// Wei per gas that were paid.
    pub effective_gas_price: Nat,
}

/// What is known of a submission.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SubmissionView {
    /// What was asked for.
    pub request: SubmissionRequest,
    /// How far it is.
    pub state: SubmissionState,
    /// Version of the key that signs.
    pub key_version: u32,
    /// The nonce of all attempts, once chosen.
    pub nonce: Option<u64>,
    /// The newest last.
    pub attempts: Vec<Attempt>,
    /// Once settled.
    pub inclusion: Option<Inclusion>,
    /// Who asked first.
    pub caller: Principal,
    /// Nanoseconds since 1970.
    pub accepted_at: u64,
}
