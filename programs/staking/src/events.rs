//! One event for every change of state. Amounts are in base units of their mint, times are unix seconds.
//!
//! The events from [`Staked`] to [`Recovered`] tell of money: they are emitted by a call of the program to itself,
//! which no truncation of logs can lose. The others are log lines.

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

/// Room for an event of money: the largest needs 161 bytes.
const EVENT_CAPACITY: usize = 168;

/// Emits an event of money.
pub(crate) fn emit_by_call<E: Discriminator + AnchorSerialize>(
    event_authority: &AccountInfo,
    event: &E,
) -> Result<()> {
    let bump = crate::EVENT_AUTHORITY_AND_BUMP.1;
    novate_onchain::event::emit_by_call(crate::ID, event_authority, bump, EVENT_CAPACITY, event)
}

/// Stake entered a pool.
#[event]
pub struct Staked {
    pub pool: Pubkey,
    pub position: Pubkey,
    pub owner: Pubkey,
    pub tier: u8,
    /// What arrived.
    pub amount: u64,
    /// The position's stake afterwards.
    pub staked: u64,
    /// The position's weight afterwards.
    pub weight: u128,
    /// The whole position is locked until then.
    pub unlocks_at: i64,
    /// The stake of the whole pool afterwards.
    pub total: u64,
}

/// Stake stopped earning and started to cool down.
#[event]
pub struct Unstaked {
    pub pool: Pubkey,
    pub position: Pubkey,
    pub owner: Pubkey,
    pub tier: u8,
    pub amount: u64,
    /// The position's stake afterwards.
    pub staked: u64,
    /// The position's weight afterwards.
    pub weight: u128,
    /// All that is cooling in the position afterwards.
    pub cooling: u64,
    /// It can be withdrawn from then on.
    pub cooled_at: i64,
    /// The stake of the whole pool afterwards.
    pub total: u64,
}

/// Stake that had cooled down left a pool.
#[event]
pub struct Withdrawn {
    pub pool: Pubkey,
    pub position: Pubkey,
    pub owner: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    pub amount: u64,
}

/// Rewards were paid.
#[event]
pub struct Claimed {
    pub pool: Pubkey,
    pub position: Pubkey,
    pub owner: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    pub amount: u64,
    /// All that the pool has paid in its life.
    pub paid: u64,
}

/// Rewards were paid and staked at once.
#[event]
pub struct Compounded {
    pub pool: Pubkey,
    pub position: Pubkey,
    pub owner: Pubkey,
    pub tier: u8,
    pub amount: u64,
    /// The position's stake afterwards.
    pub staked: u64,
    /// The position's weight afterwards.
    pub weight: u128,
    /// The whole position is locked until then.
    pub unlocks_at: i64,
    /// The stake of the whole pool afterwards.
    pub total: u64,
    /// All rewards that the pool has paid in its life.
    pub paid: u64,
}

/// All stake of a position left a pool, and its rewards were taken back.
#[event]
pub struct EmergencyWithdrawn {
    pub pool: Pubkey,
    pub position: Pubkey,
    pub owner: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    /// What was staked and what was cooling.
    pub amount: u64,
    /// Rewards that go into the next funding.
    pub forfeited: u64,
    /// The stake of the whole pool afterwards.
    pub total: u64,
}

/// Rewards entered a pool.
#[event]
pub struct Funded {
    pub pool: Pubkey,
    /// What arrived.
    pub amount: u64,
    /// Seconds over which it flows, with what had not flowed yet. They count while somebody has a stake.
    pub duration: u64,
    /// All that the pool was funded with in its life.
    pub funded: u64,
}

/// Tokens that had been sent past the program left a pool.
#[event]
pub struct Recovered {
    pub pool: Pubkey,
    pub mint: Pubkey,
    /// The pool's token account.
    pub source: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    pub amount: u64,
}

/// A pool was created.
#[event]
pub struct PoolCreated {
    pub pool: Pubkey,
    /// The creator's number for it.
    pub id: u64,
    pub admin: Pubkey,
    pub guardian: Pubkey,
    pub stake_mint: Pubkey,
    pub reward_mint: Pubkey,
    /// Seconds over which a funding is paid out.
    pub duration: u32,
    /// Seconds between unstaking and withdrawing.
    pub cooldown: u32,
    /// The seconds for which each tier locks.
    pub locks: Vec<u32>,
    /// The multiplier of each tier in basis points.
    pub multipliers: Vec<u32>,
}

/// An owner got an empty position.
#[event]
pub struct PositionOpened {
    pub pool: Pubkey,
    pub position: Pubkey,
    pub owner: Pubkey,
    pub tier: u8,
}

/// An empty position is no more.
#[event]
pub struct PositionClosed {
    pub pool: Pubkey,
    pub position: Pubkey,
    pub owner: Pubkey,
    pub tier: u8,
}

/// The next funding will be paid out over another time.
#[event]
pub struct DurationSet {
    pub pool: Pubkey,
    /// Seconds.
    pub duration: u32,
}

/// Stake and rewards were stopped from coming in.
#[event]
pub struct Paused {
    pub pool: Pubkey,
    /// The guardian or the admin.
    pub by: Pubkey,
    /// The pause cannot be ended before.
    pub ends_from: i64,
}

/// Stake and rewards were let in again.
#[event]
pub struct Unpaused {
    pub pool: Pubkey,
    /// The admin.
    pub by: Pubkey,
}

/// Another key may pause.
#[event]
pub struct GuardianSet {
    pub pool: Pubkey,
    pub guardian: Pubkey,
}

/// Somebody may become the admin.
#[event]
pub struct AdminProposed {
    pub pool: Pubkey,
    pub admin: Pubkey,
    pub proposed: Pubkey,
}

/// Somebody has become the admin.
#[event]
pub struct AdminAccepted {
    pub pool: Pubkey,
    /// Who was it before.
    pub previous: Pubkey,
    pub admin: Pubkey,
}
