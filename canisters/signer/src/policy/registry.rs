//! Registries whose checkpoints of orders may be signed.

use super::settlement::not_allowed;
use crate::{
    contract::Contract,
    events, state,
    turns::{self, Series},
};
use candid::Principal;
use canister_kit::{icrc3::Value, stored::Stored};
use serde_bytes::ByteBuf;
use signer_api::{Chain, Refusal, Registry};

/// Allows a registry, or changes what its checkpoints may be.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::Zero`], [`Refusal::GoesBack`].
pub fn allow(caller: Principal, registry: Registry) -> Result<(), Refusal> {
    let contract = Contract::parse("address", registry.chain, &registry.address)?;
    if registry.max_orders == 0 {
        let field = "max_orders".into();
        return Err(Refusal::Zero { field });
    }
    let number_before = turns::next(Series::Checkpoints, &contract);
    let next = turns::set(Series::Checkpoints, &contract, registry.next_number)?;
    let registry = Registry {
        next_number: None,
        ..registry
    };
    let before = state::write(|s| s.registries.insert(contract.key(), Stored(registry.clone())));
    if before.is_some_and(|Stored(before)| before == registry) && next == number_before {
        return Ok(());
    }
    let mut fields = contract.fields();
    fields.push(("max_orders", Value::nat(registry.max_orders)));
    fields.push(("next_number", Value::nat(next)));
    events::record(caller, "registry_allowed", fields);
    Ok(())
}

/// Takes the permission away; checkpoints that are signed can still be kept. The number stays known.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::Zero`], [`Refusal::ContractNotAllowed`].
pub fn remove(caller: Principal, chain: Chain, address: &ByteBuf) -> Result<(), Refusal> {
    let contract = Contract::parse("address", chain, address)?;
    let removed = state::write(|s| s.registries.remove(&contract.key()));
    if removed.is_none() {
        return Err(not_allowed(&contract));
    }
    events::record(caller, "registry_removed", contract.fields());
    Ok(())
}

/// What is allowed to a registry.
///
/// # Errors
/// [`Refusal::ContractNotAllowed`].
pub fn require(contract: &Contract) -> Result<Registry, Refusal> {
    let found = state::read(|s| s.registries.get(&contract.key()));
    found
        .map(|Stored(registry)| registry)
        .ok_or_else(|| not_allowed(contract))
}

/// The allowed registries, each with the number that comes next.
pub fn list() -> Vec<Registry> {
    let allowed: Vec<_> = state::read(|s| s.registries.values().collect());
    let view = |Stored(registry): Stored<Registry>| {
        let contract = Contract::parse("address", registry.chain, &registry.address).ok()?;
        Some(Registry {
            next_number: Some(turns::next(Series::Checkpoints, &contract)),
            ..registry
        })
    };
    allowed.into_iter().filter_map(view).collect()
}
