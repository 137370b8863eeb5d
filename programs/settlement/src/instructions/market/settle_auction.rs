use anchor_lang::prelude::*;

use super::pay::{Payee, Payees};
use crate::error::SettlementError;
use crate::events::{AuctionSettled, AuctionUnsold, emit_by_call};
use crate::state::{Auction, Config, Item, Ledger};

#[event_cpi]
#[derive(Accounts)]
pub struct SettleAuction<'info> {
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub item: Account<'info, Item>,
    #[account(
        mut,
        close = seller,
        has_one = item @ SettlementError::WrongItem,
        has_one = seller @ SettlementError::WrongSeller,
    )]
    pub auction: Account<'info, Auction>,
    /// Gets the rent of the auction back.
    /// CHECK: it is the seller that the auction names.
    #[account(mut)]
    pub seller: UncheckedAccount<'info>,
    /// The seller's ledger in the auction's vault; needed when there is a bid.
    #[account(mut)]
    pub seller_ledger: Option<AccountLoader<'info, Ledger>>,
    /// That of the config's treasury; needed when the bid leaves a fee.
    #[account(mut)]
    pub fee_ledger: Option<AccountLoader<'info, Ledger>>,
    /// The creator's; needed when the bid leaves a royalty.
    #[account(mut)]
    pub creator_ledger: Option<AccountLoader<'info, Ledger>>,
}

impl SettleAuction<'_> {
    fn validate(&self) -> Result<()> {
        let ended = self.auction.ended(Clock::get()?.unix_timestamp);
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
        let treasury = accounts.config.load()?.treasury;
        let parts = auction.terms.split(auction.best)?;
        let payees = Payees {
            seller: Payee {
                owner: auction.seller,
                ledger: accounts.seller_ledger.as_ref(),
            },
            fee: Payee {
                owner: treasury,
                ledger: accounts.fee_ledger.as_ref(),
            },
            creator: Payee {
                owner: auction.terms.creator,
                ledger: accounts.creator_ledger.as_ref(),
            },
        };
        payees.pay(&auction.vault, &parts)?;
        accounts.item.release(auction.bidder);
        let event = AuctionSettled {
            config: auction.config,
            item: auction.item,
            mint: accounts.item.mint,
            seller: auction.seller,
            winner: auction.bidder,
            asset: auction.asset,
            price: auction.best,
            fee: parts.fee,
            treasury,
            royalty: parts.royalty,
            creator: auction.terms.creator,
        };
        emit_by_call(&ctx.accounts.event_authority, event)
    }

    fn give_back(ctx: Context<Self>) {
        let accounts = &mut *ctx.accounts;
        let seller = accounts.seller.key();
        accounts.item.release(seller);
        emit!(AuctionUnsold {
            config: accounts.config.key(),
            item: accounts.item.key(),
            mint: accounts.item.mint,
            seller
        });
    }
}
