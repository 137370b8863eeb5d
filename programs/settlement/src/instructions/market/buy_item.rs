use anchor_lang::prelude::*;

use super::pay::{Payee, Payees, charge};
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
    #[account(mut)]
    pub buyer_ledger: AccountLoader<'info, Ledger>,
    /// The seller's.
    #[account(mut)]
    pub seller_ledger: AccountLoader<'info, Ledger>,
    /// That of the config's treasury; needed when the price leaves a fee.
    #[account(mut)]
    pub fee_ledger: Option<AccountLoader<'info, Ledger>>,
    /// The creator's; needed when the price leaves a royalty.
    #[account(mut)]
    pub creator_ledger: Option<AccountLoader<'info, Ledger>>,
}

impl BuyItem<'_> {
    fn validate(&self, args: &BuyItemArgs) -> Result<()> {
        let listing = &self.listing;
        require!(!self.config.load()?.paused(), SettlementError::Paused);
        let expired = listing.expired(Clock::get()?.unix_timestamp);
        require!(!expired, SettlementError::ListingExpired);
        require_gte!(args.max_price, listing.price, SettlementError::PriceTooHigh);
        require_keys_neq!(
            self.buyer.key(),
            listing.seller,
            SettlementError::SellerCannotBuy
        );
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>, args: BuyItemArgs) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate(&args)?;
        let listing = &accounts.listing;
        let buyer = accounts.buyer.key();
        let treasury = accounts.config.load()?.treasury;
        let parts = listing.terms.split(listing.price)?;
        charge(&accounts.buyer_ledger, &listing.vault, &buyer, listing.price)?;
        let payees = Payees {
            seller: Payee {
                owner: listing.seller,
                ledger: Some(&accounts.seller_ledger),
            },
            fee: Payee {
                owner: treasury,
                ledger: accounts.fee_ledger.as_ref(),
            },
            creator: Payee {
                owner: listing.terms.creator,
                ledger: accounts.creator_ledger.as_ref(),
            },
        };
        payees.pay(&listing.vault, &parts)?;
        accounts.item.release(buyer);
        let event = FixedSaleExecuted {
            config: accounts.config.key(),
            item: listing.item,
            mint: accounts.item.mint,
            seller: listing.seller,
            buyer,
            asset: listing.asset,
            price: listing.price,
            fee: parts.fee,
            treasury,
            royalty: parts.royalty,
            creator: listing.terms.creator,
        };
        emit_by_call(&ctx.accounts.event_authority, event)
    }
}
