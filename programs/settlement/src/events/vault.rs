//! Tokens in and out.

use anchor_lang::prelude::*;

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
    /// What the vault owes afterwards.
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
    /// What the vault owes afterwards.
    pub total: u64,
}
