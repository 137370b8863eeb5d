use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::AuctionCreated;
use crate::seeds::AUCTION_SEED;
use crate::state::{Auction, Config, Item, ItemStatus, MAX_EXTENSION_SECONDS, Terms, Vault};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct CreateAuctionArgs {
    /// The least that a first bid can be, in base units of the vault's mint; above zero.
    pub reserve: u64,
    /// The least that a bid must be above the best one, in base units; above zero.
    pub min_step: u64,
    /// Unix seconds from which on nobody can bid: in the future, and at most 30 days away.
    pub ends: i64,
    /// A bid leaves at least so many seconds to answer it: at most an hour; 0 for a fixed end.
    pub extension: u32,
    /// The most that fee and royalty together may take, in basis points of the price. An admin who raises them in the
    /// moment before gets nothing.
    pub max_fee_bps: u16,
}

impl CreateAuctionArgs {
    fn validate(&self, now: i64) -> Result<()> {
        require_gt!(self.reserve, 0, SettlementError::ZeroAmount);
        require_gt!(self.min_step, 0, SettlementError::ZeroAmount);
        let longest = MAX_EXTENSION_SECONDS;
        require_gte!(longest, self.extension, SettlementError::ExtensionTooLong);
        Auction::check_end(self.ends, now)
    }
}

#[derive(Accounts)]
pub struct CreateAuction<'info> {
    /// Holds the item, and pays the rent of the auction.
    #[account(mut)]
    pub seller: Signer<'info>,
    pub config: AccountLoader<'info, Config>,
    /// The vault in which bids will be paid.
    #[account(has_one = config @ SettlementError::WrongConfig)]
    pub vault: AccountLoader<'info, Vault>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub item: Account<'info, Item>,
    /// The new auction.
    #[account(
        init,
        payer = seller,
        space = 8 + Auction::INIT_SPACE,
        seeds = [AUCTION_SEED, item.key().as_ref()],
        bump,
    )]
    pub auction: Account<'info, Auction>,
    pub system_program: Program<'info, System>,
}

impl CreateAuction<'_> {
    fn validate(&self) -> Result<()> {
        let config = self.config.load()?;
        config.require_running()?;
        self.item.require_free(&self.seller.key(), config.settled)
    }

    pub(crate) fn handler(ctx: Context<Self>, args: CreateAuctionArgs) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        let now = Clock::get()?.unix_timestamp;
        args.validate(now)?;
        accounts.validate()?;
        let CreateAuctionArgs {
            reserve,
            min_step,
            ends,
            extension,
            max_fee_bps,
        } = args;
        let terms = Terms::of(&*accounts.config.load()?, &accounts.item);
        terms.require_at_most(max_fee_bps)?;
        let auction = Auction {
            config: accounts.config.key(),
            item: accounts.item.key(),
            seller: accounts.seller.key(),
            vault: accounts.vault.key(),
            asset: accounts.vault.load()?.mint,
            reserve,
            min_step,
            best: 0,
            bidder: Pubkey::default(),
            starts: now,
            ends,
            extension,
            terms,
        };
        emit!(AuctionCreated {
            config: auction.config,
            item: auction.item,
            mint: accounts.item.mint,
            seller: auction.seller,
            asset: auction.asset,
            reserve,
            min_step,
            starts: now,
            ends,
            extension,
            terms,
        });
        accounts.item.status = ItemStatus::Auctioned;
        accounts.auction.set_inner(auction);
        Ok(())
    }
}
