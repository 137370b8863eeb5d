use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::ListingCancelled;
use crate::state::{Item, Listing};

#[derive(Accounts)]
pub struct CancelListing<'info> {
    /// The seller, or anybody when the listing has expired.
    pub by: Signer<'info>,
    #[account(mut)]
    pub item: Account<'info, Item>,
    #[account(
        mut,
        close = seller,
        has_one = item @ SettlementError::WrongItem,
        has_one = seller @ SettlementError::WrongSeller,
    )]
    pub listing: Account<'info, Listing>,
    /// Gets the rent back.
    /// CHECK: it is the seller that the listing names.
    #[account(mut)]
    pub seller: UncheckedAccount<'info>,
}

impl CancelListing<'_> {
    fn validate(&self) -> Result<()> {
        let expired = self.listing.expired(Clock::get()?.unix_timestamp);
        require!(
            expired || self.by.key() == self.seller.key(),
            SettlementError::NotSeller
        );
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        ctx.accounts.validate()?;
        let seller = ctx.accounts.seller.key();
        let item = &mut ctx.accounts.item;
        item.release(seller);
        emit!(ListingCancelled {
            config: item.config,
            item: item.key(),
            mint: item.mint,
            seller,
            by: ctx.accounts.by.key()
        });
        Ok(())
    }
}
