//! One event for every change of state. Amounts are in the mint's base units, times in Unix seconds.
//!
//! Events that tell of money, promised or paid, are emitted by a call of the program to itself, which no truncation
//! of logs can lose. The others are log lines.

use anchor_lang::Discriminator;
use anchor_lang::prelude::*;

use crate::state::{Kind, Revocability};

/// Room for an event of this program: the largest that tells of money needs 216 bytes.
const CAPACITY: usize = 216;

/// Emits an event by a call of the program to itself.
pub(crate) fn emit_by_call<E: Discriminator + AnchorSerialize>(
    event_authority: &AccountInfo,
    event: &E,
) -> Result<()> {
    let bump = crate::EVENT_AUTHORITY_AND_BUMP.1;
    novate_onchain::event::emit_by_call(crate::ID, event_authority, bump, CAPACITY, event)
}

/// A distribution was created.
#[event]
pub struct DistributionCreated {
    pub distribution: Pubkey,
    pub creator: Pubkey,
    pub id: u64,
    pub authority: Pubkey,
    pub mint: Pubkey,
    /// The token account that holds the tokens.
    pub tokens: Pubkey,
    /// Of the mint: a token is 10^decimals base units.
    pub decimals: u8,
    pub kind: Kind,
    /// Before it nothing vests.
    pub vesting_cliff: i64,
    /// From `vesting_start` to `vesting_end` rewards vest in proportion to the time.
    pub vesting_start: i64,
    pub vesting_end: i64,
    pub revocability: Revocability,
    /// From then on nothing can be claimed; 0 is never.
    pub deadline: i64,
    /// For one order; 0 unless the kind is orders, as the next two.
    pub order_limit: u64,
    /// For all orders in one period.
    pub period_limit: u64,
    /// Seconds.
    pub period: u64,
}

/// Tokens came in.
#[event]
pub struct Funded {
    pub distribution: Pubkey,
    pub mint: Pubkey,
    pub funder: Pubkey,
    /// What arrived.
    pub amount: u64,
    /// All that was ever funded.
    pub funded: u64,
}

/// Unallocated tokens went back to the creator.
#[event]
pub struct Defunded {
    pub distribution: Pubkey,
    pub mint: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    pub amount: u64,
    /// All that was ever given back.
    pub returned: u64,
}

/// A recipient was promised an amount.
#[event]
pub struct Allocated {
    pub distribution: Pubkey,
    pub allocation: Pubkey,
    pub recipient: Pubkey,
    pub amount: u64,
    /// All that is promised, with what is paid.
    pub allocated: u64,
}

/// An order was rewarded: its recipient was promised an amount.
#[event]
pub struct OrderRewarded {
    pub distribution: Pubkey,
    pub allocation: Pubkey,
    pub order: [u8; 32],
    pub recipient: Pubkey,
    pub amount: u64,
    /// All that is promised, with what is paid.
    pub allocated: u64,
}

/// A root of cumulative rewards replaced the one before.
#[event]
pub struct RootPublished {
    pub distribution: Pubkey,
    pub epoch: u64,
    pub root: [u8; 32],
    /// All that is promised, with what is paid.
    pub allocated: u64,
}

/// A recipient's Merkle claims can be recorded.
#[event]
pub struct ClaimOpened {
    pub distribution: Pubkey,
    pub record: Pubkey,
    pub recipient: Pubkey,
}

/// A recipient was paid.
#[event]
pub struct Claimed {
    pub distribution: Pubkey,
    /// The allocation or claim record that counts what was paid.
    pub record: Pubkey,
    pub mint: Pubkey,
    pub recipient: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    pub amount: u64,
    /// All that the record's recipient was paid under it.
    pub paid: u64,
    /// All that the distribution has paid.
    pub total_paid: u64,
}

/// An allocation was cut down.
#[event]
pub struct Revoked {
    pub distribution: Pubkey,
    pub allocation: Pubkey,
    pub recipient: Pubkey,
    /// What is unallocated again.
    pub amount: u64,
    /// What the recipient keeps, with what is paid.
    pub kept: u64,
    /// All that is promised, with what is paid.
    pub allocated: u64,
}

/// After the deadline, everything left went back to the creator.
#[event]
pub struct ClawedBack {
    pub distribution: Pubkey,
    pub mint: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    pub amount: u64,
    /// All that was ever given back.
    pub returned: u64,
}

/// A distribution ended for good.
#[event]
pub struct DistributionClosed {
    pub distribution: Pubkey,
    pub mint: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    /// What was unallocated, and what was sent there without funding.
    pub amount: u64,
}

/// The creator named the next authority.
#[event]
pub struct AuthorityProposed {
    pub distribution: Pubkey,
    /// All zeros when a proposal was withdrawn.
    pub proposed: Pubkey,
}

/// The authority changed.
#[event]
pub struct AuthorityChanged {
    pub distribution: Pubkey,
    pub from: Pubkey,
    pub to: Pubkey,
}

/// A recipient's record of a distribution that is closed or has ended was closed, and its rent given back.
#[event]
pub struct RecordClosed {
    pub distribution: Pubkey,
    /// An allocation or claim record.
    pub record: Pubkey,
    pub recipient: Pubkey,
}
