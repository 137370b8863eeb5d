use anchor_lang::prelude::*;

use super::{Position, Tiers};
use crate::accounting::Stream;
use crate::error::StakingError;
use crate::seeds::POOL_SEED;

/// The longest cooldown, in seconds: 90 days.
pub const MAX_COOLDOWN: u32 = 90 * 24 * 60 * 60;

/// The longest time over which one funding is paid out, in seconds: 10 years of 365 days.
pub const MAX_DURATION: u32 = 10 * 365 * 24 * 60 * 60;

/// The shortest pause, in seconds: a day. A pause lifts locks; if it could be over at once, whoever may begin and end
/// one could leave a lock by themselves.
pub const MIN_PAUSE: i64 = 24 * 60 * 60;

/// Stake of one mint that earns rewards of one mint. This account is the authority over both. 512 bytes with the
/// discriminator.
///
/// The methods are all that can happen to a pool and a position; they move no tokens.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Pool {
    /// Who created the pool: a seed of its address.
    pub creator: Pubkey,
    /// Funds, unpauses, recovers.
    pub admin: Pubkey,
    /// Who may become the admin by accepting it; all zeros when nobody is proposed.
    pub proposed_admin: Pubkey,
    /// May pause.
    pub guardian: Pubkey,
    pub stake_mint: Pubkey,
    pub reward_mint: Pubkey,
    /// The token account that holds the stake.
    pub stakes: Pubkey,
    /// The token account that holds the rewards.
    pub rewards: Pubkey,
    /// The creator's number for the pool: a seed of its address.
    pub id: u64,
    pub stream: Stream,
    /// The sum of what is staked in all positions, in base units.
    pub staked: u64,
    /// The sum of what is cooling in all positions, in base units.
    pub cooling: u64,
    pub tiers: Tiers,
    /// Seconds over which the next funding will be paid out.
    pub duration: u32,
    /// Seconds between unstaking and withdrawing.
    pub cooldown: u32,
    /// Of the stake mint: a token is 10^decimals base units.
    pub stake_decimals: u8,
    /// Of the reward mint.
    pub reward_decimals: u8,
    /// 1 while the pool is paused, else 0.
    pub paused: u8,
    /// Of this account's address, for signing.
    pub bump: u8,
    _padding: [u8; 4],
    /// When the last pause began: unix seconds; 0 when there was none.
    pub paused_at: i64,
}

impl Pool {
    /// Bytes of the account.
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + size_of::<Self>();

    /// A pool of nobody, without tiers, that holds nothing.
    pub fn zeroed() -> Self {
        bytemuck::Zeroable::zeroed()
    }

    /// Adds stake, which earns from now on. The whole position is locked anew, for the full lock of its tier.
    pub fn stake(&mut self, position: &mut Position, amount: u64, now: i64) -> Result<()> {
        require_gt!(amount, 0, StakingError::ZeroAmount);
        let tier = *self.tiers.get(position.tier)?;
        self.stream.settle(&mut position.share, now)?;
        position.staked = sum(position.staked, amount)?;
        self.staked = sum(self.staked, amount)?;
        // A clock that went back does not end a lock earlier.
        position.unlocks_at = position.unlocks_at.max(later(now, tier.lock)?);
        self.stream
            .reweigh(&mut position.share, tier.weight(position.staked))
    }

    /// Lets `amount` of the stake earn no longer and cool down. All that is cooling cools for the full cooldown
    /// from now on.
    pub fn unstake(&mut self, position: &mut Position, amount: u64, now: i64) -> Result<()> {
        require_gt!(amount, 0, StakingError::ZeroAmount);
        require_gte!(position.staked, amount, StakingError::InsufficientStake);
        require!(position.is_unlocked(now), StakingError::Locked);
        let tier = *self.tiers.get(position.tier)?;
        self.stream.settle(&mut position.share, now)?;
        position.staked = difference(position.staked, amount)?;
        self.staked = difference(self.staked, amount)?;
        position.cooling = sum(position.cooling, amount)?;
        self.cooling = sum(self.cooling, amount)?;
        position.cooled_at = position.cooled_at.max(later(now, self.cooldown)?);
        self.stream
            .reweigh(&mut position.share, tier.weight(position.staked))
    }

    /// Lets go of what has cooled down; returns it.
    pub fn withdraw(&mut self, position: &mut Position, now: i64) -> Result<u64> {
        require_gt!(position.cooling, 0, StakingError::NothingCooling);
        require!(position.is_cooled(now), StakingError::StillCooling);
        let amount = std::mem::take(&mut position.cooling);
        self.cooling = difference(self.cooling, amount)?;
        Ok(amount)
    }

    /// Pays what the position has earned, in whole base units; returns it, which may be 0.
    pub fn claim(&mut self, position: &mut Position, now: i64) -> Result<u64> {
        self.stream.settle(&mut position.share, now)?;
        self.stream.pay(&mut position.share)
    }

