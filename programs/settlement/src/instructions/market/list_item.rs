use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::ItemListed;
use crate::seeds::LISTING_SEED;
use crate::state::{Config, Item, ItemStatus, Listing, Terms, Vault};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct ListItemArgs {
    /// What a buyer pays, in base units of the vault's mint; above zero.
    pub price: u64,
    /// Unix seconds from which on nobody can buy: in the future, and at most 180 days away.
    pub expires: i64,
    /// The most that fee and royalty together may take, in basis points of the price. An admin who raises them in the
    /// moment before gets nothing.
    pub max_fee_bps: u16,
}

#[derive(Accounts)]
pub struct ListItem<'info> {
    /// Holds the item, and pays the rent of the listing.
    #[account(mut)]
    pub seller: Signer<'info>,
    pub config: AccountLoader<'info, Config>,
    /// The vault in which the price will be paid.
    #[account(has_one = config @ SettlementError::WrongConfig)]
    pub vault: AccountLoader<'info, Vault>,
    #[account(mut, has_one = config @ SettlementError::WrongConfig)]
    pub item: Account<'info, Item>,
    /// The new listing.
    #[account(
        init,
        payer = seller,
        space = 8 + Listing::INIT_SPACE,
        seeds = [LISTING_SEED, item.key().as_ref()],
        bump,
    )]
    pub listing: Account<'info, Listing>,
    pub system_program: Program<'info, System>,
}

impl ListItem<'_> {
    fn validate(&self, args: &ListItemArgs) -> Result<()> {
        let config = self.config.load()?;
        config.require_running()?;
        require_gt!(args.price, 0, SettlementError::ZeroAmount);
        Listing::check_expiry(args.expires, Clock::get()?.unix_timestamp)?;
        self.item.require_free(&self.seller.key(), config.settled)
    }

    pub(crate) fn handler(ctx: Context<Self>, args: ListItemArgs) -> Result<()> {
        let accounts = &mut *ctx.accounts;
        accounts.validate(&args)?;
        let ListItemArgs {
            price,
            expires,
            max_fee_bps,
        } = args;
        let terms = Terms::of(&*accounts.config.load()?, &accounts.item);
        terms.require_at_most(max_fee_bps)?;
        let listing = Listing {
            item: accounts.item.key(),
            seller: accounts.seller.key(),
            vault: accounts.vault.key(),
            asset: accounts.vault.load()?.mint,
            price,
            expires,
            terms,
        };
        emit!(ItemListed {
            config: accounts.config.key(),
            item: listing.item,
            mint: accounts.item.mint,
            seller: listing.seller,
            asset: listing.asset,
            price,
            expires,
            terms,
        });
        accounts.item.status = ItemStatus::Listed;
        accounts.listing.set_inner(listing);
        Ok(())
    }
}
