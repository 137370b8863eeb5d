use anchor_lang::prelude::*;

use super::pay::Payees;
use crate::error::SettlementError;
use crate::events::{AuctionSettled, AuctionUnsold, emit_by_call};
use crate::state::{Auction, Config, Item};

#[event_cpi]
#[derive(Accounts)]
pub struct SettleAuction<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(mut)]
    pub item: Account<'info, Item>,
    #[account(
        mut,
        close = seller,
        has_one = config @ SettlementError::WrongConfig,
        has_one = item @ SettlementError::WrongItem,
        has_one = seller @ SettlementError::WrongSeller,
    )]
    pub auction: Account<'info, Auction>,
    /// Gets the rent of the auction back.
    /// CHECK: it is the seller that the auction names.
    #[account(mut)]
    pub seller: UncheckedAccount<'info>,
    /// The seller's ledger in the auction's vault; needed when there is a bid.
    /// CHECK: the payment does.
    #[account(mut)]
    pub seller_ledger: Option<UncheckedAccount<'info>>,
    /// That of who gets the fee; needed when the bid leaves a fee.
    /// CHECK: the payment does.
    #[account(mut)]
    pub fee_ledger: Option<UncheckedAccount<'info>>,
    /// The creator's; needed when the bid leaves a royalty.
    /// CHECK: the payment does.
    #[account(mut)]
    pub creator_ledger: Option<UncheckedAccount<'info>>,
}

impl SettleAuction<'_> {
    fn validate(&self) -> Result<()> {
        let (config, auction) = (self.config.load()?, &self.auction);
        // Others could have bid more, had the pause not kept them from it.
        if auction.has_bid() {
            config.require_running()?;
        }
        let ended = auction.ended(&config, Clock::get()?.unix_timestamp);
        require!(ended, SettlementError::AuctionRunning);
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        ctx.accounts.validate()?;
        if ctx.accounts.auction.has_bid() {
            Self::sell(ctx)
        } else {
            Self::give_back(ctx);
            Ok(())
        }
    }

    /// The bid leaves the escrow for those who are to be paid, and the item goes to the bidder.
    fn sell(ctx: Context<Self>) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        let auction = &accounts.auction;
        let Auction {
            seller,
            vault,
            best,
            terms,
            ..
        } = &**auction;
        let payees = Payees {
            seller: accounts.seller_ledger.as_deref(),
            fee: accounts.fee_ledger.as_deref(),
            creator: accounts.creator_ledger.as_deref(),
        };
        let parts = payees.pay(vault, seller, terms, *best)?;
        accounts.item.release(auction.bidder);
        let event = AuctionSettled {
            config: auction.config,
            item: auction.item,
            mint: accounts.item.mint,
            seller: *seller,
            winner: auction.bidder,
            asset: auction.asset,
            price: *best,
            fee: parts.fee,
            fee_owner: terms.fee_owner,
            royalty: parts.royalty,
            creator: terms.creator,
        };
        emit_by_call(&ctx.accounts.event_authority, 8 * 32 + 3 * 8, &event)
    }

    fn give_back(ctx: Context<Self>) {
        let accounts = &mut *ctx.accounts;
        let seller = accounts.seller.key();
        accounts.item.release(seller);
        emit!(AuctionUnsold {
            config: accounts.item.config,
            item: accounts.item.key(),
            mint: accounts.item.mint,
            seller
        });
    }
}
