use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::Initialized;
use crate::seeds::CONFIG_SEED;
use crate::state::{Config, Limits};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct InitializeArgs {
    /// The id of this chain that batch headers for the settlement will carry.
    pub chain: u64,
    /// The Ed25519 key whose signature on a batch header will count.
    pub authority: Pubkey,
    /// The key that may pause, and cancel batches.
    pub guardian: Pubkey,
    /// Windows and sizes of batches.
    pub limits: Limits,
}

impl InitializeArgs {
    fn validate(&self) -> Result<()> {
        require_keys_neq!(self.authority, Pubkey::default(), SettlementError::MissingKey);
        require_keys_neq!(self.guardian, Pubkey::default(), SettlementError::MissingKey);
        self.limits.validate()
    }
}

#[derive(Accounts)]
pub struct Initialize<'info> {
    /// Becomes the admin, and pays the rent.
    #[account(mut)]
    pub admin: Signer<'info>,
    /// The new settlement.
    #[account(
        init,
        payer = admin,
        space = Config::SPACE,
        seeds = [CONFIG_SEED, admin.key().as_ref()],
        bump,
    )]
    pub config: AccountLoader<'info, Config>,
    pub system_program: Program<'info, System>,
}

impl Initialize<'_> {
    pub(crate) fn handler(ctx: Context<Self>, args: InitializeArgs) -> Result<()> {
        args.validate()?;
        let InitializeArgs {
            chain,
            authority,
            guardian,
            limits,
        } = args;
        let admin = ctx.accounts.admin.key();
        let mut config = ctx.accounts.config.load_init()?;
        config.creator = admin;
        config.admin = admin;
        config.guardian = guardian;
        config.authority = authority;
        config.chain = chain;
        config.last_opened_at = Clock::get()?.unix_timestamp;
        config.bump = ctx.bumps.config;
        config.set_limits(&limits);
        emit!(Initialized {
            config: ctx.accounts.config.key(),
            chain,
            admin,
            guardian,
            authority,
            limits,
        });
        Ok(())
    }
}
