use anchor_lang::prelude::*;

use crate::actions;
use crate::error::SessionKeysError;
use crate::events::{Charge, Charges};
use crate::state::{Allowed, Grants, Spending, found, view_mut};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct ConsumeArgs {
    /// The session key.
    pub key: Pubkey,
    /// What is spent.
    pub mint: Pubkey,
    /// How much of it, in base units, with all fees.
    pub amount: u64,
    /// What for: bits of [`crate::actions`], every one of which the session must allow.
    pub action: u32,
}

impl ConsumeArgs {
    fn validate(&self) -> Result<()> {
        require!(actions::are_known(self.action), SessionKeysError::UnknownAction);
        Ok(())
    }
}

#[event_cpi]
#[derive(Accounts)]
pub struct Consume<'info> {
    /// One of the session's consumers. It answers for it that the session key signed what is charged.
    pub consumer: Signer<'info>,
    /// The grants of the session's owner.
    #[account(mut)]
    pub grants: AccountLoader<'info, Grants>,
}

impl Consume<'_> {
    fn charge(&self, args: &ConsumeArgs) -> Result<Charge> {
        let spending = Spending {
            consumer: self.consumer.key,
            mint: &args.mint,
            allowed: Allowed::All(args.action),
            now: Clock::get()?.unix_timestamp,
        };
        let mut data = self.grants.as_ref().try_borrow_mut_data()?;
        let (grants, sessions) = view_mut(&mut data)?;
        let session = found(sessions, &args.key)?;
        let limit = session.charge(grants.epoch, &spending, args.amount)?;
        Ok(Charge::new(grants.owner, args.key, args.amount, limit))
    }

    pub(crate) fn handler(ctx: Context<Self>, args: ConsumeArgs) -> Result<()> {
        args.validate()?;
        let charge = ctx.accounts.charge(&args)?;
        let charges = Charges {
            consumer: ctx.accounts.consumer.key,
            mint: &args.mint,
            charges: &[charge],
        };
        charges.emit(&ctx.accounts.event_authority)
    }
}
