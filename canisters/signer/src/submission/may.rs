//! Whether somebody may go on with a submission, and can pay for it.

use crate::{credits, keys::Curve, roles, state};
use candid::{Nat, Principal};
use signer_api::{Refusal, Role};

/// What must hold before anything is accepted, planned, replaced or sent: asked again after each wait.
///
/// # Errors
/// [`Refusal::RoleMissing`], [`Refusal::Paused`].
pub fn go_on(caller: Principal) -> Result<(), Refusal> {
    roles::still(caller, Role::Operator)?;
    if state::read(|s| s.config.get().0.paused) {
        return Err(Refusal::Paused);
    }
    Ok(())
}

/// That the operator has the price of a signature and `more` cycles besides: before the canister pays for questions, and
/// keeps something for ever.
///
/// # Errors
/// [`Refusal::InsufficientCredits`], [`Refusal::SigningFailed`].
pub fn pay(operator: Principal, more: u128) -> Result<(), Refusal> {
    let price = credits::price(Curve::Secp256k1)?.saturating_add(more);
    let credits = credits::of(operator);
    if credits < price {
        return Err(Refusal::InsufficientCredits {
            caller: operator,
            price: Nat::from(price),
            credits: Nat::from(credits),
        });
    }
    Ok(())
}