    /// Lets go of all stake, also of what is cooling, and takes the rewards back; returns stake and rewards.
    ///
    /// In a pool that is paused, neither lock nor cooldown holds. Otherwise both do: who claims just before has
    /// nothing left to forfeit, so forfeiting is no price for them.
    pub fn forfeit(&mut self, position: &mut Position, now: i64) -> Result<(u64, u64)> {
        let amount = sum(position.staked, position.cooling)?;
        require_gt!(amount, 0, StakingError::PositionEmpty);
        if !self.is_paused() {
            if position.staked > 0 {
                require!(position.is_unlocked(now), StakingError::Locked);
                require!(self.cooldown == 0, StakingError::MustCool);
            }
            require!(
                position.cooling == 0 || position.is_cooled(now),
                StakingError::StillCooling
            );
        }
        let rewards = self.drop_rewards(position, now)?;
        self.stream.reweigh(&mut position.share, 0)?;
        self.staked = difference(self.staked, std::mem::take(&mut position.staked))?;
        self.cooling = difference(self.cooling, std::mem::take(&mut position.cooling))?;
        Ok((amount, rewards))
    }

    /// Takes back what the position has earned, for the next funding; returns the whole base units.
    pub fn drop_rewards(&mut self, position: &mut Position, now: i64) -> Result<u64> {
        self.stream.settle(&mut position.share, now)?;
        self.stream.forfeit(&mut position.share)
    }

    /// Adds rewards. What has not flowed yet flows with them over the pool's duration.
    pub fn fund(&mut self, amount: u64, now: i64) -> Result<()> {
        require_gt!(amount, 0, StakingError::ZeroAmount);
        self.stream.fund(amount, self.duration.into(), now)
    }

    /// Stops what comes in and lifts locks and cooldowns, for at least [`MIN_PAUSE`].
    pub fn pause(&mut self, now: i64) -> Result<()> {
        require!(!self.is_paused(), StakingError::AlreadyPaused);
        self.paused = 1;
        self.paused_at = now;
        Ok(())
    }

    /// Ends a pause that has lasted long enough for everybody to leave.
    pub fn unpause(&mut self, now: i64) -> Result<()> {
        require!(self.is_paused(), StakingError::NotPaused);
        require_gte!(now, self.pause_ends_from(), StakingError::PauseTooShort);
        self.paused = 0;
        Ok(())
    }

    /// The first unix second in which a pause may be ended.
    pub fn pause_ends_from(&self) -> i64 {
        self.paused_at.saturating_add(MIN_PAUSE)
    }

    pub fn is_paused(&self) -> bool {
        self.paused != 0
    }

    pub fn require_open(&self) -> Result<()> {
        require!(!self.is_paused(), StakingError::Paused);
        Ok(())
    }

    /// Base units of the stake mint that the pool owes.
    pub fn principal(&self) -> Result<u64> {
        sum(self.staked, self.cooling)
    }

    /// What must hold whenever stake has moved: the tokens cover it. More is fine, anybody can send some.
    pub fn require_stakes(&self, tokens: u64) -> Result<()> {
        require_gte!(tokens, self.principal()?, StakingError::VaultShort);
        Ok(())
    }

    /// What must hold whenever rewards have moved: the tokens cover those that are not paid, owed or not.
    pub fn require_rewards(&self, tokens: u64) -> Result<()> {
        require_gte!(tokens, self.stream.unpaid(), StakingError::VaultShort);
        Ok(())
    }

    /// What is paid must leave the pool: its own token accounts would keep it, and nobody would own it.
    pub fn require_outside(&self, destination: &Pubkey) -> Result<()> {
        require_keys_neq!(*destination, self.stakes, StakingError::WrongDestination);
        require_keys_neq!(*destination, self.rewards, StakingError::WrongDestination);
        Ok(())
    }

    /// What the pool signs with.
    pub fn signer(&self) -> PoolSigner {
        PoolSigner {
            creator: self.creator,
            id: self.id.to_le_bytes(),
            bump: [self.bump],
        }
    }
}

/// The seeds of a pool, apart from it: while the pool signs, nobody may hold its data.
pub struct PoolSigner {
    creator: Pubkey,
    id: [u8; 8],
    bump: [u8; 1],
}

impl PoolSigner {
    pub fn seeds(&self) -> [&[u8]; 4] {
        [POOL_SEED, self.creator.as_ref(), &self.id, &self.bump]
    }
}

/// Refuses a time over which no funding can be paid out.
pub fn require_duration(duration: u32) -> Result<()> {
    require!((1..=MAX_DURATION).contains(&duration), StakingError::BadDuration);
    Ok(())
}

fn sum(a: u64, b: u64) -> Result<u64> {
    Ok(a.checked_add(b).ok_or(StakingError::Overflow)?)
}

fn difference(a: u64, b: u64) -> Result<u64> {
    Ok(a.checked_sub(b).ok_or(StakingError::VaultShort)?)
}

fn later(now: i64, seconds: u32) -> Result<i64> {
    Ok(now.checked_add(seconds.into()).ok_or(StakingError::Overflow)?)
}
