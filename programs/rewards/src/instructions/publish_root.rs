use anchor_lang::prelude::*;
use novate_protocol::merkle::EMPTY_ROOT;

use crate::error::RewardsError;
use crate::events::{RootPublished, emit_by_call};
use crate::state::{Distribution, Kind};

#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy)]
pub struct PublishRootArgs {
    /// Of a tree of `novate_protocol::leaf::RewardLeaf`, each with all that its account was ever promised.
    pub root: [u8; 32],
    /// The sum of the tree's leaves, in base units: at least the total of the epoch before.
    pub total: u64,
    /// The current epoch + 1, so that no publication counts twice or out of order.
    pub epoch: u64,
}

#[event_cpi]
#[derive(Accounts)]
pub struct PublishRoot<'info> {
    pub authority: Signer<'info>,
    #[account(mut, has_one = authority @ RewardsError::NotAuthority)]
    pub distribution: AccountLoader<'info, Distribution>,
}

impl PublishRoot<'_> {
    fn validate(distribution: &Distribution, args: &PublishRootArgs, now: i64) -> Result<()> {
        distribution.require_kind(Kind::Merkle)?;
        distribution.require_time_to_claim(now)?;
        require!(args.root != EMPTY_ROOT, RewardsError::EmptyRoot);
        require_gt!(args.total, 0, RewardsError::ZeroAmount);
        require!(
            distribution.epoch.checked_add(1) == Some(args.epoch),
            RewardsError::WrongEpoch
        );
        Ok(())
    }

    pub(crate) fn handler(ctx: Context<Self>, args: PublishRootArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let mut distribution = accounts.distribution.load_mut()?;
        Self::validate(&distribution, &args, Clock::get()?.unix_timestamp)?;
        let PublishRootArgs { root, total, epoch } = args;
        let added = total.checked_sub(distribution.totals.allocated);
        distribution
            .totals
            .allocate(added.ok_or(RewardsError::TotalFell)?)?;
        distribution.root = root;
        distribution.epoch = epoch;
        let event = RootPublished {
            distribution: accounts.distribution.key(),
            epoch,
            root,
            allocated: total,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
