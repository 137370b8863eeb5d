use anchor_lang::prelude::*;

/// One settlement: who may do what, and whether deposits are open.
#[account]
#[derive(InitSpace)]
pub struct Config {
    /// Creates vaults, pauses and unpauses.
    pub admin: Pubkey,
    /// May pause.
    pub guardian: Pubkey,
    /// The Ed25519 key whose signature on a batch header counts.
    pub authority: Pubkey,
    /// The id of this chain that batch headers for the settlement carry.
    pub chain: u64,
    /// While true, deposits are refused.
    pub paused: bool,
}
