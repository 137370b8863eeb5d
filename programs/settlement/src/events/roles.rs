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

/// Somebody was proposed as the admin.
#[event]
pub struct AdminProposed {
    pub config: Pubkey,
    /// All zeros when the proposal was taken back.
    pub pending_admin: Pubkey,
}

/// The proposed admin took over.
#[event]
pub struct AdminChanged {
    pub config: Pubkey,
    pub admin: Pubkey,
}

/// Another key may pause and cancel.
#[event]
pub struct GuardianChanged {
    pub config: Pubkey,
    pub guardian: Pubkey,
}

/// A new authority was proposed.
#[event]
pub struct AuthorityProposed {
    pub config: Pubkey,
    pub pending_authority: Pubkey,
    /// From when on it may be activated, in Unix seconds.
    pub from: i64,
}

/// The proposed authority will not be it.
#[event]
pub struct AuthorityCancelled {
    pub config: Pubkey,
    pub pending_authority: Pubkey,
    /// The guardian or the admin; or the new admin, who has just taken over.
    pub by: Pubkey,
}

/// From now on this key's signature on a batch header counts.
#[event]
pub struct AuthorityChanged {
    pub config: Pubkey,
    pub authority: Pubkey,
}

/// Windows and sizes of batches were changed.
#[event]
pub struct LimitsChanged {
    pub config: Pubkey,
    pub limits: Limits,
}

/// The marketplace fee was changed.
#[event]
pub struct FeesChanged {
    pub config: Pubkey,
    /// In basis points of a price.
    pub fee_bps: u16,
    /// Whose ledgers get it; all zeros when there is none.
    pub fee_owner: Pubkey,
}

/// A batch may debit more or less of a vault.
#[event]
pub struct BatchLimitChanged {
    pub vault: Pubkey,
    /// The most that one batch may debit.
    pub batch_limit: u64,
}
