//! Setting the policy.

use crate::{
    api::Distributor,
    events::{self, Event},
    refusal::Refusal,
    state, voucher,
};
use candid::{Nat, Principal};
use serde_bytes::ByteBuf;

/// Allows a contract, or changes what one of its claims may pay.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::TooLarge`], [`Refusal::ZeroAmount`].
pub fn allow_distributor(caller: Principal, distributor: &Distributor) -> Result<(), Refusal> {
    let key = (
        distributor.chain_id,
        voucher::bytes("address", &distributor.address)?,
    );
    let max_amount = voucher::amount("max_amount", &distributor.max_amount)?;
    if max_amount == 0 {
        return Err(Refusal::ZeroAmount);
    }
    if state::write(|s| s.distributors.insert(key, max_amount)) != Some(max_amount) {
        let (chain_id, distributor) = key;
        events::record(
            caller,
            Event::DistributorAllowed {
                chain_id,
                distributor,
                max_amount,
            },
        );
    }
    Ok(())
}

/// Takes the permission away; claims that are signed stay redeemable.
///
/// # Errors
/// [`Refusal::WrongLength`], [`Refusal::DistributorNotAllowed`].
pub fn remove_distributor(caller: Principal, chain_id: u64, address: ByteBuf) -> Result<(), Refusal> {
    let distributor = voucher::bytes("address", &address)?;
    if state::write(|s| s.distributors.remove(&(chain_id, distributor))).is_none() {
        return Err(Refusal::DistributorNotAllowed {
            chain_id,
            distributor: address,
        });
    }
    events::record(
        caller,
        Event::DistributorRemoved {
            chain_id,
            distributor,
        },
    );
    Ok(())
}

/// Stops or resumes signing; nothing happens when it already is as wanted.
pub fn set_paused(caller: Principal, paused: bool) {
    if state::read(|s| s.config.get().0.paused) != paused {
        state::write(|s| s.configure(|c| c.paused = paused));
        events::record(caller, if paused { Event::Paused } else { Event::Resumed });
    }
}

/// The allowed contracts.
pub fn distributors() -> Vec<Distributor> {
    let view = |chain_id, address: [u8; 20], max_amount: u128| Distributor {
        chain_id,
        address: ByteBuf::from(address.to_vec()),
        max_amount: Nat::from(max_amount),
    };
    state::read(|s| {
        s.distributors
            .iter()
            .map(|e| e.into_pair())
            .map(|((chain, address), max)| view(chain, address, max))
            .collect()
    })
}
