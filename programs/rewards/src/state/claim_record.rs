use anchor_lang::prelude::*;

/// What one recipient has been paid of a Merkle distribution, under all its roots.
#[account(zero_copy)]
pub struct ClaimRecord {
    pub distribution: Pubkey,
    pub recipient: Pubkey,
    /// Paid this account's rent, and gets it back.
    pub payer: Pubkey,
    /// Base units.
    pub paid: u64,
}
