use anchor_lang::prelude::*;

use crate::error::SessionKeysError;
use crate::events::{SessionClosed, emit_by_call};
use crate::state::{Grants, Session, find, resize, size_of_grants, view_mut};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct CloseExpiredArgs {
    /// The session key.
    pub key: Pubkey,
}

#[event_cpi]
#[derive(Accounts)]
pub struct CloseExpired<'info> {
    /// The grants of the session's owner.
    #[account(mut)]
    pub grants: AccountLoader<'info, Grants>,
    /// Who paid the rent of the session.
    /// CHECK: it is the payer that the session names.
    #[account(mut)]
    pub session_payer: UncheckedAccount<'info>,
    /// Who paid the rent of the grants when the owner's first session was created.
    /// CHECK: it is the payer that the grants name.
    #[account(mut, address = grants.load()?.payer @ SessionKeysError::WrongPayer)]
    pub grants_payer: UncheckedAccount<'info>,
}

impl CloseExpired<'_> {
    fn validate(&self, grants: &Grants, session: &Session) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let alive = session.require_alive(grants.epoch, now).is_ok();
        require!(!alive, SessionKeysError::SessionAlive);
        require_keys_eq!(
            self.session_payer.key(),
            session.payer,
            SessionKeysError::WrongPayer
        );
        Ok(())
    }

    /// Moves the last session into the slot of this one. Returns the closed session, whose it was, and how many
    /// are left.
    fn remove(&self, key: &Pubkey) -> Result<(Session, Pubkey, u8)> {
        let mut data = self.grants.as_ref().try_borrow_mut_data()?;
        let (grants, sessions) = view_mut(&mut data)?;
        let slot = find(sessions, key)?;
        let session = *sessions.get(slot).ok_or(SessionKeysError::NoSuchSession)?;
        self.validate(grants, &session)?;
        let left = grants.count.saturating_sub(1);
        sessions.swap(slot, left.into());
        Ok((session, grants.owner, left))
    }

    /// Pays back what the session's payer paid, as long as the other sessions keep their rent.
    fn refund(&self, session: &Session, left: u8) -> Result<u64> {
        let grants = self.grants.as_ref();
        let kept = Rent::get()?.minimum_balance(size_of_grants(left));
        let rent = session.rent.min(grants.lamports().saturating_sub(kept));
        grants.sub_lamports(rent)?;
        self.session_payer.add_lamports(rent)?;
        Ok(rent)
    }

    /// Pays all that the account holds to who paid for its head, and returns it.
    fn close(&self) -> Result<u64> {
        let lamports = self.grants.as_ref().lamports();
        self.grants.close(self.grants_payer.to_account_info())?;
        Ok(lamports)
    }

    pub(crate) fn handler(ctx: Context<Self>, args: CloseExpiredArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let (session, owner, left) = accounts.remove(&args.key)?;
        resize(accounts.grants.as_ref(), left)?;
        let rent = accounts.refund(&session, left)?;
        let grants_rent = if left == 0 { accounts.close()? } else { 0 };
        let event = SessionClosed {
            owner,
            session: args.key,
            payer: session.payer,
            rent,
            grants_payer: accounts.grants_payer.key(),
            grants_rent,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
