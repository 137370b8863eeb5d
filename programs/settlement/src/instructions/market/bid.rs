use anchor_lang::prelude::*;

use super::pay::pay;
use crate::error::SettlementError;
use crate::events::{BidPlaced, emit_by_call};
use crate::state::{Auction, Config, Ledger};

#[event_cpi]
#[derive(Accounts)]
pub struct Bid<'info> {
    /// Pays from the ledger; may be the one whose bid is the best already.
    pub bidder: Signer<'info>,
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub auction: Account<'info, Auction>,
    /// The bidder's ledger in the auction's vault.
    /// CHECK: the payment does.
    #[account(mut)]
    pub bidder_ledger: UncheckedAccount<'info>,
    /// That of whose bid is the best so far; needed when there is one.
    /// CHECK: the payment does.
    #[account(mut)]
    pub outbid_ledger: Option<UncheckedAccount<'info>>,
}

impl Bid<'_> {
    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        let config = accounts.config.load()?;
        config.require_running()?;
        let auction = &mut accounts.auction;
        let (outbid, refund, vault) = (auction.bidder, auction.best, auction.vault);
        let bidder = accounts.bidder.key();
        auction.raise(&config, bidder, amount, Clock::get()?.unix_timestamp)?;
        drop(config);
        // The refund comes first, so that who raises their own bid needs the difference only.
        pay(accounts.outbid_ledger.as_deref(), &vault, &outbid, refund)?;
        Ledger::debit(&accounts.bidder_ledger, &vault, &bidder, amount)?;
        let event = BidPlaced {
            config: auction.config,
            item: auction.item,
            asset: auction.asset,
            bidder,
            amount,
            outbid,
            refund,
            ends: auction.ends,
        };
        emit_by_call(&ctx.accounts.event_authority, 5 * 32 + 3 * 8, &event)
    }
}
