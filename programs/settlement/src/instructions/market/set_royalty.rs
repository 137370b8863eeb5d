use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::RoyaltySet;
use crate::state::{Config, Item, MAX_ROYALTY_BPS};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct SetRoyaltyArgs {
    /// Gets the royalty. All zeros only together with a royalty of zero.
    pub creator: Pubkey,
    /// Basis points of the price of every sale: at most 1,000, which is 10%.
    pub bps: u16,
}

impl SetRoyaltyArgs {
    fn validate(&self) -> Result<()> {
        require_gte!(MAX_ROYALTY_BPS, self.bps, SettlementError::RoyaltyTooHigh);
        let paid_to_nobody = self.bps > 0 && self.creator == Pubkey::default();
        require!(!paid_to_nobody, SettlementError::MissingKey);
        Ok(())
    }
}

#[derive(Accounts)]
pub struct SetRoyalty<'info> {
    pub admin: Signer<'info>,
    #[account(has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub item: Account<'info, Item>,
}

impl SetRoyalty<'_> {
    pub(crate) fn handler(ctx: Context<Self>, args: SetRoyaltyArgs) -> Result<()> {
        args.validate()?;
        let item = &mut ctx.accounts.item;
        item.creator = args.creator;
        item.royalty_bps = args.bps;
        emit!(RoyaltySet {
            config: item.config,
            item: item.key(),
            mint: item.mint,
            creator: args.creator,
            bps: args.bps
        });
        Ok(())
    }
}
