//! The calls that transactions may make, as administrators set them.

use super::{
    eip1559::Transaction,
    function::Function,
    policy::{SELECTOR, split},
    rules,
};
use crate::{
    contract::{Contract, amount},
    events, state,
};
use candid::{Encode, Nat, Principal};
use canister_kit::{icrc3::Value, stored::Stored};
use novate_protocol::keccak::keccak256;
use serde_bytes::ByteBuf;
use signer_api::{AllowedCall, CallPage, Chain, Refusal, TransactionRefusal};

/// Contract and selector: in this order, so that the functions of a contract stand side by side.
pub type Key = [u8; Contract::KEY + SELECTOR];

/// Most bytes of an allowed call in Candid: fifty of them fit one answer.
const LARGEST: usize = 20_000;
/// Most calls in one answer.
const PAGE: u64 = 50;

fn key(contract: &Contract, selector: &[u8; SELECTOR]) -> Key {
    let mut key = [0; Contract::KEY + SELECTOR];
    key[..Contract::KEY].copy_from_slice(&contract.key());
    key[Contract::KEY..].copy_from_slice(selector);
    key
}

/// Allows a call, or changes its rules. For administrators.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::Zero`], [`Refusal::TooLarge`];
/// [`TransactionRefusal::FunctionMalformed`], [`TransactionRefusal::RuleMalformed`],
/// [`TransactionRefusal::ArgumentWithoutRule`], [`TransactionRefusal::PartWithoutRule`].
pub fn allow(caller: Principal, call: AllowedCall) -> Result<(), Refusal> {
    let contract = Contract::parse("contract", Chain::Evm(call.chain_id), &call.contract)?;
    for (field, zero) in [("chain_id", call.chain_id == 0), ("max_gas", call.max_gas == 0)] {
        if zero {
            return Err(Refusal::Zero { field: field.into() });
        }
    }
    amount("max_value", &call.max_value)?;
    amount("max_fee_per_gas", &call.max_fee_per_gas)?;
    if let Some(max) = &call.max_per_day {
        amount("max_per_day", max)?;
    }
    let function = Function::parse(&call.function)?;
    rules::fit(&call.arguments, &function)?;
    // Only writing to memory can fail in the encoder, and memory does not fail.
    let size = Encode!(&call).map(|bytes| bytes.len()).unwrap_or(usize::MAX);
    if size > LARGEST {
        return Err(Refusal::TooLarge {
            field: "arguments".into(),
            value: Nat::from(size),
            max: Nat::from(LARGEST),
        });
    }

    let key = key(&contract, &function.selector());
    if state::read(|s| s.calls.get(&key)).is_none_or(|Stored(known)| known != call) {
        let mut fields = contract.fields();
        fields.extend([
            ("function", Value::text(&call.function)),
            ("selector", Value::blob(function.selector())),
            ("rules", Value::nat(call.arguments.len())),
            ("rules_hash", Value::blob(rules_hash(&call))),
            ("max_value", Value::Nat(call.max_value.clone())),
            ("max_gas", Value::nat(call.max_gas)),
            ("max_fee_per_gas", Value::Nat(call.max_fee_per_gas.clone())),
        ]);
        fields.extend(
            call.max_per_day
                .clone()
                .map(|max| ("max_per_day", Value::Nat(max))),
        );
        state::write(|s| s.calls.insert(key, Stored(call)));
        events::record(caller, "call_allowed", fields);
    }
    Ok(())
}

/// keccak-256 of the argument rules in Candid, by which an auditor finds those of a block among published ones.
fn rules_hash(call: &AllowedCall) -> [u8; 32] {
    keccak256(&[&Encode!(&call.arguments).unwrap_or_default()]) // cannot fail, as above
}

/// Takes the permission away; what is signed stays valid. For administrators.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::Zero`]; [`TransactionRefusal::FunctionMalformed`],
/// [`TransactionRefusal::FunctionNotAllowed`].
pub fn remove(caller: Principal, chain_id: u64, address: &ByteBuf, function: &str) -> Result<(), Refusal> {
    let contract = Contract::parse("contract", Chain::Evm(chain_id), address)?;
    let selector = Function::parse(function)?.selector();
    if state::write(|s| s.calls.remove(&key(&contract, &selector))).is_none() {
        return Err(not_allowed(&contract, &selector).into());
    }
    let mut fields = contract.fields();
    fields.extend([
        ("function", Value::text(function)),
        ("selector", Value::blob(selector)),
    ]);
    events::record(caller, "call_removed", fields);
    Ok(())
}

/// The allowed calls, `limit` of them and at most 50, behind the first `from`.
pub fn page(from: u64, limit: u64) -> CallPage {
    state::read(|s| {
        let behind = s.calls.values().skip(usize::try_from(from).unwrap_or(usize::MAX));
        CallPage {
            calls: behind
                .take(limit.min(PAGE) as usize)
                .map(|Stored(call)| call)
                .collect(),
            total: s.calls.len(),
        }
    })
}

/// The allowed call that the transaction makes.
///
/// # Errors
/// [`TransactionRefusal::SelectorMissing`], [`TransactionRefusal::ContractUnknown`],
/// [`TransactionRefusal::FunctionNotAllowed`].
pub fn of(transaction: &Transaction) -> Result<AllowedCall, TransactionRefusal> {
    let contract = Contract::evm(transaction.chain_id, transaction.to);
    let selector = split(&transaction.data).map(|(selector, _)| selector);
    // A contract that nobody allowed is the first thing to be told, whatever the data is.
    let functions = key(&contract, &[0; SELECTOR])..=key(&contract, &[0xff; SELECTOR]);
    if state::read(|s| s.calls.range(functions).next().is_none()) {
        return Err(TransactionRefusal::ContractUnknown {
            chain_id: transaction.chain_id,
            contract: ByteBuf::from(transaction.to),
        });
    }
    let selector = selector?;
    state::read(|s| s.calls.get(&key(&contract, selector)))
        .map(|Stored(call)| call)
        .ok_or_else(|| not_allowed(&contract, selector))
}

fn not_allowed(contract: &Contract, selector: &[u8; SELECTOR]) -> TransactionRefusal {
    TransactionRefusal::FunctionNotAllowed {
        chain_id: contract.chain.number(),
        contract: ByteBuf::from(contract.address()),
        selector: ByteBuf::from(*selector),
    }
}
