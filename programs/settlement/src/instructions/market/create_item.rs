use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};
use novate_onchain::mint::require_plain;

use super::nft::require_unique;
use crate::error::SettlementError;
use crate::events::ItemCreated;
use crate::seeds::{ITEM_SEED, TOKENS_SEED};
use crate::state::{Config, Item, ItemStatus};

#[derive(Accounts)]
pub struct CreateItem<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub config: AccountLoader<'info, Config>,
    /// An NFT of SPL Token or Token-2022 without extensions that break accounting.
    #[account(mint::token_program = token_program)]
    pub mint: InterfaceAccount<'info, Mint>,
    /// The new item.
    #[account(
        init,
        payer = payer,
        space = 8 + Item::INIT_SPACE,
        seeds = [ITEM_SEED, config.key().as_ref(), mint.key().as_ref()],
        bump,
    )]
    pub item: Account<'info, Item>,
    /// The new token account that will hold the NFT.
    #[account(
        init,
        payer = payer,
        seeds = [TOKENS_SEED, item.key().as_ref()],
        bump,
        token::mint = mint,
        token::authority = item,
        token::token_program = token_program,
    )]
    pub item_tokens: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl CreateItem<'_> {
    fn validate(&self) -> Result<()> {
        self.config.load()?.require_running()?;
        require_plain::<SettlementError>(&self.mint.to_account_info())?;
        require_unique(&self.mint.key(), &self.mint)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        ctx.accounts.validate()?;
        let (config, mint) = (ctx.accounts.config.key(), ctx.accounts.mint.key());
        ctx.accounts.item.set_inner(Item {
            config,
            mint,
            tokens: ctx.accounts.item_tokens.key(),
            holder: Pubkey::default(),
            creator: Pubkey::default(),
            royalty_bps: 0,
            sequence: 0,
            status: ItemStatus::Outside,
            bump: ctx.bumps.item,
        });
        emit!(ItemCreated {
            config,
            item: ctx.accounts.item.key(),
            mint
        });
        Ok(())
    }
}
