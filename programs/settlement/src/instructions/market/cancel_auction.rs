use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::AuctionCancelled;
use crate::state::{Auction, Item};

#[derive(Accounts)]
pub struct CancelAuction<'info> {
    /// Gets the rent back.
    #[account(mut)]
    pub seller: Signer<'info>,
    #[account(mut)]
    pub item: Account<'info, Item>,
    #[account(
        mut,
        close = seller,
        has_one = item @ SettlementError::WrongItem,
        has_one = seller @ SettlementError::NotSeller,
    )]
    pub auction: Account<'info, Auction>,
}

impl CancelAuction<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        require!(!ctx.accounts.auction.has_bid(), SettlementError::AuctionHasBid);
        let seller = ctx.accounts.seller.key();
        let item = &mut ctx.accounts.item;
        item.release(seller);
        emit!(AuctionCancelled {
            config: item.config,
            item: item.key(),
            mint: item.mint,
            seller
        });
        Ok(())
    }
}
