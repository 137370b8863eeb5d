use anchor_lang::prelude::*;

/// What one recipient has been paid of a Merkle distribution, under all its roots.
///
/// 144 bytes: the discriminator and the fields in their order; integers are little-endian.
#[account(zero_copy)]
pub struct ClaimRecord {
    pub distribution: Pubkey,
    pub recipient: Pubkey,
    /// Paid this account's rent, and gets it back.
    pub payer: Pubkey,
    /// The recipient's associated token account: derived once here, so that no claim has to.
    pub associated: Pubkey,
    /// Base units.
    pub paid: u64,
}

const _: () = assert!(size_of::<ClaimRecord>() == 136);
