use anchor_lang::prelude::*;

use crate::accounting::Share;

/// What one owner has staked in one tier of a pool. 160 bytes with the discriminator.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Position {
    pub pool: Pubkey,
    pub owner: Pubkey,
    /// Its weight in the pool and what it has earned.
    pub share: Share,
    /// Base units that are staked and earn.
    pub staked: u64,
    /// Base units that were unstaked and have not left; they earn nothing.
    pub cooling: u64,
    /// The lock of the stake is over at this unix second.
    pub unlocks_at: i64,
    /// The cooldown of all that is cooling is over at this unix second.
    pub cooled_at: i64,
    /// Index of the tier in the pool.
    pub tier: u8,
    _padding: [u8; 7],
}

impl Position {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + size_of::<Self>();

    /// An empty position.
    pub fn new(pool: Pubkey, owner: Pubkey, tier: u8) -> Self {
        Self {
            pool,
            owner,
            tier,
            ..bytemuck::Zeroable::zeroed()
        }
    }

    /// Is the lock of the stake over?
    pub fn is_unlocked(&self, now: i64) -> bool {
        now >= self.unlocks_at
    }

    /// Is the cooldown over?
    pub fn is_cooled(&self, now: i64) -> bool {
        now >= self.cooled_at
    }

    /// Does it hold nothing that could be taken out? A fraction of a base unit cannot.
    pub fn is_empty(&self) -> bool {
        self.staked == 0 && self.cooling == 0 && self.share.owed.whole == 0
    }
}
