use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

use super::{OrderRate, Schedule, Totals};
use crate::error::RewardsError;
use crate::seeds::DISTRIBUTION_SEED;

/// What recipients have at least to claim, from a promise and from the end of the vesting: a day, in seconds.
pub const MIN_CLAIM_TIME: i64 = 24 * 60 * 60;

/// Who is told how much, and how.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// An allocation on chain for every recipient.
    Direct,
    /// A Merkle tree off chain, of which the root is published.
    Merkle,
    /// An allocation on chain for every rewarded order.
    Orders,
}

/// What the authority may take back of an allocation.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Revocability {
    /// Nothing.
    None,
    /// What has not vested.
    NonVested,
    /// All that has not been paid.
    All,
}

/// One distribution of one mint's tokens. This account is the authority over them.
///
/// 392 bytes: the discriminator and the fields in their order, without gaps; integers are little-endian.
#[account(zero_copy)]
pub struct Distribution {
    /// Part of the address. Gets back what nobody was promised or nobody claimed in time.
    pub creator: Pubkey,
    /// Part of the address: the creator's number for the distribution.
    pub id: u64,
    /// Allocates, publishes, issues and revokes.
    pub authority: Pubkey,
    /// May accept to become the authority; all zeros is nobody.
    pub proposed_authority: Pubkey,
    /// Paid the rent, and gets it back.
    pub payer: Pubkey,
    pub mint: Pubkey,
    /// The mint's.
    pub token_program: Pubkey,
    /// The token account with the tokens.
    pub tokens: Pubkey,
    /// Of the tree of cumulative rewards; all zeros before the first is published.
    pub root: [u8; 32],
    /// Number of the root: 1 is the first.
    pub epoch: u64,
    pub totals: Totals,
    pub schedule: Schedule,
    /// Unix seconds from which on nothing can be claimed; 0 is never.
    pub deadline: i64,
    /// All zeros unless the kind is [`Kind::Orders`].
    pub order_rate: OrderRate,
    /// A [`Kind`].
    pub kind: u8,
    /// A [`Revocability`].
    pub revocability: u8,
    /// Of the mint: a token is 10^decimals base units.
    pub decimals: u8,
    /// Of this account's address, for signing.
    pub bump: u8,
    /// 1 once a clawback or a closed record has relied on the deadline: then the distribution has ended, whatever the
    /// clock says.
    pub ended: u8,
    pub padding: [u8; 3],
}

/// What a closed distribution leaves behind, so that its address is never used again: recipients' records name the
/// address, and would count for a second distribution there.
///
/// 8 bytes, the discriminator.
#[account]
pub struct ClosedDistribution {}

const _: () = assert!(size_of::<Distribution>() == 384);

impl Distribution {
    /// Refuses what belongs to another kind of distribution.
    pub fn require_kind(&self, kind: Kind) -> Result<()> {
        require!(self.kind == kind as u8, RewardsError::WrongKind);
        Ok(())
    }

    /// Refuses what must happen before the deadline, from the second of the deadline on.
    pub fn require_open(&self, now: i64) -> Result<()> {
        require!(!self.has_ended(now), RewardsError::Ended);
        Ok(())
    }

    /// Refuses promises that leave less than [`MIN_CLAIM_TIME`] to claim them.
    pub fn require_time_to_claim(&self, now: i64) -> Result<()> {
        self.require_open(now)?;
        require!(
            self.deadline == 0 || now.saturating_add(MIN_CLAIM_TIME) <= self.deadline,
            RewardsError::PromiseTooLate
        );
        Ok(())
    }

    /// Whether the deadline has come.
    pub fn has_ended(&self, now: i64) -> bool {
        self.ended != 0 || (self.deadline != 0 && now >= self.deadline)
    }

    /// Makes the end final, if it has come: it stays when the clock goes back. Else new promises would pay for those
    /// that a clawback has ended, and what a closed record knew to be paid would be paid again.
    pub fn end(&mut self, now: i64) -> bool {
        let ended = self.has_ended(now);
        self.ended = ended.into();
        ended
    }

    /// Requires that no record of the distribution counts any more, now or later: it is a [`ClosedDistribution`], or it
    /// has ended. So neither a recipient who cannot be paid nor a creator who is gone keeps the rent of others.
    ///
    /// # Errors
    /// [`RewardsError::StillOpen`], and those of `AccountLoader`, which reads one type only.
    pub fn end_records(account: &AccountInfo, now: i64) -> Result<()> {
        require_keys_eq!(*account.owner, crate::ID, ErrorCode::AccountOwnedByWrongProgram);
        let mut data = account.try_borrow_mut_data()?;
        if *data == ClosedDistribution::DISCRIMINATOR {
            return Ok(());
        }
        let (discriminator, fields) = data
            .split_at_mut_checked(Self::DISCRIMINATOR.len())
            .ok_or(ErrorCode::AccountDiscriminatorNotFound)?;
        require!(
            *discriminator == *Self::DISCRIMINATOR,
            ErrorCode::AccountDiscriminatorMismatch
        );
        let distribution: &mut Self =
            bytemuck::try_from_bytes_mut(fields).map_err(|_| ErrorCode::AccountDidNotDeserialize)?;
        require!(distribution.end(now), RewardsError::StillOpen);
        Ok(())
    }

    /// Runs `sign` with the seeds that sign for this account.
    pub fn signed<T>(&self, sign: impl FnOnce(&[&[u8]]) -> T) -> T {
        let id = self.id.to_le_bytes();
        sign(&[DISTRIBUTION_SEED, self.creator.as_ref(), &id, &[self.bump]])
    }

    /// A copy of what `account` holds, where `AccountLoader` is in the way: it writes the type's discriminator back
    /// when an instruction ends.
    ///
    /// # Errors
    /// Those of `AccountLoader`.
    pub fn copied(account: &AccountInfo) -> Result<Self> {
        require_keys_eq!(*account.owner, crate::ID, ErrorCode::AccountOwnedByWrongProgram);
        let data = account.try_borrow_data()?;
        let fields = data
            .strip_prefix(Self::DISCRIMINATOR)
            .ok_or(ErrorCode::AccountDiscriminatorMismatch)?;
        let copy = bytemuck::try_pod_read_unaligned(fields);
        Ok(copy.map_err(|_| ErrorCode::AccountDidNotDeserialize)?)
    }
}
