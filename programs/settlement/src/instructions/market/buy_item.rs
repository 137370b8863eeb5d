use anchor_lang::prelude::*;

use super::pay::Payees;
use crate::error::SettlementError;
use crate::events::{FixedSaleExecuted, emit_by_call};
use crate::state::{Config, Item, Ledger, Listing};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct BuyItemArgs {
    /// The most that the buyer pays, in base units. A seller who lists the item again at a higher price, in the
    /// moment before the purchase, gets nothing.
    pub max_price: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct BuyItem<'info> {
    /// Pays from the ledger, and becomes the item's holder.
    pub buyer: Signer<'info>,
    pub config: AccountLoader<'info, Config>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub item: Account<'info, Item>,
    #[account(
        mut,
        close = seller,
        has_one = item @ SettlementError::WrongItem,
        has_one = seller @ SettlementError::WrongSeller,
    )]
    pub listing: Account<'info, Listing>,
    /// Gets the rent of the listing back.
    /// CHECK: it is the seller that the listing names.
    #[account(mut)]
    pub seller: UncheckedAccount<'info>,
    /// The buyer's ledger in the listing's vault.
    /// CHECK: the payment does.
    #[account(mut)]
    pub buyer_ledger: UncheckedAccount<'info>,
    /// The seller's.
    /// CHECK: the payment does.
    #[account(mut)]
    pub seller_ledger: UncheckedAccount<'info>,
    /// That of who gets the fee; needed when the price leaves a fee.
    /// CHECK: the payment does.
    #[account(mut)]
    pub fee_ledger: Option<UncheckedAccount<'info>>,
    /// The creator's; needed when the price leaves a royalty.
    /// CHECK: the payment does.
    #[account(mut)]
    pub creator_ledger: Option<UncheckedAccount<'info>>,
}

impl BuyItem<'_> {
    fn validate(&self, args: &BuyItemArgs) -> Result<()> {
        let listing = &self.listing;
        self.config.load()?.require_running()?;
        let expired = listing.expired(Clock::get()?.unix_timestamp);
        require!(!expired, SettlementError::ListingExpired);
        require_gte!(args.max_price, listing.price, SettlementError::PriceTooHigh);
        require_keys_neq!(self.buyer.key(), listing.seller, SettlementError::SellerCannotBuy);
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>, args: BuyItemArgs) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate(&args)?;
        let listing = &accounts.listing;
        let Listing {
            seller,
            vault,
            price,
            terms,
            ..
        } = &**listing;
        let buyer = accounts.buyer.key();
        Ledger::debit(&accounts.buyer_ledger, vault, &buyer, *price)?;
        let payees = Payees {
            seller: Some(&accounts.seller_ledger),
            fee: accounts.fee_ledger.as_deref(),
            creator: accounts.creator_ledger.as_deref(),
        };
        let parts = payees.pay(vault, seller, terms, *price)?;
        accounts.item.release(buyer);
        let event = FixedSaleExecuted {
            config: accounts.config.key(),
            item: listing.item,
            mint: accounts.item.mint,
            seller: *seller,
            buyer,
            asset: listing.asset,
            price: *price,
            fee: parts.fee,
            fee_owner: terms.fee_owner,
            royalty: parts.royalty,
            creator: terms.creator,
        };
        emit_by_call(&ctx.accounts.event_authority, 8 * 32 + 3 * 8, &event)
    }
}
