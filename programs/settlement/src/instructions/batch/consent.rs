//! What owners let a settlement do with what is theirs, as their sessions say.

use anchor_lang::prelude::*;
use session_keys::actions::LIST;
use session_keys::state::{Grants, Session, view};
use solana_address::address_eq;

use crate::error::SettlementError;

/// Looks at the session in a slot of the owner's grants.
///
/// # Errors
/// When `grants` are not the owner's, or have no such session; those of `look`.
#[inline(always)] // It is called for every debit.
pub(super) fn session_of<R>(
    grants: &AccountInfo,
    slot: u8,
    owner: &Pubkey,
    look: impl FnOnce(&Grants, &Session) -> Result<R>,
) -> Result<R> {
    if !address_eq(grants.owner, &session_keys::ID) {
        return err!(ErrorCode::AccountOwnedByWrongProgram);
    }
    let data = grants.try_borrow_data()?;
    let (grants, sessions) = view(&data)?;
    if !address_eq(&grants.owner, owner) {
        return err!(SettlementError::WrongGrants);
    }
    let session = sessions.get(usize::from(slot));
    look(grants, session.ok_or(SettlementError::NoSuchSession)?)
}

/// Moving an item out of somebody's hands takes what offering it for sale takes: a session that allows it.
///
/// # Errors
/// When the session is not of `holder`, is over, does not name the settlement `config`, or does not allow to list.
pub(super) fn require_to_list(
    grants: &AccountInfo,
    slot: u8,
    holder: &Pubkey,
    config: &Pubkey,
    now: i64,
) -> Result<()> {
    session_of(grants, slot, holder, |grants, session| {
        let alive = session.require_alive(grants.epoch, now).is_ok();
        require!(alive, SettlementError::SessionOver);
        let named = session.consumers().any(|consumer| address_eq(consumer, config));
        require!(named, SettlementError::NotConsumer);
        require!(session.actions & LIST != 0, SettlementError::ListNotAllowed);
        Ok(())
    })
}
