use anchor_lang::prelude::*;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;

use crate::error::RewardsError;
use crate::events::ClaimOpened;
use crate::seeds::CLAIM_SEED;
use crate::state::{ClaimRecord, Distribution, Kind};

#[derive(Accounts)]
pub struct OpenClaim<'info> {
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub distribution: AccountLoader<'info, Distribution>,
    /// Whose claims. Need not sign: a claim can be paid for on somebody's behalf.
    /// CHECK: any key; only what it owns or signs for is ever paid.
    pub recipient: UncheckedAccount<'info>,
    /// The new record.
    #[account(
        init,
        payer = payer,
        space = 8 + size_of::<ClaimRecord>(),
        seeds = [CLAIM_SEED, distribution.key().as_ref(), recipient.key().as_ref()],
        bump,
    )]
    pub record: AccountLoader<'info, ClaimRecord>,
    pub system_program: Program<'info, System>,
}

impl OpenClaim<'_> {
    fn validate(&self) -> Result<()> {
        require_keys_neq!(self.recipient.key(), Pubkey::default(), RewardsError::MissingKey);
        let distribution = self.distribution.load()?;
        distribution.require_kind(Kind::Merkle)?;
        distribution.require_open(Clock::get()?.unix_timestamp)
    }

    pub(crate) fn handler(ctx: Context<Self>) -> Result<()> {
        let accounts = ctx.accounts;
        accounts.validate()?;
        let (distribution, recipient) = (accounts.distribution.key(), accounts.recipient.key());
        let associated = {
            let Distribution {
                mint, token_program, ..
            } = *accounts.distribution.load()?;
            get_associated_token_address_with_program_id(&recipient, &mint, &token_program)
        };
        *accounts.record.load_init()? = ClaimRecord {
            distribution,
            recipient,
            payer: accounts.payer.key(),
            associated,
            paid: 0,
        };
        emit!(ClaimOpened {
            distribution,
            record: accounts.record.key(),
            recipient
        });
        Ok(())
    }
}
