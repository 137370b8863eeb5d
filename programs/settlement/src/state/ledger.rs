use anchor_lang::prelude::*;

/// One owner's balance in one vault.
#[account]
#[derive(InitSpace)]
pub struct Ledger {
    pub vault: Pubkey,
    pub owner: Pubkey,
    /// Base units that the owner may withdraw.
    pub balance: u64,
}
