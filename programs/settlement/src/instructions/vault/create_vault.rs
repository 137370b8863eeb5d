use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};
use novate_onchain::mint;

use crate::error::SettlementError;
use crate::events::VaultCreated;
use crate::seeds::{TOKENS_SEED, VAULT_SEED};
use crate::state::{Config, MAX_BATCH_LIMIT, Turnover, Vault};

#[derive(Accounts)]
pub struct CreateVault<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub admin: Signer<'info>,
    #[account(has_one = admin @ SettlementError::NotAdmin)]
    pub config: AccountLoader<'info, Config>,
    /// An SPL Token or Token-2022 mint without extensions that break accounting.
    #[account(mint::token_program = token_program)]
    pub mint: InterfaceAccount<'info, Mint>,
    /// The new vault.
    #[account(
        init,
        payer = admin,
        space = Vault::SPACE,
        seeds = [VAULT_SEED, config.key().as_ref(), mint.key().as_ref()],
        bump,
    )]
    pub vault: AccountLoader<'info, Vault>,
    /// The new token account that will hold the vault's tokens.
    #[account(
        init,
        payer = admin,
        seeds = [TOKENS_SEED, vault.key().as_ref()],
        bump,
        token::mint = mint,
        token::authority = vault,
        token::token_program = token_program,
    )]
    pub vault_tokens: InterfaceAccount<'info, TokenAccount>,
    pub token_program: Interface<'info, TokenInterface>,
    pub system_program: Program<'info, System>,
}

impl CreateVault<'_> {
    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = ctx.accounts;
        mint::require_plain::<SettlementError>(&accounts.mint.to_account_info())?;
        let config = accounts.config.key();
        let mint = accounts.mint.key();
        let tokens = accounts.vault_tokens.key();
        let decimals = accounts.mint.decimals;
        *accounts.vault.load_init()? = Vault {
            config,
            mint,
            tokens,
            total: 0,
            batch_limit: MAX_BATCH_LIMIT,
            stranded: 0,
            batch: Turnover::default(),
            decimals,
            bump: ctx.bumps.vault,
            padding: [0; 6],
        };
        emit!(VaultCreated {
            config,
            vault: accounts.vault.key(),
            mint,
            tokens,
            decimals,
        });
        Ok(())
    }
}
