//! For administrators and guardians.

use crate::{
    audit::Asked,
    credits, keys,
    policy::{self, distributor, registry, settlement},
    roles,
};
use candid::{Nat, Principal};
use ic_cdk::{api::msg_caller, update};
use serde_bytes::ByteBuf;
use signer_api::{Chain, Distributor, Refusal, Registry, Role, Settlement};

/// Does what an administrator asks for.
pub(super) fn administer<T>(
    asked: Asked,
    action: impl FnOnce(Principal) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let result = roles::require(Role::Admin).and_then(action);
    asked.answered(msg_caller(), result)
}

/// Grants or revokes a role. For administrators.
#[update]
fn set_role(principal: Principal, role: Role, granted: bool) -> Result<(), Refusal> {
    administer(Asked::method("set_role"), |caller| {
        roles::set(caller, principal, role, granted)
    })
}

/// Stops all signing. For guardians and administrators.
#[update]
fn pause() -> Result<(), Refusal> {
    let allowed = roles::require(Role::Guardian).or_else(|_| roles::require(Role::Admin));
    let result = allowed.map(|caller| policy::set_paused(caller, true));
    Asked::method("pause").answered(msg_caller(), result)
}

/// Resumes signing. For administrators.
#[update]
fn resume() -> Result<(), Refusal> {
    administer(Asked::method("resume"), |caller| {
        policy::set_paused(caller, false);
        Ok(())
    })
}

/// Allows a contract, or changes what its claims may pay. For administrators.
#[update]
fn allow_distributor(distributor: Distributor) -> Result<(), Refusal> {
    let asked = Asked::method("allow_distributor");
    let asked = asked.at(Chain::Evm(distributor.chain_id), &distributor.address);
    administer(asked, |caller| distributor::allow(caller, &distributor))
}

/// Takes the permission of a contract away. For administrators.
#[update]
fn remove_distributor(chain_id: u64, address: ByteBuf) -> Result<(), Refusal> {
    let asked = Asked::method("remove_distributor").at(Chain::Evm(chain_id), &address);
    administer(asked, |caller| distributor::remove(caller, chain_id, address))
}

/// Allows a settlement, or changes what its batches may do. For administrators.
#[update]
fn allow_settlement(settlement: Settlement) -> Result<(), Refusal> {
    let asked = Asked::method("allow_settlement").at(settlement.chain, &settlement.address);
    administer(asked, |caller| settlement::allow(caller, settlement))
}

/// Takes the permission of a settlement away; the sequence stays known. For administrators.
#[update]
fn remove_settlement(chain: Chain, address: ByteBuf) -> Result<(), Refusal> {
    let asked = Asked::method("remove_settlement").at(chain, &address);
    administer(asked, |caller| settlement::remove(caller, chain, &address))
}

/// Allows a registry of orders, or changes what its checkpoints may be. For administrators.
#[update]
fn allow_registry(registry: Registry) -> Result<(), Refusal> {
    let asked = Asked::method("allow_registry").at(registry.chain, &registry.address);
    administer(asked, |caller| registry::allow(caller, registry))
}

/// Takes the permission of a registry away; the number stays known. For administrators.
#[update]
fn remove_registry(chain: Chain, address: ByteBuf) -> Result<(), Refusal> {
    let asked = Asked::method("remove_registry").at(chain, &address);
    administer(asked, |caller| registry::remove(caller, chain, &address))
}

/// Gives an operator credits, in cycles, for cycles that the canister has. Returns what the operator has. For
/// administrators.
#[update]
fn grant_credits(operator: Principal, cycles: Nat) -> Result<Nat, Refusal> {
    administer(Asked::method("grant_credits"), |caller| {
        credits::grant(caller, operator, &cycles)
    })
}

/// Sets how many cycles a signature costs above the price of the threshold protocol. For administrators.
#[update]
fn set_margin(cycles: Nat) -> Result<(), Refusal> {
    administer(Asked::method("set_margin"), |caller| {
        credits::set_margin(caller, &cycles)
    })
}

/// Makes the next version of the keys the current one, and returns it. The one before signs for another
/// `overlap_seconds` for requests that ask for it. For administrators.
#[update]
fn rotate_key(overlap_seconds: u64) -> Result<u32, Refusal> {
    administer(Asked::method("rotate_key"), |caller| {
        keys::version::rotate(caller, overlap_seconds)
    })
}
