use anchor_lang::prelude::*;

use crate::error::RewardsError;
use crate::events::{OrderRewarded, emit_by_call};
use crate::seeds::ORDER_SEED;
use crate::state::{Allocation, Distribution, Kind};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct IssueOrderRewardArgs {
    /// The order's id, which can be rewarded once.
    pub order: [u8; 32],
    /// Base units.
    pub amount: u64,
}

#[event_cpi]
#[derive(Accounts)]
#[instruction(args: IssueOrderRewardArgs)]
pub struct IssueOrderReward<'info> {
    pub authority: Signer<'info>,
    /// Pays the rent.
    #[account(mut)]
    pub payer: Signer<'info>,
    #[account(mut, has_one = authority @ RewardsError::NotAuthority)]
    pub distribution: AccountLoader<'info, Distribution>,
    /// Who is promised the reward.
    /// CHECK: any key; only what it owns or signs for is ever paid.
    pub recipient: UncheckedAccount<'info>,
    /// The order's new allocation. That it exists is what makes a second reward impossible.
    #[account(
        init,
        payer = payer,
        space = 8 + Allocation::INIT_SPACE,
        seeds = [ORDER_SEED, distribution.key().as_ref(), &args.order],
        bump,
    )]
    pub allocation: Account<'info, Allocation>,
    pub system_program: Program<'info, System>,
}

impl IssueOrderReward<'_> {
    fn validate(&self, args: &IssueOrderRewardArgs, now: i64) -> Result<()> {
        require!(args.order != [0; 32], RewardsError::MissingOrder);
        require_gt!(args.amount, 0, RewardsError::ZeroAmount);
        require_keys_neq!(self.recipient.key(), Pubkey::default(), RewardsError::MissingKey);
        let distribution = self.distribution.load()?;
        distribution.require_kind(Kind::Orders)?;
        distribution.require_time_to_claim(now)
    }

    pub(crate) fn handler(ctx: Context<Self>, args: IssueOrderRewardArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let now = Clock::get()?.unix_timestamp;
        accounts.validate(&args, now)?;
        let IssueOrderRewardArgs { order, amount } = args;
        let mut distribution = accounts.distribution.load_mut()?;
        distribution.order_rate.charge(amount, now)?;
        distribution.totals.allocate(amount)?;
        accounts.allocation.set_inner(Allocation {
            distribution: accounts.distribution.key(),
            recipient: accounts.recipient.key(),
            payer: accounts.payer.key(),
            order,
            amount,
            paid: 0,
            revoked: false,
        });
        let event = OrderRewarded {
            distribution: accounts.distribution.key(),
            allocation: accounts.allocation.key(),
            order,
            recipient: accounts.recipient.key(),
            amount,
            allocated: distribution.totals.allocated,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
