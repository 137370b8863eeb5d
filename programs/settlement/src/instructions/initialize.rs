use anchor_lang::prelude::*;

use crate::error::SettlementError;
use crate::events::Initialized;
use crate::seeds::CONFIG_SEED;
use crate::state::Config;

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct InitializeArgs {
    /// The id of this chain that batch headers for the settlement will carry.
    pub chain: u64,
    /// The Ed25519 key whose signature on a batch header will count.
    pub authority: Pubkey,
    /// The key that may pause.
    pub guardian: Pubkey,
}

impl InitializeArgs {
    fn validate(&self) -> Result<()> {
        require_keys_neq!(self.authority, Pubkey::default(), SettlementError::MissingKey);
        require_keys_neq!(self.guardian, Pubkey::default(), SettlementError::MissingKey);
        Ok(())
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
        space = 8 + Config::INIT_SPACE,
        seeds = [CONFIG_SEED, admin.key().as_ref()],
        bump,
    )]
    pub config: Account<'info, Config>,
    pub system_program: Program<'info, System>,
}

impl Initialize<'_> {
    pub(crate) fn handler(ctx: Context<Self>, args: InitializeArgs) -> Result<()> {
        args.validate()?;
        let InitializeArgs {
            chain,
            authority,
            guardian,
        } = args;
        let admin = ctx.accounts.admin.key();
        ctx.accounts.config.set_inner(Config {
            admin,
            guardian,
            authority,
            chain,
            paused: false,
        });
        emit!(Initialized {
            config: ctx.accounts.config.key(),
            chain,
            admin,
            guardian,
            authority
        });
        Ok(())
    }
}
