//! One event for every change of state. Amounts are in the mint's base units.
//!
//! [`Deposited`] and [`Withdrawn`] move money: they are emitted by a call of the program to itself, which no
//! truncation of logs can lose. The others are log lines.

use anchor_lang::prelude::*;

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
}

/// A mint got its vault.
#[event]
pub struct VaultCreated {
    pub config: Pubkey,
    pub vault: Pubkey,
    pub mint: Pubkey,
    /// The token account that holds the vault's tokens.
    pub tokens: Pubkey,
    /// Of the mint: a token is 10^decimals base units.
    pub decimals: u8,
}

/// An owner got an empty ledger.
#[event]
pub struct LedgerOpened {
    pub vault: Pubkey,
    pub ledger: Pubkey,
    pub owner: Pubkey,
}

/// Tokens entered a vault.
#[event]
pub struct Deposited {
    pub vault: Pubkey,
    pub mint: Pubkey,
    pub owner: Pubkey,
    /// What arrived.
    pub amount: u64,
    /// The owner's ledger afterwards.
    pub balance: u64,
    /// The sum of the vault's ledgers afterwards.
    pub total: u64,
}

/// Tokens left a vault.
#[event]
pub struct Withdrawn {
    pub vault: Pubkey,
    pub mint: Pubkey,
    pub owner: Pubkey,
    /// The token account that was paid.
    pub destination: Pubkey,
    pub amount: u64,
    /// The owner's ledger afterwards.
    pub balance: u64,
    /// The sum of the vault's ledgers afterwards.
    pub total: u64,
}

/// Deposits were stopped.
#[event]
pub struct Paused {
    pub config: Pubkey,
    /// The guardian or the admin.
    pub by: Pubkey,
}

/// Deposits were let in again.
#[event]
pub struct Unpaused {
    pub config: Pubkey,
    /// The admin.
    pub by: Pubkey,
}
