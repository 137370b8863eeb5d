//! Who may do what, and within which limits.

use anchor_lang::prelude::*;

use crate::state::Limits;

/// A settlement was created.
#[event]
pub struct Initialized {
    pub config: Pubkey,
    /// The id of this chain that batch headers for the settlement carry.
    pub chain: u64,
    pub admin: Pubkey,
    pub guardian: Pubkey,
    /// Whose signature on a batch header counts.
    pub authority: Pubkey,
    pub limits: Limits,
}

/// Deposits, new batches and the market were stopped.
#[event]
pub struct Paused {
    pub config: Pubkey,
    /// The guardian or the admin.
    pub by: Pubkey,
}

/// What was stopped goes on.
#[event]
pub struct Unpaused {
    pub config: Pubkey,
    /// The admin.
    pub by: Pubkey,
}
