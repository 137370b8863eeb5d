//! Contracts whose claims may be signed.

use crate::{
    contract::{amount, bytes},
    events::{self, Fields},
    state,
};
use candid::{Nat, Principal};
use canister_kit::icrc3::Value;
use serde_bytes::ByteBuf;
use signer_api::{Distributor, Refusal};

/// Allows a contract, or changes what its claims may pay.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::TooLarge`], [`Refusal::ZeroAmount`].
pub fn allow(caller: Principal, distributor: &Distributor) -> Result<(), Refusal> {
    let key = (distributor.chain_id, bytes("address", &distributor.address)?);
    let max = amount("max_amount", &distributor.max_amount)?;
    let per_day = match &distributor.max_per_day {
        Some(max) => Some(amount("max_per_day", max)?),
        None => None,
    };
    if max == 0 || per_day == Some(0) {
        return Err(Refusal::ZeroAmount);
    }
    let before = state::read(|s| (s.distributors.get(&key), s.distributor_days.get(&key)));
    if before != (Some(max), per_day) {
        state::write(|s| {
            s.distributors.insert(key, max);
            match per_day {
                Some(max) => s.distributor_days.insert(key, max),
                None => s.distributor_days.remove(&key),
            }
        });
        let mut fields = named(key);
        fields.push(("max_amount", Value::nat(max)));
        fields.extend(per_day.map(|max| ("max_per_day", Value::nat(max))));
        events::record(caller, "distributor_allowed", fields);
    }
    Ok(())
}

/// Takes the permission away; claims that are signed stay redeemable.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::DistributorNotAllowed`].
pub fn remove(caller: Principal, chain_id: u64, address: ByteBuf) -> Result<(), Refusal> {
    let key = (chain_id, bytes("address", &address)?);
    if state::write(|s| s.distributors.remove(&key)).is_none() {
        return Err(Refusal::DistributorNotAllowed {
            chain_id,
            distributor: address,
        });
    }
    state::write(|s| s.distributor_days.remove(&key));
    events::record(caller, "distributor_removed", named(key));
    Ok(())
}

fn named((chain_id, address): (u64, [u8; 20])) -> Fields {
    vec![
        ("chain_id", Value::nat(chain_id)),
        ("distributor", Value::blob(address)),
    ]
}

/// The allowed contracts.
pub fn list() -> Vec<Distributor> {
    state::read(|s| {
        let view = |(key, max_amount): ((u64, [u8; 20]), u128)| Distributor {
            chain_id: key.0,
            address: ByteBuf::from(key.1),
            max_amount: Nat::from(max_amount),
            max_per_day: s.distributor_days.get(&key).map(Nat::from),
        };
        s.distributors
            .iter()
            .map(|entry| view(entry.into_pair()))
            .collect()
    })
}
