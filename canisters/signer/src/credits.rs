//! Cycles that operators have prepaid, and what a signature costs.

use crate::{
    contract::{amount, nonzero},
    events,
    keys::{self, Curve, Message},
    roles, state,
};
use candid::{Nat, Principal};
use canister_kit::icrc3::Value;
use signer_api::{Cost, Refusal, Role};

/// Cycles above the price of the threshold protocol, unless an administrator sets another margin: what it costs to
/// check a batch of ten thousand leaves and to keep its record.
pub const MARGIN: u128 = 2_000_000_000;

/// Cycles above the price of the threshold protocol.
pub fn margin() -> u128 {
    state::read(|s| s.config.get().0.margin).unwrap_or(MARGIN)
}

/// What a signature costs, in cycles.
///
/// # Errors
/// [`Refusal::SigningFailed`] when the subnet does not know the key.
pub fn price(curve: Curve) -> Result<u128, Refusal> {
    Ok(keys::fee(curve)?.saturating_add(margin()))
}

/// The prices of both keys.
///
/// # Errors
/// As [`price`].
pub fn cost() -> Result<Cost, Refusal> {
    Ok(Cost {
        evm: Nat::from(price(Curve::Secp256k1)?),
        solana: Nat::from(price(Curve::Ed25519)?),
        margin: Nat::from(margin()),
    })
}

/// Cycles that an operator has left.
pub fn of(operator: Principal) -> u128 {
    state::read(|s| s.credits.get(&operator)).unwrap_or(0)
}

/// The price of a signature of `message`, if the operator has as much.
///
/// # Errors
/// [`Refusal::InsufficientCredits`]; as [`price`].
pub fn require(operator: Principal, message: &Message) -> Result<u128, Refusal> {
    let (price, credits) = (price(message.curve())?, of(operator));
    if credits < price {
        return Err(Refusal::InsufficientCredits {
            caller: operator,
            price: Nat::from(price),
            credits: Nat::from(credits),
        });
    }
    Ok(price)
}

/// Takes a price that was required in the same message. Returns what is left.
pub fn charge(operator: Principal, price: u128) -> u128 {
    let left = of(operator).saturating_sub(price);
    state::write(|s| s.credits.insert(operator, left));
    left
}

/// Takes the cycles that came with the call. Returns the operator's credits. For everybody, in favour of an operator.
///
/// # Errors
/// [`Refusal::RoleMissing`] when nobody could use the credits; [`Refusal::TooFewCycles`] below the price of a
/// signature: each deposit is a block of the log.
pub fn deposit(caller: Principal, operator: Principal) -> Result<Nat, Refusal> {
    roles::still(operator, Role::Operator)?;
    let (attached, least) = (ic_cdk::api::msg_cycles_available(), price(Curve::Secp256k1)?);
    if attached < least {
        return Err(Refusal::TooFewCycles {
            attached: Nat::from(attached),
            least: Nat::from(least),
        });
    }
    let credits = add(operator, attached)?;
    let accepted = ic_cdk::api::msg_cycles_accept(attached);
    record(caller, "credits_deposited", operator, accepted, credits);
    Ok(Nat::from(credits))
}

/// Gives an operator credits. Returns the operator's credits. They are a right to ask, and no cycles: the administrator sees
/// to it that the canister has enough. Without, the threshold protocol refuses, and what was accepted is signed later.
///
/// # Errors
/// [`Refusal::RoleMissing`]; [`Refusal::Zero`]; [`Refusal::TooLarge`] when there would be 2^128 or more.
pub fn grant(caller: Principal, operator: Principal, cycles: &Nat) -> Result<Nat, Refusal> {
    roles::still(operator, Role::Operator)?;
    let cycles = nonzero("cycles", cycles)?;
    let credits = add(operator, cycles)?;
    record(caller, "credits_granted", operator, cycles, credits);
    Ok(Nat::from(credits))
}

fn add(operator: Principal, cycles: u128) -> Result<u128, Refusal> {
    let before = of(operator);
    let credits = before.checked_add(cycles).ok_or_else(|| Refusal::TooLarge {
        field: "cycles".into(),
        value: Nat::from(cycles),
        max: Nat::from(u128::MAX - before),
    })?;
    state::write(|s| s.credits.insert(operator, credits));
    Ok(credits)
}

fn record(caller: Principal, block_type: &'static str, operator: Principal, cycles: u128, credits: u128) {
    let fields = vec![
        ("operator", Value::text(operator)),
        ("cycles", Value::nat(cycles)),
        ("credits", Value::nat(credits)),
    ];
    events::record(caller, block_type, fields);
}

/// Sets what is charged above the price of the threshold protocol.
///
/// # Errors
/// [`Refusal::TooLarge`].
pub fn set_margin(caller: Principal, cycles: &Nat) -> Result<(), Refusal> {
    let cycles = amount("margin", cycles)?;
    if margin() != cycles {
        state::write(|s| s.configure(|c| c.margin = Some(cycles)));
        events::record(caller, "margin_set", vec![("cycles", Value::nat(cycles))]);
    }
    Ok(())
}
