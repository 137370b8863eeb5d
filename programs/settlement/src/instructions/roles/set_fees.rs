use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::FeesChanged;
use crate::state::{Config, MAX_FEE_BPS};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct SetFeesArgs {
    /// The marketplace fee in basis points of a price: at most 1,000.
    pub fee_bps: u16,
    /// Whose ledgers get it; all zeros when there is none.
    pub fee_owner: Pubkey,
}

impl SetFeesArgs {
    fn validate(&self) -> Result<()> {
        let has_fee = self.fee_bps != 0;
        let has_owner = self.fee_owner != Pubkey::default();
        require!(
            self.fee_bps <= MAX_FEE_BPS && has_fee == has_owner,
            SettlementError::FeeOutOfBounds
        );
        Ok(())
    }
}

/// Listings and auctions keep the fee that they were made with.
#[derive(Accounts)]
pub struct SetFees<'info> {
    pub admin: Signer<'info>,
    #[account(mut, has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
}

impl SetFees<'_> {
    pub(crate) fn handler(ctx: Context<Self>, args: SetFeesArgs) -> Result<()> {
        args.validate()?;
        let SetFeesArgs { fee_bps, fee_owner } = args;
        let mut config = ctx.accounts.config.load_mut()?;
        config.fee_bps = fee_bps;
        config.fee_owner = fee_owner;
        emit!(FeesChanged {
            config: ctx.accounts.config.key(),
            fee_bps,
            fee_owner,
        });
        Ok(())
    }
}
