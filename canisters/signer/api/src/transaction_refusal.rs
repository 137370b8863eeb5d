//! Why a transaction, or a rule for transactions, is refused.

use candid::{CandidType, Nat};
use hex::encode;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use strum::IntoStaticStr;
use thiserror::Error;

/// A rule that this transaction breaks, or what is wrong with a rule.
#[derive(CandidType, Clone, Debug, Deserialize, Eq, Error, IntoStaticStr, PartialEq, Serialize)]
pub enum TransactionRefusal {
    /// The signature of the function is not canonical.
    #[error("{function:?} is no canonical signature: {reason}; write it as in transfer(address,uint256)")]
    FunctionMalformed { function: String, reason: String },
    /// The rule does not fit the function's arguments. Counted from 0.
    #[error("rule {rule} does not fit the function: {reason}; give one that fits")]
    RuleMalformed { rule: u64, reason: String },
    /// No rule speaks of this argument. Counted from 0.
    #[error("no rule speaks of argument {argument}: give one; Any allows everything")]
    ArgumentWithoutRule { argument: u64 },
    /// No rule speaks of this part of an argument, as in `1` or `2[0]`, both counted from 0, or `2[each]`.
    #[error(
        "no rule speaks of {part}: give one for it, or Any for what it is part of; Each is for all elements of an array"
    )]
    PartWithoutRule { part: String },
    /// No function of this contract on this chain is allowed.
    #[error(
        "no function of 0x{} on chain {chain_id} is allowed: an administrator adds one by allow_call",
        encode(contract)
    )]
    ContractUnknown { chain_id: u64, contract: ByteBuf },
    /// The contract is known, but not with this function.
    #[error(
        "function 0x{} of 0x{} on chain {chain_id} is not allowed: an administrator adds it by allow_call",
        encode(selector),
        encode(contract)
    )]
    FunctionNotAllowed {
        chain_id: u64,
        contract: ByteBuf,
        selector: ByteBuf,
    },
    /// The data is too short to name a function.
    #[error(
        "{bytes} bytes of data name no function: give its selector and arguments; ether alone is not sent"
    )]
    SelectorMissing { bytes: u64 },
    /// More data than a transaction may have.
    #[error("the data has {bytes} bytes: give at most {max}")]
    DataTooLong { bytes: u64, max: u64 },
    /// The data is not what Solidity's `abi.encode` gives.
    #[error(
        "the data is no call of {function}: {reason}; encode the arguments as Solidity's abi.encode does"
    )]
    DataMalformed { function: String, reason: String },
    /// The value at this place, as in `1` or `2[0]`, breaks the rule. Both counted from 0.
    #[error("argument {argument} of {function} is {value}: rule {rule} wants {expected}")]
    ArgumentRefused {
        function: String,
        argument: String,
        rule: u64,
        value: String,
        expected: String,
    },
    /// More wei than a transaction with this call may carry.
    #[error("the value is {value} wei: this call may carry {max}")]
    ValueAboveMaximum { value: Nat, max: Nat },
    /// More gas than a transaction with this call may use.
    #[error("the gas limit is {gas_limit}: this call may use {max}")]
    GasAboveMaximum { gas_limit: u64, max: u64 },
    /// More wei per gas than a transaction with this call may offer.
    #[error("the fee is {max_fee_per_gas} wei per gas: this call may offer {max}")]
    FeeAboveMaximum { max_fee_per_gas: Nat, max: Nat },
    /// The producer's part is above the whole fee.
    #[error(
        "the priority fee {max_priority_fee_per_gas} is above the whole fee {max_fee_per_gas}: lower the one or raise \
         the other"
    )]
    PriorityFeeAboveFee {
        max_priority_fee_per_gas: Nat,
        max_fee_per_gas: Nat,
    },
    /// Value and fees do not fit 128 bits.
    #[error("value and fees are more than 2^128 - 1 wei, which no account has: lower them")]
    CostTooLarge,
    /// The call could cost more than is allowed in a day. All in wei.
    #[error(
        "up to {cost} wei on top of {spent} of today are above {max}, the most of one day (UTC): lower value, gas or fee, \
         or wait for the next day"
    )]
    DayAboveMaximum { spent: Nat, cost: Nat, max: Nat },
    /// The nonce belongs to another transaction.
    #[error(
        "nonce {nonce} on chain {chain_id} is taken by the transaction of request 0x{}: use the next free nonce, or the \
         same contract, value and data with higher fees",
        encode(id)
    )]
    NonceTaken { chain_id: u64, nonce: u64, id: ByteBuf },
    /// Nodes replace a transaction only for fees that are higher by an eighth.
    #[error(
        "the transaction of nonce {nonce} is replaced only for fees an eighth higher: offer {min_priority_fee_per_gas} \
         and {min_fee_per_gas} wei per gas or more"
    )]
    ReplacementUnderpriced {
        nonce: u64,
        min_priority_fee_per_gas: Nat,
        min_fee_per_gas: Nat,
    },
}
