use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::{Allocated, emit_by_call};
use crate::seeds::ALLOCATION_SEED;
use crate::state::{Allocation, Distribution, Kind};

#[event_cpi]
#[derive(Accounts)]
pub struct Allocate<'info> {
    pub authority: Signer<'info>,
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    #[account(mut, has_one = authority @ RewardsError::NotAuthority)]
    pub distribution: AccountLoader<'info, Distribution>,
    /// Who is promised the amount.
    /// CHECK: any key; only what it owns or signs for is ever paid.
    pub recipient: UncheckedAccount<'info>,
    /// The new allocation.
    #[account(
        init,
        payer = payer,
        space = 8 + Allocation::INIT_SPACE,
        seeds = [ALLOCATION_SEED, distribution.key().as_ref(), recipient.key().as_ref()],
        bump,
    )]
    pub allocation: Account<'info, Allocation>,
    pub system_program: Program<'info, System>,
}

impl Allocate<'_> {
    fn validate(&self, amount: u64) -> Result<()> {
        require_gt!(amount, 0, RewardsError::ZeroAmount);
        require_keys_neq!(self.recipient.key(), Pubkey::default(), RewardsError::MissingKey);
        let distribution = self.distribution.load()?;
        distribution.require_kind(Kind::Direct)?;
        distribution.require_time_to_claim(Clock::get()?.unix_timestamp)
    }

    pub(crate) fn handler(ctx: Context<Self>, amount: u64) -> Result<()> {
        let accounts = ctx.accounts;
        accounts.validate(amount)?;
        let mut distribution = accounts.distribution.load_mut()?;
        distribution.totals.allocate(amount)?;
        accounts.allocation.set_inner(Allocation {
            distribution: accounts.distribution.key(),
            recipient: accounts.recipient.key(),
            payer: accounts.payer.key(),
            order: [0; 32],
            amount,
            paid: 0,
            revoked: false,
        });
        let event = Allocated {
            distribution: accounts.distribution.key(),
            allocation: accounts.allocation.key(),
            recipient: accounts.recipient.key(),
            amount,
            allocated: distribution.totals.allocated,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
