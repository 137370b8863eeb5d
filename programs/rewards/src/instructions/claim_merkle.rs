use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use novate_protocol::ids;
use novate_protocol::leaf::RewardLeaf;
use novate_protocol::merkle;

use crate::error::RewardsError;
use crate::events::{Claimed, emit_by_call};
use crate::state::{ClaimRecord, Distribution};
use crate::tokens::{payment, require_associated};

#[derive(AnchorSerialize, AnchorDeserialize, Clone)]
pub struct ClaimMerkleArgs {
    /// All that the recipient was ever promised, as their leaf under the current root says. Base units.
    pub cumulative: u64,
    /// The siblings of the leaf's path to the root, 32 bytes each, one after another from the leaf upwards.
    pub proof: Vec<u8>,
}

/// Addresses are not derived again: only this program's `init` makes accounts of these types, and their fields tie
/// them together. Mint and destination are not parsed here: the token program does it.
#[event_cpi]
#[derive(Accounts)]
pub struct ClaimMerkle<'info> {
    /// Who is paid. Need not sign to be paid to their associated token account.
    /// CHECK: the record names it.
    pub recipient: UncheckedAccount<'info>,
    #[account(
        mut,
        has_one = mint @ RewardsError::WrongMint,
        has_one = tokens @ RewardsError::WrongTokens,
    )]
    pub distribution: AccountLoader<'info, Distribution>,
    #[account(
        mut,
        has_one = distribution @ RewardsError::WrongDistribution,
        has_one = recipient @ RewardsError::WrongRecipient,
    )]
    pub record: AccountLoader<'info, ClaimRecord>,
    /// CHECK: it is the mint that the distribution was made for.
    pub mint: UncheckedAccount<'info>,
    /// The token account of the distribution.
    /// CHECK: the distribution names it.
    #[account(mut)]
    pub tokens: UncheckedAccount<'info>,
    /// The token account to pay: the recipient's associated one; any but the distribution's own if they sign.
    /// CHECK: the token program requires that it is of this mint; whose it is, `validate` requires.
    #[account(mut, constraint = destination.key() != tokens.key() @ RewardsError::WrongDestination)]
    pub destination: UncheckedAccount<'info>,
    pub token_program: Interface<'info, TokenInterface>,
}

impl ClaimMerkle<'_> {
    fn validate(&self, args: &ClaimMerkleArgs, now: i64) -> Result<()> {
        let distribution = self.distribution.load()?;
        distribution.require_open(now)?;
        let leaf = RewardLeaf {
            distribution: self.distribution.key().to_bytes(),
            account: ids::Owner(self.recipient.key().to_bytes()),
            cumulative: args.cumulative.into(),
        };
        let proof = bytemuck::try_cast_slice(&args.proof).map_err(|_| RewardsError::MalformedProof)?;
        require!(
            merkle::verify(&distribution.root, &leaf.hash(), proof),
            RewardsError::NotInRoot
        );
        if self.recipient.is_signer {
            return Ok(());
        }
        let associated = self.record.load()?.associated;
        require_associated(&self.destination, &associated, self.recipient.key)
    }

    /// Counts what is due as paid, and returns how much it is.
    ///
    /// The distribution never pays more than the published totals, so the leaves of a bad root, which sum to more
    /// than its total, cannot take what was returned to the creator or is not promised yet.
    fn count(&self, cumulative: u64, now: i64) -> Result<(Distribution, u64)> {
        let mut distribution = self.distribution.load_mut()?;
        let mut record = self.record.load_mut()?;
        require_gte!(cumulative, record.paid, RewardsError::BelowPaid);
        let vested = distribution.schedule.vested(cumulative, now);
        let due = vested.saturating_sub(record.paid);
        require_gt!(due, 0, RewardsError::NothingDue);
        record.paid = vested;
        distribution.totals.pay(due)?;
        Ok((*distribution, due))
    }

    pub(crate) fn handler(ctx: Context<Self>, args: ClaimMerkleArgs) -> Result<()> {
        let accounts = ctx.accounts;
        let now = Clock::get()?.unix_timestamp;
        accounts.validate(&args, now)?;
        let (state, amount) = accounts.count(args.cumulative, now)?;
        payment!(accounts).pay(&state, amount)?;
        let event = Claimed {
            distribution: accounts.distribution.key(),
            record: accounts.record.key(),
            mint: accounts.mint.key(),
            recipient: accounts.recipient.key(),
            destination: accounts.destination.key(),
            amount,
            paid: accounts.record.load()?.paid,
            total_paid: state.totals.paid,
        };
        emit_by_call(&accounts.event_authority, &event)
    }
}
