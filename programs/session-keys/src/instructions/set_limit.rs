use anchor_lang::prelude::*;

use crate::error::SessionKeysError;
use crate::events::{LimitSet, emit_by_call};
use crate::state::{Grants, LimitArgs, Session, found, view_mut};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct SetLimitArgs {
    /// The session key.
    pub key: Pubkey,
    /// The new values. An amount, lifetime or number of operations of zero stops the spending of the mint.
    pub limit: LimitArgs,
}

#[event_cpi]
#[derive(Accounts)]
pub struct SetLimit<'info> {
    /// The owner, or the session key to lower its own limit.
    pub by: Signer<'info>,
    /// The owner's grants.
    #[account(mut)]
    pub grants: AccountLoader<'info, Grants>,
}

impl SetLimit<'_> {
    /// May the signer set these values?
    fn validate(&self, grants: &Grants, session: &Session, wanted: &LimitArgs, now: i64) -> Result<()> {
        session.require_alive(grants.epoch, now)?;
        if self.by.key() == grants.owner {
            return Ok(());
        }
        require_keys_eq!(self.by.key(), session.key, SessionKeysError::NotOwnerOrSession);
        let limit = session.limit(&wanted.mint);
        require!(
            limit.is_some_and(|limit| limit.is_lowered_by(wanted)),
            SessionKeysError::OwnerMustSign
        );
        Ok(())
    }

    fn set(&self, args: &SetLimitArgs) -> Result<LimitSet> {
        let now = Clock::get()?.unix_timestamp;
        let mut data = self.grants.as_ref().try_borrow_mut_data()?;
        let (grants, sessions) = view_mut(&mut data)?;
        let session = found(sessions, &args.key)?;
        self.validate(grants, session, &args.limit, now)?;
        let limit = session.set_limit(&args.limit, now)?;
        Ok(LimitSet {
            owner: grants.owner,
            session: args.key,
            by: self.by.key(),
            limit: args.limit,
            remaining: limit.remaining(),
            lifetime_remaining: limit.lifetime_remaining(),
        })
    }

    pub(crate) fn handler(ctx: Context<Self>, args: SetLimitArgs) -> Result<()> {
        args.limit.validate()?;
        let event = ctx.accounts.set(&args)?;
        emit_by_call(&ctx.accounts.event_authority, &event)
    }
}
